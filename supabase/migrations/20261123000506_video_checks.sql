-- Checks of an upload against its upload session, and the steps that follow from a provider's report.

create function private.title_id(p_found jsonb) returns uuid
language sql immutable set search_path = '' as $$
  select private.as_uuid(pg_catalog.split_part(p_found ->> 'title', '.', 1));
$$;
comment on function private.title_id(jsonb) is
  'Returns our id from the title of a file, as an upload session requests it, with or without ".mp4"; else null.';

create function private.upload_excess(p_video public.videos, p_found jsonb) returns text
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
  'Returns how an upload exceeds its upload session, else null: sent while its user had no session open, sent under '
  'the id of another user''s session, larger, or longer (providers round to seconds). Accepts any open session of the '
  'user: the existing app reports an upload by the listing alone, and may have opened two.';

create function private.next_check(p_state text, p_checks integer) returns timestamptz
language sql stable set search_path = '' as $$
  select case
    when p_state in ('awaiting_upload', 'uploading') then pg_catalog.now() + interval '1 minute'
    when p_state = 'processing' then pg_catalog.now()
      + pg_catalog.make_interval(secs => least(600, 10 * pg_catalog.power(2, least(p_checks, 6)))) end;
$$;
comment on function private.next_check(text, integer) is
  'Returns the time of the next query to the provider: soon at first, every ten minutes later; null for no more.';

create function private.lock_video(p_video_id uuid) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_listings uuid[];
  v_video public.videos;
begin
  for v_try in 1..20 loop
    begin
      v_listings := array(
        select v.listing_id from public.videos v where v.id = p_video_id and v.listing_id is not null
        union select v.next_listing_id from public.videos v where v.id = p_video_id and v.next_listing_id is not null
        union select t.listing_id from public.upload_tickets t
        where t.video_id = p_video_id and t.listing_id is not null);
      perform 1 from public.listings l where l.id = any (v_listings) order by l.id for no key update;
      select v.* into v_video from public.videos v where v.id = p_video_id for update;
      if not pg_catalog.array_remove(array[v_video.listing_id, v_video.next_listing_id], null) <@ v_listings then
        -- It was given to a listing meanwhile. What is locked is let go with the block, and locked anew in its order.
        raise exception 'given to another listing' using errcode = 'A3601';
      end if;
      return v_video;
    exception when sqlstate 'A3601' then
      null;
    end;
  end loop;
  raise exception 'the listing of a video changes without end';
end;
$$;
comment on function private.lock_video(uuid) is
  'Locks a video with the listings that show it, will show it, or are to get it. Locks listings first, the order of '
  'every caller.';

create function private.refuse_video(p_video public.videos, p_reason text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.videos v set state = 'failed', failure_reason = p_reason, next_listing_id = null, next_check_at = null,
    delete_requested_at = pg_catalog.now(), version = v.version + 1,
    -- A file that was not proved ours may be somebody else's: let it go, so that its owner can still name it.
    provider_video_id = case when v.provider = 'yandex' or (v.ownership <> 'claimed' and p_reason <> 'not_of_this_ticket')
      then v.provider_video_id end
  where v.id = p_video.id;
  update public.upload_tickets t set state = case t.state when 'issued' then 'canceled' else t.state end
  where t.video_id = p_video.id;
  perform private.hide_video(p_video.listing_id);
end;
$$;
comment on function private.refuse_video(public.videos, text) is
  'Hides the video; a timer deletes it at its provider when its ownership is proved.';

create function private.video_ready(p_video public.videos) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_listing_id constant uuid := p_video.next_listing_id;
  v_video public.videos := p_video;
begin
  if v_listing_id is not null then
    v_video := private.place_video(p_video.id, v_listing_id);
    if exists (select from public.listings l where l.id = v_listing_id and l.status in ('active', 'pending_review')) then
      -- What moderators have seen so far was the video that it replaces.
      perform private.publish(v_listing_id, (select l.status = 'active' from public.listings l where l.id = v_listing_id));
    end if;
  end if;
  return v_video;
end;
$$;
comment on function private.video_ready(public.videos) is
  'Puts a ready video in place of the one that its listing shows.';

create function private.proved_ownership(p_video public.videos, p_found jsonb) returns text
language sql stable set search_path = '' as $$
  select case when p_video.ownership = 'claimed' and exists (
      select from public.upload_tickets t join public.upload_tickets u on u.user_id = t.user_id and u.provider = 'api_video'
      where t.video_id = p_video.id and u.video_id = private.title_id(p_found)
        and (p_found ->> 'created_at')::timestamptz
          between u.created_at - interval '1 minute' and u.expires_at + interval '1 minute')
    then 'proved' else p_video.ownership end;
$$;
comment on function private.proved_ownership(public.videos, jsonb) is
  'Returns the ownership of a video after reading its file at api.video: proved when its title is the id of an upload '
  'of the same user and it was created while that upload session was open.';

revoke execute on function private.title_id(jsonb), private.upload_excess(public.videos, jsonb),
  private.next_check(text, integer), private.lock_video(uuid), private.refuse_video(public.videos, text),
  private.video_ready(public.videos), private.proved_ownership(public.videos, jsonb) from public, anon, authenticated;
grant execute on function private.title_id(jsonb), private.upload_excess(public.videos, jsonb),
  private.next_check(text, integer), private.lock_video(uuid), private.refuse_video(public.videos, text),
  private.video_ready(public.videos), private.proved_ownership(public.videos, jsonb) to service_role;
