-- Quality of playback on phones, as reported by the app: counters and histograms without personal data. Backend only.

-- A row is what all phones of one kind saw of one provider in one hour. Histograms have 94 buckets that grow by 8 %, so
-- that a percentile read from their middle is off by at most 4 %, and add up over hours and days, which percentiles do not
-- (docs/decisions/0151).
create table public.quality_hours (
  id uuid primary key default gen_random_uuid(),
  hour timestamptz not null,
  provider text not null check (provider in ('api_video', 'yandex', 'replica', 'other')),
  os text not null check (os in ('android', 'ios', 'other')),
  network text not null check (network in ('wifi', 'cellular', 'other')),
  kind text not null check (kind in ('feed', 'detail', 'full', 'other')),
  batches bigint not null,
  reports bigint not null,
  attempts bigint not null,
  starts bigint not null,
  exits bigint not null,
  start_failures bigint not null,
  failed_network bigint not null,
  failed_timeout bigint not null,
  failed_decoder bigint not null,
  failed_missing bigint not null,
  failed_refused bigint not null,
  failed_other bigint not null,
  bad_views bigint not null,
  play_ms bigint not null,
  stall_ms bigint not null,
  stalls bigint not null,
  start_histogram bigint[] not null check (pg_catalog.cardinality(start_histogram) = 94),
  stall_histogram bigint[] not null check (pg_catalog.cardinality(stall_histogram) = 94),
  created_at timestamptz not null default now(),
  unique (hour, provider, os, network, kind)
) with (fillfactor = 50);
comment on table public.quality_hours is
  'Playback per hour, provider, operating system, network and place of the player. Names no person, address or video; '
  'swept after 14 days, after quality_days has the sums.';
comment on column public.quality_hours.batches is
  'Batches of sampled sessions: the number of independent samples, for confidence intervals.';
comment on column public.quality_hours.reports is 'Views as they arrived, unweighted.';
comment on column public.quality_hours.attempts is
  'Intended plays, weighted: a failed one counts once from every session, any other ten times from a sampled session.';
comment on column public.quality_hours.exits is 'Attempts left after more than a second without a frame or a failure.';
comment on column public.quality_hours.bad_views is
  'Attempts that failed, started after more than 5 s, or stalled for more than 2 % of their time.';
alter table public.quality_hours enable row level security;
grant all on public.quality_hours to service_role;

create table public.quality_days (
  id uuid primary key default gen_random_uuid(),
  day date not null,
  provider text not null check (provider in ('api_video', 'yandex', 'replica', 'other')),
  os text not null check (os in ('android', 'ios', 'other')),
  network text not null check (network in ('wifi', 'cellular', 'other')),
  kind text not null check (kind in ('feed', 'detail', 'full', 'other')),
  batches bigint not null,
  reports bigint not null,
  attempts bigint not null,
  starts bigint not null,
  exits bigint not null,
  start_failures bigint not null,
  failed_network bigint not null,
  failed_timeout bigint not null,
  failed_decoder bigint not null,
  failed_missing bigint not null,
  failed_refused bigint not null,
  failed_other bigint not null,
  bad_views bigint not null,
  play_ms bigint not null,
  stall_ms bigint not null,
  stalls bigint not null,
  start_histogram bigint[] not null check (pg_catalog.cardinality(start_histogram) = 94),
  stall_histogram bigint[] not null check (pg_catalog.cardinality(stall_histogram) = 94),
  created_at timestamptz not null default now(),
  unique (day, provider, os, network, kind)
);
comment on table public.quality_days is
  'Sums of quality_hours over a Bishkek day that has ended, written once. Columns mean the same; swept after 400 days.';
alter table public.quality_days enable row level security;
grant all on public.quality_days to service_role;

