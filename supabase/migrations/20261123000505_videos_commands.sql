-- Life cycle of a video: upload, check, place in its listing, deletion.

-- Videos are locked before their tickets everywhere, and an upload that two people claim at once is one's alone.
-- Who looks at a video that is being made learns at once that it is ready; a listing posted afterwards shows the
-- supplier's own address of it.
create function private.attach_video(p_listing_id uuid, p_video_id text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_seller uuid := (select l.seller_user_id from public.listings l where l.id = p_listing_id);
  v_video public.videos := private.named_video(p_video_id);
begin
  if v_video.id is null then
    v_video := private.take_ticket(v_seller, p_listing_id, p_video_id);
  end if;
  if v_video.id is null or v_video.owner_user_id <> v_seller or v_video.listing_id <> p_listing_id
      or v_video.next_listing_id <> p_listing_id
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return false;
  elsif v_video.listing_id = p_listing_id then
    -- The app sends with every change what it has read.
    return true;
  elsif v_video.state = 'failed' then
    return false;
  elsif v_video.state <> 'ready' and exists (select from public.videos v
      where v.listing_id = p_listing_id and v.state = 'ready'
        and v.delete_requested_at is null and v.deleted_at is null) then
    update public.videos v set next_listing_id = null, delete_requested_at = pg_catalog.now()
    where v.next_listing_id = p_listing_id and v.id <> v_video.id and v.delete_requested_at is null;
    update public.videos v set next_listing_id = p_listing_id where v.id = v_video.id;
    return true;
  end if;
  v_video := private.place_video(v_video.id, p_listing_id);
  update public.listings l set video_provider = v_video.provider,
    video_id = case v_video.provider when 'api_video' then v_video.provider_video_id end,
    video_status = case v_video.state when 'awaiting_upload' then 'uploading' else v_video.state end,
    video_url = coalesce(v_video.lasting_hls_url, l.video_url),
    video_player_url = coalesce(v_video.lasting_player_url, l.video_player_url),
    video_thumbnail_url = coalesce(v_video.lasting_thumbnail_url, l.video_thumbnail_url),
    thumbnail_url = case when l.thumbnail_url = l.video_thumbnail_url
      then coalesce(v_video.lasting_thumbnail_url, l.thumbnail_url) else l.thumbnail_url end
  where l.id = p_listing_id;
  return true;
end;
$$;
comment on function private.attach_video(uuid, text) is
  'Attaches a video, named by our id or that at api.video, to a listing and releases the previous one: at once, or '
  'when the new one plays if the old one does. Returns false when the video belongs to another user or listing, comes '
  'from no upload session of the seller, has failed or is being deleted. The former place of the listing''s own video '
  'changes nothing.';

create function private.remove_listing(p_listing_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set deleted_at = pg_catalog.now() where l.id = p_listing_id and l.deleted_at is null;
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1
  where v.listing_id = p_listing_id and v.delete_requested_at is null and v.deleted_at is null;
$$;
comment on function private.remove_listing(uuid) is
  'Hides a listing for good and requests the removal of its videos. Idempotent; the row remains until they are '
  'released.';

create function private.api_video_id(p_url text) returns text
language sql immutable set search_path = '' as $$
  select (pg_catalog.regexp_match(p_url, '^https://(?:cdn|vod|embed)\.api\.video/vod/([A-Za-z0-9_-]{1,100})(?:/|$)'))[1];
$$;
comment on function private.api_video_id(text) is
  'Returns the video id in an address at api.video, null for any other address. The app''s form sends the address '
  'alone.';

create function private.is_at_api_video(p_url text) returns boolean
language sql immutable set search_path = '' as $$
  select p_url ~ '^https://([a-z0-9-]+\.)*api\.video/';
$$;
comment on function private.is_at_api_video(text) is
  'Returns true when a picture or video is stored at api.video and disappears with the copy there.';

-- What a listing shows of its video, in every state of it. Locks in the order of the owner's own actions: listing, video.

-- A video whose last copy is the replica in VK Cloud plays as a file: its address says so, since players go by it.
create function private.show_video(p_video public.videos, p_api_url text) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set video_id = s.video_id, video_provider = p_video.provider, video_status = s.status,
    video_url = s.url, video_player_url = s.player_url, video_thumbnail_url = s.thumbnail_url,
    thumbnail_url = case when l.thumbnail_url is null or l.thumbnail_url = l.video_thumbnail_url
      or private.is_at_api_video(l.thumbnail_url) then s.thumbnail_url else l.thumbnail_url end
  from (
    select case when p.is_there then p_video.provider_video_id end as video_id,
      case p_video.state when 'awaiting_upload' then 'uploading' when 'deleted' then 'none' else p_video.state end as status,
      case when p.is_there then coalesce(p_video.lasting_hls_url,
        'https://cdn.api.video/vod/' || p_video.provider_video_id || '/hls/manifest.m3u8') else p.ours end as url,
      case when p.is_there then coalesce(p_video.lasting_player_url,
        'https://embed.api.video/vod/' || p_video.provider_video_id) else p.ours end as player_url,
      case when p.is_there then coalesce(p_video.lasting_thumbnail_url,
        'https://cdn.api.video/vod/' || p_video.provider_video_id || '/thumbnail.jpg')
        else p_api_url || '/video/' || p_video.id || '/thumbnail.jpg' end as thumbnail_url
    from (select p_video.provider = 'api_video' and p_video.provider_video_id is not null and p_video.gone_at is null
        as is_there,
      p_api_url || '/video/' || p_video.id || case when p_video.gone_at is not null and p_video.replica_key is not null
        and (p_video.fallback_video_id is null or coalesce(p_video.fallback_until, 'infinity') <= pg_catalog.now())
        then '/video.mp4' else '/manifest.m3u8' end as ours) as p
  ) as s
  where l.id = p_video.listing_id and (l.video_id, l.video_provider, l.video_status, l.video_url, l.video_player_url,
      l.video_thumbnail_url) is distinct from
    (s.video_id, p_video.provider, s.status, s.url, s.player_url, s.thumbnail_url);
$$;
comment on function private.show_video(public.videos, text) is
  'Writes the playback address of a video to its listing: api.video''s own addresses while it is there, since they '
  'last and the app builds the same from video_id; else ours, which redirect to the present place: a manifest, or a '
  'file where only the replica is left. p_api_url: public base address of the API.';

create function private.video_preview(p_video_id text, p_status text) returns text
language sql stable set search_path = '' as $$
  select v.lasting_file_url || '#t=0,6' from public.videos v
  where v.provider = 'api_video' and v.provider_video_id = p_video_id and v.gone_at is null and v.state = 'ready'
    and v.delete_requested_at is null and p_status = 'ready';
$$;
comment on function private.video_preview(text, text) is
  'Returns the first six seconds of the file of a video at api.video, once it is encoded; null at Yandex, which has no '
  'such file.';

create function private.show_preview() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.video_preview_url := private.video_preview(p_video_id => new.video_id, p_status => new.video_status);
  return new;
end;
$$;
comment on function private.show_preview() is
  'Trigger: derives the preview of a listing''s video; a value of anybody else is overwritten.';
create trigger listings_show_preview
  before insert or update of video_id, video_provider, video_status, video_url, video_preview_url on public.listings
  for each row execute function private.show_preview();

create function private.show_changed_preview() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The trigger above derives the address.
  update public.listings l set video_preview_url = null
  where l.id = new.listing_id
    and l.video_preview_url is distinct from private.video_preview(p_video_id => l.video_id, p_status => l.video_status);
  return null;
end;
$$;
comment on function private.show_changed_preview() is
  'Trigger: shows a preview when its file is encoded, which is later than the video plays, and hides one that is gone.';
create trigger videos_show_preview after update on public.videos
  for each row when (new.listing_id is not null
    and (old.lasting_file_url, old.provider_video_id, old.state, old.gone_at, old.delete_requested_at) is distinct from
      (new.lasting_file_url, new.provider_video_id, new.state, new.gone_at, new.delete_requested_at))
  execute function private.show_changed_preview();

create function private.hide_video(p_listing_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set video_id = null, video_provider = null, video_status = 'none', video_url = null,
    video_player_url = null, video_thumbnail_url = null,
    thumbnail_url = case when l.thumbnail_url is distinct from l.video_thumbnail_url then l.thumbnail_url end
  where l.id = p_listing_id and not exists (select from public.videos v
    where v.listing_id = l.id and v.delete_requested_at is null and v.deleted_at is null);
$$;
comment on function private.hide_video(uuid) is
  'Removes the video from a listing after its deletion or refusal. Keeps a picture of the seller.';

create function private.place_video(p_video_id uuid, p_listing_id uuid) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos;
begin
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1, next_check_at = null
  where v.listing_id = p_listing_id and v.id <> p_video_id and v.delete_requested_at is null and v.deleted_at is null;
  update public.videos v set listing_id = p_listing_id, next_listing_id = null where v.id = p_video_id
  returning * into v_video;
  return v_video;
end;
$$;
comment on function private.place_video(uuid, uuid) is 'Gives a listing a video and releases its previous one.';

create function private.preserve_playback() returns trigger
language plpgsql set search_path = '' as $$
begin
  if exists (select from public.videos v
      where v.next_listing_id = new.id and v.delete_requested_at is null and (new.video_id = v.provider_video_id
        or pg_catalog.strpos(coalesce(new.video_url, ''), '/' || v.id || '/') > 0
        or pg_catalog.strpos(coalesce(new.video_url, ''), '/' || v.provider_video_id || '/') > 0)) then
    new.video_id := old.video_id;
    new.video_provider := old.video_provider;
    new.video_status := old.video_status;
    new.video_url := old.video_url;
    new.video_player_url := old.video_player_url;
    new.video_thumbnail_url := old.video_thumbnail_url;
    new.thumbnail_url := old.thumbnail_url;
  end if;
  return new;
end;
$$;
comment on function private.preserve_playback() is
  'Trigger: keeps the playing video on the listing while a new one is being processed.';
create trigger listings_preserve_playback before update of video_id, video_url on public.listings
  for each row when (new.video_id is distinct from old.video_id or new.video_url is distinct from old.video_url)
  execute function private.preserve_playback();

create function private.is_shown_by_another(p_video_id text, p_listing_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.listings l
    where l.id is distinct from p_listing_id and l.deleted_at is null and (l.video_id = p_video_id
      or (l.video_id is null and l.video_url is not null and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = p_video_id)));
$$;
comment on function private.is_shown_by_another(text, uuid) is
  'Returns true when another listing shows a video at api.video, by its id or by its address alone.';

create function private.named_video(p_video_id text) returns public.videos
language sql volatile set search_path = '' as $$
  select v from public.videos v
  where v.id = private.as_uuid(p_video_id)
    or (v.provider = 'api_video' and v.provider_video_id = p_video_id)
    or (v.fallback_provider = 'api_video' and v.fallback_video_id = p_video_id)
    or v.id = (select m.video_id from public.video_migrations m
      where m.source_provider = 'api_video' and m.source_video_id = p_video_id and m.state = 'confirmed')
  for update;
$$;
comment on function private.named_video(text) is
  'Locks and returns the video with our id, or with a present or former id at api.video; null for none.';

create function private.take_ticket(p_seller_id uuid, p_listing_id uuid, p_video_id text) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_ticket public.upload_tickets;
  v_video public.videos;
begin
  if private.as_uuid(p_video_id) is not null or private.is_shown_by_another(p_video_id, p_listing_id) then
    return null;
  end if;
  select t.* into v_ticket from public.upload_tickets t join public.videos v on v.id = t.video_id
  where t.provider = 'api_video' and t.state = 'issued' and (t.listing_id is null or t.listing_id = p_listing_id)
    and v.owner_user_id = p_seller_id and v.provider_video_id is null and v.delete_requested_at is null
  order by t.created_at desc limit 1 for update of v, t skip locked;
  if v_ticket.id is not null then
    update public.videos v set provider_video_id = p_video_id, state = 'processing', next_check_at = pg_catalog.now()
    where v.id = v_ticket.video_id returning * into v_video;
    update public.upload_tickets t set state = 'used', used_at = pg_catalog.now() where t.id = v_ticket.id;
  end if;
  return v_video;
exception when unique_violation then
  return null;
end;
$$;
comment on function private.take_ticket(uuid, uuid, text) is
  'Matches an upload at api.video, which the existing app reports by the listing alone, to the seller''s open upload '
  'session; the next query to the provider checks it. Returns null without an open session, and for a video that '
  'another listing shows.';

-- What suppliers tell of a video, taken once however often and by however many it is told.

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

-- What timers do for videos: asking suppliers, ending tickets, deleting, and sorting out uploads that nobody knows.

create function public.videos_due(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.next_check_at <= pg_catalog.now() and v.state in ('awaiting_upload', 'uploading', 'processing')
      and v.provider_video_id is not null and v.delete_requested_at is null and v.deleted_at is null
    order by v.next_check_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id returning v.id, v.provider, v.provider_video_id
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(held)), '[]') from held;
$$;
comment on function public.videos_due(integer, integer) is
  'Claims videos that are due for a query to their provider: [{id, provider, provider_video_id}]; parallel callers '
  'get different ones for p_lease_seconds.';

create function public.upload_tickets_end() returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  -- A token ends by itself; its upload may be told of for a day after that: people fill in a form meanwhile.
  with due as (
    select t.id, t.video_id from public.upload_tickets t join public.videos v on v.id = t.video_id
    where t.provider = 'api_video' and t.state = 'issued' and v.provider_video_id is null
      and t.expires_at <= pg_catalog.now() - interval '1 day'
    limit 1000 for update of v, t skip locked
  ), ended as (
    update public.upload_tickets t set state = 'expired', idempotency_key = null from due where t.id = due.id
    returning t.video_id
  )
  update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), delete_requested_at = pg_catalog.now(),
    next_listing_id = null
  from ended where v.id = ended.video_id;
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;
comment on function public.upload_tickets_end() is
  'Ends upload sessions of api.video without an upload. Returns how many.';

create function public.upload_tickets_unanswered(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'ticket_id', t.ticket_id, 'video_id', t.video_id, 'provider', t.provider, 'created_at', t.created_at)), '[]')
  from (select u.id as ticket_id, u.video_id, u.provider, u.created_at from public.upload_tickets u
    where u.state = 'issued' and u.provider_ticket is null and u.created_at <= pg_catalog.now() - interval '5 minutes'
    order by u.expires_at limit p_limit) as t;
