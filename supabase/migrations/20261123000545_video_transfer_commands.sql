-- Steps of a video transfer: claim, copy, switch, confirm, roll back, release.

-- Who works on which entry, and how many may be begun: the pause, the lease, the day's allowance. Rules of races live here.

create function private.migration_paused() returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.job_leases j where j.job = 'video_migrator' and j.paused_at is not null);
$$;
comment on function private.migration_paused() is 'Returns true while a staff member has paused the video transfer.';

create function public.video_migration_pause(p_paused boolean) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.job_leases as j (job, paused_at)
  values ('video_migrator', case when p_paused then pg_catalog.now() end)
  on conflict (job) do update set paused_at = case when p_paused then coalesce(j.paused_at, excluded.paused_at) end;
  return p_paused;
end;
$$;
comment on function public.video_migration_pause(boolean) is
  'Pauses or resumes the video transfer. A copying run stops after its present chunk and keeps its progress.';

create function private.take_allowance(p_daily_limit integer, p_budget_seconds numeric, p_seconds numeric) returns text
language plpgsql volatile set search_path = '' as $$
begin
  if p_budget_seconds is not null
      and (select coalesce(pg_catalog.sum(d.source_seconds), 0) + p_seconds from public.video_migration_days d)
        > p_budget_seconds then
    return 'budget_spent';
  end if;
  if p_daily_limit > 0 then
    -- The row's lock lets parallel runs take one after the other; the table's check would refuse one too many.
    insert into public.video_migration_days as d (day, allowed, started, source_seconds)
    values (private.bishkek_day(), p_daily_limit, 1, p_seconds)
    on conflict (day) do update set allowed = p_daily_limit, started = d.started + 1,
      source_seconds = d.source_seconds + excluded.source_seconds
    where d.started < p_daily_limit;
    if found then
      return null;
    end if;
  end if;
  return 'daily_limit';
end;
$$;
comment on function private.take_allowance(integer, numeric, numeric) is
  'Counts one more video against today''s limit and the whole budget (in seconds of video, null for none), or returns '
  'the reason against it.';

create function private.acquire_lease(p_id uuid, p_holder text, p_lease_seconds integer) returns public.video_migrations
language plpgsql volatile set search_path = '' as $$
declare
  v_held public.video_migrations;
begin
  update public.video_migrations m set lease_holder = p_holder,
    lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds),
    state = case when m.state = 'failed' then m.failed_state when m.state = 'planned' then 'copying' else m.state end,
    failed_state = null, failure_kind = null, next_try_at = null,
    started_on = coalesce(m.started_on, private.bishkek_day())
  where m.id = p_id returning m.* into strict v_held;
  return v_held;
end;
$$;
comment on function private.acquire_lease(uuid, text, integer) is
  'Gives the lease of a locked entry to a run; a failed entry continues at its last step.';

create function private.claim_begun(p_holder text, p_lease_seconds integer, p_states text[], p_only text[])
returns public.video_migrations
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  select m.id into v_id from public.video_migrations m
  where (m.state in ('copying', 'uploaded', 'ready', 'switched') or (m.state = 'failed' and m.failure_kind = 'retryable'))
    and coalesce(m.failed_state, m.state) = any (p_states)
    and coalesce(m.next_try_at, '-infinity') <= pg_catalog.now()
    and (m.lease_until is null or m.lease_until <= pg_catalog.now())
    and (p_only is null or private.is_named(m, p_only))
  order by m.next_try_at nulls first, m.created_at limit 1 for update skip locked;
  return case when v_id is not null then private.acquire_lease(v_id, p_holder, p_lease_seconds) end;
end;
$$;
comment on function private.claim_begun(text, integer, text[], text[]) is
  'Claims a started entry that is due and has no live lease.';

