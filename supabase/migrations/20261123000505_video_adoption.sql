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

revoke execute on function private.adopt_video(public.listings), private.adopt_shown_video()
  from public, anon, authenticated;
grant execute on function private.adopt_video(public.listings), private.adopt_shown_video() to service_role;
