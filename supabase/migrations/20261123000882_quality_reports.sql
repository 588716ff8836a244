-- Reports from playback: sums of days, the page of staff, metrics of alerts; and days of the CDN beside them.

create function private.sum_counts(p_histograms bigint[]) returns bigint[]
language sql immutable set search_path = '' as $$
  select pg_catalog.array_agg(b.total order by b.n) from (
    select (u.position - 1) % 94 as n, sum(u.amount)::bigint as total
    from unnest(p_histograms) with ordinality as u(amount, position) group by 1) as b;
$$;
comment on function private.sum_counts(bigint[]) is 'Adds the histograms of a two-dimensional array bucket by bucket.';

create function private.quality_sums(p_from timestamptz, p_to timestamptz) returns setof public.quality_days
language sql stable set search_path = '' as $$
  select pg_catalog.md5(pg_catalog.concat_ws(' ', (h.hour at time zone 'Asia/Bishkek')::date, h.provider, h.os, h.network, h.kind))::uuid,
    (h.hour at time zone 'Asia/Bishkek')::date, h.provider, h.os, h.network, h.kind, sum(h.batches)::bigint,
    sum(h.reports)::bigint, sum(h.attempts)::bigint, sum(h.starts)::bigint, sum(h.exits)::bigint,
    sum(h.start_failures)::bigint, sum(h.failed_network)::bigint, sum(h.failed_timeout)::bigint,
    sum(h.failed_decoder)::bigint, sum(h.failed_missing)::bigint, sum(h.failed_refused)::bigint,
    sum(h.failed_other)::bigint, sum(h.bad_views)::bigint, sum(h.play_ms)::bigint, sum(h.stall_ms)::bigint,
    sum(h.stalls)::bigint, private.sum_counts(p_histograms => pg_catalog.array_agg(h.start_histogram)),
    private.sum_counts(p_histograms => pg_catalog.array_agg(h.stall_histogram)), pg_catalog.now()
  from public.quality_hours h where h.hour >= p_from and h.hour < p_to group by 2, h.provider, h.os, h.network, h.kind;
$$;
comment on function private.quality_sums(timestamptz, timestamptz) is
  'Returns the sums of hours by Bishkek day in the form of quality_days.';

create function public.quality_fold() returns integer
language plpgsql volatile set search_path = '' set statement_timeout = '55s' as $$
declare
  v_day date;
  v_folded integer := 0;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('quality_fold', 0));
  for v_day in
    select distinct (h.hour at time zone 'Asia/Bishkek')::date from public.quality_hours h
    -- A batch that came in the last second of a day is written by now, and none of the day waits to be counted.
    where h.hour < private.day_start(((pg_catalog.now() - interval '5 minutes') at time zone 'Asia/Bishkek')::date)
      and not exists (select from public.quality_incoming i
        where i.created_at < private.day_start((h.hour at time zone 'Asia/Bishkek')::date + 1))
      and not exists (select from public.quality_days d where d.day = (h.hour at time zone 'Asia/Bishkek')::date)
    order by 1 limit 14
  loop
    insert into public.quality_days select s.* from private.quality_sums(p_from => private.day_start(v_day), p_to => private.day_start(v_day + 1)) as s;
    v_folded := v_folded + 1;
  end loop;
  return v_folded;
end;
$$;
comment on function public.quality_fold() is
  'Writes the sums of every day that has ended, is counted to its end and has none yet; returns how many. Repeating it '
  'changes nothing.';

create function private.quality_all(p_days integer) returns setof public.quality_days
language sql stable set search_path = '' as $$
  select d.* from public.quality_days d where d.day > private.bishkek_day() - p_days
  union all
  select s.* from private.quality_sums(p_from => private.day_start(greatest(private.bishkek_day() - p_days,
    (select max(d.day) from public.quality_days d)) + 1), p_to => 'infinity') as s;
$$;
comment on function private.quality_all(integer) is
  'Returns the last p_days days by stratum: kept sums, and the hours of days after the newest kept one.';

