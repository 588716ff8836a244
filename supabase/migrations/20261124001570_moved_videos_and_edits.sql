-- A seller whose app remembers the address at api.video may send it again after the video has moved. That is no new video.

create function private.is_moved_video(p_video public.videos, p_api_video_id text) returns boolean
language sql stable set search_path = '' as $$
  select p_video.provider <> 'api_video' and (
    (p_video.fallback_provider = 'api_video' and p_video.fallback_video_id = p_api_video_id)
    or exists (select from public.video_migrations m
      where m.video_id = p_video.id and m.source_provider = 'api_video' and m.source_video_id = p_api_video_id
        and m.state in ('switched', 'confirmed')));
$$;
comment on function private.is_moved_video(public.videos, text) is
  'Whether an id at api.video is the former place of a video, also when the copy there has been released.';

create or replace function private.attach_video(p_listing_id uuid, p_video_id text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_seller uuid := (select l.seller_user_id from public.listings l where l.id = p_listing_id);
  v_video public.videos;
begin
  select v.* into v_video from public.videos v
  where (v.provider = 'api_video' and v.provider_video_id = p_video_id)
    or (v.fallback_provider = 'api_video' and v.fallback_video_id = p_video_id)
    or v.id = (select m.video_id from public.video_migrations m
      where m.source_provider = 'api_video' and m.source_video_id = p_video_id and m.state = 'confirmed')
  for update;
  if v_video.owner_user_id <> v_seller or v_video.listing_id <> p_listing_id
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return false;
  elsif private.is_moved_video(v_video, p_video_id) then
    return true;
  end if;
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1
  where v.listing_id = p_listing_id and v.delete_requested_at is null and v.deleted_at is null
    and v.provider_video_id is distinct from p_video_id;
  insert into public.videos as v (owner_user_id, listing_id, provider, provider_video_id, state, next_check_at)
  values (v_seller, p_listing_id, 'api_video', p_video_id, 'processing', pg_catalog.now())
  on conflict (provider, provider_video_id) do update set listing_id = p_listing_id
    where v.owner_user_id = v_seller and coalesce(v.listing_id, p_listing_id) = p_listing_id
  returning * into strict v_video;
  update public.listings l set video_id = p_video_id, video_provider = 'api_video',
    video_status = case v_video.state when 'ready' then 'ready' when 'failed' then 'failed' else 'processing' end
  where l.id = p_listing_id;
  return true;
end;
$$;
comment on function private.attach_video(uuid, text) is
  'Gives a listing a video at api.video and releases the one it had. False when the video is another person''s, another '
  'listing''s, or on its way out. The former place of the video that the listing shows changes nothing.';

create function private.without_moved_video(p_listing public.listings, p_fields jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select case when p_listing.video_provider = 'yandex' and p_fields ->> 'video_id' is not null and exists (
      select from public.videos v
      where v.listing_id = p_listing.id and private.is_moved_video(v, p_fields ->> 'video_id'))
    then p_fields - '{video_id,video_url,video_player_url,video_thumbnail_url}'::text[]
      - case when private.is_at_api_video(p_fields ->> 'thumbnail_url') then 'thumbnail_url' else '' end
    else p_fields end;
$$;
comment on function private.without_moved_video(public.listings, jsonb) is
  'A change without the addresses of the place that the video has left: they would outlive the copy there.';

create or replace function private.changed_listing(p_listing public.listings, p_fields jsonb) returns public.listings
language plpgsql stable set search_path = '' as $$
declare
  v_new public.listings := pg_catalog.jsonb_populate_record(
    p_listing, private.without_moved_video(p_listing, p_fields) - 'details');
begin
  v_new.details := pg_catalog.jsonb_strip_nulls((p_listing.details
    || private.own_details(p_listing.category, coalesce(p_fields -> 'details', '{}')))
    - '{vin,damage_report,health_notes}'::text[]);
  v_new.description := coalesce(v_new.description, '');
  v_new.additional_images := coalesce(v_new.additional_images, '{}');
  return v_new;
end;
$$;

revoke execute on function private.is_moved_video(public.videos, text),
  private.without_moved_video(public.listings, jsonb) from public, anon, authenticated;
grant execute on function private.is_moved_video(public.videos, text),
  private.without_moved_video(public.listings, jsonb) to service_role;
