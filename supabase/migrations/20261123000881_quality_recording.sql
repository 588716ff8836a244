-- Counting of the app's playback reports. Every value of a phone is clamped here or replaced by `other`; the hour is
-- the server's.

create function private.quality_bucket(p_value numeric, p_floor numeric) returns integer
language sql immutable set search_path = '' as $$
  -- Null has no bucket, and least() would ignore it.
  select case when p_value < p_floor then 0 when p_value >= p_floor then
    least(1 + pg_catalog.floor(pg_catalog.ln(p_value::float8 / p_floor::float8) / pg_catalog.ln(1.08::float8)), 93)::integer end;
$$;
comment on function private.quality_bucket(numeric, numeric) is
  'Returns the bucket of a value: 0 below p_floor, then n for p_floor * 1.08^(n-1) up to p_floor * 1.08^n, at most 93; null of null.';

create function private.quality_percentile(p_histogram bigint[], p_share numeric, p_floor numeric) returns numeric
language sql immutable set search_path = '' as $$
  select case when r.bucket = 0 then p_floor else round((p_floor * 1.08 ^ (r.bucket - 0.5))::numeric, 4) end
  from (
    select (u.n - 1)::integer as bucket, sum(u.amount) over (order by u.n) as reached, sum(u.amount) over () as total
    from unnest(p_histogram) with ordinality as u(amount, n)) as r
  where r.total > 0 and r.reached >= greatest(pg_catalog.ceil(p_share * r.total), 1)
  order by r.bucket limit 1;
$$;
comment on function private.quality_percentile(bigint[], numeric, numeric) is
  'Returns the value below which a share of a histogram lies: the middle of its bucket, at most 4 % off; p_floor for '
  'smaller values. Null without values.';

create function private.add_counts(p_left bigint[], p_right bigint[]) returns bigint[]
language plpgsql immutable set search_path = '' as $$
begin
  for i in 1 .. 94 loop
    if p_right[i] > 0 then
      p_left[i] := p_left[i] + p_right[i];
    end if;
  end loop;
  return p_left;
end;
$$;
comment on function private.add_counts(bigint[], bigint[]) is 'Adds two histograms bucket by bucket.';

create function private.histogram_of(p_buckets integer[], p_weights integer[]) returns bigint[]
language plpgsql immutable set search_path = '' as $$
declare
  v_counts bigint[] := pg_catalog.array_fill(0::bigint, array[94]);
begin
  for i in 1 .. coalesce(pg_catalog.cardinality(p_buckets), 0) loop
    if p_buckets[i] is not null then
      v_counts[p_buckets[i] + 1] := v_counts[p_buckets[i] + 1] + p_weights[i];
    end if;
  end loop;
  return v_counts;
end;
$$;
comment on function private.histogram_of(integer[], integer[]) is
  'Returns the histogram of weighted buckets; null buckets are ignored.';

create type private.quality_view as (provider text, network text, kind text, failure text, start_ms integer,
  play_ms integer, stall_ms integer, stalls integer, weight integer, dropped text);
comment on type private.quality_view is 'Countable view of a batch, or the reason against counting it.';

