-- Deletion of unreferenced pictures, of originals, and of files without a row (docs/decisions/0131).

create function public.picture_deletions(p_limit integer, p_dry_run boolean) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_unused uuid[];
  v_incoming uuid[];
begin
  v_unused := array(select p.id from public.pictures p
    where p.state = 'deleting' or (p.state in ('ready', 'withdrawing', 'withdrawn', 'restoring')
      and (p.lease_until is null or p.lease_until <= pg_catalog.now())
      and p.unused_since < pg_catalog.now() - interval '1 day'
      and not exists (select from private.picture_uses u where u.bucket_id = p.bucket_id and u.name = p.name))
    order by p.unused_since limit p_limit);
  v_incoming := array(select p.id from public.pictures p
    where p.bucket_id = 'incoming' and p.incoming_deleted_at is null and p.state not in ('awaiting', 'received')
      and p.created_at < pg_catalog.now() - interval '30 days'
    order by p.created_at limit p_limit);
  if not p_dry_run then
    -- The conditions again, under the lock: a use may have been added since.
    update public.pictures p set state = 'deleting', version = p.version + 1, next_attempt_at = null
    where p.id = any (v_unused) and p.state <> 'deleting' and p.unused_since < pg_catalog.now() - interval '1 day';
  end if;
  return pg_catalog.jsonb_build_object(
    'unused', pg_catalog.cardinality(v_unused), 'originals', pg_catalog.cardinality(v_incoming),
    'pictures', case when p_dry_run then '[]' else coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'id', p.id, 'bucket', case p.bucket_id when 'incoming' then 'pictures' else p.bucket_id end,
        'names', case p.bucket_id when 'incoming' then coalesce((select pg_catalog.jsonb_agg(f.file -> 'name')
          from pg_catalog.jsonb_array_elements(p.files) as f (file)), '[]') else pg_catalog.jsonb_build_array(p.name) end))
      from public.pictures p where p.id = any (v_unused) and p.state = 'deleting'), '[]') end,
    'incoming', case when p_dry_run then '[]' else coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'id', p.id, 'name', p.name)) from public.pictures p where p.id = any (v_incoming)), '[]') end);
end;
$$;
comment on function public.picture_deletions(integer, boolean) is
  'Returns due deletions, at most p_limit of each: {unused, originals, pictures: [{id, bucket, names}], '
  'incoming: [{id, name}]}. Unused for a day; originals after 30 days. A dry run counts and changes nothing; otherwise '
  'pictures are claimed, and returned again by the next run until they are recorded as deleted.';

create function public.pictures_deleted(p_ids uuid[], p_incoming_ids uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_picture public.pictures;
  v_count integer;
begin
  for v_picture in
    select p.* from public.pictures p where p.id = any (p_ids) and p.state = 'deleting' order by p.name
  loop
    perform private.purge_picture(v_picture);
  end loop;
  update public.pictures p set state = 'deleted', deleted_at = pg_catalog.now(), files = '[]', etag = null
  where p.id = any (p_ids) and p.state = 'deleting';
  get diagnostics v_count = row_count;
  update public.pictures p set incoming_deleted_at = pg_catalog.now()
  where p.id = any (p_incoming_ids) and p.incoming_deleted_at is null;
  -- Rows are kept for a while as the history of a file.
  delete from public.pictures p
  where p.state in ('refused', 'expired', 'deleted') and p.updated_at < pg_catalog.now() - interval '30 days'
    and (p.bucket_id <> 'incoming' or p.incoming_deleted_at is not null);
  return v_count;
end;
$$;
comment on function public.pictures_deleted(uuid[], uuid[]) is
  'Records that the files of these pictures, and these originals, are deleted, and queues their purge. Rows are kept '
  'for 30 days more.';

create function public.picture_strays(p_after text, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(s.name order by s.name collate "C"), '[]')
  from (
    select o.name from storage.objects o
    where o.bucket_id = 'pictures' and o.name collate "C" > p_after
      and greatest(o.created_at, o.updated_at) < pg_catalog.now() - interval '1 day'
      and not exists (select from public.pictures p
        where p.bucket_id = 'incoming'
          and p.name = pg_catalog.split_part(o.name, '/', 1) || '/' || pg_catalog.split_part(o.name, '/', 2)
          -- A worker may be rewriting it at this moment, and use it next.
          and (p.state in ('awaiting', 'received')
            or p.files @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('name', o.name))))
    order by o.name collate "C" limit p_limit
  ) as s;
$$;
comment on function public.picture_strays(text, integer) is
  'Returns public files older than a day without a row, such as of a killed run, after a name in byte order. Those of a '
  'picture that still waits for its result are omitted.';

create function public.picture_status() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'states', coalesce((select pg_catalog.jsonb_object_agg(s.state, s.count) from (
      select p.state, pg_catalog.count(*) from public.pictures p group by p.state) as s), '{}'),
    'refusals', coalesce((select pg_catalog.jsonb_object_agg(r.refusal, r.count) from (
      select p.refusal, pg_catalog.count(*) from public.pictures p
      where p.state = 'refused' and p.decided_at > pg_catalog.now() - interval '7 days' group by p.refusal) as r), '{}'),
    'oldest_waiting_seconds', (select extract(epoch from pg_catalog.now() - pg_catalog.min(p.received_at))::integer
      from public.pictures p where p.state in ('awaiting', 'received')),
    'ready_today', (select pg_catalog.count(*) from public.pictures p
      where p.state = 'ready' and p.decided_at > pg_catalog.now() - interval '1 day'),
    'deleted_today', (select pg_catalog.count(*) from public.pictures p
      where p.deleted_at > pg_catalog.now() - interval '1 day'),
    'unused', (select pg_catalog.count(*) from public.pictures p
      where p.state in ('ready', 'withdrawing', 'withdrawn', 'restoring', 'deleting') and p.unused_since < pg_catalog.now() - interval '1 day'),
    'originals', (select pg_catalog.count(*) from public.pictures p
      where p.bucket_id = 'incoming' and p.incoming_deleted_at is null
        and p.created_at < pg_catalog.now() - interval '30 days'));
$$;
comment on function public.picture_status() is
  'Returns counts of pictures for the operations page: by state, refusals of seven days, due deletions.';

revoke execute on function public.picture_deletions(integer, boolean), public.pictures_deleted(uuid[], uuid[]),
  public.picture_strays(text, integer), public.picture_status() from public, anon, authenticated;
grant execute on function public.picture_deletions(integer, boolean), public.pictures_deleted(uuid[], uuid[]),
  public.picture_strays(text, integer), public.picture_status() to service_role;
