-- Metrics that the monitor reads from the database: the server, and what our own tables say about the service.

-- On Sundays the weekly backup takes the daily one's place, so either keeps the database safe; and money that waits for a
-- person is as stuck as an order that nobody asks about.
create function private.backup_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  with kinds(metric, kinds, states) as (values
    ('backup_age_database', array['database_daily', 'database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_weekly', array['database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_storage', array['storage'], array['uploaded', 'verified', 'swept']),
    ('drill_age', array['restore_drill'], array['verified', 'swept']))
  select k.metric, '', round((extract(epoch from pg_catalog.now() - coalesce(
      (select max(b.started_at) from public.backup_runs b where b.kind = any (k.kinds) and b.state = any (k.states)),
      (select min(r.created_at) from public.alert_rules r))) / 3600)::numeric, 2)
  from kinds k
  union all
  select 'video_copy_gap', '', (public.video_copy_status() ->> 'oldest_hours')::numeric
  union all
  select 'copy_check_age', '', coalesce(round((extract(epoch from pg_catalog.now()
    - min(coalesce(c.verified_at, c.copied_at))) / 86400)::numeric, 2), 0) from public.backup_copies c
  union all
  select 'backup_failures', latest.kind, case when latest.state = 'failed' then 1 else 0 end from (
    select distinct on (b.kind) b.kind, b.state from public.backup_runs b where b.state <> 'running'
    order by b.kind, b.started_at desc) as latest;
$$;
comment on function private.backup_metrics() is
  'Returns hours since the newest good backup and drill began (before the first one, since the database was set up), '
  'the age in hours of the oldest video without a verified replica, and the days for which a replica was not read.';

create function private.work_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'payments_stuck', '', (
    (select count(*) from public.payments p where p.next_check_at < pg_catalog.now() - interval '15 minutes')
    + (select count(*) from public.payments p where p.state = 'manual_review' and p.updated_at < pg_catalog.now() - interval '1 day')
    + (select count(*) from public.payment_webhook_events e where e.state in ('received', 'failed') and e.updated_at < pg_catalog.now() - interval '15 minutes')
    + (select count(*) from public.payment_orphans o where o.state = 'open' and o.created_at < pg_catalog.now() - interval '1 day')
    + (select count(*) from public.refunds r where r.state in ('approved', 'processing') and r.updated_at < pg_catalog.now() - interval '1 day')
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
  select 'picture_waiting', '', coalesce(round((extract(epoch from pg_catalog.now() - min(p.received_at)) / 60)::numeric, 1), 0)
  from public.pictures p where p.state in ('awaiting', 'received')
  union all
  select 'unsent_messages', e.channel, count(*)::numeric from public.alert_events e
  where e.state = 'failed' group by e.channel;
$$;
comment on function private.work_metrics() is
  'Returns overdue payments (orders and webhooks of banks after 15 minutes; reviews, orphans and refunds after a '
  'day), minutes since an active video transfer progressed, minutes since a failing job last succeeded, minutes since '
  'the longest waiting picture was received, and alert messages that a channel did not accept.';

create function private.sms_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  select 'sms_failure_rate', '', round(100.0 * count(*) filter (where m.state in ('released', 'failed')) / count(*), 1),
    count(*) < 10
  from public.sms_messages m
  where m.created_at > pg_catalog.now() - interval '30 minutes' and m.purpose <> 'alert' and (m.supplier_message_id is not null
    or exists (select from public.sms_attempts a where a.sms_message_id = m.id and a.outcome <> 'bad_number'))
  having count(*) > 0
  union all
  select 'sms_delivery_rate', d.operator, round(100.0 * sum(d.delivered) / sum(d.accepted), 1), sum(d.accepted) < 20
  from private.sms_deliveries(pg_catalog.now() - interval '2 hours', pg_catalog.now() - interval '10 minutes') as d
  group by d.operator
  union all
  (select distinct on (b.supplier) 'supplier_balance', b.supplier, b.balance, false from public.supplier_balances b
   order by b.supplier, b.measured_at desc)
  union all
  select 'sms_spend', '', coalesce(sum(m.cost_tyiyn), 0) / 100.0, false from public.sms_messages m
  where m.created_at >= pg_catalog.date_trunc('day', pg_catalog.now() at time zone 'Asia/Bishkek') at time zone 'Asia/Bishkek'
  union all
  select 'code_conversion', '', round(100.0 * count(*) filter (where c.used_at is not null) / count(*), 1), count(*) < 20
  from public.verification_codes c
  where c.created_at between pg_catalog.now() - interval '40 minutes' and pg_catalog.now() - interval '10 minutes'
  having count(*) > 0;
$$;
comment on function private.sms_metrics() is
  'Returns metrics of SMS and login codes. Rates need enough messages to open an alert: 10 for failures, 20 per '
  'mobile network for deliveries, 20 codes for conversion (docs/reference/sms-login.md, 5.4); codes are given ten '
  'minutes to be used.';

-- Rules about the database's machine (above 80 %), and about an SMS supplier that does not answer while the
-- other one carries everything, which no failure rate shows.

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
  'Returns minutes since an SMS provider accepted a message or reported its balance, which is queried every ten '
  'minutes.';

-- Shown on the operations page and nowhere else (docs/reference/limits.md, 9.2): many registrations, valuable listings, unusual activity.
-- Rules of the severity info have no channel: their alerts are seen, nobody is rung.

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
  'Returns registrations and reports of 24 hours in percent of a usual day of the two weeks before (weak below 20), '
  'and listings of 24 hours for 50 million som or more.';

create function public.monitoring_metrics(p_disk_bytes bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
    select 'database_connections' as metric, '' as subject, s.connections_percent as value, false as weak
    from private.server_metrics() as s
    union all select 'longest_query', '', round(s.longest_query, 1), false from private.server_metrics() as s
    union all select 'longest_lock_wait', '', round(s.longest_lock_wait, 1), false from private.server_metrics() as s
    union all select 'disk_usage', '',
      round(100.0 * pg_catalog.pg_database_size(pg_catalog.current_database()) / p_disk_bytes, 1), false
    where p_disk_bytes is not null
    union all select * from private.sms_metrics()
    union all select * from private.activity_metrics()
    union all select * from private.push_metrics()
    union all select * from private.quality_metrics()
    union all select s.*, false from private.search_metrics() as s
    union all select * from private.email_metrics()
    union all select p.*, false from private.supplier_metrics() as p
    union all select b.*, false from private.backup_metrics() as b
    union all select w.*, false from private.work_metrics() as w) as f);
end;
$$;
comment on function public.monitoring_metrics(bigint) is
  'Returns all metrics that the database can measure [{metric, subject, value, weak}]; p_disk_bytes is the size of '
  'its disk, null when another source reports its use.';

revoke execute on function private.backup_metrics(), private.work_metrics(), private.sms_metrics(),
  private.supplier_metrics(), private.activity_metrics(), public.monitoring_metrics(bigint)
  from public, anon, authenticated;
grant execute on function private.backup_metrics(), private.work_metrics(), private.sms_metrics(),
  private.supplier_metrics(), private.activity_metrics(), public.monitoring_metrics(bigint) to service_role;
