-- Deletion of expired rows, in batches, so that locks are short.

create table public.backup_runs (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in
    ('database_daily', 'database_weekly', 'videos', 'storage', 'verification', 'restore_drill')),
  state text not null default 'running' check (state in ('running', 'uploaded', 'verified', 'partial', 'failed', 'swept')),
  object_key text,
  manifest_key text,
  bytes bigint check (bytes >= 0),
  sha256 bytea check (octet_length(sha256) = 32),
  files integer check (files >= 0),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  failure_reason text check (char_length(failure_reason) <= 2000),
  drilled_run_id uuid references public.backup_runs (id) on delete set null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  verified_at timestamptz,
  keep_until timestamptz,
  swept_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  lease_job text check (char_length(lease_job) <= 100),
  lease_fence bigint,
  check (state <> 'verified' or verified_at is not null),
  check ((state = 'running') = (finished_at is null)),
  check (state <> 'failed' or failure_reason is not null)
);
comment on table public.backup_runs is
  'Every run of a backup, verification or drill. The manifests in VK Cloud are authoritative; these rows are for staff and alerts.';
comment on column public.backup_runs.details is 'Rows and content hashes per table, versions, durations.';
comment on column public.backup_runs.drilled_run_id is 'For a drill: the restored backup.';
comment on column public.backup_runs.state is
  'partial: it ran out of time, or some files failed. Neither good nor failed.';
comment on column public.backup_runs.lease_fence is
  'Lease of the run; with a later lease in job_leases the run has lost it.';
create index backup_runs_kind_started_idx on public.backup_runs (kind, started_at desc);
create index backup_runs_drilled_idx on public.backup_runs (drilled_run_id);
create index backup_runs_keep_idx on public.backup_runs (keep_until) where swept_at is null;
create trigger backup_runs_touch_updated_at before update on public.backup_runs
  for each row execute function private.touch_updated_at();
alter table public.backup_runs enable row level security;
grant all on public.backup_runs to service_role;

create table public.backup_copies (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('video', 'storage')),
  source text not null check (char_length(source) <= 1500),
  source_etag text,
  object_key text not null,
  bytes bigint not null check (bytes >= 0),
  sha256 bytea not null check (octet_length(sha256) = 32),
  origin text not null default 'original' check (origin in ('original', 'transcode')),
  copied_at timestamptz not null default now(),
  verified_at timestamptz,
  check_lease_until timestamptz,
  source_gone_at timestamptz,
  keep_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (kind, source),
  check ((source_gone_at is null) = (keep_until is null))
);
comment on table public.backup_copies is
  'Replica of a file at VK Cloud, one row per source file, with the evidence of its content.';
comment on column public.backup_copies.source is 'For videos provider/id; for storage bucket/name.';
comment on column public.backup_copies.keep_until is 'Set when the source is deleted: 90 days for videos, 30 for storage.';
create index backup_copies_verify_idx on public.backup_copies (kind, verified_at nulls first);
create index backup_copies_keep_idx on public.backup_copies (keep_until) where keep_until is not null;
create index backup_copies_source_idx on public.backup_copies (kind, source collate "C") where source_gone_at is null;
create trigger backup_copies_touch_updated_at before update on public.backup_copies
  for each row execute function private.touch_updated_at();
alter table public.backup_copies enable row level security;
grant all on public.backup_copies to service_role;

