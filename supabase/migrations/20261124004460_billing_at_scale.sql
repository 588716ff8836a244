-- The same answers with fewer rows looked at: subscriptions that are due, and the figures.

create or replace function public.subscriptions_due(p_policy jsonb, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with clock as (
    select pg_catalog.now() as at, (pg_catalog.now() at time zone 'Asia/Bishkek')::date as today,
      extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') as hour
  ), days as materialized (
    select d::integer as day from pg_catalog.jsonb_array_elements_text(p_policy -> 'reminder_days') as d, clock c
    where c.hour >= (p_policy ->> 'from_hour')::integer and c.hour < (p_policy ->> 'to_hour')::integer
  ), over as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.expires_at <= c.at and coalesce(s.grace_until, s.expires_at) <= c.at
    order by s.expires_at limit p_limit
  ), ending as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.status = 'active' and s.cancelled_at is null
      and s.expires_at > c.at and s.expires_at < c.at + interval '8 days'
      and exists (select from days d where (s.expires_at at time zone 'Asia/Bishkek')::date - c.today <= d.day
        and d.day::smallint <> all (s.reminded_days))
    order by s.expires_at limit p_limit
  ), debited as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.auto_renew and s.expires_at < c.at + interval '2 days'
      and (private.debit_profile(s, p_policy)).id is not null
    limit p_limit
  ), moved as (
    select s.id from public.subscription_periods p join public.subscriptions s on s.id = p.subscription_id, clock c
    where p.starts_at > c.at - interval '3 days' and p.starts_at <= c.at and p.ends_at > c.at and p.revoked_at is null
      and s.status in ('active', 'grace') and (p.tier, p.listing_limit) is distinct from (s.tier, s.listing_limit)
    limit p_limit
  )
  select coalesce(pg_catalog.jsonb_agg(d.id), '[]') from (
    select id from over union select id from ending union select id from debited union select id from moved limit p_limit) as d;
$$;
create index subscription_periods_starts_idx on public.subscription_periods (starts_at);

create or replace function private.order_metrics(p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  with orders as (
    select extract(epoch from p.completed_at - p.created_at)::double precision as seconds
    from public.payments p
    where p.created_at >= p_since and p.created_at < p_until and p.payment_method <> 'manual'
      -- An order of the timer that nobody opened has never been pending.
      and p.state <> 'created' and (p.completed_at is not null or p.idempotency_key not like 'renewal:%'
        or exists (select from public.payment_attempts a where a.payment_id = p.id))
  )
  select pg_catalog.jsonb_build_object('orders', pg_catalog.count(*), 'paid', pg_catalog.count(o.seconds),
    'conversion', pg_catalog.round(pg_catalog.count(o.seconds)::numeric / nullif(pg_catalog.count(*), 0), 4),
    'median_seconds_to_pay', pg_catalog.percentile_cont(0.5) within group (order by o.seconds),
    'p90_seconds_to_pay', pg_catalog.percentile_cont(0.9) within group (order by o.seconds))
  from orders o;
$$;
create index payments_created_idx on public.payments (created_at);

drop function private.revenue_by(timestamptz, timestamptz, text);

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
  'Payments completed in a span by day (Bishkek), bank, tier and type: {paid_tyiyn, by_day, by_bank, by_tier, by_type: [{key, '
  'paid_tyiyn, refunded_tyiyn, payments}]}.';

create or replace function public.billing_metrics(p_operator_id uuid, p_since date, p_until date) returns jsonb
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

revoke execute on function private.revenue(timestamptz, timestamptz) from public, anon, authenticated;
grant execute on function private.revenue(timestamptz, timestamptz) to service_role;
