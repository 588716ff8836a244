-- Delivery receipts. A provider's push is a hint that causes a query; a signed one is proof. A receipt moves a message forward
-- only, and never back from a final state.

create function private.expect_sms_report() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state = 'accepted' and old.state <> 'accepted' and new.supplier_message_id is not null then
    new.next_report_at := pg_catalog.clock_timestamp() + interval '30 seconds';
  elsif new.state <> 'accepted' then
    new.next_report_at := null;
  end if;
  return new;
end;
$$;
comment on function private.expect_sms_report() is
  'Trigger: schedules the first query about an accepted message after 30 seconds, unless its provider has reported '
  'before.';
create trigger sms_messages_expect_report before update of state on public.sms_messages
  for each row execute function private.expect_sms_report();

create function private.record_sms_delivery(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns bigint
language plpgsql volatile set search_path = '' as $$
declare
  v_reserved bigint;
begin
  select m.cost_tyiyn into v_reserved from public.sms_messages m
  where m.id = p_sms_id and m.state = 'reserved' for update;
  if not found then
    return null;
  end if;
  update public.sms_messages m set state = p_state, supplier = p_supplier, supplier_message_id = p_supplier_message_id,
    parts = p_parts, cost_tyiyn = coalesce(p_cost_tyiyn, v_reserved),
    accepted_at = case when p_state = 'accepted' then pg_catalog.clock_timestamp() end
  where m.id = p_sms_id;
  insert into public.sms_attempts
    (sms_message_id, position, supplier, supplier_message_id, outcome, supplier_code, duration_ms)
  select p_sms_id, a.position + (select count(*) from public.sms_attempts b where b.sms_message_id = p_sms_id),
    a.supplier, a.supplier_message_id, a.outcome, a.supplier_code, a.duration_ms
  from pg_catalog.jsonb_to_recordset(p_attempts)
    as a(position smallint, supplier text, supplier_message_id text, outcome text, supplier_code text, duration_ms integer);
  perform private.update_sms_circuits(p_attempts);
  return v_reserved;
end;
$$;
comment on function private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb) is
  'Records the result of a reserved SMS and its attempts, and returns the reserved tyiyn; returns null and changes '
  'nothing when it was recorded before.';

create function public.sms_record(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns void
language sql volatile set search_path = '' as $$
  select private.record_sms_delivery(
    p_sms_id, p_state, p_supplier, p_supplier_message_id, p_parts, p_cost_tyiyn, p_attempts);
$$;
comment on function public.sms_record(uuid, text, text, text, integer, bigint, jsonb) is
  'Records the result of a staff SMS or an alert SMS (state accepted or released), its attempts and its cost in tyiyn '
  '(null: as reserved). Leaves the budget of login SMS as it is. Idempotent.';

create function private.next_report_time(p_asks integer, p_created_at timestamptz) returns timestamptz
language sql volatile set search_path = '' as $$
  select case when p_created_at > pg_catalog.clock_timestamp() - interval '1 day'
    then pg_catalog.clock_timestamp() + least(interval '1 hour', interval '30 seconds' * (2 ^ least(p_asks, 10))) end;
$$;
comment on function private.next_report_time(integer, timestamptz) is
  'Returns the time of the next query after so many queries: 1 minute, doubling to an hour; null when the message is '
  'older than a day.';

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
  'Marks messages as queried now [{supplier, message_id, phone}]; a caller that crashes before the response leaves them '
  'due again.';

create function public.sms_reports_hinted(p_supplier text, p_reports jsonb, p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  select private.claim_sms_reports(array(
    select m.id from public.sms_messages m
    join pg_catalog.jsonb_to_recordset(p_reports) as r(message_id text, phone text)
      on r.message_id = m.supplier_message_id and r.phone = m.phone
    where m.supplier = p_supplier and m.state = 'accepted'
      and (m.report_asked_at is null or m.report_asked_at < pg_catalog.clock_timestamp() - interval '10 seconds')
    limit p_limit for update of m skip locked));
$$;
comment on function public.sms_reports_hinted(text, jsonb, integer) is
  'Claims those messages of an unsigned push [{message_id, phone}] that are ours and open for a query [{supplier, '
  'message_id, phone}]. Skips the others; the timer queries unclaimed ones.';

create function public.sms_reports_due(p_limit integer, p_suppliers text[]) returns jsonb
language sql volatile set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'messages', private.claim_sms_reports(array(
      select m.id from public.sms_messages m
      where m.state = 'accepted' and m.next_report_at <= pg_catalog.clock_timestamp() and m.supplier = any (p_suppliers)
      order by m.next_report_at limit p_limit for update skip locked)),
    'balances', (
      select coalesce(pg_catalog.jsonb_agg(s.name), '[]') from unnest(p_suppliers) as s(name)
      where not exists (select from public.supplier_balances b where b.supplier = s.name
        and b.measured_at > pg_catalog.now() - interval '10 minutes')));
$$;
comment on function public.sms_reports_due(integer, text[]) is
  'Claims the poller''s work: {messages: [{supplier, message_id, phone}] without a delivery receipt, balances: '
  '[supplier] not measured for ten minutes}. Parallel pollers get different messages.';

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
  'Records a provider''s report [{message_id, phone, state, code}]; state is pending, delivered, failed or unknown '
  '(no report will follow). Changes only accepted messages without a final state; returns their number.';

create function public.sms_balances_record(p_balances jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.supplier_balances (supplier, balance, currency, price_tyiyn)
  select b.supplier, b.balance_tyiyn / 100.0, 'KGS', b.price_tyiyn
  from pg_catalog.jsonb_to_recordset(p_balances) as b(supplier text, balance_tyiyn bigint, price_tyiyn bigint);
$$;
comment on function public.sms_balances_record(jsonb) is
  'Adds [{supplier, balance_tyiyn, price_tyiyn}] to the history; stored in som.';

revoke execute on function private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb), private.next_report_time(integer, timestamptz),
  private.claim_sms_reports(uuid[]), public.sms_reports_hinted(text, jsonb, integer),
  public.sms_reports_due(integer, text[]), public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb)
  from public, anon, authenticated;
grant execute on function private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb), private.next_report_time(integer, timestamptz),
  private.claim_sms_reports(uuid[]), public.sms_reports_hinted(text, jsonb, integer),
  public.sms_reports_due(integer, text[]), public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb)
  to service_role;
revoke execute on function private.expect_sms_report() from public, anon, authenticated;
