-- Display of a video: the addresses that its listing shows, in every state of it. Locks are taken in the order of the
-- owner's own actions: listing, then video.

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

revoke execute on function private.api_video_id(text), private.is_at_api_video(text),
  private.show_video(public.videos, text), private.hide_video(uuid), private.video_preview(text, text),
  private.show_preview(), private.show_changed_preview(), private.preserve_playback()
  from public, anon, authenticated;
grant execute on function private.api_video_id(text), private.is_at_api_video(text),
  private.show_video(public.videos, text), private.hide_video(uuid), private.preserve_playback() to service_role;
