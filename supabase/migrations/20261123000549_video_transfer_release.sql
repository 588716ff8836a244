-- Release of copies: api.video's long after a confirmed transfer, Yandex's after an abandoned one.

create function public.video_migration_claim_release(p_holder text, p_lease_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations;
begin
  if private.migration_paused() then
    return null;
  end if;
  select m.* into v_entry from public.video_migrations m
  where (m.lease_until is null or m.lease_until <= pg_catalog.now())
    and coalesce(m.next_try_at, '-infinity') <= pg_catalog.now()
    and ((m.target_release_after <= pg_catalog.now() and m.target_released_at is null)
      or (m.state = 'confirmed' and m.source_released_at is null and m.source_release_after <= pg_catalog.now()
        and (m.source_release_started_at is not null or private.release_obstacle(m) is null)))
  order by coalesce(m.target_release_after, m.source_release_after) limit 1 for update skip locked;
  if v_entry.id is null then
    return null;
  end if;
  update public.video_migrations m set lease_holder = p_holder, next_try_at = null,
    lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
  where m.id = v_entry.id;
  return private.migration_entry(v_entry) || pg_catalog.jsonb_build_object(
    'releases', case when v_entry.state = 'confirmed' then 'source' else 'target' end,
    'replica', (select pg_catalog.jsonb_build_object('key', v.replica_key, 'bytes', v.replica_bytes)
      from public.videos v where v.id = v_entry.video_id));
end;
$$;
comment on function public.video_migration_claim_release(text, integer) is
  'Claims the next copy to delete for p_holder: the entry, with "releases" ("source" or "target") and the replica; '
  'null for none.';

create function private.release_obstacle(p_migration public.video_migrations) returns text
language sql stable set search_path = '' as $$
  select case
    when v.id is null or v.deleted_at is not null or v.delete_requested_at is not null then 'video_deleted'
    when v.provider <> p_migration.target_provider or v.provider_video_id is distinct from p_migration.target_video_id
      or v.state <> 'ready' then 'copy_not_in_use'
    when v.ownership = 'claimed' then 'not_proved_ours'
    when v.replica_key is null or v.replicated_at is null or v.replica_sha256 is null then 'no_replica'
    when exists (select from public.listings l
      where l.deleted_at is null and (l.video_id = p_migration.source_video_id or (l.video_id is null
        and l.video_url is not null
        and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = p_migration.source_video_id))) then 'still_shown' end
  from (select p_migration.video_id as id) as asked left join public.videos v on v.id = asked.id;
$$;
comment on function private.release_obstacle(public.video_migrations) is
  'Returns the reason against deleting the copy at api.video (the other is not in use, the ownership is only claimed, '
  'VK Cloud has no replica, or a listing still shows it); else null.';

create function public.video_migration_begin_release(p_id uuid, p_holder text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
  v_obstacle text;
begin
  perform 1 from public.videos v where v.id = v_entry.video_id for update;
  v_entry := private.held_migration(p_id, p_holder);
  if v_entry.id is null or v_entry.state <> 'confirmed' or v_entry.source_release_after > pg_catalog.now() then
    return '{"outcome": "lost"}';
  elsif v_entry.source_release_started_at is not null then
    return '{"outcome": "ok"}';
  end if;
  v_obstacle := private.release_obstacle(v_entry);
  if v_obstacle is not null then
    return pg_catalog.jsonb_build_object('outcome', 'kept', 'reason', v_obstacle);
  end if;
  update public.videos v set fallback_provider = null, fallback_video_id = null, fallback_until = null,
    version = v.version + 1
  where v.id = v_entry.video_id;
  update public.video_migrations m set source_release_started_at = pg_catalog.now() where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_begin_release(uuid, text) is
  'Makes the last check before the deletion of api.video''s copy and removes it from playback and from rollback. '
  'Outcomes: ok, kept (with reason), lost.';

create function public.video_migration_released(p_id uuid, p_holder text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
begin
  if v_entry.id is null then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set lease_holder = null, lease_until = null,
    source_released_at = case when m.source_release_started_at is not null then pg_catalog.now() end,
    target_released_at = case when m.target_release_after is not null then pg_catalog.now() end
  where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_released(uuid, text) is
  'Records that the copy has been deleted at its provider.';

create function public.video_migration_close_deleted() returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  update public.video_migrations m set state = 'skipped', failure_reason = 'video_deleted', next_try_at = null,
    failed_state = null, failure_kind = null, source_release_after = null, lease_holder = null, lease_until = null
  where (m.state in ('switched', 'confirmed') or (m.state = 'failed' and m.failed_state = 'switched'))
    and m.source_release_started_at is null
    and exists (select from public.videos v where v.id = m.video_id and v.provider = m.target_provider
      and (v.deleted_at is not null or v.delete_requested_at is not null));
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;
comment on function public.video_migration_close_deleted() is
  'Closes entries whose video and both copies have been deleted since. Returns their number.';

revoke execute on function public.video_migration_claim_release(text, integer),
  private.release_obstacle(public.video_migrations), public.video_migration_begin_release(uuid, text),
  public.video_migration_released(uuid, text), public.video_migration_close_deleted()
  from public, anon, authenticated;
grant execute on function public.video_migration_claim_release(text, integer),
  private.release_obstacle(public.video_migrations), public.video_migration_begin_release(uuid, text),
  public.video_migration_released(uuid, text), public.video_migration_close_deleted() to service_role;
