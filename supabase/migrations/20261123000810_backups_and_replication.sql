-- Runs of backups, and replicas of videos and files. The manifests in VK Cloud are authoritative; these rows are for
-- staff and alerts.

create function public.begin_backup_run(p_kind text, p_job text, p_fence bigint) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  -- The lease proves that no earlier run of the job is alive.
  update public.backup_runs r set
    state = 'failed', finished_at = pg_catalog.now(), failure_reason = 'RunEnded: the process ended without a word'
  where r.state = 'running' and r.kind = p_kind and coalesce(r.lease_job, p_job) = p_job
    and (r.lease_fence is null or r.lease_fence < p_fence);
  if not exists (select from public.job_leases j where j.job = p_job and j.fence = p_fence and j.holder is not null) then
    raise exception 'the lease is lost' using errcode = '55P03';
  end if;
  insert into public.backup_runs (kind, lease_job, lease_fence) values (p_kind, p_job, p_fence) returning id into v_id;
  return v_id;
end;
$$;
comment on function public.begin_backup_run(text, text, bigint) is
  'Opens a run under a lease; closes killed runs of the same kind and job as failed. Workers of one kind have a job each.';

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
  'Closes a run as verified, uploaded, partial or failed; returns false when it was closed before.';

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
comment on function public.note_swept_backups(text[]) is 'Marks expired backups deleted by retention.';

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
comment on function public.backup_status() is
  'Returns per kind of run the last run, the time of the last verified one, and failures since then.';

-- Supabase has no index on the times of its files, and does not allow one.
create table private.file_changes (
  object_id uuid primary key,
  changed_at timestamptz not null
);
comment on table private.file_changes is
  'Time of the last change of each file of storage.objects. Kept by a trigger, so that a page of changes reads no '
  'more rows than it returns.';
create index file_changes_order_idx on private.file_changes (changed_at, object_id);
grant select on private.file_changes to service_role;

insert into private.file_changes (object_id, changed_at)
select o.id, coalesce(o.updated_at, pg_catalog.now()) from storage.objects o;

create function private.note_file_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    delete from private.file_changes f where f.object_id = old.id;
  else
    insert into private.file_changes as f (object_id, changed_at)
    values (new.id, coalesce(new.updated_at, pg_catalog.now()))
    on conflict (object_id) do update set changed_at = excluded.changed_at;
  end if;
  return null;
end;
$$;
comment on function private.note_file_change() is
  'Trigger: keeps private.file_changes. Needs the owner''s rights, as Storage writes.';
create trigger auto360_note_file_change after insert or update or delete on storage.objects
  for each row execute function private.note_file_change();

create function public.storage_changes(p_after timestamptz, p_after_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', o.id, 'bucket', o.bucket_id, 'name', o.name,
      'etag', pg_catalog.btrim(coalesce(o.metadata ->> 'eTag', ''), '"'), 'bytes', (o.metadata ->> 'size')::bigint,
      'changed_at', o.changed_at) order by o.changed_at, o.id), '[]')
  from (
    select f.changed_at, s.id, s.bucket_id, s.name, s.metadata
    from private.file_changes f join storage.objects s on s.id = f.object_id
    where (f.changed_at, f.object_id) > (p_after, p_after_id)
    order by f.changed_at, f.object_id limit p_limit
  ) as o;
$$;
comment on function public.storage_changes(timestamptz, uuid, integer) is
  'Returns files of Supabase Storage that were added or changed after a position, oldest first: [{id, bucket, name, '
  'etag, bytes, changed_at}].';

create function public.copies_known(p_kind text, p_bucket text, p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('source', c.source, 'etag', c.source_etag,
      'bytes', c.bytes, 'sha256', pg_catalog.encode(c.sha256, 'hex'), 'object_key', c.object_key)
      order by c.source collate "C"), '[]')
  from (
    select b.* from public.backup_copies b
    where b.kind = p_kind and b.source_gone_at is null and b.source collate "C" > p_after
      and pg_catalog.starts_with(b.source, p_bucket || '/')
    order by b.source collate "C" limit p_limit
  ) as c;
