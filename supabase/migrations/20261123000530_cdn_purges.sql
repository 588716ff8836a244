-- Queue of paths to purge from the CDN, which accepts one request a minute with ten paths.

create table public.cdn_purges (
  id uuid primary key default gen_random_uuid(),
  path text not null check (path ~ '^/' and char_length(path) <= 500),
  taken_at timestamptz,
  done_at timestamptz,
  attempts integer not null default 0 check (attempts >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (done_at is null or taken_at is not null)
);
comment on table public.cdn_purges is 'Paths of the CDN to be purged. A waiting path is not added again.';
create unique index cdn_purges_waiting_idx on public.cdn_purges (path) where taken_at is null;
create index cdn_purges_order_idx on public.cdn_purges (created_at) where done_at is null;
create trigger cdn_purges_touch_updated_at before update on public.cdn_purges
  for each row execute function private.touch_updated_at();
alter table public.cdn_purges enable row level security;
grant all on public.cdn_purges to service_role;

create function private.purge_moved_video() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.cdn_purges (path)
  select p.path from (values
    ('/video/' || old.id || '/*'), ('/api/video/' || old.id || '/*'), ('/' || old.replica_key)) as p (path)
  where p.path is not null
  on conflict do nothing;
  return null;
end;
$$;
comment on function private.purge_moved_video() is
  'Trigger: requests a purge of a moved video''s old place at the CDN, by our lasting addresses and by its replica''s '
  'key.';
create trigger videos_purge_cdn after update on public.videos
  for each row when (
    (old.provider, old.provider_video_id, old.replica_key, old.deleted_at, old.delete_requested_at)
      is distinct from (new.provider, new.provider_video_id, new.replica_key, new.deleted_at, new.delete_requested_at)
    and old.state = 'ready'
  ) execute function private.purge_moved_video();

create function public.cdn_purge_take() returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_batch jsonb;
begin
  if not exists (select from public.cdn_purges p where p.done_at is null
      and (p.taken_at is null or p.taken_at < pg_catalog.now() - interval '10 minutes')) then
    return '[]';
  end if;
  -- The row lock serialises parallel runs; the second finds the minute used.
  insert into public.job_leases as j (job, last_started_at) values ('cdn_purger', pg_catalog.now())
  on conflict (job) do update set last_started_at = excluded.last_started_at
    where j.last_started_at is null or j.last_started_at <= pg_catalog.now() - interval '60 seconds';
  if not found then
    return '[]';
  end if;
  with next as (
    select distinct on (p.path) p.id, p.path, p.created_at from public.cdn_purges p
    where p.done_at is null and (p.taken_at is null or p.taken_at < pg_catalog.now() - interval '10 minutes')
    order by p.path, p.created_at
  ), taken as (
    update public.cdn_purges p set taken_at = pg_catalog.now(), attempts = p.attempts + 1
    where p.id in (select n.id from next n order by n.created_at, n.path limit 10)
    returning p.id, p.path
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') into v_batch from taken t;
  return v_batch;
end;
$$;
comment on function public.cdn_purge_take() is
  'Claims up to ten paths for one purge request, at most once a minute: [{id, path}]. Paths that were claimed but not '
  'recorded for ten minutes belonged to a killed run and become available again.';

create function public.cdn_purge_done(p_ids uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_done integer;
begin
  update public.cdn_purges p set done_at = pg_catalog.now() where p.id = any (p_ids) and p.taken_at is not null;
  get diagnostics v_done = row_count;
  delete from public.cdn_purges p where p.done_at < pg_catalog.now() - interval '7 days';
  return v_done;
end;
$$;
comment on function public.cdn_purge_done(uuid[]) is
  'Records that the CDN has accepted the paths. Rows are kept for a week.';

create function public.cdn_purge_failed(p_ids uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_again integer;
begin
  -- A waiting request for the same path suffices.
  delete from public.cdn_purges p where p.id = any (p_ids)
    and exists (select from public.cdn_purges q where q.path = p.path and q.taken_at is null);
  update public.cdn_purges p set taken_at = null where p.id = any (p_ids) and p.done_at is null;
  get diagnostics v_again = row_count;
  return v_again;
end;
$$;
comment on function public.cdn_purge_failed(uuid[]) is
  'Returns paths to the queue after the CDN has not accepted them.';

create function public.cdn_purge_request(p_paths text[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_added integer;
begin
  insert into public.cdn_purges (path) select distinct p.path from pg_catalog.unnest(p_paths) as p (path)
  on conflict do nothing;
  get diagnostics v_added = row_count;
  return v_added;
end;
$$;
comment on function public.cdn_purge_request(text[]) is
  'Adds paths, a `*` allowed at the end; returns the number of new ones.';

create function public.cdn_purge_drop() returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_dropped integer;
begin
  -- A condition, since hosted projects refuse to empty a whole table.
  delete from public.cdn_purges where true;
  get diagnostics v_dropped = row_count;
  return v_dropped;
end;
$$;
comment on function public.cdn_purge_drop() is
  'Empties the queue when no CDN is configured. Returns the number of paths.';

revoke execute on function private.purge_moved_video() from public, anon, authenticated;
revoke execute on function public.cdn_purge_take(), public.cdn_purge_done(uuid[]), public.cdn_purge_failed(uuid[]),
  public.cdn_purge_request(text[]), public.cdn_purge_drop() from public, anon, authenticated;
grant execute on function public.cdn_purge_take(), public.cdn_purge_done(uuid[]), public.cdn_purge_failed(uuid[]),
  public.cdn_purge_request(text[]), public.cdn_purge_drop() to service_role;
