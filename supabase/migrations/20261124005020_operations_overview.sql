-- What the first page of the operations page shows: what waits for a person, and how the timers are doing.

create function private.work_of_moderators() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('open', pg_catalog.count(*),
    'urgent', pg_catalog.count(*) filter (where q.priority in ('urgent', 'high')),
    'escalated', pg_catalog.count(*) filter (where q.status = 'escalated'),
    'oldest', pg_catalog.min(q.submitted_at))
  from public.moderation_queue q join public.listings l on l.id = q.listing_id and l.deleted_at is null
  where q.status in ('pending', 'in_review', 'escalated');
$$;
comment on function private.work_of_moderators() is 'What waits in the moderation queue.';

create function private.work_of_finance() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'manual_review', (select pg_catalog.count(*) from public.payments p where p.state = 'manual_review'),
    'refunds', (select pg_catalog.count(*) from public.refunds r where r.state in ('requested', 'approved', 'processing')),
    'orphans', (select pg_catalog.count(*) from public.payment_orphans o where o.state = 'open'),
    'today_payments', pg_catalog.count(*), 'today_tyiyn', coalesce(pg_catalog.sum(t.amount_tyiyn), 0))
  from public.payments t
  where t.completed_at >= (pg_catalog.now() at time zone 'Asia/Bishkek')::date::timestamp at time zone 'Asia/Bishkek';
$$;
comment on function private.work_of_finance() is 'What waits for finance, and what came in on this Bishkek day, in tyiyn.';

create function private.state_of_backups() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'database_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind in ('database_daily', 'database_weekly') and b.state in ('uploaded', 'verified')),
    'drill_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind = 'restore_drill' and b.state = 'verified'),
    'failed', (select pg_catalog.count(*) from public.backup_runs b
      where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '7 days'));
$$;
comment on function private.state_of_backups() is 'The newest good database backup and restore drill, and failures of seven days.';

create function public.operations_overview(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_role text := (select u.role from public.accounts u where u.id = p_operator_id);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'alerts', (select coalesce(pg_catalog.jsonb_object_agg(s.severity, s.alerts), '{}') from (
      select r.severity, pg_catalog.count(*) as alerts from public.alerts a join public.alert_rules r on r.id = a.rule_id
      where a.state = 'open' group by r.severity) as s),
    'moderation', case when v_role in ('moderator', 'admin') then private.work_of_moderators() end,
    'finance', case when v_role in ('finance', 'admin') then private.work_of_finance() end,
    'backups', case when v_role = 'admin' then private.state_of_backups() end,
    'jobs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('job', j.job, 'paused_at', j.paused_at,
        'is_running', coalesce(j.lease_until > pg_catalog.now(), false), 'last_started_at', j.last_started_at,
        'last_succeeded_at', j.last_succeeded_at, 'has_failed', j.last_error is not null,
        'error', case when v_role = 'admin' then j.last_error end) order by j.job), '[]') from public.job_leases j));
end;
$$;
comment on function public.operations_overview(uuid) is
  'For operators: open alerts by severity, what waits for the person''s role, the timers. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.backups_overview(p_operator_id uuid, p_most integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'kinds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) order by k.kind), '[]') from (
      select b.kind, pg_catalog.max(b.finished_at) filter (where b.state in ('uploaded', 'verified')) as last_good_at,
        pg_catalog.max(b.verified_at) as last_verified_at,
        pg_catalog.count(*) filter (where b.started_at > pg_catalog.now() - interval '30 days') as runs,
        pg_catalog.count(*) filter (where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '30 days') as failed
      from public.backup_runs b group by b.kind) as k),
    'runs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.started_at desc), '[]') from (
      select b.id, b.kind, b.state, b.bytes, b.files, b.object_key, b.failure_reason, b.started_at, b.finished_at,
        b.verified_at, b.keep_until, d.object_key as drilled_object_key
      from public.backup_runs b left join public.backup_runs d on d.id = b.drilled_run_id
      order by b.started_at desc limit p_most) as r),
    'copies', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.kind), '[]') from (
      select b.kind, pg_catalog.count(*) as files, coalesce(pg_catalog.sum(b.bytes), 0) as bytes,
        pg_catalog.count(*) filter (where b.verified_at is null) as unverified, pg_catalog.max(b.copied_at) as last_copied_at
      from public.backup_copies b group by b.kind) as c));
end;
$$;
comment on function public.backups_overview(uuid, integer) is
  'For administrators: {kinds with their last good run, the newest runs, copied files by kind}. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.metrics_of_days(p_operator_id uuid, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('figures', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('day', m.day, 'metric', m.metric,
      'dimension', m.dimension, 'value', m.value) order by m.day), '[]')
    from public.metrics_daily m where m.day > (pg_catalog.now() at time zone 'Asia/Bishkek')::date - p_days));
end;
$$;
comment on function public.metrics_of_days(uuid, integer) is
  'For finance and administrators: the figures of the last p_days Bishkek days. Reasons: forbidden, account_blocked, '
  'authentication_required.';

revoke execute on function private.work_of_moderators(), private.work_of_finance(), private.state_of_backups(),
  public.operations_overview(uuid), public.backups_overview(uuid, integer), public.metrics_of_days(uuid, integer)
  from public, anon, authenticated;
grant execute on function private.work_of_moderators(), private.work_of_finance(), private.state_of_backups(),
  public.operations_overview(uuid), public.backups_overview(uuid, integer), public.metrics_of_days(uuid, integer)
  to service_role;
