-- Which videos are to move, and what of them is known before the first byte.

create function private.adopt_listing_videos(p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_adopted integer;
begin
  -- Listings of the time before the table of videos, and those of the app's form, which sends the address alone.
  with found as (
    select l.id, l.seller_user_id, coalesce(l.video_id, private.api_video_id(l.video_url)) as source_id, l.video_status
    from public.listings l
    where l.deleted_at is null and l.video_provider is distinct from 'yandex'
      and (l.video_id is not null or private.api_video_id(l.video_url) is not null)
      and not exists (select from public.videos v
        where v.listing_id = l.id and v.delete_requested_at is null and v.deleted_at is null)
      and not exists (select from public.videos v where v.provider = 'api_video'
        and v.provider_video_id = coalesce(l.video_id, private.api_video_id(l.video_url)))
    order by l.created_at, l.id limit p_limit for no key update of l skip locked
  )
  insert into public.videos (owner_user_id, listing_id, provider, provider_video_id, state, next_check_at)
  select distinct on (f.source_id) f.seller_user_id, f.id, 'api_video', f.source_id,
    case f.video_status when 'ready' then 'ready' when 'none' then 'ready' else 'processing' end, pg_catalog.now()
  from found f
  on conflict do nothing;
  get diagnostics v_adopted = row_count;
  return v_adopted;
end;
$$;
comment on function private.adopt_listing_videos(integer) is
  'Gives videos that only a listing tells of a row of their own. A video that two listings show gets one.';

create function private.name_listing_videos(p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_named integer;
begin
  -- By its id a listing is found when its video moves, also a second one that shows the same video.
  update public.listings l set video_id = private.api_video_id(l.video_url), video_provider = 'api_video'
  where l.id in (
    select n.id from public.listings n
    where n.video_id is null and n.deleted_at is null and n.video_provider is distinct from 'yandex'
      and private.api_video_id(n.video_url) is not null
    limit p_limit for no key update skip locked);
  get diagnostics v_named = row_count;
  return v_named;
end;
$$;
comment on function private.name_listing_videos(integer) is
  'Writes the id that an address at api.video holds beside it. The app plays the same as before.';

create index listings_unnamed_video_idx on public.listings (created_at)
  where video_id is null and video_url is not null and video_provider is distinct from 'yandex' and deleted_at is null;

create function public.video_migration_plan(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_named integer := private.name_listing_videos(p_limit);
  v_adopted integer := private.adopt_listing_videos(p_limit);
  v_planned integer;
  v_skipped integer;
begin
  with added as (
    insert into public.video_migrations (video_id, listing_id, source_video_id, state, failure_reason,
      source_duration_seconds, bytes_total)
    select v.id, v.listing_id, v.provider_video_id,
      case v.projection when 'flat' then 'planned' else 'skipped' end,
      case v.projection when 'flat' then null else 'equirectangular' end, v.duration_seconds, v.bytes
    from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.listing_id is not null
      and v.delete_requested_at is null and v.deleted_at is null
      and not exists (select from public.video_migrations m where m.video_id = v.id)
      and not exists (select from public.video_migrations m
        where m.source_provider = 'api_video' and m.source_video_id = v.provider_video_id)
    order by v.created_at, v.id limit p_limit
    on conflict do nothing
    returning state
  )
  select pg_catalog.count(*) filter (where a.state = 'planned'), pg_catalog.count(*) filter (where a.state = 'skipped')
  into v_planned, v_skipped from added a;
  return pg_catalog.jsonb_build_object('named', v_named, 'adopted', v_adopted, 'planned', v_planned, 'skipped', v_skipped);
end;
$$;
comment on function public.video_migration_plan(integer) is
  'Enters up to p_limit more videos into the ledger: {named, adopted, planned, skipped}. Zero planned and zero skipped: '
  'there are no more. Any number of runs may plan at once, and again.';

create function public.video_migration_preview() returns jsonb
language sql stable set search_path = '' as $$
  with unlisted as (
    select pg_catalog.count(distinct coalesce(l.video_id, private.api_video_id(l.video_url))) as videos
    from public.listings l
    where l.deleted_at is null and l.video_provider is distinct from 'yandex'
      and coalesce(l.video_id, private.api_video_id(l.video_url)) is not null
      and not exists (select from public.videos v where v.provider = 'api_video'
        and v.provider_video_id = coalesce(l.video_id, private.api_video_id(l.video_url)))
  ), unplanned as (
    select pg_catalog.count(*) filter (where v.projection = 'flat') as flat,
      pg_catalog.count(*) filter (where v.projection <> 'flat') as equirectangular,
      coalesce(pg_catalog.sum(v.bytes), 0) as bytes, coalesce(pg_catalog.sum(v.duration_seconds), 0) as seconds
    from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.listing_id is not null
      and v.delete_requested_at is null and v.deleted_at is null
      and not exists (select from public.video_migrations m where m.video_id = v.id)
  ), waiting as (
    select pg_catalog.count(*) as videos, coalesce(pg_catalog.sum(m.bytes_total), 0) as bytes,
      coalesce(pg_catalog.sum(m.source_duration_seconds), 0) as seconds,
      pg_catalog.count(*) filter (where m.bytes_total is null or m.source_duration_seconds is null) as unknown
    from public.video_migrations m where m.state = 'planned'
  )
  select pg_catalog.jsonb_build_object('known_by_address_only', l.videos, 'unplanned', u.flat,
    'equirectangular', u.equirectangular, 'planned', w.videos, 'known_bytes', u.bytes + w.bytes,
    'known_seconds', u.seconds + w.seconds, 'of_unknown_length', w.unknown)
  from unlisted l, unplanned u, waiting w;
$$;
comment on function public.video_migration_preview() is 'What a run would still move, for a look before the first run. Writes nothing.';

create function private.is_named(p_migration public.video_migrations, p_only text[]) returns boolean
language sql immutable set search_path = '' as $$
  select p_only is null or array[p_migration.id::text, p_migration.video_id::text, p_migration.listing_id::text,
    p_migration.source_video_id, p_migration.target_video_id] && p_only;
$$;
comment on function private.is_named(public.video_migrations, text[]) is
  'Whether a person means this entry: by its own id, or that of the video, the listing, or either supplier. Null means all.';

create function public.video_migration_retry(p_only text[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_again integer;
begin
  -- A copy that still exists is taken up where it is; one that was deleted is forgotten.
  update public.video_migrations m set state = 'planned', failure_kind = null, failure_reason = null,
    failed_state = null, attempts = 0, next_try_at = null, started_on = null, rolled_back_at = null,
    previous_place = null, switched_at = null, confirmed_at = null, target_release_after = null,
    target_released_at = null,
    target_number = m.target_number + case when m.target_released_at is null then 0 else 1 end,
    target_video_id = case when m.target_released_at is null then m.target_video_id end,
    target_requested_at = case when m.target_released_at is null then m.target_requested_at end,
    upload_url = case when m.target_released_at is null then m.upload_url end,
    bytes_copied = case when m.target_released_at is null then m.bytes_copied else 0 end,
    chunk_digests = case when m.target_released_at is null then m.chunk_digests else '[]' end
  where (m.state in ('rolled_back', 'skipped') or (m.state = 'failed' and m.failure_kind = 'final'))
    and (m.lease_holder is null or m.lease_until <= pg_catalog.now())
    and private.is_named(m, p_only) and private.migration_obstacle(m) is null;
  get diagnostics v_again = row_count;
  return v_again;
end;
$$;
comment on function public.video_migration_retry(text[]) is
  'Plans again what was rolled back, left out or given up, where the listing still shows the video at api.video. Gives '
  'how many. They count against the daily limit like new ones.';

revoke execute on function private.adopt_listing_videos(integer), private.name_listing_videos(integer),
  private.is_named(public.video_migrations, text[]), public.video_migration_plan(integer),
  public.video_migration_preview(), public.video_migration_retry(text[]) from public, anon, authenticated;
grant execute on function private.adopt_listing_videos(integer), private.name_listing_videos(integer),
  private.is_named(public.video_migrations, text[]), public.video_migration_plan(integer),
  public.video_migration_preview(), public.video_migration_retry(text[]) to service_role;