$$;
comment on function public.copies_known(text, text, text, integer) is
  'Returns replicas whose source existed at the last check, in the byte order of the source: [{source, etag, bytes, '
  'sha256, object_key}].';

create function public.copy_of(p_kind text, p_source text) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('source', c.source, 'etag', c.source_etag, 'bytes', c.bytes,
    'sha256', pg_catalog.encode(c.sha256, 'hex'), 'object_key', c.object_key)
  from public.backup_copies c where c.kind = p_kind and c.source = p_source and c.source_gone_at is null;
$$;
comment on function public.copy_of(text, text) is 'Returns the replica of one source, or null.';

create function public.note_copy(
  p_kind text, p_source text, p_etag text, p_object_key text, p_bytes bigint, p_sha256 bytea, p_origin text
) returns void
language sql volatile set search_path = '' as $$
  insert into public.backup_copies as c (kind, source, source_etag, object_key, bytes, sha256, origin, copied_at)
  values (p_kind, p_source, p_etag, p_object_key, p_bytes, p_sha256, p_origin, pg_catalog.now())
  on conflict (kind, source) do update set
    source_etag = excluded.source_etag, object_key = excluded.object_key, bytes = excluded.bytes,
    sha256 = excluded.sha256, origin = excluded.origin, copied_at = excluded.copied_at, verified_at = null,
    source_gone_at = null, keep_until = null;
$$;
comment on function public.note_copy(text, text, text, text, bigint, bytea, text) is
  'Records a completely written replica.';

create function public.note_source_gone(p_kind text, p_source text, p_object_key text, p_keep_days integer) returns void
language sql volatile set search_path = '' as $$
  update public.backup_copies c set source_gone_at = pg_catalog.now(), object_key = p_object_key,
    keep_until = pg_catalog.now() + pg_catalog.make_interval(days => p_keep_days)
  where c.kind = p_kind and c.source = p_source and c.source_gone_at is null;
$$;
comment on function public.note_source_gone(text, text, text, integer) is
  'Records that a source was deleted: its replica, now at p_object_key, is kept for p_keep_days more.';

create function public.note_deleted_videos(p_keep_days integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_noted integer;
begin
  update public.backup_copies c set source_gone_at = v.deleted_at,
    keep_until = v.deleted_at + pg_catalog.make_interval(days => p_keep_days)
  from public.videos v
  where c.kind = 'video' and c.source_gone_at is null and v.deleted_at is not null and c.source = v.id::text;
  get diagnostics v_noted = row_count;
  return v_noted;
end;
$$;
comment on function public.note_deleted_videos(integer) is
  'Starts the p_keep_days of replicas whose videos were deleted at their providers; returns the number of new ones.';

create function public.copies_over(p_kind text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('source', c.source, 'object_key', c.object_key)), '[]')
  from (
    select b.source, b.object_key from public.backup_copies b
    where b.kind = p_kind and b.keep_until <= pg_catalog.now() order by b.keep_until limit p_limit
  ) as c;
$$;
comment on function public.copies_over(text, integer) is 'Returns replicas whose retention has ended: [{source, object_key}].';

