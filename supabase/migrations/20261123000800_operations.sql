-- What the timers and the operations page keep: leases, backups, alerts, figures per day. Backend only.

create table public.job_leases (
  id uuid primary key default gen_random_uuid(),
  job text not null unique check (char_length(job) between 1 and 100),
  holder text,
  lease_until timestamptz,
  fence bigint not null default 0 check (fence >= 0),
  cursor jsonb not null default '{}' check (jsonb_typeof(cursor) = 'object'),
  paused_at timestamptz,
  paused_by uuid references public.accounts (id) on delete set null,
  last_started_at timestamptz,
  last_succeeded_at timestamptz,
  last_error text check (char_length(last_error) <= 2000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((holder is null) = (lease_until is null))
);
comment on table public.job_leases is 'One row per job: who runs it now, where it stopped, whether a person has paused it.';
comment on column public.job_leases.fence is 'Grows with every lease; a run that has lost its lease is recognised by its older number.';
comment on column public.job_leases.cursor is 'Where the next run goes on.';
create index job_leases_paused_by_idx on public.job_leases (paused_by);
create trigger job_leases_touch_updated_at before update on public.job_leases
  for each row execute function private.touch_updated_at();
alter table public.job_leases enable row level security;
grant all on public.job_leases to service_role;

create function public.take_job_lease(p_job text, p_holder text, p_seconds integer) returns public.job_leases
language plpgsql volatile set search_path = '' as $$
declare
  v_lease public.job_leases;
begin
  insert into public.job_leases as j (job, holder, lease_until, fence, last_started_at)
  values (p_job, p_holder, pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds), 1, pg_catalog.now())
  on conflict (job) do update set
    holder = excluded.holder, lease_until = excluded.lease_until, fence = j.fence + 1,
    last_started_at = excluded.last_started_at
  where j.paused_at is null and (j.holder is null or j.lease_until <= pg_catalog.now())
  returning * into v_lease;
  return v_lease;
end;
$$;
comment on function public.take_job_lease(text, text, integer) is
  'Gives the job to p_holder for p_seconds when nobody has it and no person has paused it; otherwise the row is null.';

create function public.extend_job_lease(p_job text, p_holder text, p_fence bigint, p_seconds integer, p_cursor jsonb)
returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.job_leases j set
    lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds), cursor = coalesce(p_cursor, j.cursor)
  where j.job = p_job and j.holder = p_holder and j.fence = p_fence and j.paused_at is null;
  return found;
end;
$$;
comment on function public.extend_job_lease(text, text, bigint, integer, jsonb) is
  'Keeps the lease and stores the cursor; false when the lease is lost or the job was paused, and the run must stop.';

create function public.release_job_lease(p_job text, p_holder text, p_fence bigint, p_error text, p_cursor jsonb)
returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.job_leases j set
    holder = null, lease_until = null, cursor = coalesce(p_cursor, j.cursor), last_error = pg_catalog.left(p_error, 2000),
    last_succeeded_at = case when p_error is null then pg_catalog.now() else j.last_succeeded_at end
  where j.job = p_job and j.holder = p_holder and j.fence = p_fence;
  return found;
end;
$$;
comment on function public.release_job_lease(text, text, bigint, text, jsonb) is
  'Ends the run with its error or, when p_error is null, as a success.';
revoke execute on function public.take_job_lease(text, text, integer),
  public.extend_job_lease(text, text, bigint, integer, jsonb), public.release_job_lease(text, text, bigint, text, jsonb)
  from public, anon, authenticated;
grant execute on function public.take_job_lease(text, text, integer),
  public.extend_job_lease(text, text, bigint, integer, jsonb), public.release_job_lease(text, text, bigint, text, jsonb)
  to service_role;

create table public.backup_runs (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in
    ('database_daily', 'database_weekly', 'videos', 'storage', 'verification', 'restore_drill')),
  state text not null default 'running' check (state in ('running', 'uploaded', 'verified', 'failed', 'swept')),
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
  check (state <> 'verified' or verified_at is not null),
  check ((state = 'running') = (finished_at is null)),
  check (state <> 'failed' or failure_reason is not null)
);
comment on table public.backup_runs is
  'Every run of a backup, verification or drill. The manifests in VK Cloud are the truth; these rows are for people and alerts.';
comment on column public.backup_runs.details is 'Rows and content hashes per table, versions, durations.';
comment on column public.backup_runs.drilled_run_id is 'For a drill: the backup that it restored.';
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
  source_gone_at timestamptz,
  keep_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (kind, source),
  check ((source_gone_at is null) = (keep_until is null))
);
comment on table public.backup_copies is 'A file that was copied to VK Cloud, one row per source file, with what proves the copy.';
comment on column public.backup_copies.source is 'For videos provider/id; for storage bucket/name.';
comment on column public.backup_copies.keep_until is 'Set when the source is gone: 90 days for videos, 30 for storage.';
create index backup_copies_verify_idx on public.backup_copies (kind, verified_at nulls first);
create index backup_copies_keep_idx on public.backup_copies (keep_until) where keep_until is not null;
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
comment on table public.metrics_daily is 'One figure per Bishkek day: active users, registrations, listings, uploads, SMS, revenue, steps of the funnel.';
comment on column public.metrics_daily.dimension is 'What the figure is split by, such as tier:basic; empty for the total. Amounts are in tyiyn.';
create index metrics_daily_day_idx on public.metrics_daily (day desc);
create trigger metrics_daily_touch_updated_at before update on public.metrics_daily
  for each row execute function private.touch_updated_at();
alter table public.metrics_daily enable row level security;
grant all on public.metrics_daily to service_role;

create table public.supplier_balances (
  id uuid primary key default gen_random_uuid(),
  supplier text not null check (char_length(supplier) between 1 and 50),
  balance numeric(14, 4) not null check (balance <> 'NaN'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  measured_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);
comment on table public.supplier_balances is 'What is left on our accounts at suppliers, as they told us, in their currency and unit.';
create index supplier_balances_supplier_idx on public.supplier_balances (supplier, measured_at desc);
alter table public.supplier_balances enable row level security;
grant select, insert, delete on public.supplier_balances to service_role;
