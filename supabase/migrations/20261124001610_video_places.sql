-- What a listing shows of its video, in every state of it. Locks in the order of the owner's own actions: listing, video.

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
        'https://cdn.api.video/vod/' || p_video.provider_video_id || '/hls/manifest.m3u8')
        else p.ours || '/manifest.m3u8' end as url,
      case when p.is_there then coalesce(p_video.lasting_player_url,
        'https://embed.api.video/vod/' || p_video.provider_video_id) else p.ours || '/manifest.m3u8' end as player_url,
      case when p.is_there then coalesce(p_video.lasting_thumbnail_url,
        'https://cdn.api.video/vod/' || p_video.provider_video_id || '/thumbnail.jpg')
        else p.ours || '/thumbnail.jpg' end as thumbnail_url
    from (select p_video.provider = 'api_video' and p_video.provider_video_id is not null and p_video.gone_at is null
        as is_there, p_api_url || '/video/' || p_video.id as ours) as p
  ) as s
  where l.id = p_video.listing_id and (l.video_id, l.video_provider, l.video_status, l.video_url, l.video_player_url,
      l.video_thumbnail_url) is distinct from
    (s.video_id, p_video.provider, s.status, s.url, s.player_url, s.thumbnail_url);
$$;
comment on function private.show_video(public.videos, text) is
  'Writes to its listing where a video plays: api.video''s own addresses while it is there, since they last and the app '
  'builds the same from video_id; else ours, which lead to wherever it plays. p_api_url: where callers reach the API.';

create function private.hide_video(p_listing_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set video_id = null, video_provider = null, video_status = 'none', video_url = null,
    video_player_url = null, video_thumbnail_url = null,
    thumbnail_url = case when l.thumbnail_url is distinct from l.video_thumbnail_url then l.thumbnail_url end
  where l.id = p_listing_id and not exists (select from public.videos v
    where v.listing_id = l.id and v.delete_requested_at is null and v.deleted_at is null);
$$;
comment on function private.hide_video(uuid) is 'The listing shows no video: its own was deleted or refused. A picture of the seller stays.';

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
comment on function private.place_video(uuid, uuid) is 'Gives a listing a video and releases the one it had.';

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
  'Trigger: while a new video is being made, the listing goes on showing the one that plays.';
create trigger listings_preserve_playback before update of video_id, video_url on public.listings
  for each row when (new.video_id is distinct from old.video_id or new.video_url is distinct from old.video_url)
  execute function private.preserve_playback();

create index listings_addressed_video_idx on public.listings (substring(video_url, '/vod/([A-Za-z0-9_-]+)'))
  where video_id is null and video_url is not null;

create function private.is_shown_by_another(p_video_id text, p_listing_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.listings l
    where l.id is distinct from p_listing_id and l.deleted_at is null and (l.video_id = p_video_id
      or (l.video_id is null and l.video_url is not null and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = p_video_id)));
$$;
comment on function private.is_shown_by_another(text, uuid) is
  'Tells whether a listing other than this one shows a video at api.video, by its id or by its address alone.';

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

create function private.take_ticket(p_seller_id uuid, p_listing_id uuid, p_video_id text) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_ticket public.upload_tickets;
  v_video public.videos;
begin
  if private.as_uuid(p_video_id) is not null or exists (select from public.listings l
      where l.id <> p_listing_id and (l.video_id = p_video_id
        or (l.video_id is null and l.video_url is not null
          and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = p_video_id))) then
    return null;
  end if;
  select t.* into v_ticket from public.upload_tickets t join public.videos v on v.id = t.video_id
  where t.provider = 'api_video' and t.state = 'issued' and (t.listing_id is null or t.listing_id = p_listing_id)
    and v.owner_user_id = p_seller_id and v.provider_video_id is null and v.delete_requested_at is null
  order by t.created_at desc limit 1 for update of t skip locked;
  if v_ticket.id is not null then
    update public.upload_tickets t set state = 'used', used_at = pg_catalog.now() where t.id = v_ticket.id;
    update public.videos v set provider_video_id = p_video_id, state = 'processing', next_check_at = pg_catalog.now()
    where v.id = v_ticket.video_id returning * into v_video;
  end if;
  return v_video;
end;
$$;
comment on function private.take_ticket(uuid, uuid, text) is
  'The existing app tells us of an upload at api.video by the listing alone. It is taken with the seller''s open ticket, and '
  'checked against it when the supplier is asked. Null without a ticket, and for a video that another listing shows.';

create or replace function private.attach_video(p_listing_id uuid, p_video_id text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_seller uuid := (select l.seller_user_id from public.listings l where l.id = p_listing_id);
  v_video public.videos := private.named_video(p_video_id);
begin
  if v_video.id is null then
    v_video := private.take_ticket(v_seller, p_listing_id, p_video_id);
  end if;
  if v_video.id is null or v_video.owner_user_id <> v_seller or v_video.listing_id <> p_listing_id
      or v_video.next_listing_id <> p_listing_id or v_video.state = 'failed'
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return false;
  elsif v_video.listing_id = p_listing_id and (v_video.provider = 'yandex' or private.is_moved_video(v_video, p_video_id)) then
    return true;
  elsif v_video.state <> 'ready' and exists (select from public.videos v
      where v.listing_id = p_listing_id and v.id <> v_video.id and v.state = 'ready'
        and v.delete_requested_at is null and v.deleted_at is null) then
    update public.videos v set next_listing_id = null, delete_requested_at = pg_catalog.now()
    where v.next_listing_id = p_listing_id and v.id <> v_video.id and v.delete_requested_at is null;
    update public.videos v set next_listing_id = p_listing_id where v.id = v_video.id;
    return true;
  end if;
  v_video := private.place_video(v_video.id, p_listing_id);
  update public.listings l set video_provider = v_video.provider,
    video_id = case v_video.provider when 'api_video' then v_video.provider_video_id end,
    video_status = case v_video.state when 'awaiting_upload' then 'uploading' else v_video.state end
  where l.id = p_listing_id;
  return true;
end;
$$;
comment on function private.attach_video(uuid, text) is
  'Gives a listing a video, named by our id or by that at api.video, and releases the one it had: at once, or when the new '
  'one plays if the old one does. False when the video is another person''s or listing''s, comes from no ticket of the '
  'seller, has failed or is on its way out. The former place of the video that the listing shows changes nothing.';
comment on function private.named_video(text) is
  'Locks the video of our id, or of an id at api.video, also of its former place there; null for none.';

revoke execute on function private.is_shown_by_another(text, uuid), private.show_video(public.videos, text), private.hide_video(uuid),
  private.place_video(uuid, uuid), private.preserve_playback(), private.named_video(text),
  private.take_ticket(uuid, uuid, text) from public, anon, authenticated;
grant execute on function private.is_shown_by_another(text, uuid), private.show_video(public.videos, text), private.hide_video(uuid),
  private.place_video(uuid, uuid), private.preserve_playback(), private.named_video(text),
  private.take_ticket(uuid, uuid, text) to service_role;
