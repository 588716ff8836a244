-- State of the pushes: metrics for the monitor and for the operations page.

create function private.push_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language plpgsql stable set search_path = '' as $$
begin
  return query
  select 'push_queue_age'::text, ''::text, coalesce(round((extract(epoch from pg_catalog.clock_timestamp() - min(p.not_before)) / 60)::numeric, 1), 0), false
  from public.pushes p where p.state = 'queued' and p.not_before <= pg_catalog.clock_timestamp()
  union all
  select 'push_credentials', c.provider, 1, false from public.push_circuits c
  union all
  select 'push_dead_share', '', round(100.0 * count(*) filter (where p.state = 'dead') / count(*), 1), count(*) < 50
  from public.pushes p where p.created_at > pg_catalog.now() - interval '1 day' and p.state in ('forwarded', 'dead')
  having count(*) > 0
  union all
  select 'push_refused', '', (count(*) + (select count(*) from public.notification_fanouts f
    where f.state = 'failed' and f.updated_at > pg_catalog.now() - interval '1 day'))::numeric, false
  from public.pushes p where p.created_at > pg_catalog.now() - interval '1 day' and p.state = 'failed';
end;
$$;
comment on function private.push_metrics() is
  'Returns minutes for which the oldest due push has waited, 1 for a provider that refuses our credentials, the share of dead tokens '
  'among the receipts of a day (weak below 50), and pushes of a day that were refused and fan-outs that were given up, '
  'which are our defects.';

create function public.push_status(p_operator_id uuid, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'days', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) order by d.day desc, d.type), '[]') from (
        select (p.created_at at time zone 'Asia/Bishkek')::date as day, p.type, count(*) as queued,
          count(*) filter (where p.uncertain > 0) as sent, count(*) filter (where p.state = 'accepted') as accepted,
          count(*) filter (where p.state = 'forwarded') as forwarded, count(*) filter (where p.state = 'dead') as dead,
          count(*) filter (where p.state = 'unknown') as unknown, count(*) filter (where p.state = 'failed') as failed,
          count(*) filter (where p.state = 'expired') as expired, count(*) filter (where p.state = 'suppressed') as suppressed,
          round((pg_catalog.percentile_cont(0.5) within group (order by extract(epoch from p.accepted_at - p.created_at)))::numeric, 1) as median_seconds,
          round((pg_catalog.percentile_cont(0.95) within group (order by extract(epoch from p.accepted_at - p.created_at)))::numeric, 1) as slow_seconds
        from public.pushes p where p.created_at > private.day_start(private.bishkek_day() - p_days + 1)
        group by 1, 2) as d),
    'queue', (
      select pg_catalog.jsonb_build_object('due', count(*) filter (where p.not_before <= pg_catalog.clock_timestamp()),
        'deferred', count(*) filter (where p.not_before > pg_catalog.clock_timestamp()),
        'age_seconds', coalesce(extract(epoch from pg_catalog.clock_timestamp() - min(p.not_before)
          filter (where p.not_before <= pg_catalog.clock_timestamp()))::integer, 0))
      from public.pushes p where p.state = 'queued'),
    'in_flight', (select count(*) from public.pushes p where p.state = 'claimed'),
    'devices', (select count(*) from public.push_devices),
    'circuits', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('provider', c.provider, 'reason', c.reason,
      'opened_at', c.opened_at, 'open_until', c.open_until)), '[]') from public.push_circuits c));
end;
$$;
comment on function public.push_status(uuid, integer) is
  'Returns the state of pushes: {days: by Bishkek day and type, queue, in_flight, devices, circuits}. For staff. Reasons: forbidden, '
  'account_blocked, authentication_required.';

revoke execute on function private.push_metrics(), public.push_status(uuid, integer) from public, anon, authenticated;
grant execute on function private.push_metrics(), public.push_status(uuid, integer) to service_role;
