-- What audit 9.2 wants on the operations page and nowhere else: many registrations, valuable listings, unusual activity.
-- Rules of the severity info have no channel: their alerts are seen, nobody is rung.

insert into public.alert_rules
  (code, metric, comparison, threshold, unit, for_seconds, clear_seconds, severity, channels, title_ru, title_en, runbook) values
  ('registrations_surge_info', 'registrations_surge', 'above', 300, '%', 0, 0, 'info', '{}', 'Необычно много регистраций', 'Unusually many registrations', 'unusual-activity'),
  ('high_value_listings_info', 'high_value_listings', 'above', 0, '', 0, 0, 'info', '{}', 'Дорогие объявления за сутки', 'Valuable listings of a day', 'unusual-activity'),
  ('reports_surge_info', 'reports_surge', 'above', 300, '%', 0, 0, 'info', '{}', 'Необычно много жалоб', 'Unusually many reports', 'unusual-activity');

create index accounts_created_idx on public.accounts (created_at);
create index reports_created_idx on public.reports (created_at);

create function private.activity_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  with days as (
    select 'registrations_surge' as metric, count(*) filter (where u.created_at > pg_catalog.now() - interval '1 day') as today,
      count(*) filter (where u.created_at <= pg_catalog.now() - interval '1 day') / 14.0 as usual
    from public.accounts u where u.created_at > pg_catalog.now() - interval '15 days'
    union all
    select 'reports_surge', count(*) filter (where r.created_at > pg_catalog.now() - interval '1 day'),
      count(*) filter (where r.created_at <= pg_catalog.now() - interval '1 day') / 14.0
    from public.reports r where r.created_at > pg_catalog.now() - interval '15 days')
  select d.metric, '', round(100 * d.today / d.usual, 1), d.today < 20 from days d where d.usual > 0
  union all
  select 'high_value_listings', l.category, count(*)::numeric, false from public.listings l
  where l.created_at > pg_catalog.now() - interval '1 day' and l.price >= 50000000 and l.deleted_at is null and l.status <> 'draft'
  group by l.category;
$$;
comment on function private.activity_metrics() is
  'Registrations and reports of 24 hours in percent of a usual day of the two weeks before (at least 20 to say so), and '
  'listings of 24 hours for 50 million som or more.';

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
    union all select * from private.activity_metrics()
    union all select p.*, false from private.supplier_metrics() as p
    union all select b.*, false from private.backup_metrics() as b
    union all select w.*, false from private.work_metrics() as w) as f;
$$;

revoke execute on function private.activity_metrics() from public, anon, authenticated;
grant execute on function private.activity_metrics() to service_role;