create function public.quality_report(p_operator_id uuid, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'days', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) order by x.day desc, x.provider), '[]') from (
        select s.day, s.provider, s.reports, s.attempts, s.starts, s.exits, s.start_failures, s.failures, s.bad_views,
          s.classes, case when s.play_ms + s.stall_ms > 0 then round(s.stall_ms::numeric / (s.play_ms + s.stall_ms), 5) end as stall_share,
          private.quality_percentile(p_histogram => s.start_histogram, p_share => 0.5, p_floor => 50) as start_p50,
          private.quality_percentile(p_histogram => s.start_histogram, p_share => 0.95, p_floor => 50) as start_p95,
          case when s.stall_histogram[1] >= 0.95 * s.measured then 0
            else private.quality_percentile(p_histogram => s.stall_histogram, p_share => 0.95, p_floor => 0.001) end as stall_p95
        from (
          select q.day, q.provider, sum(q.reports) as reports, sum(q.attempts) as attempts, sum(q.starts) as starts,
            sum(q.exits) as exits, sum(q.start_failures) as start_failures, sum(q.bad_views) as bad_views,
            sum(q.failed_network + q.failed_timeout + q.failed_decoder + q.failed_missing + q.failed_refused + q.failed_other) as failures,
            pg_catalog.jsonb_build_object('network', sum(q.failed_network), 'timeout', sum(q.failed_timeout),
              'decoder', sum(q.failed_decoder), 'missing', sum(q.failed_missing), 'refused', sum(q.failed_refused),
              'other', sum(q.failed_other)) as classes, sum(q.play_ms) as play_ms, sum(q.stall_ms) as stall_ms,
            private.sum_counts(p_histograms => pg_catalog.array_agg(q.start_histogram)) as start_histogram,
            private.sum_counts(p_histograms => pg_catalog.array_agg(q.stall_histogram)) as stall_histogram,
            sum((select sum(u.amount) from unnest(q.stall_histogram) as u(amount))) as measured
          from private.quality_all(p_days => p_days) as q group by q.day, q.provider) as s) as x),
    'strata', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)), '[]') from (
        select q.provider, q.os, q.network, q.kind, sum(q.batches) as batches, sum(q.attempts) as attempts, sum(q.bad_views) as bad_views,
          sum(q.failed_network + q.failed_timeout + q.failed_decoder + q.failed_missing + q.failed_refused + q.failed_other) as failures,
          private.sum_counts(p_histograms => pg_catalog.array_agg(q.start_histogram)) as start_histogram
        from private.quality_all(p_days => 14) as q where q.provider in ('api_video', 'yandex')
        group by q.provider, q.os, q.network, q.kind) as x),
    'drops', (
      select coalesce(pg_catalog.jsonb_object_agg(x.reason, x.dropped), '{}') from (
        select d.reason, sum(d.dropped) as dropped from public.quality_drops d
        where d.hour > pg_catalog.now() - interval '1 day' group by d.reason) as x),
    'cdn', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) order by x.day desc), '[]') from (
        select m.day, pg_catalog.jsonb_object_agg(pg_catalog.substr(m.metric, 5), m.value) as metrics
        from public.metrics_daily m where m.metric like 'cdn\_%' and m.dimension = ''
          and m.day > private.bishkek_day() - p_days group by m.day) as x));
end;
$$;
comment on function public.quality_report(uuid, integer) is
  'Returns playback of p_days days {days: by day and provider, drops: of 24 hours by reason, cdn: by day} and of two '
  'weeks {strata: by provider, system, network and kind}. For staff. Reasons: forbidden, account_blocked, '
  'authentication_required.';