create table public.metrics_daily (
  id uuid primary key default gen_random_uuid(),
  day date not null,
  metric text not null check (metric ~ '^[a-z][a-z0-9_]{1,63}$'),
  dimension text not null default '' check (char_length(dimension) <= 100),
  value numeric(20, 4) not null check (value <> 'NaN'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (metric, dimension, day)
);
comment on table public.metrics_daily is
  'Metric of a Bishkek day: active users, registrations, listings, uploads, SMS, revenue, steps of the funnel.';
comment on column public.metrics_daily.dimension is
  'Dimension by which the metric is split, such as tier:basic; empty for the total. Amounts are in tyiyn.';
create index metrics_daily_day_idx on public.metrics_daily (day desc);
create trigger metrics_daily_touch_updated_at before update on public.metrics_daily
  for each row execute function private.touch_updated_at();
alter table public.metrics_daily enable row level security;
grant all on public.metrics_daily to service_role;

create function private.sweep_login(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  delete from public.verification_codes c where c.id in (select x.id from public.verification_codes x
    where x.expires_at < v_now - interval '14 days' limit p_limit for update skip locked);
  kind := 'codes'; get diagnostics removed = row_count; return next;
  delete from public.login_failures f where f.id in (select x.id from public.login_failures x
    where x.created_at < v_now - interval '8 days' limit p_limit for update skip locked);
  kind := 'login_failures'; get diagnostics removed = row_count; return next;
  delete from public.sms_limit_hits h where h.id in (select x.id from public.sms_limit_hits x
    where x.created_at < v_now - interval '2 days' limit p_limit for update skip locked);
  kind := 'limit_hits'; get diagnostics removed = row_count; return next;
  delete from public.rate_limits r where r.key in (select x.key from public.rate_limits x
    where x.started_at < v_now - interval '1 day' limit p_limit for update skip locked);
  kind := 'rate_limits'; get diagnostics removed = row_count; return next;
  delete from public.auth_sessions s where s.id in (select x.id from public.auth_sessions x
    where least(x.expires_at, x.revoked_at) < v_now - interval '30 days'
    limit p_limit for update skip locked);
  kind := 'sessions'; get diagnostics removed = row_count; return next;
  delete from public.refresh_tokens t where t.id in (select x.id from public.refresh_tokens x
    where x.used_at < v_now - interval '30 days' limit p_limit for update skip locked);
  kind := 'tokens'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_login(integer) is
  'Deletes codes two weeks after their end (the funnel of eight days counts them), failures after eight days (the '
  'longest lock is a week), limit hits after two (the longest limit is a day), counters after a day (the longest '
  'window is an hour), sessions with their tokens a month after their end, and exchanged tokens after a month, which '
  'is beyond the idle limit.';

create function private.sweep_records(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  update public.sms_messages m set state = 'released' where m.id in (select x.id from public.sms_messages x
    where x.state = 'reserved' and x.created_at < v_now - interval '1 hour' limit p_limit for update skip locked);
  kind := 'stray_sms'; get diagnostics removed = row_count; return next;
  delete from public.sms_messages m where m.id in (select x.id from public.sms_messages x
    where x.created_at < v_now - interval '180 days' limit p_limit for update skip locked);
  kind := 'sms'; get diagnostics removed = row_count; return next;
  delete from public.idempotency_keys k where k.id in (select x.id from public.idempotency_keys x
    where x.expires_at < v_now limit p_limit for update skip locked);
  kind := 'idempotency_keys'; get diagnostics removed = row_count; return next;
  delete from public.listing_views w where w.id in (select x.id from public.listing_views x
    where x.viewed_on < (v_now at time zone 'Asia/Bishkek')::date - 2 limit p_limit for update skip locked);
  kind := 'listing_views'; get diagnostics removed = row_count; return next;
  delete from public.search_terms t where t.id in (select x.id from public.search_terms x
    where x.searched_on < (v_now at time zone 'Asia/Bishkek')::date - 61 limit p_limit for update skip locked);
  kind := 'search_terms'; get diagnostics removed = row_count; return next;
  delete from public.user_behavior b where b.id in (select x.id from public.user_behavior x
    where x.created_at < v_now - interval '90 days' limit p_limit for update skip locked);
  kind := 'behavior'; get diagnostics removed = row_count; return next;
  delete from public.behavior_days d where d.id in (select x.id from public.behavior_days x
    where x.day < (v_now at time zone 'Asia/Bishkek')::date - 400 limit p_limit for update skip locked);
  kind := 'behavior_days'; get diagnostics removed = row_count; return next;
  delete from public.business_invitations i where i.id in (select x.id from public.business_invitations x
    where x.expires_at < v_now limit p_limit for update skip locked);
  kind := 'invitations'; get diagnostics removed = row_count; return next;
  delete from public.supplier_balances b where b.id in (select x.id from public.supplier_balances x
    where x.measured_at < v_now - interval '400 days' limit p_limit);
  kind := 'balances'; get diagnostics removed = row_count; return next;
  delete from public.alerts a where a.id in (select x.id from public.alerts x
    where x.closed_at < v_now - interval '180 days' and not exists (
      select from public.alert_events e where e.alert_id = x.id and e.state in ('due', 'failed'))
    limit p_limit for update skip locked);
  kind := 'alerts'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_records(integer) is
  'Releases SMS that were reserved but never sent (a killed run) after an hour. Deletes SMS after 180 days, results '
  'of repeated requests and invited phones at their end, views after two days, searches after two months, behavior '
  'after 90 days, its days and balances after 400, and closed alerts without unsent messages after 180.';

create function private.sweep_listings(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
  v_ids uuid[];
begin
  with gone as (
    update public.listings l set deleted_at = v_now where l.id in (select x.id from public.listings x
      where x.status = 'sold' and x.delete_at <= v_now and x.deleted_at is null limit p_limit for update skip locked)
    returning l.id), videos as (
    update public.videos v set delete_requested_at = v_now, version = v.version + 1 from gone
    where v.listing_id = gone.id and v.delete_requested_at is null and v.deleted_at is null)
  select coalesce(pg_catalog.array_agg(g.id), '{}') into v_ids from gone g;
  perform private.notify_of_listings(p_kind => 'listing_removed', p_ids => v_ids);
  kind := 'sold_listings'; removed := pg_catalog.cardinality(v_ids); return next;
  with over as (
    update public.listings l set status = 'expired' where l.id in (select x.id from public.listings x
      where x.status = 'active' and x.expires_at <= v_now and x.deleted_at is null limit p_limit for update skip locked)
    returning l.id)
  select coalesce(pg_catalog.array_agg(o.id), '{}') into v_ids from over o;
  perform private.notify_of_listings(p_kind => 'listing_expired', p_ids => v_ids);
  kind := 'expired_listings'; removed := pg_catalog.cardinality(v_ids); return next;
  update public.listings l set is_boosted = false where l.id in (select x.id from public.listings x
    where x.is_boosted and x.boost_expires_at <= v_now limit p_limit for update skip locked);
  kind := 'ended_boosts'; get diagnostics removed = row_count; return next;
  kind := 'shown_counters'; removed := private.show_counters(p_limit); return next;
end;
$$;
comment on function private.sweep_listings(integer) is
  'Removes sold listings past delete_at like a deletion by the seller, with a request to remove their videos; expires '
  'active listings past their time, and notifies the sellers of both; ends boosts; updates shown counters that differ by a tenth.';

create function public.cleanup_batch(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' set statement_timeout = '55s' as $$
begin
  return (select pg_catalog.jsonb_object_agg(s.kind, s.removed) from (
    select * from private.sweep_login(p_limit) union all select * from private.sweep_records(p_limit)
    union all select * from private.sweep_listings(p_limit) union all select * from private.sweep_pushes(p_limit)
    union all select * from private.sweep_quality(p_limit) union all select * from private.sweep_searches(p_limit)
    union all select * from private.sweep_emails(p_limit)) as s);
end;
$$;
comment on function public.cleanup_batch(integer) is
  'Removes up to p_limit rows of each kind and returns {kind: count}; call again while a count is p_limit.';

revoke execute on function private.sweep_login(integer), private.sweep_records(integer),
  private.sweep_listings(integer), public.cleanup_batch(integer) from public, anon, authenticated;
grant execute on function private.sweep_login(integer), private.sweep_records(integer),
  private.sweep_listings(integer), public.cleanup_batch(integer) to service_role;
