-- Status of SMS for staff: deliveries, costs, balances and their changes.

create function private.sms_deliveries(p_since timestamptz, p_until timestamptz)
returns table (supplier text, operator text, accepted bigint, delivered bigint, failed bigint, unreported bigint)
language sql stable set search_path = '' as $$
  select m.supplier, private.phone_operator(m.phone), count(*), count(*) filter (where m.state = 'delivered'),
    count(*) filter (where m.state = 'failed'), count(*) filter (where m.state = 'accepted')
  from public.sms_messages m
  where m.created_at >= p_since and m.created_at < p_until and m.supplier_message_id is not null
    and m.state in ('accepted', 'delivered', 'failed')
  group by 1, 2;
$$;
comment on function private.sms_deliveries(timestamptz, timestamptz) is
  'Counts messages that providers accepted in a span, by provider and mobile network, with their results.';

create function private.sms_costs(p_days integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) order by d.day desc, d.purpose, d.supplier), '[]') from (
    select (m.created_at at time zone 'Asia/Bishkek')::date as day, m.purpose, m.supplier, count(*) as messages,
      coalesce(sum(m.parts), 0) as parts, sum(m.cost_tyiyn) as cost_tyiyn
    from public.sms_messages m
    where m.created_at >= (pg_catalog.date_trunc('day', pg_catalog.now() at time zone 'Asia/Bishkek')
        - pg_catalog.make_interval(days => p_days - 1)) at time zone 'Asia/Bishkek'
      and m.state in ('accepted', 'delivered', 'failed') and m.supplier_message_id is not null
    group by 1, 2, 3) as d;
$$;
comment on function private.sms_costs(integer) is
  'Returns the cost of SMS per Bishkek day, purpose and provider, in tyiyn, newest day first.';

create function public.sms_status(p_operator_id uuid, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'balances', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(b) order by b.supplier), '[]') from (
        select distinct on (s.supplier) s.supplier, s.balance, s.currency, s.price_tyiyn, s.measured_at
        from public.supplier_balances s order by s.supplier, s.measured_at desc) as b),
    'balance_history', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(b) order by b.supplier, b.day desc), '[]') from (
        select distinct on (s.supplier, d.day) s.supplier, d.day, s.balance
        from public.supplier_balances s
        cross join lateral (select (s.measured_at at time zone 'Asia/Bishkek')::date as day) as d
        where s.measured_at > pg_catalog.now() - pg_catalog.make_interval(days => p_days)
        order by s.supplier, d.day, s.measured_at desc) as b),
    'deliveries', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) || pg_catalog.jsonb_build_object('delivery_rate',
          round(100.0 * d.delivered / nullif(d.delivered + d.failed, 0), 1)) order by d.supplier, d.operator), '[]')
      from private.sms_deliveries(pg_catalog.now() - interval '1 day', pg_catalog.now()) as d),
    'costs', private.sms_costs(p_days),
    'budget_spent_tyiyn', coalesce((select s.spent_tyiyn from public.sms_spending s
      where s.day = (pg_catalog.now() at time zone 'Asia/Bishkek')::date), 0),
    'circuits', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('supplier', c.supplier, 'failures', c.failures,
        'open_until', c.open_until, 'reason', c.reason) order by c.supplier), '[]') from public.sms_circuits c));
end;
$$;
comment on function public.sms_status(uuid, integer) is
  'Returns the state of SMS: {balances, balance_history (the last of each Bishkek day), deliveries of 24 hours by '
  'provider and mobile network (delivery_rate in percent of known results), costs of p_days days, budget_spent_tyiyn '
  'today, circuits}. For staff. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer),
  public.sms_status(uuid, integer) from public, anon, authenticated;
grant execute on function private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer),
  public.sms_status(uuid, integer) to service_role;
