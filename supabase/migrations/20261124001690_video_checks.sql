-- An upload belongs to its user, whichever of his tickets it came by; a video that comes by a ticket for a listing is
-- shown to the moderators as any other change of a listing is.

create or replace function private.upload_excess(p_video public.videos, p_found jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    -- Ownership before size: of somebody else's file nothing may be told or done.
    when p_video.provider = 'api_video' and p_found ->> 'created_at' is not null and not exists (
      select from public.upload_tickets u
      where u.user_id = t.user_id and u.provider = 'api_video' and (p_found ->> 'created_at')::timestamptz
        between u.created_at - interval '1 minute' and u.expires_at + interval '1 minute') then 'not_of_this_ticket'
    when p_video.provider = 'api_video' and exists (select from public.upload_tickets u
      where u.video_id = private.title_id(p_found) and u.user_id <> t.user_id) then 'not_of_this_ticket'
    when (p_found ->> 'bytes')::bigint > t.declared_bytes then 'larger_than_declared'
    when (p_found ->> 'duration_seconds')::numeric > t.declared_duration_seconds + 2 then 'longer_than_declared'
    end
  from public.upload_tickets t where t.video_id = p_video.id;
$$;
comment on function private.upload_excess(public.videos, jsonb) is
  'How an upload goes beyond its ticket: sent when its user had no ticket open, or under the id of another user''s; larger or '
  'longer (suppliers round to seconds). Not of one ticket: the existing app tells of an upload by the listing alone, and he may have fetched two. Else null.';

create or replace function public.video_uploaded(p_user_id uuid, p_video_id uuid, p_provider_video_id text, p_found jsonb,
  p_api_url text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos := private.lock_video(p_video_id);
  v_ticket public.upload_tickets;
  v_state text;
begin
  select t.* into v_ticket from public.upload_tickets t where t.video_id = p_video_id for update;
  if v_video.id is null or v_ticket.id is null or p_user_id not in (v_ticket.user_id, v_video.owner_user_id) then
    return '{"reason": "not_found"}';
  elsif v_video.delete_requested_at is not null or v_video.deleted_at is not null
      or v_ticket.state not in ('issued', 'used') then
    return '{"reason": "upload_ticket_over"}';
  elsif coalesce(v_video.provider_video_id, p_provider_video_id) <> p_provider_video_id then
    return '{"reason": "video_unavailable"}';
  elsif private.upload_excess(v_video, p_found) = 'not_of_this_ticket' then
    return '{"reason": "video_unavailable"}';
  elsif v_video.provider_video_id is null and v_video.provider = 'api_video'
      and private.is_shown_by_another(p_provider_video_id, v_ticket.listing_id) then
    return '{"reason": "video_unavailable"}';
  elsif v_video.provider_video_id is null and v_video.provider = 'yandex'
      and private.title_id(p_found) is distinct from v_video.id then
    -- Files at Yandex are created by us, under our id.
    return '{"reason": "video_unavailable"}';
  end if;
  begin
    -- The index over suppliers' ids lets one of several claims through.
    update public.videos v set provider_video_id = p_provider_video_id where v.id = p_video_id returning * into v_video;
  exception when unique_violation then
    return '{"reason": "video_unavailable"}';
  end;
  update public.upload_tickets t set state = 'used', used_at = coalesce(t.used_at, pg_catalog.now())
  where t.id = v_ticket.id;
  v_state := private.observe_video(v_video, p_found, p_api_url);
  if v_state = 'failed' and exists (
      select from public.videos v where v.id = p_video_id and v.delete_requested_at is not null) then
    return (select pg_catalog.jsonb_build_object('reason', 'upload_too_large', 'revoke', v_ticket.provider_ticket,
      'is_ours', v.provider_video_id is not null) from public.videos v where v.id = p_video_id);
  end if;
  if v_ticket.listing_id is not null and v_video.listing_id is null and v_video.next_listing_id is null then
    perform private.give_video(v_ticket.listing_id, p_video_id, p_api_url);
  end if;
  return (select pg_catalog.jsonb_build_object('id', v.id, 'state', v.state, 'revoke', v_ticket.provider_ticket)
    from public.videos v where v.id = p_video_id);
end;
$$;

create function private.give_video(p_listing_id uuid, p_video_id uuid, p_api_url text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos;
  v_status text;
begin
  perform private.attach_video(p_listing_id, p_video_id::text);
  select v.* into v_video from public.videos v where v.id = p_video_id;
  perform private.show_video(v_video, p_api_url);
  v_status := (select l.status from public.listings l where l.id = p_listing_id);
  -- One that waits for its encoding is queued when it takes its place.
  if v_video.listing_id = p_listing_id and v_status in ('active', 'pending_review') then
    perform private.publish(p_listing_id, v_status = 'active');
  end if;
end;
$$;
comment on function private.give_video(uuid, uuid, text) is
  'Gives a listing, which is locked, the video of a ticket that was for it, and queues it for the check.';
revoke execute on function private.give_video(uuid, uuid, text) from public, anon, authenticated;
grant execute on function private.give_video(uuid, uuid, text) to service_role;
