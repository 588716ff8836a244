-- Arrival of the app's playback reports, and the arithmetic of their histograms. The hour is the server's.

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

create function public.quality_record(p_address text, p_batch jsonb, p_max_views integer, p_max_queue_mb integer) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_hour timestamptz := pg_catalog.date_trunc('hour', pg_catalog.now(), 'UTC');
  v_rate smallint := case when p_batch -> 'rate' in ('1', '10') then (p_batch ->> 'rate')::smallint end;
  v_session bigint := case when p_batch ->> 'session' ~ '^[0-9a-f]{16}$'
    then ('x' || pg_catalog.lpad(pg_catalog.left(p_batch ->> 'session', 8), 16, '0'))::bit(64)::bigint end;
  v_sender integer;
  v_problem text;
begin
  -- Not waited for: a crash of the server loses the reports of its last second, and the wait is most of what a report costs.
  perform pg_catalog.set_config('synchronous_commit', 'off', true);
  if v_rate is null or v_session is null or pg_catalog.jsonb_typeof(p_batch -> 'views') is distinct from 'array'
      or pg_catalog.pg_column_size(p_batch) > 16384 then
    v_problem := 'invalid';
  else
    v_sender := private.quality_sender(p_address => p_address, p_hour => v_hour);
    if p_max_views <= (select sum(s.attempts) from public.quality_senders s where s.hour = v_hour and s.sender = v_sender) then
      v_problem := 'over_limit';
    elsif pg_catalog.pg_relation_size('public.quality_incoming') > p_max_queue_mb * 1048576::bigint then
      v_problem := 'queue_full';
    else
      insert into public.quality_incoming (id, sender, os, rate, is_sampled, views)
      values ((p_batch ->> 'id')::uuid, v_sender, case when p_batch ->> 'os' in ('android', 'ios') then p_batch ->> 'os' else 'other' end,
        v_rate, v_session % v_rate = 0, p_batch -> 'views')
      on conflict (id) do nothing;
      if not found then
        v_problem := 'repeated';
      end if;
    end if;
  end if;
  if v_problem is not null then
    perform private.drop_quality(p_hour => v_hour, p_reason => v_problem, p_count => 1);
  end if;
end;
$$;
comment on function public.quality_record(text, jsonb, integer, integer) is
  'Stores a batch of playback reports {id, session, rate, os, views} for quality_count, without its session: a session is '
  'sampled when the first 8 hex digits of its id are divisible by the rate. Refused batches are counted by reason: not '
  'usable, waiting already, from a group of addresses that has reported p_max_views in this hour, or beyond p_max_queue_mb '
  'megabytes that wait. Does not wait for the disk.';

revoke execute on function private.quality_bucket(numeric, numeric), private.quality_percentile(bigint[], numeric, numeric),
  private.add_counts(bigint[], bigint[]), private.histogram_of(integer[], integer[]), private.quality_sender(text, timestamptz),
  private.drop_quality(timestamptz, text, bigint), public.quality_drop(text), public.quality_record(text, jsonb, integer, integer)
  from public, anon, authenticated;
grant execute on function private.quality_bucket(numeric, numeric), private.quality_percentile(bigint[], numeric, numeric),
  private.add_counts(bigint[], bigint[]), private.histogram_of(integer[], integer[]), private.quality_sender(text, timestamptz),
  private.drop_quality(timestamptz, text, bigint), public.quality_drop(text), public.quality_record(text, jsonb, integer, integer)
  to service_role;
