-- Status and reports of the video transfer, and the operations page's commands.

-- Status of the transfer for staff.

create function private.migration_states() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_object_agg(s.state, s.videos), '{}') from (
    select m.state, pg_catalog.count(*) as videos from public.video_migrations m group by m.state) as s;
$$;
comment on function private.migration_states() is 'Counts entries per state.';

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
comment on function public.video_migration_status(integer) is
  'Returns the status of the video transfer: states, today''s limit and use, reasons of failures.';

create function public.video_migration_under_way(p_seconds integer, p_only text[] default null) returns integer
language sql stable set search_path = '' as $$
  select pg_catalog.count(*)::integer from public.video_migrations m
  where (m.state in ('copying', 'uploaded', 'ready', 'switched') or (m.state = 'failed' and m.failure_kind = 'retryable'))
    and greatest(m.next_try_at, m.lease_until, '-infinity')
      <= pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
    and (p_only is null or private.is_named(m, p_only));
$$;
comment on function public.video_migration_under_way(integer, text[]) is
  'Returns unfinished entries that will be due within p_seconds, including leased ones.';

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
comment on function public.video_migration_report(integer) is
  'Returns the last p_days days and up to a hundred failed entries, newest first.';

create function public.video_migration_entries(
  p_only text[], p_states text[], p_limit integer, p_after uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(private.migration_entry(m) order by m.id), '[]') from (
    select m.* from public.video_migrations m
    where m.state = any (p_states) and private.is_named(m, p_only)
      and m.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    order by m.id limit p_limit) as m;
$$;
comment on function public.video_migration_entries(text[], text[], integer, uuid) is
  'Returns a page of entries in these states or with these ids. Read-only.';

-- Orders of administrators to the transfer: the steps of the command line, with a line in the audit log in
-- the same transaction.

create function public.migration_overview(p_operator_id uuid, p_daily_limit integer, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return public.video_migration_status(p_daily_limit) || public.video_migration_report(p_days);
end;
$$;
comment on function public.migration_overview(uuid, integer, integer) is
  'Returns video_migration_status and video_migration_report together. For administrators. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.migration_order(p_operator_id uuid, p_order jsonb, p_address inet, p_request_id text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_action constant text := p_order ->> 'action';
  v_only constant text[] := case when p_order ? 'id' then array[p_order ->> 'id'] end;
  v_done jsonb;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  v_done := case v_action
    when 'pause' then pg_catalog.jsonb_build_object('is_paused', public.video_migration_pause(true))
    when 'resume' then pg_catalog.jsonb_build_object('is_paused', public.video_migration_pause(false))
    when 'retry' then pg_catalog.jsonb_build_object('planned', public.video_migration_retry(v_only))
    when 'rollback' then public.video_migration_rollback(v_only, (p_order ->> 'day')::date, p_order ->> 'why',
      (p_order ->> 'keep_days')::integer, (p_order ->> 'most')::integer) end;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'migration.' || v_action, 'video_migration', p_order ->> 'id', (p_order - 'action') || v_done,
          p_address, p_request_id);
  if v_action in ('pause', 'resume') then
    update public.job_leases j set paused_by = case v_action when 'pause' then p_operator_id end where j.job = 'video_migrator';
  end if;
  return v_done;
end;
$$;
comment on function public.migration_order(uuid, jsonb, inet, text) is
  'Performs an administrator''s order {action, …}: pause, resume: {is_paused}; retry {id}: {planned}; rollback {id or '
  'day, why, keep_days, most}: as video_migration_rollback. Reasons: forbidden, account_blocked, '
  'authentication_required.';

revoke execute on function private.migration_states(), public.video_migration_status(integer),
  public.video_migration_under_way(integer, text[]), public.video_migration_report(integer),
  public.video_migration_entries(text[], text[], integer, uuid), public.migration_overview(uuid, integer, integer),
  public.migration_order(uuid, jsonb, inet, text) from public, anon, authenticated;
grant execute on function private.migration_states(), public.video_migration_status(integer),
  public.video_migration_under_way(integer, text[]), public.video_migration_report(integer),
  public.video_migration_entries(text[], text[], integer, uuid), public.migration_overview(uuid, integer, integer),
  public.migration_order(uuid, jsonb, inet, text) to service_role;
