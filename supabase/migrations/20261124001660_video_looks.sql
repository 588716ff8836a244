-- Who looks at a video that is being made learns at once that it is ready; a listing posted afterwards shows the
-- supplier's own address of it.

create or replace function public.video_plays(p_video_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', v.id, 'state', v.state, 'provider', v.provider,
    'provider_video_id', v.provider_video_id, 'copies', private.video_copies(private.playing_video(v)))
  from public.videos v where v.id = p_video_id and v.delete_requested_at is null;
$$;

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
