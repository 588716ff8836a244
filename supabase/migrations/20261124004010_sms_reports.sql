-- Delivery reports and what they add up to. A supplier's push is a hint that starts a question; a signed one is proof.

create function private.next_report_time(p_asks integer, p_created_at timestamptz) returns timestamptz
language sql volatile set search_path = '' as $$
  select case when p_created_at > pg_catalog.clock_timestamp() - interval '1 day'
    then pg_catalog.clock_timestamp() + least(interval '1 hour', interval '30 seconds' * (2 ^ least(p_asks, 10))) end;
$$;
comment on function private.next_report_time(integer, timestamptz) is
  'When to ask again after so many questions: 1 minute, doubling to an hour; null when the message is older than a day.';

create function private.claim_sms_reports(p_sms_ids uuid[]) returns jsonb
language sql volatile set search_path = '' as $$
  with claimed as (
    update public.sms_messages m set report_asks = m.report_asks + 1, report_asked_at = pg_catalog.clock_timestamp(),
      next_report_at = private.next_report_time(m.report_asks + 1, m.created_at)
    where m.id = any (p_sms_ids)
    returning m.supplier, m.supplier_message_id as message_id, m.phone)
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)), '[]') from claimed c;
$$;
comment on function private.claim_sms_reports(uuid[]) is
  'Marks messages as asked about now [{supplier, message_id, phone}]; who dies before the answer leaves them due again.';

create function public.sms_reports_hinted(p_supplier text, p_reports jsonb, p_most integer) returns jsonb
language sql volatile set search_path = '' as $$
  select private.claim_sms_reports(array(
    select m.id from public.sms_messages m
    join pg_catalog.jsonb_to_recordset(p_reports) as r(message_id text, phone text)
      on r.message_id = m.supplier_message_id and r.phone = m.phone
    where m.supplier = p_supplier and m.state = 'accepted'
      and (m.report_asked_at is null or m.report_asked_at < pg_catalog.clock_timestamp() - interval '10 seconds')
    limit p_most for update of m skip locked));
$$;
comment on function public.sms_reports_hinted(text, jsonb, integer) is
  'Which of the messages that an unsigned push speaks of [{message_id, phone}] are ours and open, claimed for a question '
  '[{supplier, message_id, phone}]. Others are passed over; what is not claimed is asked about by the timer.';

create function public.sms_reports_due(p_most integer, p_suppliers text[]) returns jsonb
language sql volatile set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'messages', private.claim_sms_reports(array(
      select m.id from public.sms_messages m
      where m.state = 'accepted' and m.next_report_at <= pg_catalog.clock_timestamp() and m.supplier = any (p_suppliers)
      order by m.next_report_at limit p_most for update skip locked)),
    'balances', (
      select coalesce(pg_catalog.jsonb_agg(s.name), '[]') from unnest(p_suppliers) as s(name)
      where not exists (select from public.supplier_balances b where b.supplier = s.name
        and b.measured_at > pg_catalog.now() - interval '10 minutes')));
$$;
comment on function public.sms_reports_due(integer, text[]) is
  'What the poller has to ask: {messages: [{supplier, message_id, phone}] whose report is missing, balances: [supplier] '
  'not measured for ten minutes}. Messages are claimed: parallel pollers get different ones.';

create function public.sms_reports_record(p_supplier text, p_reports jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_changed integer;
begin
  update public.sms_messages m set
    state = case when r.state in ('delivered', 'failed') then r.state else m.state end,
    final_at = case when r.state in ('delivered', 'failed') then pg_catalog.clock_timestamp() end,
    next_report_at = case when r.state = 'pending' then m.next_report_at end,
    report_code = r.code
  from pg_catalog.jsonb_to_recordset(p_reports) as r(message_id text, phone text, state text, code text)
  where m.supplier = p_supplier and m.supplier_message_id = r.message_id and m.phone = r.phone and m.state = 'accepted';
  get diagnostics v_changed = row_count;
  return v_changed;
end;
$$;
comment on function public.sms_reports_record(text, jsonb) is
  'Takes what a supplier said [{message_id, phone, state, code}]; state is pending, delivered, failed or unknown (nobody '
  'will ever tell). Only messages that we handed over and that have no final state change; returns how many.';

create function public.sms_balances_record(p_balances jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.supplier_balances (supplier, balance, currency, price_tyiyn)
  select b.supplier, b.balance_tyiyn / 100.0, 'KGS', b.price_tyiyn
  from pg_catalog.jsonb_to_recordset(p_balances) as b(supplier text, balance_tyiyn bigint, price_tyiyn bigint);
$$;
comment on function public.sms_balances_record(jsonb) is 'Adds to the history [{supplier, balance_tyiyn, price_tyiyn}]; kept in som.';

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
  'Messages that suppliers took in a time, by supplier and operator of the number, and what became of them.';

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
comment on function private.sms_costs(integer) is 'What SMS cost per Bishkek day, purpose and supplier, in tyiyn, newest day first.';

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
  'For operators: {balances, deliveries of 24 hours by supplier and operator (delivery_rate in percent of what is known), '
  'costs of p_days Bishkek days, budget_spent_tyiyn today, circuits}. Reasons: forbidden, account_blocked, '
  'authentication_required.';

revoke execute on function private.next_report_time(integer, timestamptz), private.claim_sms_reports(uuid[]),
  private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer),
  public.sms_reports_hinted(text, jsonb, integer), public.sms_reports_due(integer, text[]),
  public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb), public.sms_status(uuid, integer)
  from public, anon, authenticated;
grant execute on function private.next_report_time(integer, timestamptz), private.claim_sms_reports(uuid[]),
  private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer),
  public.sms_reports_hinted(text, jsonb, integer), public.sms_reports_due(integer, text[]),
  public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb), public.sms_status(uuid, integer)
  to service_role;
