-- Leases of timers' jobs: one run at a time; staff can pause a job.

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
comment on table public.job_leases is 'State of a job, one row each: its present holder, its cursor, its pause.';
comment on column public.job_leases.fence is 'Grows with every lease; an older number identifies a run that lost its lease.';
comment on column public.job_leases.cursor is 'Position at which the next run continues.';
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
  'Leases a job to p_holder for p_seconds when it is free and not paused; otherwise returns a row of nulls.';

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
  'Extends the lease and stores the cursor; returns false when the lease is lost or the job was paused, and the run '
  'must stop.';

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
  public.extend_job_lease(text, text, bigint, integer, jsonb),
  public.release_job_lease(text, text, bigint, text, jsonb) from public, anon, authenticated;
grant execute on function public.take_job_lease(text, text, integer),
  public.extend_job_lease(text, text, bigint, integer, jsonb),
  public.release_job_lease(text, text, bigint, text, jsonb) to service_role;
