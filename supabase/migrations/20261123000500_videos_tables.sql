-- Videos at their providers, upload sessions, and the ledger of the transfer from api.video to Yandex Cloud Video.
-- Playback addresses are resolved per request and not stored here: some of them expire.

create table public.videos (
  id uuid primary key default gen_random_uuid(),
  owner_user_id uuid not null references public.accounts (id) on delete restrict,
  listing_id uuid references public.listings (id) on delete set null,
  provider text not null check (provider in ('api_video', 'yandex')),
  provider_video_id text,
  fallback_provider text check (fallback_provider in ('api_video', 'yandex')),
  fallback_video_id text,
  fallback_until timestamptz,
  state text not null default 'awaiting_upload'
    check (state in ('awaiting_upload', 'uploading', 'processing', 'ready', 'failed', 'deleted')),
  failure_reason text check (char_length(failure_reason) <= 1000),
  title text check (char_length(title) <= 300),
  content_type text,
  bytes bigint check (bytes >= 0),
  sha256 bytea check (octet_length(sha256) = 32),
  duration_seconds numeric(10, 3) check (duration_seconds between 0 and 9999999),
  width integer check (width > 0),
  height integer check (height > 0),
  projection text not null default 'flat' check (projection in ('flat', 'equirectangular')),
  replica_key text,
  replica_bytes bigint check (replica_bytes >= 0),
  replica_sha256 bytea check (octet_length(replica_sha256) = 32),
  replica_origin text check (replica_origin in ('original', 'transcode')),
  replicated_at timestamptz,
  next_check_at timestamptz,
  delete_requested_at timestamptz,
  deleted_at timestamptz,
  ownership text not null default 'claimed' check (ownership in ('claimed', 'proved', 'adopted')),
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  next_listing_id uuid references public.listings (id) on delete set null,
  lasting_hls_url text check (char_length(lasting_hls_url) <= 2048),
  lasting_player_url text check (char_length(lasting_player_url) <= 2048),
  lasting_thumbnail_url text check (char_length(lasting_thumbnail_url) <= 2048),
  lasting_file_url text check (char_length(lasting_file_url) <= 2048),
  gone_at timestamptz,
  ready_at timestamptz,
  checks integer not null default 0 check (checks >= 0),
  check ((fallback_provider is null) = (fallback_video_id is null)),
  check (state = 'awaiting_upload' or state = 'deleted' or state = 'failed' or provider_video_id is not null),
  check ((state = 'deleted') = (deleted_at is not null)),
  check (next_listing_id is null or listing_id is null)
);
comment on table public.videos is
  'Video with its places at providers. A row stays until the providers'' copies are released.';
comment on column public.videos.owner_user_id is
  'Owner. Restricts deletion of the user: a copy at a provider without a row would be billed for ever.';
comment on column public.videos.fallback_provider is
  'Provider of a second copy that still plays after the first was deleted, until fallback_until.';
comment on column public.videos.replica_key is 'Object key of the copy in VK Cloud.';
comment on column public.videos.replica_origin is
  'Origin of the replica: transcode where the provider does not return the uploaded file (api.video).';
comment on column public.videos.projection is
  'Projection; Yandex plays an equirectangular (360°) file flat, so such videos are not transferred.';
comment on column public.videos.next_check_at is
  'Time of the next query to the provider; Yandex sends no webhook when a video is ready.';
comment on column public.videos.delete_requested_at is 'No longer shown; a timer releases the copies and then sets deleted_at.';
comment on column public.videos.ownership is
  'Evidence that the file at api.video belongs to this row (docs/decisions/0072). proved: it was uploaded under our '
  'id while the upload session was open. adopted: an imported listing showed it. claimed: named by a user; it '
  'is never deleted at api.video. Files at Yandex are all created by us.';
comment on column public.videos.version is
  'Grows with each change of place, so that a video transfer notices an earlier change by the owner.';
comment on column public.videos.next_listing_id is
  'Listing whose video this replaces once it plays; until then the listing shows its present one.';
comment on column public.videos.lasting_hls_url is
  'Playback address at api.video, whose public addresses do not expire. Never one of Yandex, which '
  'expire.';
comment on column public.videos.lasting_file_url is
  'Encoded MP4 at api.video, once it is there: its first seconds are the preview in the feed.';
comment on column public.videos.gone_at is 'Time since which the provider has reported the video as missing. Another copy plays, if there is one.';
comment on column public.videos.checks is 'Number of queries to the provider; the intervals grow with it.';
create unique index videos_provider_video_idx on public.videos (provider, provider_video_id);
create unique index videos_one_per_listing_idx on public.videos (listing_id)
  where delete_requested_at is null and deleted_at is null;
create index videos_listing_id_idx on public.videos (listing_id);
create index videos_owner_created_idx on public.videos (owner_user_id, created_at desc);
create index videos_fallback_idx on public.videos (fallback_provider, fallback_video_id) where fallback_video_id is not null;
create index videos_next_check_idx on public.videos (next_check_at)
  where state in ('awaiting_upload', 'uploading', 'processing');