-- One statement without helpers: a function with a search path is never inlined, and this runs for each batch.
create function private.quality_views(p_batch jsonb) returns private.quality_view[]
language sql immutable set search_path = '' as $$
  with batch as (
    select case when p_batch -> 'rate' in ('1', '10') then (p_batch ->> 'rate')::integer end as rate,
      case when p_batch ->> 'session' ~ '^[0-9a-f]{16}$'
        then ('x' || pg_catalog.lpad(pg_catalog.left(p_batch ->> 'session', 8), 16, '0'))::bit(64)::bigint end as session
  ), views as (
    select case when x.view ->> 'provider' in ('api_video', 'yandex', 'replica') then x.view ->> 'provider' else 'other' end as provider,
      case when x.view ->> 'network' in ('wifi', 'cellular') then x.view ->> 'network' else 'other' end as network,
      case when x.view ->> 'kind' in ('feed', 'detail', 'full') then x.view ->> 'kind' else 'other' end as kind,
      case when pg_catalog.jsonb_typeof(x.view -> 'failure') is distinct from 'string' then null
        when x.view ->> 'failure' in ('network', 'timeout', 'decoder', 'missing', 'refused') then x.view ->> 'failure'
        else 'other' end as failure,
      case when pg_catalog.jsonb_typeof(x.view -> 'start_ms') = 'number'
        then greatest(0, least(pg_catalog.trunc((x.view ->> 'start_ms')::numeric), 60000))::integer end as start_ms,
      case when pg_catalog.jsonb_typeof(x.view -> 'wait_ms') = 'number'
        then greatest(0, least(pg_catalog.trunc((x.view ->> 'wait_ms')::numeric), 60000))::integer end as wait_ms,
      case when pg_catalog.jsonb_typeof(x.view -> 'play_ms') = 'number'
        then greatest(0, least(pg_catalog.trunc((x.view ->> 'play_ms')::numeric), 21600000))::integer end as play_ms,
      case when pg_catalog.jsonb_typeof(x.view -> 'stall_ms') = 'number'
        then greatest(0, least(pg_catalog.trunc((x.view ->> 'stall_ms')::numeric), 600000))::integer end as stall_ms,
      case when pg_catalog.jsonb_typeof(x.view -> 'stalls') = 'number'
        then greatest(0, least(pg_catalog.trunc((x.view ->> 'stalls')::numeric), 1000))::integer end as stalls
    from pg_catalog.jsonb_array_elements(case when pg_catalog.jsonb_typeof(p_batch -> 'views') = 'array'
      then p_batch -> 'views' else '[]' end) with ordinality as x(view, position) where x.position <= 20)
  select coalesce(pg_catalog.array_agg(row(v.provider, v.network, v.kind, v.failure, v.start_ms,
    case when v.start_ms is null then 0 else coalesce(v.play_ms, 0) end,
    case when v.start_ms is null then 0 else coalesce(v.stall_ms, 0) end,
    case when v.start_ms is null then 0 else coalesce(v.stalls, 0) end,
    case when v.failure is null then b.rate else 1 end,
    case when b.rate is null or b.session is null or (v.failure is null and v.start_ms is null and v.wait_ms is null)
        then 'invalid'
      when v.failure is null and v.start_ms is null and v.wait_ms <= 1000 then 'swiped'
      when v.failure is null and b.session % b.rate <> 0 then 'unsampled' end)::private.quality_view), '{}')
  from views v cross join batch b;
$$;
comment on function private.quality_views(jsonb) is
  'Returns up to 20 views of a batch with every value clamped or replaced by `other`, the weight, and the reason for '
  'which a view is not counted. A session is sampled when the first 8 hex digits of its id are divisible by the rate; '
  'of any other session only failures count. A number is one of JSON: "NaN" is none.';

create function private.quality_sender(p_address text, p_hour timestamptz) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_address inet := p_address::inet;
  v_salt uuid;
begin
  select s.salt into v_salt from public.quality_salts s where s.hour = p_hour;
  if v_salt is null then
    insert into public.quality_salts (hour) values (p_hour) on conflict (hour) do nothing;
    select s.salt into strict v_salt from public.quality_salts s where s.hour = p_hour;
  end if;
  v_address := pg_catalog.network(pg_catalog.set_masklen(v_address, case pg_catalog.family(v_address) when 6 then 48 else 32 end));
  return pg_catalog.hashtextextended(v_salt::text || v_address::text, 0) & 65535;
end;
$$;
comment on function private.quality_sender(text, timestamptz) is
  'Returns the group of an address for one hour: one of 65,536, drawn again each hour. IPv6 counts by /48, since a home '
  'has 65,536 networks of its own.';

create function private.drop_quality(p_hour timestamptz, p_reason text, p_count bigint) returns void
language sql volatile set search_path = '' as $$
  insert into public.quality_drops as d (hour, reason, shard, dropped)
  values (p_hour, p_reason, pg_catalog.floor(pg_catalog.random() * 8)::smallint, p_count)
  on conflict (hour, reason, shard) do update set dropped = d.dropped + excluded.dropped;
$$;
comment on function private.drop_quality(timestamptz, text, bigint) is 'Counts drops by reason.';