$$;
comment on function public.upload_tickets_unanswered(integer) is
  'Returns upload sessions whose function ended before it stored the provider''s response: [{ticket_id, video_id, '
  'provider, created_at}].';

create function public.upload_tickets_to_revoke(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'ticket_id', t.id, 'provider', t.provider, 'provider_ticket', t.provider_ticket)), '[]')
  from (select u.* from public.upload_tickets u
    where u.state <> 'issued' and u.revoked_at is null and u.provider_ticket is not null
    order by u.expires_at limit p_limit) as t;
$$;
comment on function public.upload_tickets_to_revoke(integer) is
  'Returns used or ended upload sessions whose token may still be valid: [{ticket_id, provider, provider_ticket}].';

create function public.upload_tickets_revoked(p_ticket_ids uuid[]) returns void
language sql volatile set search_path = '' as $$
  update public.upload_tickets t set revoked_at = pg_catalog.now()
  where t.id = any (p_ticket_ids) and t.state <> 'issued' and t.revoked_at is null;
$$;
comment on function public.upload_tickets_revoked(uuid[]) is
  'Records that the provider has confirmed the revocation of these tokens.';

create function public.videos_to_delete(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.delete_requested_at is not null and v.deleted_at is null
      and coalesce(v.next_check_at, '-infinity') <= pg_catalog.now()
      and not exists (select from public.video_migrations m where m.video_id = v.id and m.lease_until > pg_catalog.now())
    order by v.delete_requested_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id
    returning v.id, v.listing_id, v.provider, v.provider_video_id, v.fallback_provider, v.fallback_video_id, v.ownership
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(h) - 'listing_id'), '[]') from (
    select held.*, private.is_shown_by_another(case held.provider when 'api_video' then held.provider_video_id
      else held.fallback_video_id end, held.listing_id) as is_shown from held) as h;
