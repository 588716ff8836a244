-- Rules about the database's machine (audit 9.1: above 80 %), and about an SMS supplier that does not answer while the
-- other one carries everything, which no failure rate shows.

insert into public.alert_rules
  (code, metric, comparison, threshold, unit, for_seconds, clear_seconds, severity, channels, title_ru, title_en, runbook) values
  ('memory_usage_warning', 'memory_usage', 'above', 80, '%', 300, 120, 'warning', '{email}', 'Память базы данных', 'Memory of the database', 'database-host'),
  ('cpu_load_warning', 'cpu_load', 'above', 80, '%', 600, 120, 'warning', '{email}', 'Процессор базы данных', 'CPU of the database', 'database-host'),
  ('supplier_silent_warning', 'supplier_silent', 'above', 30, 'min', 0, 0, 'warning', '{email}', 'SMS-оператор не отвечает', 'SMS supplier does not answer', 'sms-provider-down');

create function private.supplier_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'supplier_silent', s.supplier,
    round((extract(epoch from pg_catalog.now() - max(s.answered_at)) / 60)::numeric, 1)
  from (
    select b.supplier, max(b.measured_at) as answered_at from public.supplier_balances b group by b.supplier
    union all
    select a.supplier, max(a.created_at) from public.sms_attempts a
    where a.outcome = 'accepted' and a.created_at > pg_catalog.now() - interval '1 day' group by a.supplier) as s
  group by s.supplier;
$$;
comment on function private.supplier_metrics() is
  'Minutes since an SMS supplier took a message or told its balance, which it is asked for every ten minutes.';

create or replace function public.monitoring_metrics(p_disk_bytes bigint) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
    select 'database_connections' as metric, '' as subject, s.connections_percent as value, false as weak
    from private.server_metrics() as s
    union all select 'longest_query', '', round(s.longest_query, 1), false from private.server_metrics() as s
    union all select 'longest_lock_wait', '', round(s.longest_lock_wait, 1), false from private.server_metrics() as s
    union all select 'disk_usage', '',
      round(100.0 * pg_catalog.pg_database_size(pg_catalog.current_database()) / p_disk_bytes, 1), false
    where p_disk_bytes is not null
    union all select * from private.sms_metrics()
    union all select p.*, false from private.supplier_metrics() as p
    union all select b.*, false from private.backup_metrics() as b
    union all select w.*, false from private.work_metrics() as w) as f;
$$;
comment on function public.monitoring_metrics(bigint) is
  'Everything that the database can tell the monitor [{metric, subject, value, weak}]; p_disk_bytes is the size of its disk, '
  'null where somebody else tells how full it is.';

revoke execute on function private.supplier_metrics() from public, anon, authenticated;
grant execute on function private.supplier_metrics() to service_role;
