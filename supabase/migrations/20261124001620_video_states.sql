-- What suppliers tell of a video, taken once however often and by however many it is told.

create function private.title_id(p_found jsonb) returns uuid
language sql immutable set search_path = '' as $$
  select private.as_uuid(pg_catalog.split_part(p_found ->> 'title', '.', 1));
$$;
comment on function private.title_id(jsonb) is
  'Our id in the title of a file: the name under which a ticket asks for it, with or without ".mp4". Else null.';

create function private.upload_excess(p_video public.videos, p_found jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when (p_found ->> 'bytes')::bigint > t.declared_bytes then 'larger_than_declared'
    when (p_found ->> 'duration_seconds')::numeric > t.declared_duration_seconds + 2 then 'longer_than_declared'
    when p_video.provider = 'api_video' and (p_found ->> 'created_at')::timestamptz
      not between t.created_at - interval '1 minute' and t.expires_at + interval '1 minute' then 'not_of_this_ticket'
    end
  from public.upload_tickets t where t.video_id = p_video.id;
$$;
comment on function private.upload_excess(public.videos, jsonb) is
  'How an upload goes beyond its ticket: larger, longer (suppliers round to seconds), or sent at another time. Else null.';

create function private.next_check(p_state text, p_checks integer) returns timestamptz
language sql stable set search_path = '' as $$
  select case
    when p_state in ('awaiting_upload', 'uploading') then pg_catalog.now() + interval '1 minute'
    when p_state = 'processing' then pg_catalog.now()
      + pg_catalog.make_interval(secs => least(600, 10 * pg_catalog.power(2, least(p_checks, 6)))) end;
$$;
comment on function private.next_check(text, integer) is 'When to ask the supplier again: soon at first, every ten minutes later. Null: no more.';

create function private.lock_video(p_video_id uuid) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos;
begin
  perform 1 from public.listings l
  where l.id in (select v.listing_id from public.videos v where v.id = p_video_id
    union select v.next_listing_id from public.videos v where v.id = p_video_id)
  order by l.id for no key update;
  select v.* into v_video from public.videos v where v.id = p_video_id for update;
  return v_video;
end;
$$;
comment on function private.lock_video(uuid) is 'A video with its listing, locked in the order in which everybody locks them.';

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
  'Hides the video; a timer deletes it at its supplier where it was proved ours.';

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
comment on function private.video_ready(public.videos) is 'A video that waited for this takes the place of the one that its listing shows.';

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
  'The ownership of a video after a look at its file at api.video: proved where its title is the id of an upload of the same '
  'user and it was created while that ticket was open.';

create function private.observe_video(p_video public.videos, p_found jsonb, p_api_url text) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_state constant text := p_found ->> 'state';
  v_excess constant text := private.upload_excess(p_video, p_found);
  v_is_late constant boolean := p_video.created_at < pg_catalog.now() - interval '2 days';
  v_video public.videos;
begin
  update public.videos v set ownership = private.proved_ownership(v, p_found)
  where v.id = p_video.id and v.provider = 'api_video' and v.ownership = 'claimed';
  if v_excess is not null and p_video.state <> 'ready' then
    perform private.refuse_video(p_video, v_excess);
    return 'failed';
  elsif v_state = 'failed' or (v_is_late and v_state <> 'ready') then
    -- Nobody reports a failure, and an encoding may hang: after two days it has failed.
    update public.videos v set state = 'failed', next_check_at = null, next_listing_id = null,
      failure_reason = case v_state when 'failed' then 'not_playable' else 'stuck' end
    where v.id = p_video.id returning * into v_video;
  else
    update public.videos v set state = v_state, checks = v.checks + 1, gone_at = null,
      ready_at = case v_state when 'ready' then coalesce(v.ready_at, pg_catalog.now()) end,
      bytes = coalesce((p_found ->> 'bytes')::bigint, v.bytes),
      duration_seconds = coalesce((p_found ->> 'duration_seconds')::numeric, v.duration_seconds),
      width = coalesce((p_found ->> 'width')::integer, v.width),
      height = coalesce((p_found ->> 'height')::integer, v.height),
      projection = case when (p_found ->> 'is_panoramic')::boolean then 'equirectangular' else v.projection end,
      lasting_hls_url = coalesce(p_found ->> 'hls_url', v.lasting_hls_url),
      lasting_player_url = coalesce(p_found ->> 'player_url', v.lasting_player_url),
      lasting_thumbnail_url = coalesce(p_found ->> 'thumbnail_url', v.lasting_thumbnail_url),
      next_check_at = private.next_check(v_state, v.checks)
    where v.id = p_video.id returning * into v_video;
    if v_state = 'ready' then
      v_video := private.video_ready(v_video);
    end if;
  end if;
  perform private.show_video(v_video, p_api_url);
  return v_video.state;
end;
$$;
comment on function private.observe_video(public.videos, jsonb, text) is
  'Takes what a supplier tells of a video that is locked, and shows it. An upload beyond its ticket is refused.';

create function private.record_missing_video(p_video public.videos, p_api_url text) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_plays_elsewhere constant boolean := p_video.replica_key is not null
    or (p_video.fallback_video_id is not null and coalesce(p_video.fallback_until, 'infinity') > pg_catalog.now());
  v_video public.videos;
begin
  update public.videos v set gone_at = coalesce(v.gone_at, pg_catalog.now()), next_check_at = null, next_listing_id = null,
    state = case when v.state = 'ready' and v_plays_elsewhere then 'ready' else 'failed' end,
    failure_reason = case when v.state = 'ready' and v_plays_elsewhere then v.failure_reason else 'gone' end
  where v.id = p_video.id returning * into v_video;
  perform private.show_video(v_video, p_api_url);
  return v_video.state;
end;
$$;
comment on function private.record_missing_video(public.videos, text) is
  'Its supplier has it no more. It stays ready where another copy plays: the listing then leads there by our address.';

create function public.video_observed(p_video_id uuid, p_provider_video_id text, p_found jsonb, p_api_url text) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos := private.lock_video(p_video_id);
begin
  if v_video.id is null or v_video.provider_video_id is distinct from p_provider_video_id
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return 'outdated';
  elsif p_found is null then
    return private.record_missing_video(v_video, p_api_url);
  elsif v_video.state = 'awaiting_upload' and p_found ->> 'state' = 'awaiting_upload' and exists (
      select from public.upload_tickets t where t.video_id = p_video_id and t.expires_at <= pg_catalog.now()) then
    perform private.refuse_video(v_video, 'not_uploaded');
    update public.upload_tickets t set state = 'expired' where t.video_id = p_video_id and t.state = 'canceled';
    return 'failed';
  elsif p_found ->> 'state' <> 'awaiting_upload' then
    update public.upload_tickets t set state = 'used', used_at = pg_catalog.now()
    where t.video_id = p_video_id and t.state = 'issued';
  end if;
  return private.observe_video(v_video, p_found, p_api_url);
end;
$$;
comment on function public.video_observed(uuid, text, jsonb, text) is
  'What the supplier tells of the video that was asked for by p_provider_video_id; null for p_found: it has no such video. '
  'Gives the state, "outdated" where it moved or was deleted meanwhile. A ticket that ends without an upload takes its '
  'video, and with it the address at Yandex, along.';

create function public.video_uploaded(p_user_id uuid, p_video_id uuid, p_provider_video_id text, p_found jsonb,
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
  elsif coalesce(v_video.provider_video_id, p_provider_video_id) <> p_provider_video_id
      or exists (select from public.videos o where o.id <> p_video_id
        and (o.provider, o.provider_video_id) = (v_video.provider, p_provider_video_id)) then
    return '{"reason": "video_unavailable"}';
  elsif private.upload_excess(v_video, p_found) = 'not_of_this_ticket' then
    return '{"reason": "video_unavailable"}';
  end if;
  update public.videos v set provider_video_id = p_provider_video_id where v.id = p_video_id returning * into v_video;
  update public.upload_tickets t set state = 'used', used_at = coalesce(t.used_at, pg_catalog.now())
  where t.id = v_ticket.id;
  v_state := private.observe_video(v_video, p_found, p_api_url);
  if v_state = 'failed' and exists (
      select from public.videos v where v.id = p_video_id and v.delete_requested_at is not null) then
    return pg_catalog.jsonb_build_object('reason', 'upload_too_large', 'revoke', v_ticket.provider_ticket);
  end if;
  if v_ticket.listing_id is not null then
    perform private.attach_video(v_ticket.listing_id, p_video_id::text);
    perform private.show_video(v, p_api_url) from public.videos v where v.id = p_video_id;
  end if;
  return (select pg_catalog.jsonb_build_object('id', v.id, 'state', v.state, 'revoke', v_ticket.provider_ticket)
    from public.videos v where v.id = p_video_id);
end;
$$;
comment on function public.video_uploaded(uuid, uuid, text, jsonb, text) is
  'The user says that the upload of his ticket is done; p_found is what the supplier says of it. Gives {id, state, revoke}, the last being the token to take back. One '
  'video per ticket: another id afterwards is refused. Again with the same id, it changes nothing. A ticket for a listing '
  'gives it the video. Reasons: not_found, upload_ticket_over, video_unavailable, upload_too_large (is_ours: delete it).';

revoke execute on function private.title_id(jsonb), private.proved_ownership(public.videos, jsonb),
  private.upload_excess(public.videos, jsonb), private.next_check(text, integer),
  private.lock_video(uuid), private.refuse_video(public.videos, text), private.video_ready(public.videos),
  private.observe_video(public.videos, jsonb, text), private.record_missing_video(public.videos, text),
  public.video_observed(uuid, text, jsonb, text), public.video_uploaded(uuid, uuid, text, jsonb, text)
  from public, anon, authenticated;
grant execute on function private.title_id(jsonb), private.proved_ownership(public.videos, jsonb),
  private.upload_excess(public.videos, jsonb), private.next_check(text, integer),
  private.lock_video(uuid), private.refuse_video(public.videos, text), private.video_ready(public.videos),
  private.observe_video(public.videos, jsonb, text), private.record_missing_video(public.videos, text),
  public.video_observed(uuid, text, jsonb, text), public.video_uploaded(uuid, uuid, text, jsonb, text)
  to service_role;
