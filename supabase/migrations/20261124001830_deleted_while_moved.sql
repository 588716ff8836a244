-- A video whose owner deletes it after the switch: both copies are in its row, and go with it. And a queue without a CDN.

create or replace function public.video_migration_close_deleted() returns integer
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
comment on function public.cdn_purge_drop() is 'Empties the queue where there is no CDN. Gives how many paths.';
revoke execute on function public.cdn_purge_drop() from public, anon, authenticated;
grant execute on function public.cdn_purge_drop() to service_role;
