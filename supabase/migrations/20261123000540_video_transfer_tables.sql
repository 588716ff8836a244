-- Transfer of videos from api.video to Yandex (docs/decisions/0025): entries, plan, retries.
-- Starts paused: deploying the function transfers nothing until the quota is raised (runbook migrate-videos).

-- Additional state of the transfer's ledger, and queries of other functions (docs/decisions/0025).

create function private.held_migration(p_id uuid, p_holder text) returns public.video_migrations
language sql volatile set search_path = '' as $$
  select m from public.video_migrations m where m.id = p_id and m.lease_holder = p_holder for update;
$$;
comment on function private.held_migration(uuid, text) is
  'Locks an entry for the run that holds its lease; returns null when another run has the lease, and the caller must '
  'stop.';

create function private.migration_obstacle(p_migration public.video_migrations) returns text
language sql stable set search_path = '' as $$
  select case
    when v.id is null or v.deleted_at is not null or v.delete_requested_at is not null then 'video_deleted'
    when v.provider <> p_migration.source_provider or v.provider_video_id is distinct from p_migration.source_video_id
      then 'video_replaced'
    when v.projection = 'equirectangular' then 'equirectangular'
    when v.listing_id is null then 'listing_gone' end
  from (select p_migration.video_id as id) as asked left join public.videos v on v.id = asked.id;
$$;
comment on function private.migration_obstacle(public.video_migrations) is
  'Returns the reason against continuing an entry before its switch (changed by its owner, or played flat by '
  'Yandex); else null.';

create function private.leave_out(p_migration public.video_migrations, p_reason text) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  update public.video_migrations m set state = 'skipped', failure_reason = p_reason, failure_kind = null,
    failed_state = null, next_try_at = null, lease_holder = null, lease_until = null, upload_url = null,
    target_release_after = case when m.target_video_id is not null or m.target_requested_at is not null
      then pg_catalog.now() end
  where m.id = p_migration.id;
  return pg_catalog.jsonb_build_object('outcome', 'skipped', 'reason', p_reason);
end;
$$;
comment on function private.leave_out(public.video_migrations, text) is
  'Ends an entry for good. Abandons a started copy; a timer deletes it.';

create function private.migration_entry(p_migration public.video_migrations) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', m.id, 'video_id', m.video_id, 'listing_id', m.listing_id, 'state', m.state,
    'source_video_id', m.source_video_id, 'target_video_id', m.target_video_id, 'upload_url', m.upload_url,
    'attempts', m.attempts, 'bytes_total', m.bytes_total, 'bytes_copied', m.bytes_copied, 'source_etag', m.source_etag,
    'chunk_digests', m.chunk_digests, 'source_duration_seconds', m.source_duration_seconds,
    'target_requested', m.target_requested_at is not null,
    'target_number', m.target_number,
    'uploaded_at', m.uploaded_at, 'switched_at', m.switched_at, 'title', l.title)
  from (select p_migration.*) as m left join public.listings l on l.id = m.listing_id;
$$;
comment on function private.migration_entry(public.video_migrations) is
  'Returns an entry in the form of the video transfer.';

-- Selection of videos for the transfer, with the facts available before the first byte.