create function private.quality_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  with senders as (
    select s.*, pg_catalog.row_number() over (partition by s.hour, s.provider order by s.start_failures desc) as by_failures,
      pg_catalog.row_number() over (partition by s.hour, s.provider order by s.slow_starts desc) as by_slowness
    from public.quality_senders s where s.provider <> 'other'
      and s.hour >= pg_catalog.date_trunc('hour', pg_catalog.now(), 'UTC') - interval '1 hour'
  ), robust as (
    select s.provider, sum(s.attempts) filter (where s.by_failures > 1) as attempts,
      sum(s.start_failures) filter (where s.by_failures > 1) as start_failures,
      sum(s.starts) filter (where s.by_slowness > 1) as starts, sum(s.slow_starts) filter (where s.by_slowness > 1) as slow_starts
    from senders s group by s.provider
  ), hours as (
    select h.provider, sum(h.reports) as reports, private.sum_counts(p_histograms => pg_catalog.array_agg(h.start_histogram)) as starts
    from public.quality_hours h where h.hour >= pg_catalog.date_trunc('hour', pg_catalog.now(), 'UTC') - interval '1 hour'
    group by h.provider)
  select 'video_start_failures', r.provider, round(100.0 * r.start_failures / r.attempts, 2), r.attempts < 200 or h.reports < 100
  from robust r join hours h on h.provider = r.provider where r.attempts > 0
  union all
  select 'video_start_p95', r.provider,
    round(private.quality_percentile(p_histogram => h.starts, p_share => 0.95, p_floor => 50) / 1000, 2),
    r.starts < 200 or h.reports < 100 or r.slow_starts * 20 <= r.starts
  from robust r join hours h on h.provider = r.provider where r.starts > 0
  union all
  select x.metric, '', x.value, x.requests < 1000 from (
    select d.requests, round(100 * (1 - d.origin_requests / nullif(d.requests, 0)), 2) as hit_ratio, 100 * d.error_share as errors
    from (
      select m.day, max(m.value) filter (where m.metric = 'cdn_requests') as requests,
        max(m.value) filter (where m.metric = 'cdn_origin_requests') as origin_requests,
        max(m.value) filter (where m.metric = 'cdn_error_share') as error_share
      from public.metrics_daily m where m.metric like 'cdn\_%' and m.day >= private.bishkek_day() - 3
      group by m.day order by m.day desc limit 1) as d) as n
  cross join lateral (values ('cdn_hit_ratio', n.hit_ratio, n.requests), ('cdn_errors', n.errors, n.requests)) as x(metric, value, requests)
  where x.value is not null;
$$;
comment on function private.quality_metrics() is
  'Returns playback of the running hour and the one before by provider: percent of attempts that failed before their '
  'first frame, and the 95th percentile of the start in seconds; both weak below 200 attempts or 100 reports. The group '
  'of addresses with most failures or slow starts of an hour is left out, so that one address opens no alert. And the '
  'newest day of the CDN: hit ratio by requests and share of 5xx, in percent; weak below 1,000 requests.';

create function public.cdn_days_missing(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(d.day order by d.day desc), '[]') from (
    select private.bishkek_day() - n as day from pg_catalog.generate_series(1, p_days) as n) as d
  where d.day > private.bishkek_day() - 3
    or not exists (select from public.metrics_daily m where m.metric = 'cdn_requests' and m.dimension = '' and m.day = d.day);
$$;
comment on function public.cdn_days_missing(integer) is
  'Returns the days of the last p_days without final CDN metrics, the newest first: those without any, and the '
  'last two, whose late points may have arrived.';

create function public.cdn_day_record(p_day date, p_metrics jsonb) returns integer
language sql volatile set search_path = '' as $$
  select private.write_metrics(p_day => p_day, p_metrics => (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('metric', 'cdn_' || m.key, 'dimension', '', 'value', m.value))
    from pg_catalog.jsonb_each(p_metrics) as m
    where m.key in ('requests', 'origin_requests', 'bytes', 'origin_bytes', 'error_share', 'origin_error_share')
      and pg_catalog.jsonb_typeof(m.value) = 'number'));
$$;
comment on function public.cdn_day_record(date, jsonb) is
  'Writes the CDN metrics {requests, origin_requests, bytes, origin_bytes, error_share, origin_error_share} of a day over '
  'earlier ones; returns the number of new or different ones.';

revoke execute on function private.sum_counts(bigint[]), private.quality_sums(timestamptz, timestamptz), public.quality_fold(),
  private.quality_all(integer), public.quality_report(uuid, integer), private.quality_metrics(),
  public.cdn_days_missing(integer), public.cdn_day_record(date, jsonb) from public, anon, authenticated;
grant execute on function private.sum_counts(bigint[]), private.quality_sums(timestamptz, timestamptz), public.quality_fold(),
  private.quality_all(integer), public.quality_report(uuid, integer), private.quality_metrics(),
  public.cdn_days_missing(integer), public.cdn_day_record(date, jsonb) to service_role;