create function public.quality_drop(p_cause text) returns void
language sql volatile set search_path = '' as $$
  select private.drop_quality(p_hour => pg_catalog.date_trunc('hour', pg_catalog.now(), 'UTC'), p_reason => p_cause, p_count => 1);
$$;
comment on function public.quality_drop(text) is
  'Counts a batch of playback reports that could not be read: unreadable or too_large.';

create function private.count_quality(p_hour timestamptz, p_batch jsonb, p_views private.quality_view[]) returns void
language sql volatile set search_path = '' as $$
  insert into public.quality_hours as h (hour, provider, os, network, kind, shard, batches, reports, attempts, starts,
    exits, start_failures, failed_network, failed_timeout, failed_decoder, failed_missing, failed_refused, failed_other,
    bad_views, play_ms, stall_ms, stalls, start_histogram, stall_histogram)
  select p_hour, v.provider, case when p_batch ->> 'os' in ('android', 'ios') then p_batch ->> 'os' else 'other' end, v.network,
    v.kind, pg_catalog.get_byte(pg_catalog.uuid_send((p_batch ->> 'id')::uuid), 15) & 7,
    -- A session outside the sample sends failures alone, and is not an independent sample.
    (pg_catalog.bool_or(s.is_sampled))::integer, count(*), sum(v.weight),
    coalesce(sum(v.weight) filter (where v.start_ms is not null), 0),
    coalesce(sum(v.weight) filter (where v.start_ms is null and v.failure is null), 0),
    count(*) filter (where v.start_ms is null and v.failure is not null),
    count(*) filter (where v.failure = 'network'), count(*) filter (where v.failure = 'timeout'),
    count(*) filter (where v.failure = 'decoder'), count(*) filter (where v.failure = 'missing'),
    count(*) filter (where v.failure = 'refused'), count(*) filter (where v.failure = 'other'),
    coalesce(sum(v.weight) filter (where v.failure is not null or v.start_ms > 5000
      or v.stall_ms * 50::bigint > v.play_ms + v.stall_ms), 0),
    sum(v.play_ms::bigint * v.weight), sum(v.stall_ms::bigint * v.weight), sum(v.stalls::bigint * v.weight),
    private.histogram_of(p_buckets => pg_catalog.array_agg(
      private.quality_bucket(p_value => v.start_ms, p_floor => 50)), p_weights => pg_catalog.array_agg(v.weight)),
    private.histogram_of(p_buckets => pg_catalog.array_agg(case when v.play_ms + v.stall_ms > 0 then private.quality_bucket(
      p_value => v.stall_ms::numeric / (v.play_ms + v.stall_ms), p_floor => 0.001) end), p_weights => pg_catalog.array_agg(v.weight))
  from unnest(p_views) as v
  cross join (select ('x' || pg_catalog.lpad(pg_catalog.left(p_batch ->> 'session', 8), 16, '0'))::bit(64)::bigint
    % (p_batch ->> 'rate')::integer = 0 as is_sampled) as s
  where v.dropped is null group by v.provider, v.network, v.kind
  -- In a fixed order, so that two batches never deadlock.
  order by v.provider, v.network, v.kind
  on conflict (hour, provider, os, network, kind, shard) do update set batches = h.batches + excluded.batches,
    reports = h.reports + excluded.reports, attempts = h.attempts + excluded.attempts, starts = h.starts + excluded.starts,
    exits = h.exits + excluded.exits, start_failures = h.start_failures + excluded.start_failures,
    failed_network = h.failed_network + excluded.failed_network, failed_timeout = h.failed_timeout + excluded.failed_timeout,
    failed_decoder = h.failed_decoder + excluded.failed_decoder, failed_missing = h.failed_missing + excluded.failed_missing,
    failed_refused = h.failed_refused + excluded.failed_refused, failed_other = h.failed_other + excluded.failed_other,
    bad_views = h.bad_views + excluded.bad_views, play_ms = h.play_ms + excluded.play_ms,
    stall_ms = h.stall_ms + excluded.stall_ms, stalls = h.stalls + excluded.stalls,
    start_histogram = private.add_counts(p_left => h.start_histogram, p_right => excluded.start_histogram),
    stall_histogram = private.add_counts(p_left => h.stall_histogram, p_right => excluded.stall_histogram);
