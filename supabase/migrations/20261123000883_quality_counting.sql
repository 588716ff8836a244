-- Counting of playback reports that have arrived (docs/decisions/0164). Everything that a phone says is clamped here or
-- replaced by `other`.

create type private.quality_view as (batch uuid, hour timestamptz, sender integer, os text, is_sampled boolean, provider text,
  network text, kind text, failure text, start_ms integer, play_ms integer, stall_ms integer, stalls integer, weight integer,
  dropped text);
comment on type private.quality_view is 'View of a batch as it is counted, or the reason for which it is not.';

-- One statement without helpers: a function with a search path is never inlined, and this runs for each view.
create function private.quality_views(p_batches public.quality_incoming[]) returns setof private.quality_view
language sql stable set search_path = '' as $$
  with views as (
    select b.id, pg_catalog.date_trunc('hour', b.created_at, 'UTC') as hour, b.sender, b.os, b.is_sampled, b.rate,
      case when x.view ->> 'provider' in ('api_video', 'yandex', 'replica') then x.view ->> 'provider' else 'other' end as provider,
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
    from unnest(p_batches) as b
    cross join lateral pg_catalog.jsonb_array_elements(b.views) with ordinality as x(view, position) where x.position <= 20)
  select v.id, v.hour, v.sender, v.os, v.is_sampled, v.provider, v.network, v.kind, v.failure, v.start_ms,
    case when v.start_ms is null then 0 else coalesce(v.play_ms, 0) end,
    case when v.start_ms is null then 0 else coalesce(v.stall_ms, 0) end,
    case when v.start_ms is null then 0 else coalesce(v.stalls, 0) end,
    case when v.failure is null then v.rate else 1 end,
    case when v.failure is null and v.start_ms is null and v.wait_ms is null then 'invalid'
      when v.failure is null and v.start_ms is null and v.wait_ms <= 1000 then 'swiped'
      when v.failure is null and not v.is_sampled then 'unsampled' end
  from views v;
$$;
comment on function private.quality_views(public.quality_incoming[]) is
  'Returns up to 20 views of each batch with every value clamped or replaced by `other`, the weight, and the reason for '
  'which a view is not counted. Of a session outside the sample only failures count. A number is one of JSON: "NaN" is none.';

create type private.quality_verdict as (id uuid, hour timestamptz, problem text);
comment on type private.quality_verdict is 'Batch with views to count, and the problem for which it is not counted.';

create function private.judge_quality(p_batches public.quality_incoming[], p_views private.quality_view[], p_max_views integer)
returns setof private.quality_verdict
language sql stable set search_path = '' as $$
  select j.id, j.hour, case when j.is_known then 'repeated' when j.reported + j.running > p_max_views then 'over_limit' end
  from (
    select w.*, coalesce((select sum(s.attempts) from public.quality_senders s where s.hour = w.hour and s.sender = w.sender), 0) as reported,
      sum(w.weight) filter (where not w.is_known) over (partition by w.hour, w.sender order by w.created_at, w.id) as running
    from (
      select b.id, b.created_at, v.hour, v.sender, sum(v.weight) as weight,
        exists (select from public.quality_batches q where q.id = b.id) as is_known
      from unnest(p_views) as v join unnest(p_batches) as b on b.id = v.batch
      where v.dropped is null group by b.id, b.created_at, v.hour, v.sender) as w) as j;
$$;
comment on function private.judge_quality(public.quality_incoming[], private.quality_view[], integer) is
  'Returns the batches with views to count, each with the problem for which it is not counted: repeated, or over_limit from '
  'the first batch on with which its group of addresses passes p_max_views in an hour.';

create function private.count_quality_of_senders(p_views private.quality_view[]) returns void
language sql volatile set search_path = '' as $$
  insert into public.quality_senders as s (hour, sender, provider, attempts, start_failures, starts, slow_starts)
  select v.hour, v.sender, v.provider, sum(v.weight), count(*) filter (where v.start_ms is null and v.failure is not null),
    coalesce(sum(v.weight) filter (where v.start_ms is not null), 0),
    coalesce(sum(v.weight) filter (where v.start_ms > 5000), 0)
  from unnest(p_views) as v group by v.hour, v.sender, v.provider
  on conflict (hour, sender, provider) do update set attempts = s.attempts + excluded.attempts,
    start_failures = s.start_failures + excluded.start_failures, starts = s.starts + excluded.starts,
    slow_starts = s.slow_starts + excluded.slow_starts;
