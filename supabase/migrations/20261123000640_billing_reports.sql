-- Billing metrics, and payments for finance.

-- Metrics about money for finance: revenue, its sources, its certainty, and its recurring part.

create function private.order_metrics(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with orders as (
    select extract(epoch from p.completed_at - p.created_at)::double precision as seconds
    from public.payments p
    where p.created_at >= p_since and p.created_at < p_until and p.payment_method <> 'manual'
      -- A timer's order that was never opened is not pending.
      and p.state <> 'created' and (p.completed_at is not null or p.idempotency_key not like 'renewal:%'
        or exists (select from public.payment_attempts a where a.payment_id = p.id))
  )
  select pg_catalog.jsonb_build_object('orders', pg_catalog.count(*), 'paid', pg_catalog.count(o.seconds),
    'conversion', pg_catalog.round(pg_catalog.count(o.seconds)::numeric / nullif(pg_catalog.count(*), 0), 4),
    'median_seconds_to_pay', pg_catalog.percentile_cont(0.5) within group (order by o.seconds),
    'p90_seconds_to_pay', pg_catalog.percentile_cont(0.9) within group (order by o.seconds))
  from orders o;
$$;
comment on function private.order_metrics(timestamptz, timestamptz) is
  'Returns the number, the share and the speed of paid orders among those begun in a span. Excludes timer orders that '
  'were never opened.';

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
  'Counts reasons of orders in a span that were not paid, not made by the bank, or held: [{bank, reason, count}], most '
  'frequent first.';

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
  'Returns present subscribers and their revenue per 30 days (MRR); of those at the start of a span, the share that '
  'ended (churn).';

create function public.billing_metrics(p_operator_id uuid, p_since date, p_until date) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_since constant timestamptz := p_since::timestamp at time zone 'Asia/Bishkek';
  v_until constant timestamptz := p_until::timestamp at time zone 'Asia/Bishkek';
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  return private.revenue(v_since, v_until) || pg_catalog.jsonb_build_object(
    'refunded_tyiyn', (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
      where r.state = 'done' and r.finished_at >= v_since and r.finished_at < v_until),
    'orders', private.order_metrics(v_since, v_until), 'failures', private.failure_metrics(v_since, v_until),
    'subscriptions', private.subscription_metrics(v_since, v_until),
    'gaps', (select coalesce(pg_catalog.sum(pg_catalog.jsonb_array_length(c.gaps)), 0) from public.payment_comparisons c
      where c.day >= p_since and c.day < p_until));
end;
$$;
comment on function public.billing_metrics(uuid, date, date) is
  'Returns metrics of Bishkek days from p_since to before p_until: {paid_tyiyn, refunded_tyiyn, by_day, by_bank, '
  'by_tier, by_type, orders, failures, subscriptions, gaps}. Reason: forbidden.';

create function private.revenue(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with sums as (
    select (p.completed_at at time zone 'Asia/Bishkek')::date as day, p.payment_method as bank, p.tier, p.payment_type as type,
      pg_catalog.sum(p.paid_tyiyn) as paid, pg_catalog.sum(p.refunded_tyiyn) as refunded, pg_catalog.count(*) as payments
    from public.payments p where p.completed_at >= p_since and p.completed_at < p_until group by 1, 2, 3, 4
  ), cuts as (
    select case when s.day is not null then 'by_day' when s.bank is not null then 'by_bank' when s.tier is not null then 'by_tier' else 'by_type' end as cut,
      coalesce(s.day::text, s.bank, s.tier, s.type) as key, pg_catalog.sum(s.paid) as paid, pg_catalog.sum(s.refunded) as refunded,
      pg_catalog.sum(s.payments) as payments
    from sums s group by grouping sets ((s.day), (s.bank), (s.tier), (s.type))
  )
  select '{"by_day": [], "by_bank": [], "by_tier": [], "by_type": []}'::jsonb || coalesce((
    select pg_catalog.jsonb_object_agg(g.cut, g.lines) from (
      select c.cut, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', c.key, 'paid_tyiyn', c.paid, 'refunded_tyiyn', c.refunded,
        'payments', c.payments) order by c.key) as lines
      from cuts c where c.key is not null group by c.cut) as g), '{}')
    || pg_catalog.jsonb_build_object('paid_tyiyn', (select coalesce(pg_catalog.sum(s.paid), 0) from sums s));
$$;
comment on function private.revenue(timestamptz, timestamptz) is
  'Returns payments completed in a span by day (Bishkek), bank, tier and type: {paid_tyiyn, by_day, by_bank, by_tier, '
  'by_type: [{key, paid_tyiyn, refunded_tyiyn, payments}]}.';

-- Payment search for finance: by user, our number or the bank's number, and one
-- payment with its whole history.

