-- Figures about money for operators: what came in, from where, how surely, and what repeats every month.

create function private.revenue_by(p_since timestamptz, p_until timestamptz, p_key text) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', g.key, 'paid_tyiyn', g.paid, 'refunded_tyiyn', g.refunded,
    'payments', g.payments) order by g.key), '[]')
  from (
    select case p_key when 'day' then (p.completed_at at time zone 'Asia/Bishkek')::date::text
        when 'bank' then p.payment_method when 'tier' then p.tier else p.payment_type end as key,
      pg_catalog.sum(p.paid_tyiyn) as paid, pg_catalog.sum(p.refunded_tyiyn) as refunded, pg_catalog.count(*) as payments
    from public.payments p where p.completed_at >= p_since and p.completed_at < p_until group by 1) as g;
$$;
comment on function private.revenue_by(timestamptz, timestamptz, text) is
  'Payments completed in a span by day (Bishkek), bank, tier or type: [{key, paid_tyiyn, refunded_tyiyn, payments}].';

create function private.order_metrics(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('orders', pg_catalog.count(*), 'paid', pg_catalog.count(p.completed_at),
    'conversion', pg_catalog.round(pg_catalog.count(p.completed_at)::numeric / nullif(pg_catalog.count(*), 0), 4),
    'median_seconds_to_pay', pg_catalog.percentile_cont(0.5) within group (order by extract(epoch from p.completed_at - p.created_at)::double precision)
      filter (where p.completed_at is not null),
    'p90_seconds_to_pay', pg_catalog.percentile_cont(0.9) within group (order by extract(epoch from p.completed_at - p.created_at)::double precision)
      filter (where p.completed_at is not null))
  from public.payments p
  where p.created_at >= p_since and p.created_at < p_until and p.payment_method <> 'manual'
    and exists (select from public.payment_attempts a where a.payment_id = p.id);
$$;
comment on function private.order_metrics(timestamptz, timestamptz) is
  'Of the orders that somebody began to pay in a span: how many were paid, and how fast. Orders of the timer that nobody opened do not count.';

create function private.failure_metrics(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bank', f.bank, 'reason', f.reason, 'count', f.number) order by f.number desc, f.bank, f.reason), '[]')
  from (
    select p.payment_method as bank, coalesce(p.failure_reason, p.state) as reason, pg_catalog.count(*) as number
    from public.payments p where p.created_at >= p_since and p.created_at < p_until and p.state in ('failed', 'expired', 'canceled')
      and exists (select from public.payment_attempts a where a.payment_id = p.id) group by 1, 2
    union all
    select a.provider, 'order_not_made ' || pg_catalog.split_part(a.error_code, ':', 1), pg_catalog.count(*)
    from public.payment_attempts a where a.created_at >= p_since and a.created_at < p_until and a.error_code is not null group by 1, 2
    union all
    select p.payment_method, 'held ' || p.review_reason, pg_catalog.count(*)
    from public.payments p where p.created_at >= p_since and p.created_at < p_until and p.review_reason is not null group by 1, 2) as f;
$$;
comment on function private.failure_metrics(timestamptz, timestamptz) is
  'Why orders of a span were not paid, were not made by the bank, or were held: [{bank, reason, count}], the most frequent first.';

create function private.subscription_metrics(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with running as (
    select s.tier, p.amount_tyiyn * 30.0 / p.period_days as month_tyiyn
    from public.subscriptions s
    left join lateral (select o.payment_id from public.subscription_periods o where o.subscription_id = s.id and o.revoked_at is null
      order by (o.starts_at <= pg_catalog.now() and o.ends_at > pg_catalog.now()) desc, o.ends_at desc limit 1) as c on true
    left join public.payments p on p.id = c.payment_id
    where s.status in ('active', 'grace')
  )
  select pg_catalog.jsonb_build_object(
    'subscribers', (select pg_catalog.count(*) from running),
    'mrr_tyiyn', (select coalesce(pg_catalog.round(pg_catalog.sum(r.month_tyiyn)), 0) from running r),
    'by_tier', (select coalesce(pg_catalog.jsonb_object_agg(t.tier, t.number), '{}') from (
      select r.tier, pg_catalog.count(*) as number from running r group by r.tier) as t),
    'at_start', (select pg_catalog.count(*) from public.subscriptions s where s.started_at < p_since and coalesce(s.ended_at, 'infinity') >= p_since),
    'started', (select pg_catalog.count(*) from public.subscriptions s where s.started_at >= p_since and s.started_at < p_until),
    'ended', (select pg_catalog.count(*) from public.subscriptions s where s.ended_at >= p_since and s.ended_at < p_until),
    'churn', (select pg_catalog.round(pg_catalog.count(*) filter (where s.ended_at >= p_since and s.ended_at < p_until)::numeric
        / nullif(pg_catalog.count(*), 0), 4)
      from public.subscriptions s where s.started_at < p_since and coalesce(s.ended_at, 'infinity') >= p_since));
$$;
comment on function private.subscription_metrics(timestamptz, timestamptz) is
  'Who pays every month now, and what that makes in 30 days (MRR); of those at the start of a span, the share that has left (churn).';

create function public.billing_metrics(p_operator_id uuid, p_since date, p_until date) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_since constant timestamptz := p_since::timestamp at time zone 'Asia/Bishkek';
  v_until constant timestamptz := p_until::timestamp at time zone 'Asia/Bishkek';
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  return pg_catalog.jsonb_build_object(
    'paid_tyiyn', (select coalesce(pg_catalog.sum(p.paid_tyiyn), 0) from public.payments p where p.completed_at >= v_since and p.completed_at < v_until),
    'refunded_tyiyn', (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
      where r.state = 'done' and r.finished_at >= v_since and r.finished_at < v_until),
    'by_day', private.revenue_by(v_since, v_until, 'day'), 'by_bank', private.revenue_by(v_since, v_until, 'bank'),
    'by_tier', private.revenue_by(v_since, v_until, 'tier'), 'by_type', private.revenue_by(v_since, v_until, 'type'),
    'orders', private.order_metrics(v_since, v_until), 'failures', private.failure_metrics(v_since, v_until),
    'subscriptions', private.subscription_metrics(v_since, v_until),
    'gaps', (select coalesce(pg_catalog.sum(pg_catalog.jsonb_array_length(c.gaps)), 0) from public.payment_comparisons c
      where c.day >= p_since and c.day < p_until));
end;
$$;
comment on function public.billing_metrics(uuid, date, date) is
  'Figures of Bishkek days from p_since to before p_until: {paid_tyiyn, refunded_tyiyn, by_day, by_bank, by_tier, by_type, orders, '
  'failures, subscriptions, gaps}. Reason: forbidden.';

revoke execute on function private.revenue_by(timestamptz, timestamptz, text), private.order_metrics(timestamptz, timestamptz),
  private.failure_metrics(timestamptz, timestamptz), private.subscription_metrics(timestamptz, timestamptz),
  public.billing_metrics(uuid, date, date) from public, anon, authenticated;
grant execute on function private.revenue_by(timestamptz, timestamptz, text), private.order_metrics(timestamptz, timestamptz),
  private.failure_metrics(timestamptz, timestamptz), private.subscription_metrics(timestamptz, timestamptz),
  public.billing_metrics(uuid, date, date) to service_role;
