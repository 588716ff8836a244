-- Reports of providers about a video: applied once, however often and by however many callers they come.

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
      lasting_file_url = coalesce(p_found ->> 'file_url', v.lasting_file_url),
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
  'Applies a provider''s report to a locked video and updates its listing. Refuses an upload that exceeds its upload '
  'session.';

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
  'Records that the provider no longer has the video. Keeps it ready while another copy plays; the listing then uses '
  'our address.';

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
  'Applies a provider''s report p_found (null: no such video) about the video p_provider_video_id. Returns the state, '
  'or "outdated" when the video moved or was deleted meanwhile. Ends an expired upload session without an upload '
  'together with its video, and thereby the upload address at Yandex.';

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
comment on function public.video_uploaded(uuid, uuid, text, jsonb, text) is
  'Records the user''s message that an upload is complete; p_found is the provider''s report. Returns {id, state, '
  'revoke}, revoke being the token to revoke. Accepts one video per upload session and refuses another id afterwards; '
  'idempotent for the same id. Attaches the video when the session is for a listing. Reasons: not_found, '
  'upload_ticket_over, video_unavailable, upload_too_large (is_ours: delete it).';

revoke execute on function private.observe_video(public.videos, jsonb, text),
  private.record_missing_video(public.videos, text), public.video_observed(uuid, text, jsonb, text),
  public.video_uploaded(uuid, uuid, text, jsonb, text) from public, anon, authenticated;
grant execute on function private.observe_video(public.videos, jsonb, text),
  private.record_missing_video(public.videos, text), public.video_observed(uuid, text, jsonb, text),
  public.video_uploaded(uuid, uuid, text, jsonb, text) to service_role;