create function private.payment_line(p_payment public.payments) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p.id, 'state', p.state, 'amount_tyiyn', p.amount_tyiyn, 'paid_tyiyn', p.paid_tyiyn,
    'refunded_tyiyn', p.refunded_tyiyn, 'surplus_tyiyn', private.surplus_tyiyn(p_payment), 'bank', p.payment_method,
    'payment_type', p.payment_type, 'tier', p.tier, 'review_reason', p.review_reason, 'failure_reason', p.failure_reason,
    'transaction_id', p.transaction_id, 'created_at', p.created_at, 'completed_at', p.completed_at,
    'user', (select pg_catalog.jsonb_build_object('id', u.id, 'name', u.name, 'phone', u.phone)
      from public.accounts u where u.id = p.user_id))
  from (select (p_payment).*) as p;
$$;
comment on function private.payment_line(public.payments) is
  'Returns a payment as a list line for staff, with its user.';

create function public.payments_search(p_operator_id uuid, p_text text, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  return pg_catalog.jsonb_build_object('payments', (
    select coalesce(pg_catalog.jsonb_agg(private.payment_line(sought) order by sought.created_at desc), '[]') from (
      select p.* from public.payments p
      where p_text = '' or p.id::text = p_text or p.user_id::text = p_text or p.transaction_id = p_text
        or p.id in (select a.payment_id from public.payment_attempts a where a.provider_ref = p_text or a.id::text = p_text)
      order by p.created_at desc limit p_limit) as sought));
end;
$$;
comment on function public.payments_search(uuid, text, integer) is
  'Finds payments by the id of their user, by our number or the bank''s, newest first; an empty text finds the '
  'newest. A phone is looked up by customer_by_phone, so that it appears in no URL. Reason: forbidden.';

create function public.payment_history(p_operator_id uuid, p_payment_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_payment public.payments := (select p from public.payments p where p.id = p_payment_id);
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  elsif v_payment.id is null then
    return '{"reason": "not_found"}';
  end if;
  return private.payment_line(v_payment) || pg_catalog.jsonb_build_object(
    'refundable_tyiyn', v_payment.paid_tyiyn - (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
      where r.payment_id = p_payment_id and r.state not in ('failed', 'rejected')),
    'waiting', (select pg_catalog.to_jsonb(v) || pg_catalog.jsonb_build_object('asked_by_name', u.name)
      from public.payment_approvals v join public.accounts u on u.id = v.asked_by
      where v.payment_id = p_payment_id and v.state = 'waiting'),
    'refunds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) || pg_catalog.jsonb_build_object('requested_by_name', u.name)
        order by r.created_at), '[]')
      from public.refunds r left join public.accounts u on u.id = r.requested_by where r.payment_id = p_payment_id),
    'attempts', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('position', a.position, 'bank', a.provider,
        'provider_ref', a.provider_ref, 'state', a.state, 'amount_tyiyn', a.amount_tyiyn, 'created_at', a.created_at)
        order by a.position), '[]') from public.payment_attempts a where a.payment_id = p_payment_id),
    'events', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event', e.event, 'actor_kind', e.actor_kind,
        'actor_name', u.name, 'from_state', e.from_state, 'to_state', e.to_state, 'amount_tyiyn', e.amount_tyiyn,
        'reason', e.details ->> 'reason', 'created_at', e.created_at) order by e.created_at, e.id), '[]')
      from public.payment_events e left join public.accounts u on u.id = e.actor_user_id and e.actor_kind = 'operator'
      where e.payment_id = p_payment_id));
end;
$$;
comment on function public.payment_history(uuid, uuid) is
  'Returns one payment with its refundable amount, approvals that wait for a second person, refunds, orders at banks '
  'and every event. Reasons: forbidden, not_found.';

create function public.customer_by_phone(p_operator_id uuid, p_phone text) returns jsonb
language sql stable set search_path = '' as $$
  select case when not private.is_finance(p_operator_id) then '{"reason": "forbidden"}'
    else coalesce((select pg_catalog.jsonb_build_object('user_id', u.id, 'name', u.name) from public.accounts u where u.phone = p_phone),
      '{"reason": "not_found"}') end;
$$;
comment on function public.customer_by_phone(uuid, text) is
  'Finds the user of a payment by hand: {user_id, name}. Reasons: forbidden, not_found.';

revoke execute on function private.order_metrics(timestamptz, timestamptz),
  private.failure_metrics(timestamptz, timestamptz), private.subscription_metrics(timestamptz, timestamptz),
  public.billing_metrics(uuid, date, date), private.revenue(timestamptz, timestamptz),
  private.payment_line(public.payments), public.payments_search(uuid, text, integer),
  public.payment_history(uuid, uuid), public.customer_by_phone(uuid, text) from public, anon, authenticated;
grant execute on function private.order_metrics(timestamptz, timestamptz),
  private.failure_metrics(timestamptz, timestamptz), private.subscription_metrics(timestamptz, timestamptz),
  public.billing_metrics(uuid, date, date), private.revenue(timestamptz, timestamptz),
  private.payment_line(public.payments), public.payments_search(uuid, text, integer),
  public.payment_history(uuid, uuid), public.customer_by_phone(uuid, text) to service_role;