$$;
comment on function public.videos_to_delete(integer, integer) is
  'Returns videos whose copies are to be deleted: [{id, provider, provider_video_id, fallback_provider, '
  'fallback_video_id, ownership, is_shown}]. Keeps files that another listing shows at api.video (is_shown) and those '
  'only claimed there. Postpones a video under transfer.';

create function public.video_prove(p_video_id uuid, p_found jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_ownership text;
begin
  update public.videos v set ownership = private.proved_ownership(v, p_found) where v.id = p_video_id
  returning v.ownership into v_ownership;
  return coalesce(v_ownership <> 'claimed', false);
end;
$$;
comment on function public.video_prove(uuid, jsonb) is
  'Records the proof when a file at api.video, p_found being {title, created_at}, belongs to this row; returns true '
  'when ownership is proved.';

create function public.video_deleted(p_video_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), next_check_at = null,
    -- A file that was only claimed is let go: its owner may still name it.
    provider_video_id = case when v.provider = 'yandex' or v.ownership <> 'claimed' then v.provider_video_id end
  where v.id = p_video_id and v.delete_requested_at is not null and v.deleted_at is null;
$$;
comment on function public.video_deleted(uuid) is 'Records that no provider has a copy of this row any more.';

create function public.videos_unknown(p_provider text, p_found jsonb, p_hours integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select f.video_id, f.title, f.created_at
    from pg_catalog.jsonb_to_recordset(p_found) as f (video_id text, title text, created_at timestamptz)
  ), unknown as (
    select f.*, v.id as of_video, v.owner_user_id, v.state = 'awaiting_upload' and v.provider = p_provider as is_awaited
    from found f
    join public.videos v on v.id = private.title_id(pg_catalog.to_jsonb(f))
    where not exists (select from public.videos k where (k.provider, k.provider_video_id) = (p_provider, f.video_id)
        or (k.fallback_provider, k.fallback_video_id) = (p_provider, f.video_id))
      and not exists (select from public.video_migrations m
        where (m.source_provider, m.source_video_id) = (p_provider, f.video_id)
          or (m.target_provider, m.target_video_id) = (p_provider, f.video_id)
          or (m.video_id = private.as_uuid(f.title) and m.target_provider = p_provider
            and m.state not in ('skipped', 'rolled_back', 'confirmed')))
      and not (p_provider = 'api_video' and exists (select from public.listings l
        where l.video_id = f.video_id or (l.video_id is null and l.video_url is not null
          and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = f.video_id)))
  )
  select pg_catalog.jsonb_build_object(
    'uploads', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', u.of_video, 'user_id', u.owner_user_id,
      'provider_video_id', u.video_id)) filter (where u.is_awaited), '[]'),
    'strays', coalesce(pg_catalog.jsonb_agg(u.video_id) filter (where not u.is_awaited
      and u.created_at < pg_catalog.now() - pg_catalog.make_interval(hours => p_hours)
      and (p_provider = 'yandex' or exists (select from public.upload_tickets t where t.video_id = u.of_video
        and t.provider = p_provider
        and u.created_at between t.created_at - interval '1 minute' and t.expires_at + interval '1 minute'))), '[]'))
  from unknown u;