-- A batch is one row until a timer counts it: adding it to histograms at once would write the same few rows 200 times a
-- second (docs/decisions/0164).
create table public.quality_incoming (
  id uuid primary key,
  sender integer not null check (sender between 0 and 65535),
  os text not null check (os in ('android', 'ios', 'other')),
  rate smallint not null check (rate in (1, 10)),
  is_sampled boolean not null,
  views jsonb not null check (pg_catalog.jsonb_typeof(views) = 'array'),
  created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
comment on table public.quality_incoming is
  'Batches of playback reports that wait to be counted, for a minute or two. Without the session and '
  'without an address.';
comment on column public.quality_incoming.id is 'Chosen by the app; a batch that is repeated while it waits is stored once.';
comment on column public.quality_incoming.is_sampled is 'The session reports all of its views; of any other only failures count.';
create index quality_incoming_created_idx on public.quality_incoming (created_at);
alter table public.quality_incoming enable row level security;
grant all on public.quality_incoming to service_role;

create table public.quality_batches (
  id uuid primary key,
  created_at timestamptz not null default now()
);
comment on table public.quality_batches is
  'Batches that were counted, so that a repeated one counts once. The app chooses the id; swept after two days.';
create index quality_batches_created_idx on public.quality_batches (created_at);
alter table public.quality_batches enable row level security;
grant all on public.quality_batches to service_role;

-- An address belongs to one of 65,536 groups, a different one every hour: enough to limit a flood, too little to
-- identify anyone, even with the salt.
create table public.quality_salts (
  id uuid primary key default gen_random_uuid(),
  hour timestamptz not null unique,
  salt uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
comment on table public.quality_salts is 'Random salt of an hour for groups of addresses; swept after two hours.';
alter table public.quality_salts enable row level security;
grant all on public.quality_salts to service_role;

create table public.quality_senders (
  id uuid primary key default gen_random_uuid(),
  hour timestamptz not null,
  sender integer not null check (sender between 0 and 65535),
  provider text not null check (provider in ('api_video', 'yandex', 'replica', 'other')),
  attempts bigint not null,
  start_failures bigint not null,
  starts bigint not null,
  slow_starts bigint not null,
  created_at timestamptz not null default now(),
  unique (hour, sender, provider)
) with (fillfactor = 50);
comment on table public.quality_senders is
  'Playback per hour and group of addresses, weighted as in quality_hours: the limit of a group, and alerts that one '
  'group cannot cause. Swept after three hours.';
comment on column public.quality_senders.slow_starts is 'Starts after more than 5 s.';
alter table public.quality_senders enable row level security;
grant all on public.quality_senders to service_role;

create table public.quality_drops (
  id uuid primary key default gen_random_uuid(),
  hour timestamptz not null,
  reason text not null check (reason in
    ('unreadable', 'too_large', 'invalid', 'unsampled', 'swiped', 'repeated', 'over_limit', 'queue_full')),
  shard smallint not null check (shard between 0 and 7),
  dropped bigint not null,
  created_at timestamptz not null default now(),
  unique (hour, reason, shard)
) with (fillfactor = 50);
comment on table public.quality_drops is
  'What was received and not counted, by reason: batches (unreadable, too_large, repeated, over_limit, '
  'queue_full) and single views (invalid, unsampled, swiped). Swept after 14 days.';
alter table public.quality_drops enable row level security;
grant all on public.quality_drops to service_role;

create function private.sweep_quality(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  delete from public.quality_salts s where s.hour < v_now - interval '2 hours';
  delete from public.quality_senders s where s.id in (select x.id from public.quality_senders x
    where x.hour < v_now - interval '3 hours' limit p_limit for update skip locked);
  kind := 'quality_senders'; get diagnostics removed = row_count; return next;
  delete from public.quality_batches b where b.id in (select x.id from public.quality_batches x
    where x.created_at < v_now - interval '2 days' limit p_limit for update skip locked);
  kind := 'quality_batches'; get diagnostics removed = row_count; return next;
  delete from public.quality_hours h where h.id in (select x.id from public.quality_hours x
    where x.hour < v_now - interval '14 days' limit p_limit for update skip locked);
  kind := 'quality_hours'; get diagnostics removed = row_count; return next;
  delete from public.quality_days d where d.id in (select x.id from public.quality_days x
    where x.day < private.bishkek_day() - 400 limit p_limit for update skip locked);
  kind := 'quality_days'; get diagnostics removed = row_count; return next;
  delete from public.quality_drops d where d.id in (select x.id from public.quality_drops x
    where x.hour < v_now - interval '14 days' limit p_limit for update skip locked);
  kind := 'quality_drops'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_quality(integer) is
  'Deletes salts after two hours, groups of addresses after three, ids of batches after two days, hours and drops after '
  '14 days, and days after 400.';

revoke execute on function private.sweep_quality(integer) from public, anon, authenticated;
grant execute on function private.sweep_quality(integer) to service_role;
