-- On Sundays the weekly backup takes the daily one's place, so either keeps the database safe; and money that waits for a
-- person is as stuck as an order that nobody asks about.

create or replace function private.backup_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  with kinds(metric, kinds, states) as (values
    ('backup_age_database', array['database_daily', 'database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_weekly', array['database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_videos', array['videos'], array['uploaded', 'verified', 'swept']),
    ('backup_age_storage', array['storage'], array['uploaded', 'verified', 'swept']),
    ('drill_age', array['restore_drill'], array['verified', 'swept']))
  select k.metric, '', round((extract(epoch from pg_catalog.now() - coalesce(
      (select max(b.started_at) from public.backup_runs b where b.kind = any (k.kinds) and b.state = any (k.states)),
      (select min(r.created_at) from public.alert_rules r))) / 3600)::numeric, 2)
  from kinds k
  union all
  select 'backup_failures', latest.kind, case when latest.state = 'failed' then 1 else 0 end from (
    select distinct on (b.kind) b.kind, b.state from public.backup_runs b where b.state <> 'running'
    order by b.kind, b.started_at desc) as latest;
$$;

create or replace function private.work_metrics() returns table (metric text, subject text, value numeric)
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
  select 'unsent_messages', e.channel, count(*)::numeric from public.alert_events e
  where e.state = 'failed' group by e.channel;
$$;
comment on function private.work_metrics() is
  'Payments that nobody has looked at in time (orders and calls of banks for 15 minutes; reviews, orphans and refunds for a '
  'day), minutes since the video migration moved although it may, minutes since a failing job last succeeded, alert messages '
  'that a channel did not take.';
