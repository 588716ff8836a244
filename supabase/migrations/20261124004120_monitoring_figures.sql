-- What the monitor measures in the database: the server itself, and what our own tables say about the service.

create function private.server_metrics(out connections_percent numeric, out longest_query numeric, out longest_lock_wait numeric)
language sql stable security definer set search_path = '' as $$
  select round(100.0 * count(*) / (
      pg_catalog.current_setting('max_connections')::integer
      - pg_catalog.current_setting('superuser_reserved_connections')::integer), 1),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.query_start))
      filter (where a.state = 'active' and a.pid <> pg_catalog.pg_backend_pid()), 0),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.state_change)) filter (where a.wait_event_type = 'Lock'), 0)
  from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend';
$$;
comment on function private.server_metrics() is
  'Connections in percent of those that users may open, seconds of the longest running statement and of the longest wait '
  'for a lock. Runs with its owner''s rights: others'' activity is hidden from service_role.';

create function private.slow_statements(p_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_rows jsonb;
begin
  if pg_catalog.to_regclass('extensions.pg_stat_statements') is null then
    return '[]';
  end if;
  execute 'select coalesce(jsonb_agg(to_jsonb(s)), ''[]'') from (
      select left(query, 300) as statement, calls, round(mean_exec_time::numeric, 1) as mean_ms,
        round(max_exec_time::numeric, 1) as max_ms, round(total_exec_time::numeric, 1) as total_ms
      from extensions.pg_stat_statements where mean_exec_time > 100 order by total_exec_time desc limit $1) as s'
    into v_rows using p_most;
  return v_rows;
exception when object_not_in_prerequisite_state then
  return '[]';
end;
$$;
comment on function private.slow_statements(integer) is
  'Statements that take more than 100 ms on average, the most expensive in all first; empty where pg_stat_statements is not '
  'loaded. Statements have no values in them. Runs with its owner''s rights, as server_metrics does.';

create function private.sms_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'sms_failure_rate', '', round(100.0 * count(*) filter (where m.state in ('released', 'failed')) / count(*), 1)
  from public.sms_messages m
  where m.created_at > pg_catalog.now() - interval '30 minutes' and m.purpose <> 'alert' and (m.supplier_message_id is not null
    or exists (select from public.sms_attempts a where a.sms_message_id = m.id and a.outcome <> 'bad_number'))
  having count(*) >= 10
  union all
  select 'sms_delivery_rate', d.operator, round(100.0 * sum(d.delivered) / sum(d.accepted), 1)
  from private.sms_deliveries(pg_catalog.now() - interval '2 hours', pg_catalog.now() - interval '10 minutes') as d
  group by d.operator having sum(d.accepted) >= 20
  union all
  (select distinct on (b.supplier) 'supplier_balance', b.supplier, b.balance from public.supplier_balances b
   order by b.supplier, b.measured_at desc)
  union all
  select 'sms_spend', '', coalesce(sum(m.cost_tyiyn), 0) / 100.0 from public.sms_messages m
  where m.created_at >= pg_catalog.date_trunc('day', pg_catalog.now() at time zone 'Asia/Bishkek') at time zone 'Asia/Bishkek'
  union all
  select 'code_conversion', '', round(100.0 * count(*) filter (where c.used_at is not null) / count(*), 1)
  from public.verification_codes c
  where c.created_at between pg_catalog.now() - interval '40 minutes' and pg_catalog.now() - interval '10 minutes'
  having count(*) >= 20;
$$;
comment on function private.sms_metrics() is
  'SMS and login codes. Rates need enough messages to mean something: 10 for failures, 20 per operator for deliveries, 20 '
  'codes for conversion (facts on SMS login, 5.4); codes are given ten minutes to be used.';

create function private.backup_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  with kinds(metric, kind, states) as (values
    ('backup_age_database', 'database_daily', array['uploaded', 'verified', 'swept']),
    ('backup_age_weekly', 'database_weekly', array['uploaded', 'verified', 'swept']),
    ('backup_age_videos', 'videos', array['uploaded', 'verified', 'swept']),
    ('backup_age_storage', 'storage', array['uploaded', 'verified', 'swept']),
    ('drill_age', 'restore_drill', array['verified', 'swept']))
  select k.metric, '', round((extract(epoch from pg_catalog.now() - coalesce(
      (select max(b.started_at) from public.backup_runs b where b.kind = k.kind and b.state = any (k.states)),
      (select min(r.created_at) from public.alert_rules r))) / 3600)::numeric, 2)
  from kinds k
  union all
  select 'backup_failures', latest.kind, case when latest.state = 'failed' then 1 else 0 end from (
    select distinct on (b.kind) b.kind, b.state from public.backup_runs b where b.state <> 'running'
    order by b.kind, b.started_at desc) as latest;
