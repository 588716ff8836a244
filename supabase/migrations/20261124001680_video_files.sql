-- A video whose last copy is the replica in VK Cloud plays as a file: its address says so, since players go by it.

create or replace function private.show_video(p_video public.videos, p_api_url text) returns void
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
  'Writes to its listing where a video plays: api.video''s own addresses while it is there, since they last and the app '
  'builds the same from video_id; else ours, which lead to wherever it plays: a manifest, or a file where only the replica '
  'is left. p_api_url: where callers reach the API.';
