-- The move of videos from api.video to Yandex (docs/decisions/0025): what its ledger keeps besides, and what others ask it.

alter table public.video_migrations
  add column target_requested_at timestamptz,
  add column target_number integer not null default 1 check (target_number > 0),
  add column polled_at timestamptz,
  add column source_release_started_at timestamptz,
  add column target_release_after timestamptz,
  add column target_released_at timestamptz,
  add check (source_released_at is null or source_release_started_at is not null),
  add check (source_release_started_at is null or state = 'confirmed'),
  add check (target_released_at is null or state in ('rolled_back', 'skipped', 'failed'));
comment on column public.video_migrations.target_requested_at is
  'When a copy was first asked for. Since then one may exist whose id we never learned: it is looked up before another is asked for.';
comment on column public.video_migrations.target_number is
  'Which copy this is: 1 unless one was deleted as useless. A supplier must not take the next for a repetition of the last.';
comment on column public.video_migrations.polled_at is 'When the supplier was last asked whether the copy is ready.';
comment on column public.video_migrations.source_release_started_at is
  'From here on the copy at api.video counts as gone: there is no way back.';
comment on column public.video_migrations.target_release_after is
  'Not before this time is a copy at Yandex that nobody needs deleted: rolled back, or its listing went away meanwhile.';
create index video_migrations_target_release_idx on public.video_migrations (target_release_after)
  where target_release_after is not null and target_released_at is null;
create index video_migrations_under_way_idx on public.video_migrations (next_try_at nulls first, created_at)
  where state in ('copying', 'uploaded', 'ready', 'switched')
    or (state = 'failed' and failure_kind = 'retryable');
create index video_migrations_planned_idx on public.video_migrations (created_at) where state = 'planned';
create index video_migrations_started_on_idx on public.video_migrations (started_on) where started_on is not null;

alter table public.video_migration_days
  add column source_seconds numeric(14, 3) not null default 0 check (source_seconds >= 0 and source_seconds <> 'NaN');
comment on column public.video_migration_days.source_seconds is
  'Seconds of video whose copying began: what download and transcoding are billed by.';

create function private.bishkek_day() returns date
language sql stable set search_path = '' as $$
  select (pg_catalog.now() at time zone 'Asia/Bishkek')::date;
$$;
comment on function private.bishkek_day() is 'The day by which limits a day are counted.';

create function private.api_video_id(p_url text) returns text
language sql immutable set search_path = '' as $$
  select (pg_catalog.regexp_match(p_url, '^https://(?:cdn|vod|embed)\.api\.video/vod/([A-Za-z0-9_-]{1,100})(?:/|$)'))[1];
$$;
comment on function private.api_video_id(text) is
  'The id in an address at api.video, null in any other. The app''s form sends the address alone.';

create function private.is_at_api_video(p_url text) returns boolean
language sql immutable set search_path = '' as $$
  select p_url ~ '^https://([a-z0-9-]+\.)*api\.video/';
$$;
comment on function private.is_at_api_video(text) is 'Whether a picture or video lies there and goes with the copy.';

create function private.held_migration(p_id uuid, p_holder text) returns public.video_migrations
language sql volatile set search_path = '' as $$
  select m from public.video_migrations m where m.id = p_id and m.lease_holder = p_holder for update;
$$;
comment on function private.held_migration(uuid, text) is
  'Locks an entry for the run that holds it; null for a run whose lease went to another: it must let go.';

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
  'Why an entry that has not switched yet must not go on: its owner was faster, or Yandex would play it flat. Else null.';

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
  'Ends an entry for good. A copy that was begun is given up; a timer deletes it.';

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
comment on function private.migration_entry(public.video_migrations) is 'An entry as the migrator works on it.';

revoke execute on function private.bishkek_day(), private.api_video_id(text), private.is_at_api_video(text),
  private.held_migration(uuid, text), private.migration_obstacle(public.video_migrations),
  private.leave_out(public.video_migrations, text), private.migration_entry(public.video_migrations)
  from public, anon, authenticated;
grant execute on function private.bishkek_day(), private.api_video_id(text), private.is_at_api_video(text),
  private.held_migration(uuid, text), private.migration_obstacle(public.video_migrations),
  private.leave_out(public.video_migrations, text), private.migration_entry(public.video_migrations)
  to service_role;