create function private.claim_planned(p_holder text, p_lease_seconds integer, p_daily_limit integer,
  p_budget_seconds numeric, p_only text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_next record;
  v_reason text;
begin
  select m.id, coalesce(m.source_duration_seconds, 0) as seconds into v_next from public.video_migrations m
  where m.state = 'planned' and coalesce(m.next_try_at, '-infinity') <= pg_catalog.now()
    and (p_only is null or private.is_named(m, p_only))
  order by m.created_at, m.id limit 1 for update skip locked;
  v_reason := case when v_next.id is null then 'nothing_planned'
    else private.take_allowance(p_daily_limit, p_budget_seconds, v_next.seconds) end;
  return case when v_reason is not null then pg_catalog.jsonb_build_object('reason', v_reason)
    else pg_catalog.jsonb_build_object('entry',
      private.migration_entry(private.acquire_lease(v_next.id, p_holder, p_lease_seconds))) end;
end;
$$;
comment on function private.claim_planned(text, integer, integer, numeric, text[]) is
  'Starts one more video if today''s limit and the budget allow it.';

create function public.video_migration_claim(p_holder text, p_lease_seconds integer, p_daily_limit integer,
  p_budget_seconds numeric, p_begin boolean, p_only text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed public.video_migrations;
begin
  if private.migration_paused() then
    return '{"reason": "paused"}';
  end if;
  v_claimed := private.claim_begun(p_holder, p_lease_seconds, array['ready', 'switched', 'copying'], p_only);
  return case
    when v_claimed.id is not null then pg_catalog.jsonb_build_object('entry', private.migration_entry(v_claimed))
    when p_begin then private.claim_planned(p_holder, p_lease_seconds, p_daily_limit, p_budget_seconds, p_only)
    else '{"reason": "nothing_due"}' end;
end;
$$;
comment on function public.video_migration_claim(text, integer, integer, numeric, boolean, text[]) is
  'Claims the next entry for p_holder and p_lease_seconds: {entry}; started entries come before new ones. Without '
  'p_begin starts nothing new. Else {reason}: paused, nothing_due, nothing_planned, daily_limit, budget_spent.';

create function public.video_migration_claim_uploaded(p_holder text, p_lease_seconds integer, p_limit integer, p_only text[])
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed public.video_migrations;
  v_entries jsonb := '[]';
begin
  while not private.migration_paused() and pg_catalog.jsonb_array_length(v_entries) < p_limit loop
    v_claimed := private.claim_begun(p_holder, p_lease_seconds, array['uploaded'], p_only);
    exit when v_claimed.id is null;
    v_entries := v_entries || private.migration_entry(v_claimed);
  end loop;
  return v_entries;
end;
$$;
comment on function public.video_migration_claim_uploaded(text, integer, integer, text[]) is
  'Claims up to p_limit entries whose copy may be ready by now, for one common query to the provider.';

create function public.video_migration_release_lease(p_id uuid, p_holder text, p_seconds integer, p_reason text) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.video_migrations m set lease_holder = null, lease_until = null,
    next_try_at = case when p_seconds > 0 then pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds) end,
    failure_reason = coalesce(pg_catalog.left(p_reason, 1000), m.failure_reason)
  where m.id = p_id and m.lease_holder = p_holder;
  return found;
end;
$$;
comment on function public.video_migration_release_lease(uuid, text, integer, text) is
  'Releases the lease of a healthy entry when the run ends or the provider asks to wait. Becomes due after p_seconds.';

-- The steps of one entry. Each may be called again, and each refuses a run that no longer holds the entry.
-- Answers: {outcome: 'ok'} with what the next step needs, {outcome: 'lost'}, {outcome: 'paused'}, or
-- {outcome: 'skipped', reason} where the owner was faster.

create function private.step_check(p_migration public.video_migrations, p_states text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_obstacle text;
begin
  if p_migration.id is null or p_migration.state <> all (p_states) then
    return '{"outcome": "lost"}';
  end if;
  -- The row of the video is locked by no step: the switch does that, and looks again.
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
  -- Kept also when the owner was faster: the timer that deletes needs the id.
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
  'Restarts an entry whose copy is gone at the provider or was deleted as useless.';

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
  'p_from: the provider has lost those chunks. Extends the lease; progress resets earlier failures.';

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
    -- The longer it has taken, the more rarely it is asked about: between once and ten times p_seconds.
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
    -- What was given up before the switch is of no use to anybody; kept a week, so that a person may look at it.
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

-- The switch of a listing to its copy, and the way back. Locks are taken as the owner's own actions take them: listings
-- first, then the video, then the ledger.

create function private.video_fields(p_listing public.listings) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p_listing.id, 'video_id', p_listing.video_id,
    'video_provider', p_listing.video_provider, 'video_status', p_listing.video_status,
    'video_url', p_listing.video_url, 'video_player_url', p_listing.video_player_url,
    'video_thumbnail_url', p_listing.video_thumbnail_url, 'thumbnail_url', p_listing.thumbnail_url);
$$;
comment on function private.video_fields(public.listings) is 'Returns the columns of a listing that lead to its video.';

create function private.lock_showing_listings(p_migration public.video_migrations) returns uuid[]
language sql volatile set search_path = '' as $$
  select coalesce(pg_catalog.array_agg(locked.id), '{}') from (
    select l.id from public.listings l
    where l.id = p_migration.listing_id
      or (l.video_id = p_migration.source_video_id and l.video_provider is distinct from 'yandex')
    order by l.id for no key update) as locked;
$$;
comment on function private.lock_showing_listings(public.video_migrations) is
  'Locks and returns listings that show the video: its own, and any other with the same address.';

create function private.point_listings(p_migration public.video_migrations, p_listings uuid[], p_place jsonb) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set video_id = null, video_provider = p_migration.target_provider, video_status = 'ready',
    video_url = p_place ->> 'video_url', video_player_url = p_place ->> 'video_player_url',
    video_thumbnail_url = coalesce(p_place ->> 'video_thumbnail_url', l.video_thumbnail_url),
    thumbnail_url = case when l.thumbnail_url is null or private.is_at_api_video(l.thumbnail_url)
      then coalesce(p_place ->> 'thumbnail_url', l.thumbnail_url) else l.thumbnail_url end
  where l.id = any (p_listings) and l.video_id = p_migration.source_video_id;
$$;
comment on function private.point_listings(public.video_migrations, uuid[], jsonb) is
  'Switches listings to the copy. Keeps a thumbnail that the seller has stored elsewhere.';

-- A video's lasting addresses are those of its present place: they go with the switch and come back with the rollback.
create function public.video_migration_switch(p_id uuid, p_holder text, p_place jsonb, p_fallback_days integer,
  p_confirm_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
  v_listings uuid[] := private.lock_showing_listings(v_entry);
  v_video public.videos;
  v_answer jsonb;
begin
  select v.* into v_video from public.videos v where v.id = v_entry.video_id for update;
  v_entry := private.held_migration(p_id, p_holder);
  v_answer := private.step_check(v_entry, array['ready']);
  if v_answer is not null then
    return v_answer;
  end if;
  update public.video_migrations m set state = 'switched', switched_at = pg_catalog.now(),
    previous_place = pg_catalog.jsonb_build_object('shown_at', p_place,
      'video', pg_catalog.jsonb_build_object('lasting_hls_url', v_video.lasting_hls_url,
        'lasting_player_url', v_video.lasting_player_url, 'lasting_thumbnail_url', v_video.lasting_thumbnail_url),
      'listings', (
        select coalesce(pg_catalog.jsonb_agg(private.video_fields(l) order by l.id), '[]') from public.listings l
        where l.id = any (v_listings) and l.video_id = v_entry.source_video_id)),
    next_try_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_confirm_seconds),
    attempts = 0, upload_url = null, lease_holder = null, lease_until = null
  where m.id = p_id;
  perform private.point_listings(v_entry, v_listings, p_place);
  update public.videos v set provider = v_entry.target_provider, provider_video_id = v_entry.target_video_id,
    lasting_hls_url = null, lasting_player_url = null, lasting_thumbnail_url = null, gone_at = null,
    fallback_provider = v_entry.source_provider, fallback_video_id = v_entry.source_video_id,
    fallback_until = pg_catalog.now() + pg_catalog.make_interval(days => p_fallback_days),
    bytes = coalesce(v_entry.bytes_total, v.bytes),
    duration_seconds = coalesce(v_entry.target_duration_seconds, v.duration_seconds), version = v.version + 1
  where v.id = v_entry.video_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_switch(uuid, text, jsonb, integer, integer) is
  'Switches listing and video to the copy, in one transaction that stores the previous values. p_place: video_url, '
  'video_player_url, video_thumbnail_url, thumbnail_url; never an id of Yandex, since the app builds api.video '
  'addresses from video_id. Keeps the copy at api.video as the fallback. Due for confirmation after '
  'p_confirm_seconds.';

create function public.video_migration_confirmed(p_id uuid, p_holder text, p_fallback_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
begin
  if v_entry.id is null or v_entry.state <> 'switched' then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set state = 'confirmed', confirmed_at = pg_catalog.now(), attempts = 0,
    failure_reason = null, next_try_at = null, lease_holder = null, lease_until = null,
    source_release_after = m.switched_at + pg_catalog.make_interval(days => p_fallback_days)
  where m.id = p_id;
  update public.video_migration_days d set confirmed = d.confirmed + 1 where d.day = private.bishkek_day();
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_confirmed(uuid, text, integer) is
  'Records that the copy still plays some time after the switch. Starts the days after which api.video''s copy is '
  'released.';

-- Our addresses of videos may have changed their domain since the switch: the id in them tells that they are the video's.
create function private.point_back(p_migration public.video_migrations) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_back integer;
begin
  -- A listing that shows something else by now is left alone.
  update public.listings l set video_id = old.video_id, video_provider = old.video_provider,
    video_status = old.video_status, video_url = old.video_url, video_player_url = old.video_player_url,
    video_thumbnail_url = old.video_thumbnail_url,
    thumbnail_url = case when l.thumbnail_url is not distinct from l.video_thumbnail_url then old.thumbnail_url
      else l.thumbnail_url end
  from pg_catalog.jsonb_populate_recordset(null::public.listings, p_migration.previous_place -> 'listings') as old
  where l.id = old.id and l.video_provider = p_migration.target_provider and l.video_id is null
    and (l.video_url is not distinct from p_migration.previous_place -> 'shown_at' ->> 'video_url'
      or pg_catalog.strpos(l.video_url, '/video/' || p_migration.video_id || '/') > 0);
  get diagnostics v_back = row_count;
  return v_back;
end;
$$;
comment on function private.point_back(public.video_migrations) is
  'Restores the addresses that the listings had before the switch.';

create function private.roll_back(p_id uuid, p_reason text, p_keep_days integer) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
begin
  perform 1 from public.listings l
  where l.id = v_entry.listing_id
    or l.id in (select (o.value ->> 'id')::uuid from pg_catalog.jsonb_array_elements(v_entry.previous_place -> 'listings') as o)
  order by l.id for no key update;
  perform 1 from public.videos v where v.id = v_entry.video_id for update;
  select m.* into v_entry from public.video_migrations m where m.id = p_id for update;
  if v_entry.state in ('rolled_back', 'skipped') then
    return 'nothing_to_do';
  elsif v_entry.source_release_started_at is not null then
    return 'source_released';
  end if;
  if v_entry.switched_at is not null then
    perform private.point_back(v_entry);
    update public.videos v set provider = v_entry.source_provider, provider_video_id = v_entry.source_video_id,
      lasting_hls_url = v_entry.previous_place -> 'video' ->> 'lasting_hls_url',
      lasting_player_url = v_entry.previous_place -> 'video' ->> 'lasting_player_url',
      lasting_thumbnail_url = v_entry.previous_place -> 'video' ->> 'lasting_thumbnail_url', gone_at = null,
      fallback_provider = null, fallback_video_id = null, fallback_until = null, version = v.version + 1
    where v.id = v_entry.video_id and v.provider = v_entry.target_provider
      and v.provider_video_id = v_entry.target_video_id and v.deleted_at is null;
  end if;
  update public.video_migrations m set state = 'rolled_back', rolled_back_at = pg_catalog.now(),
    failed_state = null, failure_kind = null, failure_reason = p_reason, next_try_at = null, source_release_after = null,
    lease_holder = null, lease_until = null,
    target_release_after = case when m.target_requested_at is not null
      then pg_catalog.now() + pg_catalog.make_interval(days => p_keep_days) end
  where m.id = p_id;
  return 'rolled_back';
end;
$$;
comment on function private.roll_back(uuid, text, integer) is
  'Ends an entry and, after a switch, shows the copy at api.video again. Keeps the copy at Yandex for p_keep_days, so '
  'that a retry costs nothing. A run that works on it loses its lease.';

create function public.video_migration_rollback(p_only text[], p_day date, p_reason text, p_keep_days integer, p_limit integer)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
  v_answers text[] := '{}';
begin
  for v_id in
    select m.id from public.video_migrations m
    where m.state not in ('planned', 'rolled_back', 'skipped') and m.source_release_started_at is null
      and private.is_named(m, p_only) and (p_day is null or m.started_on = p_day)
    order by m.switched_at desc nulls last, m.id limit p_limit
  loop
    v_answers := v_answers || private.roll_back(v_id, p_reason, p_keep_days);
  end loop;
  return pg_catalog.jsonb_build_object(
    'rolled_back', pg_catalog.cardinality(pg_catalog.array_positions(v_answers, 'rolled_back')),
    'left', (select pg_catalog.count(*) from public.video_migrations m
      where m.state not in ('planned', 'rolled_back', 'skipped') and m.source_release_started_at is null
        and private.is_named(m, p_only) and (p_day is null or m.started_on = p_day)),
    'source_released', (select pg_catalog.count(*) from public.video_migrations m
      where m.source_release_started_at is not null and private.is_named(m, p_only)
        and (p_day is null or m.started_on = p_day)));
end;
$$;
comment on function public.video_migration_rollback(text[], date, text, integer, integer) is
  'Rolls back up to p_limit entries: named ones (by any of their ids), those begun on a Bishkek day, or with neither '
  'all: {rolled_back, left, source_released}; call again while some are left. Leaves planned entries as they are.';

create function public.video_migration_rollback_held(p_id uuid, p_holder text, p_reason text, p_keep_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from public.video_migrations m where m.id = p_id and m.lease_holder = p_holder) then
    return '{"outcome": "lost"}';
  end if;
  return pg_catalog.jsonb_build_object('outcome', private.roll_back(p_id, p_reason, p_keep_days));
end;
$$;
comment on function public.video_migration_rollback_held(uuid, text, text, integer) is
  'Rolls back an entry under the lease of p_holder: its verified copy does not play after the switch. Outcome lost '
  'without the lease.';

-- Deleting what is no longer needed: api.video's copy long after a confirmed move, Yandex's after a move that came to nothing.

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
  'Returns the reason why the copy at api.video must stay (the other is not in use, it was only claimed to be ours, '
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
  'Closes entries whose video and both copies have been deleted since. Returns how many.';

revoke execute on function private.migration_paused(), public.video_migration_pause(boolean),
  private.take_allowance(integer, numeric, numeric), private.acquire_lease(uuid, text, integer),
  private.claim_begun(text, integer, text[], text[]), private.claim_planned(text, integer, integer, numeric, text[]),
  public.video_migration_claim(text, integer, integer, numeric, boolean, text[]),
  public.video_migration_claim_uploaded(text, integer, integer, text[]),
  public.video_migration_release_lease(uuid, text, integer, text),
  private.step_check(public.video_migrations, text[]),
  public.video_migration_source(uuid, text, bigint, text, numeric, integer, integer, text),
  public.video_migration_request_target(uuid, text), public.video_migration_target(uuid, text, text, text),
  public.video_migration_forget_target(uuid, text, text),
  public.video_migration_progress(uuid, text, integer, bigint, jsonb), public.video_migration_uploaded(uuid, text),
  public.video_migration_not_ready(uuid[], text, integer), public.video_migration_ready(uuid, text, numeric),
  public.video_migration_failed(uuid, text, text, boolean, integer, integer), private.video_fields(public.listings),
  private.lock_showing_listings(public.video_migrations),
  private.point_listings(public.video_migrations, uuid[], jsonb),
  public.video_migration_switch(uuid, text, jsonb, integer, integer),
  public.video_migration_confirmed(uuid, text, integer), private.point_back(public.video_migrations),
  private.roll_back(uuid, text, integer), public.video_migration_rollback(text[], date, text, integer, integer),
  public.video_migration_rollback_held(uuid, text, text, integer),
  public.video_migration_claim_release(text, integer), private.release_obstacle(public.video_migrations),
  public.video_migration_begin_release(uuid, text), public.video_migration_released(uuid, text),
  public.video_migration_close_deleted() from public, anon, authenticated;
grant execute on function private.migration_paused(), public.video_migration_pause(boolean),
  private.take_allowance(integer, numeric, numeric), private.acquire_lease(uuid, text, integer),
  private.claim_begun(text, integer, text[], text[]), private.claim_planned(text, integer, integer, numeric, text[]),
  public.video_migration_claim(text, integer, integer, numeric, boolean, text[]),
  public.video_migration_claim_uploaded(text, integer, integer, text[]),
  public.video_migration_release_lease(uuid, text, integer, text),
  private.step_check(public.video_migrations, text[]),
  public.video_migration_source(uuid, text, bigint, text, numeric, integer, integer, text),
  public.video_migration_request_target(uuid, text), public.video_migration_target(uuid, text, text, text),
  public.video_migration_forget_target(uuid, text, text),
  public.video_migration_progress(uuid, text, integer, bigint, jsonb), public.video_migration_uploaded(uuid, text),
  public.video_migration_not_ready(uuid[], text, integer), public.video_migration_ready(uuid, text, numeric),
  public.video_migration_failed(uuid, text, text, boolean, integer, integer), private.video_fields(public.listings),
  private.lock_showing_listings(public.video_migrations),
  private.point_listings(public.video_migrations, uuid[], jsonb),
  public.video_migration_switch(uuid, text, jsonb, integer, integer),
  public.video_migration_confirmed(uuid, text, integer), private.point_back(public.video_migrations),
  private.roll_back(uuid, text, integer), public.video_migration_rollback(text[], date, text, integer, integer),
  public.video_migration_rollback_held(uuid, text, text, integer),
  public.video_migration_claim_release(text, integer), private.release_obstacle(public.video_migrations),
  public.video_migration_begin_release(uuid, text), public.video_migration_released(uuid, text),
  public.video_migration_close_deleted() to service_role;
