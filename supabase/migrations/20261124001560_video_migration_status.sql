-- What people see of the migration.

create function private.migration_states() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_object_agg(s.state, s.videos), '{}') from (
    select m.state, pg_catalog.count(*) as videos from public.video_migrations m group by m.state) as s;
$$;
comment on function private.migration_states() is 'How many entries are in each state.';

create function public.video_migration_status(p_daily_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'is_paused', private.migration_paused(),
    'states', private.migration_states(),
    'today', (select pg_catalog.jsonb_build_object('day', private.bishkek_day(), 'allowed', p_daily_limit,
        'started', coalesce(pg_catalog.max(d.started), 0), 'confirmed', coalesce(pg_catalog.max(d.confirmed), 0),
        'failed', coalesce(pg_catalog.max(d.failed), 0), 'bytes_copied', coalesce(pg_catalog.max(d.bytes_copied), 0))
      from public.video_migration_days d where d.day = private.bishkek_day()),
    'held', (select pg_catalog.count(*) from public.video_migrations m where m.lease_until > pg_catalog.now()),
    'bytes_copied', (select coalesce(pg_catalog.sum(d.bytes_copied), 0) from public.video_migration_days d),
    'source_seconds', (select coalesce(pg_catalog.sum(d.source_seconds), 0) from public.video_migration_days d),
    'at_yandex', (select pg_catalog.count(*) from (
      select v.provider_video_id from public.videos v where v.provider = 'yandex' and v.deleted_at is null
      union select v.fallback_video_id from public.videos v where v.fallback_provider = 'yandex' and v.deleted_at is null
      union select m.target_video_id from public.video_migrations m
      where m.target_video_id is not null and m.target_released_at is null) as copies),
    'releasable', (select pg_catalog.count(*) from public.video_migrations m where m.state = 'confirmed'
      and m.source_released_at is null and m.source_release_after <= pg_catalog.now()),
    'released', (select pg_catalog.count(*) from public.video_migrations m where m.source_released_at is not null),
    'reasons', (select coalesce(pg_catalog.jsonb_object_agg(r.reason, r.videos), '{}') from (
      select m.state || ': ' || coalesce(m.failure_reason, 'unknown') as reason, pg_catalog.count(*) as videos
      from public.video_migrations m where m.state in ('failed', 'skipped', 'rolled_back') group by 1
      order by 2 desc limit 50) as r));
$$;
comment on function public.video_migration_status(integer) is 'Where the migration stands: states, today''s allowance, reasons of failures.';

create function public.video_migration_under_way(p_only text[], p_seconds integer) returns integer
language sql stable set search_path = '' as $$
  select pg_catalog.count(*)::integer from public.video_migrations m
  where (m.state in ('copying', 'uploaded', 'ready', 'switched') or (m.state = 'failed' and m.failure_kind = 'retryable'))
    and greatest(m.next_try_at, m.lease_until, '-infinity')
      <= pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
    and (p_only is null or private.is_named(m, p_only));
$$;
comment on function public.video_migration_under_way(text[], integer) is
  'Entries with work left that will be due within p_seconds, those in other hands included.';

create function public.video_migration_report(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'days', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) - '{id,created_at,updated_at}'::text[] order by d.day), '[]')
      from public.video_migration_days d where d.day > private.bishkek_day() - p_days),
    'problems', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by p.updated_at desc), '[]') from (
      select m.id, m.listing_id, m.source_video_id, m.state, m.failed_state, m.failure_kind, m.failure_reason, m.attempts,
        m.next_try_at, m.updated_at
      from public.video_migrations m where m.state = 'failed' order by m.updated_at desc limit 100) as p));
$$;
comment on function public.video_migration_report(integer) is 'The last p_days days, and up to a hundred entries that failed, newest first.';

create function public.video_migration_entries(p_only text[], p_states text[], p_after uuid, p_most integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(private.migration_entry(m) order by m.id), '[]') from (
    select m.* from public.video_migrations m
    where m.state = any (p_states) and private.is_named(m, p_only)
      and m.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    order by m.id limit p_most) as m;
$$;
comment on function public.video_migration_entries(text[], text[], uuid, integer) is
  'Entries in these states by their ids, a page at a time, for a look that changes nothing.';

revoke execute on function private.migration_states(), public.video_migration_status(integer),
  public.video_migration_under_way(text[], integer),
  public.video_migration_report(integer), public.video_migration_entries(text[], text[], uuid, integer)
  from public, anon, authenticated;
grant execute on function private.migration_states(), public.video_migration_status(integer),
  public.video_migration_under_way(text[], integer),
  public.video_migration_report(integer), public.video_migration_entries(text[], text[], uuid, integer) to service_role;