$$;
comment on function public.videos_unknown(text, jsonb, integer) is
  'Returns those of a provider''s videos ([{video_id, title, created_at}]) that no row and no listing knows: uploads '
  'whose title is our id, so that they belong to an upload session, and strays older than p_hours: uploaded under our '
  'id while its session was open, or created by us at Yandex. A file without an id of ours is never a stray: it may '
  'belong to anybody.';

-- An upload belongs to its user, whichever of his tickets it came by; a video that comes by a ticket for a listing is
-- shown to the moderators as any other change of a listing is.

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
  'Attaches the video of an upload session to its locked listing and queues the listing for the check.';

-- Videos that listings of the time before show: each gets a row of its own as soon as a listing names it, so that its id
-- has an owner before anybody can claim it (docs/decisions/0072).

create function private.adopt_video(p_listing public.listings) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_source_id constant text := coalesce(p_listing.video_id, private.api_video_id(p_listing.video_url));
begin
  if v_source_id is null or p_listing.deleted_at is not null or p_listing.video_provider = 'yandex' then
    return;
  elsif p_listing.video_id is null then
    -- By its id a listing is found when its video moves, also a second one that shows the same video.
    update public.listings l set video_id = v_source_id, video_provider = 'api_video' where l.id = p_listing.id;
  end if;
  if not exists (select from public.videos v
      where (v.provider = 'api_video' and v.provider_video_id = v_source_id)
        or (v.fallback_provider = 'api_video' and v.fallback_video_id = v_source_id))
      and not exists (select from public.video_migrations m
        where m.source_provider = 'api_video' and m.source_video_id = v_source_id) then
    insert into public.videos (owner_user_id, listing_id, provider, provider_video_id, state, next_check_at, ownership)
    values (p_listing.seller_user_id, p_listing.id, 'api_video', v_source_id,
      case when p_listing.video_status in ('ready', 'none') then 'ready' else 'processing' end, pg_catalog.now(), 'adopted')
    on conflict do nothing;
  end if;
