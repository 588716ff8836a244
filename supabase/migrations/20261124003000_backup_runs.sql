-- How runs of backups are recorded. The manifests in VK Cloud are the truth; these rows are for people and alerts.

alter table public.backup_runs add column if not exists lease_fence bigint;
comment on column public.backup_runs.lease_fence is 'The lease under which the run works; an older number than the lease''s has lost it.';

create function public.begin_backup_run(p_kind text, p_job text, p_fence bigint) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  -- Whoever has the lease knows that no earlier run of the job is alive.
  update public.backup_runs r set
    state = 'failed', finished_at = pg_catalog.now(), failure_reason = 'RunEnded: the process ended without a word'
  where r.state = 'running' and r.kind = p_kind and (r.lease_fence is null or r.lease_fence < p_fence);
  if not exists (select from public.job_leases j where j.job = p_job and j.fence = p_fence and j.holder is not null) then
    raise exception 'the lease is lost' using errcode = '55P03';
  end if;
  insert into public.backup_runs (kind, lease_fence) values (p_kind, p_fence) returning id into v_id;
  return v_id;
end;
$$;
comment on function public.begin_backup_run(text, text, bigint) is
  'Opens a run under a lease; runs of the same kind that were killed are closed as failed.';

create function public.end_backup_run(
  p_run uuid, p_state text, p_failure text, p_object_key text, p_manifest_key text, p_bytes bigint, p_sha256 text,
  p_files integer, p_details jsonb, p_keep_until timestamptz, p_drilled_manifest text)
returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.backup_runs r set
    state = p_state, failure_reason = pg_catalog.left(p_failure, 2000), object_key = p_object_key,
    manifest_key = p_manifest_key, bytes = p_bytes, sha256 = pg_catalog.decode(p_sha256, 'hex'), files = p_files,
    details = coalesce(p_details, '{}'), keep_until = p_keep_until, finished_at = pg_catalog.now(),
    verified_at = case when p_state = 'verified' then pg_catalog.now() end,
    drilled_run_id = (select d.id from public.backup_runs d where d.manifest_key = p_drilled_manifest
      and d.kind in ('database_daily', 'database_weekly') order by d.started_at desc limit 1)
  where r.id = p_run and r.state = 'running';
  return found;
end;
$$;
comment on function public.end_backup_run(uuid, text, text, text, text, bigint, text, integer, jsonb, timestamptz, text) is
  'Closes a run as verified, uploaded or failed; false where it was closed before.';

create function public.note_swept_backups(p_manifest_keys text[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_count integer;
begin
  update public.backup_runs r set state = 'swept', swept_at = pg_catalog.now()
  where r.manifest_key = any (p_manifest_keys) and r.kind in ('database_daily', 'database_weekly') and r.swept_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
comment on function public.note_swept_backups(text[]) is 'Marks backups whose time was over and which retention has deleted.';

create function public.backup_status() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'kind', k.kind, 'last', pg_catalog.to_jsonb(l) - 'sha256' - 'details', 'details', l.details,
    'last_verified_at', v.verified_at, 'failures_since', f.failures, 'running', r.running) order by k.position), '[]')
  from pg_catalog.unnest(array['database_daily', 'database_weekly', 'videos', 'storage', 'verification', 'restore_drill'])
    with ordinality as k (kind, position)
  left join lateral (select * from public.backup_runs b where b.kind = k.kind order by b.started_at desc limit 1) l on true
  left join lateral (select pg_catalog.max(b.verified_at) as verified_at from public.backup_runs b where b.kind = k.kind) v on true
  left join lateral (select pg_catalog.count(*) as failures from public.backup_runs b
    where b.kind = k.kind and b.state = 'failed' and b.started_at > coalesce(v.verified_at, '-infinity')) f on true
  left join lateral (select pg_catalog.count(*) as running from public.backup_runs b
    where b.kind = k.kind and b.state = 'running') r on true;
$$;
comment on function public.backup_status() is 'Per kind of run: the last one, when one was last verified, failures since then.';

revoke execute on function public.begin_backup_run(text, text, bigint),
  public.end_backup_run(uuid, text, text, text, text, bigint, text, integer, jsonb, timestamptz, text),
  public.note_swept_backups(text[]), public.backup_status() from public, anon, authenticated;
grant execute on function public.begin_backup_run(text, text, bigint),
  public.end_backup_run(uuid, text, text, text, text, bigint, text, integer, jsonb, timestamptz, text),
  public.note_swept_backups(text[]), public.backup_status() to service_role;