create index videos_to_delete_idx on public.videos (delete_requested_at)
  where delete_requested_at is not null and deleted_at is null;
create index videos_to_replicate_idx on public.videos (created_at) where state = 'ready' and replicated_at is null;
create index videos_next_listing_id_idx on public.videos (next_listing_id);
create unique index videos_next_listing_idx on public.videos (next_listing_id)
  where next_listing_id is not null and delete_requested_at is null;
create index videos_unchecked_idx on public.videos (next_check_at)
  where provider = 'api_video' and state = 'ready' and checks = 0;
create index videos_gone_idx on public.videos (provider, gone_at) where gone_at is not null;
create trigger videos_touch_updated_at before update on public.videos
  for each row execute function private.touch_updated_at();
alter table public.videos enable row level security;
grant select on public.videos to authenticated;
grant all on public.videos to service_role;
create policy videos_select on public.videos for select to authenticated
  using (owner_user_id = (select auth.uid())
    or listing_id = any (array(select private.my_listings())));

create table public.upload_tickets (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  listing_id uuid references public.listings (id) on delete set null,
  video_id uuid references public.videos (id) on delete set null,
  provider text not null check (provider in ('api_video', 'yandex')),
  provider_ticket text,
  declared_bytes bigint not null check (declared_bytes > 0),
  declared_duration_seconds numeric(10, 3) check (declared_duration_seconds > 0 and declared_duration_seconds <= 9999999),
  content_type text not null check (content_type ~ '^video/[a-z0-9.+-]+$'),
  state text not null default 'issued' check (state in ('issued', 'used', 'canceled', 'expired')),
  used_at timestamptz,
  revoked_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  idempotency_key text check (char_length(idempotency_key) <= 300),
  request_digest bytea check (octet_length(request_digest) = 32),
  check (expires_at > created_at),
  check ((state = 'used') = (used_at is not null))
);
comment on table public.upload_tickets is 'Permission for one user to upload one video of a declared size within a short time.';
comment on column public.upload_tickets.provider_ticket is
  'Provider''s upload token or tus address. Secret: returned to its user, kept here for revocation. Null until the '
  'provider has responded: the row exists before the request, so that every object at the provider has one.';
comment on column public.upload_tickets.revoked_at is
  'Time at which the provider confirmed the revocation of its token.';
comment on column public.upload_tickets.idempotency_key is
  'Client''s Idempotency-Key, or the digest of the request: a repeated request gets the same upload session. Null '
  'when it is free again.';
create index upload_tickets_user_idx on public.upload_tickets (user_id, created_at desc);
create index upload_tickets_listing_idx on public.upload_tickets (listing_id);
create unique index upload_tickets_video_idx on public.upload_tickets (video_id);
create index upload_tickets_expiring_idx on public.upload_tickets (expires_at) where state = 'issued';
create unique index upload_tickets_key_idx on public.upload_tickets (user_id, idempotency_key)
  where idempotency_key is not null;
create index upload_tickets_to_revoke_idx on public.upload_tickets (expires_at)
  where state <> 'issued' and revoked_at is null and provider_ticket is not null;
create trigger upload_tickets_touch_updated_at before update on public.upload_tickets
  for each row execute function private.touch_updated_at();
alter table public.upload_tickets enable row level security;
grant all on public.upload_tickets to service_role;

create table public.video_migrations (
  id uuid primary key default gen_random_uuid(),
  video_id uuid not null unique references public.videos (id) on delete restrict,
  listing_id uuid references public.listings (id) on delete set null,
  source_provider text not null default 'api_video' check (source_provider in ('api_video', 'yandex')),
  source_video_id text not null,
  target_provider text not null default 'yandex' check (target_provider in ('api_video', 'yandex')),
  target_video_id text,
  upload_url text,
  state text not null default 'planned' check (state in
    ('planned', 'copying', 'uploaded', 'ready', 'switched', 'confirmed', 'failed', 'rolled_back', 'skipped')),
  failed_state text check (failed_state in ('planned', 'copying', 'uploaded', 'ready', 'switched')),
  failure_kind text check (failure_kind in ('retryable', 'final')),
  failure_reason text check (char_length(failure_reason) <= 1000),
  attempts integer not null default 0 check (attempts >= 0),
  next_try_at timestamptz,
  lease_holder text,
  lease_until timestamptz,
  bytes_total bigint check (bytes_total >= 0),
  bytes_copied bigint not null default 0 check (bytes_copied >= 0),
  source_etag text,
  chunk_digests jsonb not null default '[]' check (jsonb_typeof(chunk_digests) = 'array'),
  source_duration_seconds numeric(10, 3) check (source_duration_seconds between 0 and 9999999),
  target_duration_seconds numeric(10, 3) check (target_duration_seconds between 0 and 9999999),
  previous_place jsonb,
  started_on date,
  uploaded_at timestamptz,
  ready_at timestamptz,
  switched_at timestamptz,
  confirmed_at timestamptz,
  rolled_back_at timestamptz,
  source_release_after timestamptz,
  source_released_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  target_requested_at timestamptz,
  target_number integer not null default 1 check (target_number > 0),
  polled_at timestamptz,
  source_release_started_at timestamptz,
  target_release_after timestamptz,
  target_released_at timestamptz,
  unique (source_provider, source_video_id),
  check (source_provider <> target_provider),
  check (state not in ('uploaded', 'ready', 'switched', 'confirmed') or target_video_id is not null),
  check (state not in ('switched', 'confirmed') or (previous_place is not null and switched_at is not null)),
  check ((state = 'failed') = (failure_kind is not null)),
  check ((lease_holder is null) = (lease_until is null)),
  check (source_released_at is null or state = 'confirmed'),
  check (source_released_at is null or source_release_started_at is not null),
  check (source_release_started_at is null or state = 'confirmed'),
  check (target_released_at is null or state in ('rolled_back', 'skipped', 'failed'))
);
comment on table public.video_migrations is
  'Ledger of the video transfer from api.video to Yandex: one row per video, one state each; every step can be '
  'repeated.';