end;
$$;
comment on function private.adopt_video(public.listings) is
  'Creates the row of a video at api.video that only a listing names. A video of two listings belongs to the first.';

create function private.adopt_shown_video() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.adopt_video(l) from public.listings l where l.id = new.id;
  return null;
end;
$$;
comment on function private.adopt_shown_video() is
  'Trigger at the end of the transaction: creates the row of a video that only its listing names; the API has created '
  'it by then.';

-- Users cannot write these columns, so an import is the only way to a listing whose video has no row.
create constraint trigger listings_adopt_video after insert or update of video_id, video_url on public.listings
  deferrable initially deferred
  for each row when ((new.video_id is not null or new.video_url is not null) and new.video_provider is distinct from 'yandex')
  execute function private.adopt_shown_video();

revoke execute on function private.attach_video(uuid, text), private.remove_listing(uuid), private.api_video_id(text),
  private.is_at_api_video(text), private.show_video(public.videos, text), private.hide_video(uuid),
  private.video_preview(text, text), private.show_preview(), private.show_changed_preview(), private.place_video(uuid, uuid), private.preserve_playback(), private.is_shown_by_another(text, uuid),
  private.named_video(text), private.take_ticket(uuid, uuid, text), private.title_id(jsonb),
  private.upload_excess(public.videos, jsonb), private.next_check(text, integer), private.lock_video(uuid),
  private.refuse_video(public.videos, text), private.video_ready(public.videos),
  private.proved_ownership(public.videos, jsonb), private.observe_video(public.videos, jsonb, text),
  private.record_missing_video(public.videos, text), public.video_observed(uuid, text, jsonb, text),
  public.video_uploaded(uuid, uuid, text, jsonb, text), public.videos_due(integer, integer),
  public.upload_tickets_end(), public.upload_tickets_unanswered(integer), public.upload_tickets_to_revoke(integer),
  public.upload_tickets_revoked(uuid[]), public.videos_to_delete(integer, integer), public.video_prove(uuid, jsonb),
  public.video_deleted(uuid), public.videos_unknown(text, jsonb, integer), private.give_video(uuid, uuid, text),
  private.adopt_video(public.listings), private.adopt_shown_video() from public, anon, authenticated;