$$;
comment on function private.count_quality(timestamptz, jsonb, private.quality_view[]) is 'Adds the countable views of a batch to an hour.';

create function public.quality_record(p_address text, p_batch jsonb, p_max_views integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_hour timestamptz := pg_catalog.date_trunc('hour', pg_catalog.now(), 'UTC');
  v_sender integer;
  v_views bigint;
  v_drop record;
  v_all private.quality_view[] := private.quality_views(p_batch => p_batch);
begin
  for v_drop in select v.dropped, count(*) as views from unnest(v_all) as v
      where v.dropped is not null group by v.dropped order by v.dropped loop
    perform private.drop_quality(p_hour => v_hour, p_reason => v_drop.dropped, p_count => v_drop.views);
  end loop;
  select coalesce(sum(v.weight), 0) into v_views from unnest(v_all) as v where v.dropped is null;
  if v_views = 0 then
    return '{"counted": 0}';
  end if;
  v_sender := private.quality_sender(p_address => p_address, p_hour => v_hour);
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('quality ' || v_sender, 0));
  if exists (select from public.quality_batches b where b.id = (p_batch ->> 'id')::uuid) then
    perform private.drop_quality(p_hour => v_hour, p_reason => 'repeated', p_count => 1);
    return '{"counted": 0}';
  elsif v_views + (select coalesce(sum(s.attempts), 0) from public.quality_senders s
      where s.hour = v_hour and s.sender = v_sender) > p_max_views then
    perform private.drop_quality(p_hour => v_hour, p_reason => 'over_limit', p_count => 1);
    return '{"counted": 0}';
  end if;
  insert into public.quality_batches (id) values ((p_batch ->> 'id')::uuid) on conflict (id) do nothing;
  if not found then
    perform private.drop_quality(p_hour => v_hour, p_reason => 'repeated', p_count => 1);
    return '{"counted": 0}';
  end if;
  insert into public.quality_senders as s (hour, sender, provider, attempts, start_failures, starts, slow_starts)
  select v_hour, v_sender, v.provider, sum(v.weight), count(*) filter (where v.start_ms is null and v.failure is not null),
    coalesce(sum(v.weight) filter (where v.start_ms is not null), 0),
    coalesce(sum(v.weight) filter (where v.start_ms > 5000), 0)
  from unnest(v_all) as v where v.dropped is null group by v.provider order by v.provider
  on conflict (hour, sender, provider) do update set attempts = s.attempts + excluded.attempts,
    start_failures = s.start_failures + excluded.start_failures, starts = s.starts + excluded.starts,
    slow_starts = s.slow_starts + excluded.slow_starts;
  perform private.count_quality(p_hour => v_hour, p_batch => p_batch, p_views => v_all);
  return pg_catalog.jsonb_build_object('counted', v_views);
end;
$$;
comment on function public.quality_record(text, jsonb, integer) is
  'Counts a batch of playback reports {id, session, rate, os, views} once per id, in the hour of its arrival, up to '
  'p_max_views weighted views per group of addresses and hour: {counted}. Drops are counted by reason.';

revoke execute on function private.quality_bucket(numeric, numeric), private.quality_percentile(bigint[], numeric, numeric),
  private.add_counts(bigint[], bigint[]), private.histogram_of(integer[], integer[]),
  private.quality_views(jsonb), private.quality_sender(text, timestamptz),
  private.drop_quality(timestamptz, text, bigint), public.quality_drop(text), private.count_quality(timestamptz, jsonb, private.quality_view[]),
  public.quality_record(text, jsonb, integer) from public, anon, authenticated;
grant execute on function private.quality_bucket(numeric, numeric), private.quality_percentile(bigint[], numeric, numeric),
  private.add_counts(bigint[], bigint[]), private.histogram_of(integer[], integer[]),
  private.quality_views(jsonb), private.quality_sender(text, timestamptz),
  private.drop_quality(timestamptz, text, bigint), public.quality_drop(text), private.count_quality(timestamptz, jsonb, private.quality_view[]),
  public.quality_record(text, jsonb, integer) to service_role;
