-- Steps of a video transfer entry. Each may be repeated, and each refuses a run that no longer holds the entry.
-- Answers: {outcome: 'ok'} with the input of the next step, {outcome: 'lost'}, {outcome: 'paused'}, or
-- {outcome: 'skipped', reason} where the owner changed it first.

create function private.step_check(p_migration public.video_migrations, p_states text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_obstacle text;
begin
  if p_migration.id is null or p_migration.state <> all (p_states) then
    return '{"outcome": "lost"}';
  end if;
  -- No step locks the row of the video: only the switch does, and checks again.
  v_obstacle := private.migration_obstacle(p_migration);
  return case when v_obstacle is not null then private.leave_out(p_migration, v_obstacle) end;
end;
$$;
comment on function private.step_check(public.video_migrations, text[]) is
  'Returns the outcome that prevents a step; null when the step may proceed.';

create function public.video_migration_source(p_id uuid, p_holder text, p_bytes bigint, p_etag text, p_seconds numeric,
  p_width integer, p_height integer, p_projection text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_answer jsonb := private.step_check(v_entry, array['copying']);
  v_is_another boolean := v_entry.target_video_id is not null
    and (v_entry.bytes_total is distinct from p_bytes or v_entry.source_etag is distinct from p_etag);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.videos v set projection = p_projection, duration_seconds = coalesce(p_seconds, v.duration_seconds),
    width = coalesce(p_width, v.width), height = coalesce(p_height, v.height)
  where v.id = v_entry.video_id;
  if p_projection <> 'flat' then
    return private.leave_out(v_entry, p_projection);
  end if;
  if v_is_another then
    return '{"outcome": "source_changed"}';
  end if;
  update public.video_migration_days d
  set source_seconds = d.source_seconds + p_seconds - coalesce(v_entry.source_duration_seconds, 0)
  where d.day = v_entry.started_on and p_seconds is distinct from v_entry.source_duration_seconds;
  update public.video_migrations m set bytes_total = p_bytes, source_etag = p_etag, source_duration_seconds = p_seconds
  where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_source(uuid, text, bigint, text, numeric, integer, integer, text) is
  'Records the source file of a copy. Returns source_changed when size or ETag differ from before: the copy that was '
  'begun is useless.';

create function public.video_migration_request_target(p_id uuid, p_holder text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_answer jsonb := private.step_check(v_entry, array['copying']);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.video_migrations m set target_requested_at = coalesce(m.target_requested_at, pg_catalog.now()) where m.id = p_id;
  return pg_catalog.jsonb_build_object('outcome', 'ok', 'is_first', v_entry.target_requested_at is null);
end;
$$;
comment on function public.video_migration_request_target(uuid, text) is
  'Records the request for a copy before it is sent: {is_first}. After the first time a copy may exist; look it up.';

create function public.video_migration_target(p_id uuid, p_holder text, p_target_video_id text, p_upload_url text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
begin
  if v_entry.id is null or v_entry.state <> 'copying'
      or coalesce(v_entry.target_video_id, p_target_video_id) <> p_target_video_id then
    return '{"outcome": "lost"}';
  end if;
  -- Stored also if the owner changed it first: the deleting timer needs the id.
  update public.video_migrations m set target_video_id = p_target_video_id, upload_url = p_upload_url where m.id = p_id;
  return coalesce(private.step_check(v_entry, array['copying']), '{"outcome": "ok"}');
end;
$$;
comment on function public.video_migration_target(uuid, text, text, text) is
  'Stores the copy and its upload address before the first byte. Outcome lost: another run has a copy already; delete '
  'this one.';

create function public.video_migration_forget_target(p_id uuid, p_holder text, p_reason text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
begin
  if v_entry.id is null or v_entry.state not in ('copying', 'uploaded', 'ready') then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set state = 'copying', target_video_id = null, upload_url = null, bytes_copied = 0,
    chunk_digests = '[]', target_requested_at = null, target_number = m.target_number + 1, uploaded_at = null, ready_at = null, polled_at = null,
    target_duration_seconds = null, failure_reason = p_reason
  where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_forget_target(uuid, text, text) is
  'Restarts an entry whose copy is missing at the provider or was deleted as useless.';

create function public.video_migration_progress(p_id uuid, p_holder text, p_lease_seconds integer, p_from bigint,
  p_chunks jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_answer jsonb := private.step_check(v_entry, array['copying']);
  v_kept jsonb := (select coalesce(pg_catalog.jsonb_agg(d.value order by d.ordinality), '[]')
    from pg_catalog.jsonb_array_elements(v_entry.chunk_digests) with ordinality as d
    where (d.value ->> 'to')::bigint <= p_from);
  v_offset constant bigint := coalesce((v_kept || p_chunks -> -1 ->> 'to')::bigint, 0);
begin
  if v_answer is not null then
    return v_answer;
  elsif coalesce((v_kept -> -1 ->> 'to')::bigint, 0) <> p_from then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set chunk_digests = v_kept || p_chunks, bytes_copied = v_offset,
    attempts = case when v_offset > v_entry.bytes_copied then 0 else m.attempts end,
    lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
  where m.id = p_id;
  update public.video_migration_days d
  set bytes_copied = d.bytes_copied + greatest(v_offset - v_entry.bytes_copied, 0)
  where d.day = private.bishkek_day();
  return pg_catalog.jsonb_build_object('outcome', case when private.migration_paused() then 'paused' else 'ok' end);
end;
$$;
comment on function public.video_migration_progress(uuid, text, integer, bigint, jsonb) is
  'Records chunks stored at the provider, from p_from on: [{from, to, sha256 (hex)}]. Drops earlier reports beyond '
  'p_from: the provider lost those chunks. Extends the lease; progress resets earlier failures.';

create function public.video_migration_uploaded(p_id uuid, p_holder text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_answer jsonb := private.step_check(v_entry, array['copying', 'uploaded']);
begin
  if v_answer is not null then
    return v_answer;
  elsif v_entry.bytes_copied is distinct from v_entry.bytes_total then
    return '{"outcome": "incomplete"}';
  end if;
  update public.video_migrations m set state = 'uploaded', uploaded_at = coalesce(m.uploaded_at, pg_catalog.now()),
    attempts = 0, lease_holder = null, lease_until = null
  where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_uploaded(uuid, text) is
  'Records that all bytes are stored at the provider, each with a digest, so that encoding begins. Releases the '
  'lease.';

create function public.video_migration_not_ready(p_ids uuid[], p_holder text, p_seconds integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_waiting integer;
begin
  update public.video_migrations m set polled_at = pg_catalog.now(), lease_holder = null, lease_until = null,
    -- The interval grows with the time since the upload: between once and ten times p_seconds.
    next_try_at = pg_catalog.now() + pg_catalog.make_interval(secs => greatest(p_seconds,
      least(p_seconds * 10, extract(epoch from pg_catalog.now() - m.uploaded_at)::integer / 4)))
  where m.id = any (p_ids) and m.lease_holder = p_holder and m.state = 'uploaded';
  get diagnostics v_waiting = row_count;
  return v_waiting;
end;
$$;
comment on function public.video_migration_not_ready(uuid[], text, integer) is
  'Postpones entries whose copies are still being encoded.';

create function public.video_migration_ready(p_id uuid, p_holder text, p_seconds numeric) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_answer jsonb := private.step_check(v_entry, array['uploaded', 'ready']);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.video_migrations m set state = 'ready', ready_at = coalesce(m.ready_at, pg_catalog.now()),
    target_duration_seconds = p_seconds, attempts = 0, failure_reason = null
  where m.id = p_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_ready(uuid, text, numeric) is
  'Records a verified copy: size, length, digests, and its first segment are right. p_seconds is its length.';

create function public.video_migration_failed(p_id uuid, p_holder text, p_reason text, p_is_final boolean,
  p_max_attempts integer, p_retry_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
  v_is_final boolean := p_is_final or v_entry.attempts + 1 >= p_max_attempts;
begin
  if v_entry.id is null or v_entry.state not in ('copying', 'uploaded', 'ready', 'switched') then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set state = 'failed', failed_state = v_entry.state,
    failure_kind = case when v_is_final then 'final' else 'retryable' end,
    failure_reason = pg_catalog.left(p_reason, 1000), attempts = v_entry.attempts + 1,
    -- Twice as long each time, at most six hours.
    next_try_at = case when not v_is_final then pg_catalog.now() + pg_catalog.make_interval(
      secs => least(21600, p_retry_seconds * pg_catalog.power(2, least(v_entry.attempts, 20)))) end,
    lease_holder = null, lease_until = null,
    -- An abandoned copy is unused; kept for a week for inspection by staff.
    target_release_after = case when v_is_final and v_entry.state <> 'switched' and v_entry.target_requested_at is not null
      then pg_catalog.now() + interval '7 days' end
  where m.id = p_id;
  if v_is_final then
    update public.video_migration_days d set failed = d.failed + 1 where d.day = private.bishkek_day();
  end if;
  return pg_catalog.jsonb_build_object('outcome', case when v_is_final then 'final' else 'retryable' end);
end;
$$;
comment on function public.video_migration_failed(uuid, text, text, boolean, integer, integer) is
  'Records a failed step. Doubles the wait each time; abandons the entry after p_max_attempts without progress, or '
  'when the failure is permanent.';

revoke execute on function private.step_check(public.video_migrations, text[]),
  public.video_migration_source(uuid, text, bigint, text, numeric, integer, integer, text),
  public.video_migration_request_target(uuid, text), public.video_migration_target(uuid, text, text, text),
  public.video_migration_forget_target(uuid, text, text),
  public.video_migration_progress(uuid, text, integer, bigint, jsonb), public.video_migration_uploaded(uuid, text),
  public.video_migration_not_ready(uuid[], text, integer), public.video_migration_ready(uuid, text, numeric),
  public.video_migration_failed(uuid, text, text, boolean, integer, integer) from public, anon, authenticated;
grant execute on function private.step_check(public.video_migrations, text[]),
  public.video_migration_source(uuid, text, bigint, text, numeric, integer, integer, text),
  public.video_migration_request_target(uuid, text), public.video_migration_target(uuid, text, text, text),
  public.video_migration_forget_target(uuid, text, text),
  public.video_migration_progress(uuid, text, integer, bigint, jsonb), public.video_migration_uploaded(uuid, text),
  public.video_migration_not_ready(uuid[], text, integer), public.video_migration_ready(uuid, text, numeric),
  public.video_migration_failed(uuid, text, text, boolean, integer, integer) to service_role;