create function public.video_migration_plan(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_planned integer;
  v_skipped integer;
begin
  with added as (
    insert into public.video_migrations (video_id, listing_id, source_video_id, state, failure_reason,
      source_duration_seconds, bytes_total)
    select v.id, v.listing_id, v.provider_video_id,
      case v.projection when 'flat' then 'planned' else 'skipped' end,
      case v.projection when 'flat' then null else 'equirectangular' end, v.duration_seconds, v.bytes
    from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.listing_id is not null
      and v.delete_requested_at is null and v.deleted_at is null
      and not exists (select from public.video_migrations m where m.video_id = v.id)
      and not exists (select from public.video_migrations m
        where m.source_provider = 'api_video' and m.source_video_id = v.provider_video_id)
    order by v.created_at, v.id limit p_limit
    on conflict do nothing
    returning state
  )
  select pg_catalog.count(*) filter (where a.state = 'planned'), pg_catalog.count(*) filter (where a.state = 'skipped')
  into v_planned, v_skipped from added a;
  return pg_catalog.jsonb_build_object('planned', v_planned, 'skipped', v_skipped);
end;
$$;
comment on function public.video_migration_plan(integer) is
  'Adds up to p_limit more videos to the ledger: {planned, skipped}; both zero when there are no more. Safe to run in '
  'parallel and to repeat.';

create function public.video_migration_preview() returns jsonb
language sql stable set search_path = '' as $$
  with unplanned as (
    select pg_catalog.count(*) filter (where v.projection = 'flat') as flat,
      pg_catalog.count(*) filter (where v.projection <> 'flat') as equirectangular,
      coalesce(pg_catalog.sum(v.bytes), 0) as bytes, coalesce(pg_catalog.sum(v.duration_seconds), 0) as seconds
    from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.listing_id is not null
      and v.delete_requested_at is null and v.deleted_at is null
      and not exists (select from public.video_migrations m where m.video_id = v.id)
  ), waiting as (
    select pg_catalog.count(*) as videos, coalesce(pg_catalog.sum(m.bytes_total), 0) as bytes,
      coalesce(pg_catalog.sum(m.source_duration_seconds), 0) as seconds,
      pg_catalog.count(*) filter (where m.bytes_total is null or m.source_duration_seconds is null) as unknown
    from public.video_migrations m where m.state = 'planned'
  )
  select pg_catalog.jsonb_build_object('unplanned', u.flat,
    'equirectangular', u.equirectangular, 'planned', w.videos, 'known_bytes', u.bytes + w.bytes,
    'known_seconds', u.seconds + w.seconds, 'of_unknown_length', w.unknown)
  from unplanned u, waiting w;
$$;
comment on function public.video_migration_preview() is
  'Returns the videos that a run would still transfer, for a check before the first run. Read-only.';

create function private.is_named(p_migration public.video_migrations, p_only text[]) returns boolean
language sql immutable set search_path = '' as $$
  select p_only is null or array[p_migration.id::text, p_migration.video_id::text, p_migration.listing_id::text,
    p_migration.source_video_id, p_migration.target_video_id] && p_only;
$$;
comment on function private.is_named(public.video_migrations, text[]) is
  'Returns true when a list names this entry by its own id or that of the video, the listing, or either provider. '
  'Null names all.';

create function public.video_migration_retry(p_only text[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_again integer;
begin
  -- Resumes a copy that still exists; removes the record of a deleted one.
  update public.video_migrations m set state = 'planned', failure_kind = null, failure_reason = null,
    failed_state = null, attempts = 0, next_try_at = null, started_on = null, rolled_back_at = null,
    previous_place = null, switched_at = null, confirmed_at = null, target_release_after = null,
    target_released_at = null,
    target_number = m.target_number + case when m.target_released_at is null then 0 else 1 end,
    target_video_id = case when m.target_released_at is null then m.target_video_id end,
    target_requested_at = case when m.target_released_at is null then m.target_requested_at end,
    upload_url = case when m.target_released_at is null then m.upload_url end,
    bytes_copied = case when m.target_released_at is null then m.bytes_copied else 0 end,
    chunk_digests = case when m.target_released_at is null then m.chunk_digests else '[]' end
  where (m.state in ('rolled_back', 'skipped') or (m.state = 'failed' and m.failure_kind = 'final'))
    and (m.lease_holder is null or m.lease_until <= pg_catalog.now())
    and private.is_named(m, p_only) and private.migration_obstacle(m) is null;
  get diagnostics v_again = row_count;
  return v_again;
end;
$$;
comment on function public.video_migration_retry(text[]) is
  'Plans again entries that were rolled back, left out or abandoned, when the listing still shows the video at '
  'api.video. Returns their number. They count against the daily limit like new ones.';

-- The app may store a former address at api.video and send it after the transfer. It is no new video.

create function private.is_moved_video(p_video public.videos, p_api_video_id text) returns boolean
language sql stable set search_path = '' as $$
  select p_video.provider <> 'api_video' and (
    (p_video.fallback_provider = 'api_video' and p_video.fallback_video_id = p_api_video_id)
    or exists (select from public.video_migrations m
      where m.video_id = p_video.id and m.source_provider = 'api_video' and m.source_video_id = p_api_video_id
        and m.state in ('switched', 'confirmed')));
$$;
comment on function private.is_moved_video(public.videos, text) is
  'Returns true when an id at api.video is the former place of a video, also after the copy there has been released.';

create function private.without_moved_video(p_listing public.listings, p_fields jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select case when p_listing.video_provider = 'yandex' and p_fields ->> 'video_id' is not null and exists (
      select from public.videos v
      where v.listing_id = p_listing.id and private.is_moved_video(v, p_fields ->> 'video_id'))
    then p_fields - '{video_id,video_url,video_player_url,video_thumbnail_url}'::text[]
      - case when private.is_at_api_video(p_fields ->> 'thumbnail_url') then 'thumbnail_url' else '' end
    else p_fields end;
$$;
comment on function private.without_moved_video(public.listings, jsonb) is
  'Drops addresses of a video''s former place from a change: they would fail once the copy there is deleted.';

insert into public.job_leases (job, paused_at) values ('video_migrator', pg_catalog.now()) on conflict (job) do nothing;

revoke execute on function private.held_migration(uuid, text), private.migration_obstacle(public.video_migrations),
  private.leave_out(public.video_migrations, text), private.migration_entry(public.video_migrations),
  public.video_migration_plan(integer), public.video_migration_preview(),
  private.is_named(public.video_migrations, text[]), public.video_migration_retry(text[]),
  private.is_moved_video(public.videos, text), private.without_moved_video(public.listings, jsonb)
  from public, anon, authenticated;
grant execute on function private.held_migration(uuid, text), private.migration_obstacle(public.video_migrations),
  private.leave_out(public.video_migrations, text), private.migration_entry(public.video_migrations),
  public.video_migration_plan(integer), public.video_migration_preview(),
  private.is_named(public.video_migrations, text[]), public.video_migration_retry(text[]),
  private.is_moved_video(public.videos, text), private.without_moved_video(public.listings, jsonb) to service_role;