comment on column public.video_migrations.upload_url is 'tus address, stored before the first byte, so that a killed run resumes in the middle of the file.';
comment on column public.video_migrations.failed_state is 'State that failed, in which the next attempt starts.';
comment on column public.video_migrations.chunk_digests is
  '[{"from", "to", "sha256"}]: a running hash cannot pass from one invocation to the next, one per chunk can.';
comment on column public.video_migrations.source_etag is 'Guards against mixing two versions of the source.';
comment on column public.video_migrations.previous_place is
  'Addresses of listing and video before the switch; the rollback restores them.';
comment on column public.video_migrations.started_on is 'Bishkek day against whose limit it counts.';
comment on column public.video_migrations.source_release_after is 'Earliest time to delete the copy at api.video.';
comment on column public.video_migrations.target_requested_at is
  'Time of the first request for a copy. Since then a copy with an unknown id may exist: look it up before another '
  'request.';
comment on column public.video_migrations.target_number is
  'Number of the copy: 1 unless one was deleted as useless. A provider must not take the next for a repeat of the '
  'last.';
comment on column public.video_migrations.polled_at is
  'Time of the last query to the provider for the state of the copy.';
comment on column public.video_migrations.source_release_started_at is
  'Since this time the copy at api.video counts as deleted: no rollback is possible.';
comment on column public.video_migrations.target_release_after is
  'Earliest time to delete an unneeded copy at Yandex: rolled back, or its listing was deleted meanwhile.';
create unique index video_migrations_target_idx on public.video_migrations (target_provider, target_video_id);
create index video_migrations_listing_idx on public.video_migrations (listing_id);
create index video_migrations_due_idx on public.video_migrations (next_try_at nulls first, created_at)
  where state in ('planned', 'copying', 'uploaded', 'ready', 'failed');
create index video_migrations_state_idx on public.video_migrations (state, updated_at);
create index video_migrations_release_idx on public.video_migrations (source_release_after)
  where state in ('switched', 'confirmed') and source_released_at is null;
create index video_migrations_target_release_idx on public.video_migrations (target_release_after)
  where target_release_after is not null and target_released_at is null;
create index video_migrations_under_way_idx on public.video_migrations (next_try_at nulls first, created_at)
  where state in ('copying', 'uploaded', 'ready', 'switched')
    or (state = 'failed' and failure_kind = 'retryable');
create index video_migrations_planned_idx on public.video_migrations (created_at) where state = 'planned';
create index video_migrations_started_on_idx on public.video_migrations (started_on) where started_on is not null;
create trigger video_migrations_touch_updated_at before update on public.video_migrations
  for each row execute function private.touch_updated_at();
alter table public.video_migrations enable row level security;
grant all on public.video_migrations to service_role;

create table public.video_migration_days (
  id uuid primary key default gen_random_uuid(),
  day date not null unique,
  allowed integer not null check (allowed >= 0),
  started integer not null default 0 check (started >= 0),
  confirmed integer not null default 0 check (confirmed >= 0),
  failed integer not null default 0 check (failed >= 0),
  bytes_copied bigint not null default 0 check (bytes_copied >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  source_seconds numeric(14, 3) not null default 0 check (source_seconds >= 0 and source_seconds <> 'NaN'),
  check (started <= allowed)
);
comment on table public.video_migration_days is
  'Number of videos begun per Bishkek day; keeps the daily limit across restarts and parallel runs.';
comment on column public.video_migration_days.source_seconds is
  'Seconds of video whose copying began, by which download and transcoding are billed.';
create trigger video_migration_days_touch_updated_at before update on public.video_migration_days
  for each row execute function private.touch_updated_at();
alter table public.video_migration_days enable row level security;
grant all on public.video_migration_days to service_role;