$$;
comment on function private.count_quality_of_senders(private.quality_view[]) is 'Adds views to the hours of their groups of addresses.';

create function private.count_quality(p_views private.quality_view[]) returns void
language sql volatile set search_path = '' as $$
  insert into public.quality_hours as h (hour, provider, os, network, kind, batches, reports, attempts, starts,
    exits, start_failures, failed_network, failed_timeout, failed_decoder, failed_missing, failed_refused, failed_other,
    bad_views, play_ms, stall_ms, stalls, start_histogram, stall_histogram)
  select v.hour, v.provider, v.os, v.network, v.kind,
    -- A session that is not sampled sends failures alone, and is no independent look.
    count(distinct v.batch) filter (where v.is_sampled), count(*), sum(v.weight),
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
  from unnest(p_views) as v group by v.hour, v.provider, v.os, v.network, v.kind
  on conflict (hour, provider, os, network, kind) do update set batches = h.batches + excluded.batches,
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
comment on function private.count_quality(private.quality_view[]) is 'Adds views to their hours.';

create function public.quality_count(p_limit integer, p_max_views integer) returns integer
language plpgsql volatile set search_path = '' set statement_timeout = '30s' as $$
declare
  v_batches public.quality_incoming[];
  v_views private.quality_view[];
  v_verdicts private.quality_verdict[];
begin
  -- One at a time, so that each batch is in one chunk and no row of an hour is waited for.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('quality_count', 0));
  with gone as (
    delete from public.quality_incoming i
    where i.id in (select x.id from public.quality_incoming x order by x.created_at limit p_limit) returning i)
  select pg_catalog.array_agg(g.i) into v_batches from gone g;
  if v_batches is null then
    return 0;
  end if;
  v_views := array(select v from private.quality_views(p_batches => v_batches) as v);
  v_verdicts := array(select j from private.judge_quality(p_batches => v_batches, p_views => v_views, p_max_views => p_max_views) as j);
  insert into public.quality_batches (id) select j.id from unnest(v_verdicts) as j where j.problem is null;
  perform private.drop_quality(p_hour => d.hour, p_reason => d.reason, p_count => d.dropped) from (
    select v.hour, v.dropped as reason, count(*) as dropped from unnest(v_views) as v where v.dropped is not null group by 1, 2
    union all
    select j.hour, j.problem, count(*) from unnest(v_verdicts) as j where j.problem is not null group by 1, 2) as d;
  v_views := array(select v from unnest(v_views) as v join unnest(v_verdicts) as j on j.id = v.batch
    where v.dropped is null and j.problem is null);
  perform private.count_quality_of_senders(p_views => v_views);
  perform private.count_quality(p_views => v_views);
  return pg_catalog.cardinality(v_batches);
end;
$$;
comment on function public.quality_count(integer, integer) is
  'Counts up to p_limit batches of playback reports that wait, the oldest first, each once, in the hour of its arrival, up to '
  'p_max_views weighted views per group of addresses and hour; returns how many it took. Whatever is not counted is counted by '
  'reason. A killed run leaves no trace.';

revoke execute on function private.quality_views(public.quality_incoming[]),
  private.judge_quality(public.quality_incoming[], private.quality_view[], integer),
  private.count_quality_of_senders(private.quality_view[]), private.count_quality(private.quality_view[]),
  public.quality_count(integer, integer) from public, anon, authenticated;
grant execute on function private.quality_views(public.quality_incoming[]),
  private.judge_quality(public.quality_incoming[], private.quality_view[], integer),
  private.count_quality_of_senders(private.quality_view[]), private.count_quality(private.quality_view[]),
  public.quality_count(integer, integer) to service_role;