grant execute on function private.attach_video(uuid, text), private.remove_listing(uuid), private.api_video_id(text),
  private.is_at_api_video(text), private.show_video(public.videos, text), private.hide_video(uuid),
  private.place_video(uuid, uuid), private.preserve_playback(), private.is_shown_by_another(text, uuid),
  private.named_video(text), private.take_ticket(uuid, uuid, text), private.title_id(jsonb),
  private.upload_excess(public.videos, jsonb), private.next_check(text, integer), private.lock_video(uuid),
  private.refuse_video(public.videos, text), private.video_ready(public.videos),
  private.proved_ownership(public.videos, jsonb), private.observe_video(public.videos, jsonb, text),
  private.record_missing_video(public.videos, text), public.video_observed(uuid, text, jsonb, text),
  public.video_uploaded(uuid, uuid, text, jsonb, text), public.videos_due(integer, integer),
  public.upload_tickets_end(), public.upload_tickets_unanswered(integer), public.upload_tickets_to_revoke(integer),
  public.upload_tickets_revoked(uuid[]), public.videos_to_delete(integer, integer), public.video_prove(uuid, jsonb),
  public.video_deleted(uuid), public.videos_unknown(text, jsonb, integer), private.give_video(uuid, uuid, text),
  private.adopt_video(public.listings), private.adopt_shown_video() to service_role;
