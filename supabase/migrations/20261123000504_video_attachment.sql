-- Attachment of videos to listings. Videos are locked before their tickets everywhere, and an upload that two people claim
-- at once belongs to one of them.

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

revoke execute on function private.attach_video(uuid, text), private.remove_listing(uuid),
  private.place_video(uuid, uuid), private.is_shown_by_another(text, uuid), private.named_video(text),
  private.take_ticket(uuid, uuid, text), private.give_video(uuid, uuid, text) from public, anon, authenticated;
grant execute on function private.attach_video(uuid, text), private.remove_listing(uuid),
  private.place_video(uuid, uuid), private.is_shown_by_another(text, uuid), private.named_video(text),
  private.take_ticket(uuid, uuid, text), private.give_video(uuid, uuid, text) to service_role;