create function public.note_copies_deleted(p_kind text, p_sources text[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_kind = 'video' then
    update public.videos v set replica_key = null, replica_bytes = null, replica_sha256 = null, replica_origin = null,
      replicated_at = null
    where v.id::text = any (p_sources) and v.deleted_at is not null;
  end if;
  delete from public.backup_copies c
  where c.kind = p_kind and c.source = any (p_sources) and c.keep_until <= pg_catalog.now();
end;
$$;
comment on function public.note_copies_deleted(text, text[]) is
  'Records that the objects of these expired replicas were deleted.';

create function public.note_video_copy(
  p_video_id uuid, p_claim uuid, p_object_key text, p_bytes bigint, p_sha256 bytea, p_origin text
) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  perform 1 from public.videos v where v.id = p_video_id for no key update;
  if not exists (select from public.video_copy_tasks t where t.video_id = p_video_id and t.claim = p_claim) then
    -- Overwrites the file of another worker, which may have read other bytes.
    update public.video_copy_tasks t set claim = null, lease_until = null where t.video_id = p_video_id;
    update public.videos v set replicated_at = null
    where v.id = p_video_id and v.deleted_at is null and v.replicated_at is not null and v.replica_sha256 <> p_sha256;
    return false;
  end if;
  update public.videos v set replica_key = p_object_key, replica_bytes = p_bytes, replica_sha256 = p_sha256,
    replica_origin = p_origin, replicated_at = pg_catalog.now()
  where v.id = p_video_id and v.deleted_at is null;
  if not found then
    return false;
  end if;
  perform public.note_copy('video', p_video_id::text, null, p_object_key, p_bytes, p_sha256, p_origin);
  delete from public.video_copy_tasks t where t.video_id = p_video_id;
  return true;
end;
$$;
comment on function public.note_video_copy(uuid, uuid, text, bigint, bytea, text) is
  'Records the replica of a video at VK Cloud; returns false when the video was deleted meanwhile, or when its claim is not the last '
  'one: both workers wrote the same file, so the video is copied again unless the bytes are equal.';

create function public.note_copy_verified(p_kind text, p_source text, p_sha256 bytea) returns void
language sql volatile set search_path = '' as $$
  update public.backup_copies c set verified_at = pg_catalog.now(), check_lease_until = null
  where c.kind = p_kind and c.source = p_source and c.sha256 = p_sha256;
$$;
comment on function public.note_copy_verified(text, text, bytea) is
  'Records that a replica was read again and equals its source.';

create function public.note_copy_damaged(p_kind text, p_source text, p_sha256 bytea) returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.backup_copies c set source_etag = null
  where c.kind = p_kind and c.source = p_source and c.sha256 = p_sha256;
  if p_kind = 'video' then
    update public.videos v set replicated_at = null
    where v.id::text = p_source and v.replica_sha256 = p_sha256 and v.deleted_at is null and v.replicated_at is not null;
    if found then
      insert into public.video_copy_tasks (video_id, needed_since) values (p_source::uuid, pg_catalog.now())
      on conflict (video_id) do nothing;
    end if;
  end if;
end;
$$;
comment on function public.note_copy_damaged(text, text, bytea) is
  'Records a replica that differs from its source: the next run copies the source again.';

revoke execute on function public.begin_backup_run(text, text, bigint),
  public.end_backup_run(uuid, text, text, text, text, bigint, text, integer, jsonb, timestamptz, text),
  public.note_swept_backups(text[]), public.backup_status(), public.storage_changes(timestamptz, uuid, integer),
  public.copies_known(text, text, text, integer), public.copy_of(text, text),
  public.note_copy(text, text, text, text, bigint, bytea, text), public.note_source_gone(text, text, text, integer),
  public.note_deleted_videos(integer), public.copies_over(text, integer), public.note_copies_deleted(text, text[]),
  public.note_video_copy(uuid, uuid, text, bigint, bytea, text), public.note_copy_verified(text, text, bytea),
  public.note_copy_damaged(text, text, bytea) from public, anon, authenticated;
grant execute on function public.begin_backup_run(text, text, bigint),
  public.end_backup_run(uuid, text, text, text, text, bigint, text, integer, jsonb, timestamptz, text),
  public.note_swept_backups(text[]), public.backup_status(), public.storage_changes(timestamptz, uuid, integer),
  public.copies_known(text, text, text, integer), public.copy_of(text, text),
  public.note_copy(text, text, text, text, bigint, bytea, text), public.note_source_gone(text, text, text, integer),
  public.note_deleted_videos(integer), public.copies_over(text, integer), public.note_copies_deleted(text, text[]),
  public.note_video_copy(uuid, uuid, text, bigint, bytea, text), public.note_copy_verified(text, text, bytea),
  public.note_copy_damaged(text, text, bytea) to service_role;
revoke execute on function private.note_file_change() from public, anon, authenticated;
