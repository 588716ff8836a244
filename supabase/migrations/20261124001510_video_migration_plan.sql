-- Which videos are to move, and what of them is known before the first byte.

create function public.video_migration_plan(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
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
  return pg_catalog.jsonb_build_object('planned', v_planned, 'skipped', v_skipped);
end;
$$;
comment on function public.video_migration_plan(integer) is
  'Enters up to p_limit more videos into the ledger: {planned, skipped}. Zero planned and zero skipped: '
  'there are no more. Any number of runs may plan at once, and again.';

create function public.video_migration_preview() returns jsonb
language sql stable set search_path = '' as $$
  with unplanned as (
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
  select pg_catalog.jsonb_build_object('unplanned', u.flat,
    'equirectangular', u.equirectangular, 'planned', w.videos, 'known_bytes', u.bytes + w.bytes,
    'known_seconds', u.seconds + w.seconds, 'of_unknown_length', w.unknown)
  from unplanned u, waiting w;
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

revoke execute on function private.is_named(public.video_migrations, text[]), public.video_migration_plan(integer),
  public.video_migration_preview(), public.video_migration_retry(text[]) from public, anon, authenticated;
grant execute on function private.is_named(public.video_migrations, text[]), public.video_migration_plan(integer),
  public.video_migration_preview(), public.video_migration_retry(text[]) to service_role;