$$;
comment on function private.backup_metrics() is
  'Hours since the newest good backup and drill began; where there has never been one, since the database was set up.';

create function private.work_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'payments_stuck', '', (
    (select count(*) from public.payments p where p.state in ('created', 'pending') and p.next_check_at < pg_catalog.now() - interval '15 minutes')
    + (select count(*) from public.payments p where p.state = 'manual_review' and p.updated_at < pg_catalog.now() - interval '1 day')
    + (select count(*) from public.payment_webhook_events e where e.state in ('received', 'failed') and e.updated_at < pg_catalog.now() - interval '15 minutes')
  )::numeric
  union all
  select 'migration_stalled', '', case when exists (
      select from public.video_migrations m where m.state in ('planned', 'copying', 'uploaded', 'ready')
        and coalesce(m.next_try_at <= pg_catalog.now(), true))
      and not exists (select from public.job_leases j where j.job = 'video_migrator' and j.paused_at is not null)
      and not exists (select from public.video_migration_days d where d.started >= d.allowed
        and d.day = (pg_catalog.now() at time zone 'Asia/Bishkek')::date)
    then round((extract(epoch from pg_catalog.now() - (select max(m.updated_at) from public.video_migrations m)) / 60)::numeric, 1)
    else 0 end
  union all
  select 'job_failing', j.job, round((extract(epoch from pg_catalog.now()
    - coalesce(j.last_succeeded_at, j.created_at)) / 60)::numeric, 1)
  from public.job_leases j where j.last_error is not null and j.paused_at is null
  union all
  select 'unsent_messages', e.channel, count(*)::numeric from public.alert_events e
  where e.state = 'failed' group by e.channel;
$$;
comment on function private.work_metrics() is
  'Payments that nobody has looked at in time, minutes since the video migration moved although it may, minutes since a '
  'failing job last succeeded, alert messages that a channel did not take.';

create function public.monitoring_metrics(p_disk_bytes bigint) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
    select 'database_connections' as metric, '' as subject, s.connections_percent as value from private.server_metrics() as s
    union all select 'longest_query', '', round(s.longest_query, 1) from private.server_metrics() as s
    union all select 'longest_lock_wait', '', round(s.longest_lock_wait, 1) from private.server_metrics() as s
    union all select 'disk_usage', '', round(100.0 * pg_catalog.pg_database_size(pg_catalog.current_database()) / p_disk_bytes, 1)
    union all select * from private.sms_metrics()
    union all select * from private.backup_metrics()
    union all select * from private.work_metrics()) as f;
$$;
comment on function public.monitoring_metrics(bigint) is
  'Everything that the database can tell the monitor [{metric, subject, value}]; p_disk_bytes is the size of its disk.';

create function public.database_report(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
    'connections_percent', (select s.connections_percent from private.server_metrics() as s),
    'slow_statements', private.slow_statements(20),
    'tables', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.n_live_tup as rows, pg_catalog.pg_total_relation_size(s.relid) as bytes,
          s.n_dead_tup as dead_rows, s.last_autovacuum
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public'
        order by pg_catalog.pg_total_relation_size(s.relid) desc limit 20) as t),
    'missing_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.seq_scan as sequential_scans, s.seq_tup_read as rows_read, s.idx_scan as index_scans
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public' and s.n_live_tup > 10000
          and s.seq_scan > 100 and s.seq_tup_read / s.seq_scan > 5000
        order by s.seq_tup_read desc limit 20) as t),
    'unused_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.indexrelname as "index", pg_catalog.pg_relation_size(s.indexrelid) as bytes
        from pg_catalog.pg_stat_user_indexes s join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
        where s.schemaname = 'public' and s.idx_scan = 0 and not i.indisunique
          and pg_catalog.pg_relation_size(s.indexrelid) > 1048576
        order by pg_catalog.pg_relation_size(s.indexrelid) desc limit 20) as t));
end;
$$;
comment on function public.database_report(uuid) is
  'For administrators: size, slow statements, largest tables, tables read from end to end too often (an index is missing), '
  'indexes over 1 MB that nobody has used since statistics began. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function private.server_metrics(), private.slow_statements(integer), private.sms_metrics(),
  private.backup_metrics(), private.work_metrics(), public.monitoring_metrics(bigint), public.database_report(uuid)
  from public, anon, authenticated;
grant execute on function private.server_metrics(), private.slow_statements(integer), private.sms_metrics(),
  private.backup_metrics(), private.work_metrics(), public.monitoring_metrics(bigint), public.database_report(uuid)
  to service_role;
