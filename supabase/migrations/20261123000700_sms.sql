-- Every SMS with its result, spending limits, delivery receipts, balances of providers. Backend only.

create table public.sms_messages (
  id uuid primary key default gen_random_uuid(),
  purpose text not null check (purpose in ('login', 'notice', 'operator', 'alert')),
  caller text check (caller in ('new', 'elsewhere', 'own')),
  verification_code_id uuid references public.verification_codes (id) on delete set null,
  phone text not null check (phone ~ '^\+996[0-9]{9}$'),
  address inet,
  state text not null default 'reserved'
    check (state in ('reserved', 'accepted', 'delivered', 'failed', 'released')),
  supplier text,
  supplier_message_id text,
  parts smallint check (parts > 0),
  cost_tyiyn bigint not null default 0 check (cost_tyiyn >= 0),
  request_id text,
  accepted_at timestamptz,
  final_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sent_by uuid references public.accounts (id) on delete set null,
  template text check (char_length(template) <= 50),
  report_code text check (char_length(report_code) <= 20),
  report_asks smallint not null default 0 check (report_asks >= 0),
  report_asked_at timestamptz,
  next_report_at timestamptz
);
comment on table public.sms_messages is
  'SMS to a phone: its place in the limits, its provider, its cost, its delivery. Never its text.';
comment on column public.sms_messages.caller is
  'Of a login SMS: the phone had no account; had one, but never logged in from this network; had logged in from it.';
comment on column public.sms_messages.state is
  'reserved: counted, not yet accepted; released: no provider accepted it, so it no longer counts for the phone.';
comment on column public.sms_messages.cost_tyiyn is
  'Cost: reserved at the list price, replaced by the provider''s charge. 100 tyiyn = 1 som.';
comment on column public.sms_messages.sent_by is 'Staff member who sent it by hand.';
comment on column public.sms_messages.report_code is 'Provider''s own delivery code, for staff; never shown to users.';
comment on column public.sms_messages.next_report_at is
  'Time of the next query for the delivery receipt; null when the state is final or no receipt will follow.';
create index sms_messages_phone_created_idx on public.sms_messages (phone, created_at desc);
create index sms_messages_created_idx on public.sms_messages (created_at desc);
create index sms_messages_code_idx on public.sms_messages (verification_code_id, created_at desc);
create index sms_messages_sent_by_idx on public.sms_messages (sent_by);
create index sms_messages_supplier_message_idx on public.sms_messages (supplier, supplier_message_id);
create index sms_messages_next_report_idx on public.sms_messages (next_report_at) where state = 'accepted';
create trigger sms_messages_touch_updated_at before update on public.sms_messages
  for each row execute function private.touch_updated_at();
alter table public.sms_messages enable row level security;
grant all on public.sms_messages to service_role;

create table public.sms_limit_hits (
  id uuid primary key default gen_random_uuid(),
  sms_message_id uuid not null references public.sms_messages (id) on delete cascade,
  limit_key text not null check (char_length(limit_key) between 1 and 200),
  is_used boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table public.sms_limit_hits is
  'Keys that a login SMS counts against, one row each: its phone, address, network, block of numbers.';
comment on column public.sms_limit_hits.is_used is 'Somebody has logged in with the code of this SMS.';
comment on column public.sms_limit_hits.limit_key is 'Scope and value, such as phone:+996… or network:198.51.100.0/24.';
create index sms_limit_hits_key_created_idx on public.sms_limit_hits (limit_key, created_at desc);
create index sms_limit_hits_message_idx on public.sms_limit_hits (sms_message_id);
create index sms_limit_hits_created_idx on public.sms_limit_hits (created_at);
alter table public.sms_limit_hits enable row level security;
grant all on public.sms_limit_hits to service_role;

create table public.sms_attempts (
  id uuid primary key default gen_random_uuid(),
  sms_message_id uuid not null references public.sms_messages (id) on delete cascade,
  position smallint not null check (position >= 0),
  supplier text not null,
  supplier_message_id text not null,
  outcome text not null check (outcome in ('accepted', 'refused', 'unreachable', 'unknown', 'bad_number')),
  supplier_code text,
  duration_ms integer not null check (duration_ms >= 0),
  created_at timestamptz not null default now(),
  unique (sms_message_id, position)
);
comment on table public.sms_attempts is 'Attempts to send one SMS through one provider, in order.';
comment on column public.sms_attempts.supplier_message_id is
  'Our id at the provider; a repeated attempt keeps it, so that the provider can recognise it.';
comment on column public.sms_attempts.supplier_code is 'Provider''s own status, for staff; never shown to users.';
create index sms_attempts_supplier_message_idx on public.sms_attempts (supplier, supplier_message_id);
create index sms_attempts_created_idx on public.sms_attempts (created_at desc);
alter table public.sms_attempts enable row level security;
grant all on public.sms_attempts to service_role;

create table public.sms_circuits (
  supplier text primary key,
  failures integer not null default 0 check (failures >= 0),
  open_until timestamptz,
  reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.sms_circuits is 'Circuit breaker per SMS provider, shared by all function instances.';
comment on column public.sms_circuits.failures is 'Failures in a row; a success sets it back to zero.';
create trigger sms_circuits_touch_updated_at before update on public.sms_circuits
  for each row execute function private.touch_updated_at();
alter table public.sms_circuits enable row level security;
grant all on public.sms_circuits to service_role;

create table public.sms_spending (
  day date primary key,
  spent_tyiyn bigint not null default 0 check (spent_tyiyn >= 0),
  share_hour timestamptz,
  new_tyiyn bigint not null default 0 check (new_tyiyn >= 0),
  elsewhere_tyiyn bigint not null default 0 check (elsewhere_tyiyn >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.sms_spending is 'Money reserved for login SMS per Bishkek day; the daily cap is checked against it.';
comment on column public.sms_spending.share_hour is 'Hour to which new_tyiyn and elsewhere_tyiyn belong.';
comment on column public.sms_spending.new_tyiyn is 'Spent in that hour on phones without an account.';
comment on column public.sms_spending.elsewhere_tyiyn is
  'Spent in that hour on phones with an account, requested from networks in which they never logged in.';
create trigger sms_spending_touch_updated_at before update on public.sms_spending
  for each row execute function private.touch_updated_at();
alter table public.sms_spending enable row level security;
grant all on public.sms_spending to service_role;

create table public.supplier_balances (
  id uuid primary key default gen_random_uuid(),
  supplier text not null check (char_length(supplier) between 1 and 50),
  balance numeric(14, 4) not null check (balance <> 'NaN'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  measured_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  price_tyiyn bigint check (price_tyiyn >= 0)
);
comment on table public.supplier_balances is
  'Balances of our accounts at providers, as reported, in their currency and unit.';
comment on column public.supplier_balances.price_tyiyn is
  'Price of one SMS segment in tyiyn as the provider reports it; null if it does not.';
create index supplier_balances_supplier_idx on public.supplier_balances (supplier, measured_at desc);
alter table public.supplier_balances enable row level security;
grant select, insert, delete on public.supplier_balances to service_role;

create function private.update_sms_circuits(p_attempts jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.sms_circuits as c (supplier, failures, open_until, reason)
  select distinct on (a.supplier) a.supplier,
    case when a.outcome = 'accepted' then 0 else 1 end,
    case when a.opens_circuit then pg_catalog.now() + interval '30 seconds' end, a.supplier_code
  from pg_catalog.jsonb_to_recordset(p_attempts)
    as a(position smallint, supplier text, outcome text, supplier_code text, opens_circuit boolean)
  where a.outcome in ('accepted', 'refused', 'unreachable', 'unknown')
  order by a.supplier, a.position desc
  on conflict (supplier) do update set
    failures = case when excluded.failures = 0 then 0 else c.failures + 1 end,
    reason = excluded.reason,
    open_until = case
      when excluded.failures = 0 then null
      when excluded.open_until is not null or c.failures + 1 >= 5
        then pg_catalog.now() + least(interval '10 minutes', interval '30 seconds' * (2 ^ least(greatest(c.failures - 4, 0), 5)))
      else c.open_until end;
end;
$$;
comment on function private.update_sms_circuits(jsonb) is
  'Updates circuit breakers: a provider is skipped after five failures in a row, or at once after a permanent failure '
  '(login, address, money); first for 30 seconds, doubling to 10 minutes. One success closes the circuit.';

-- What became of an SMS after a supplier took it: delivery reports, the operator of the number, balances; and single
-- messages that operators send. A report moves a message forward only, and never back from a final state.

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

create table public.phone_operators (
  id uuid primary key default gen_random_uuid(),
  prefix text not null unique check (prefix ~ '^[0-9]{2,4}$'),
  operator text not null check (char_length(operator) between 1 and 50),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.phone_operators is
  'Mobile network of Kyrgyz numbers by their digits after +996; the longest prefix wins. No number portability is '
  'known.';
create trigger phone_operators_touch_updated_at before update on public.phone_operators
  for each row execute function private.touch_updated_at();
alter table public.phone_operators enable row level security;
grant all on public.phone_operators to service_role;

insert into public.phone_operators (prefix, operator) values
  ('50', 'O!'), ('70', 'O!'), ('22', 'Beeline'), ('600', 'Beeline'), ('77', 'Beeline'),
  ('55', 'MegaCom'), ('755', 'MegaCom'), ('88', 'MegaCom'), ('99', 'MegaCom');

create function private.phone_operator(p_phone text) returns text
language sql stable set search_path = '' as $$
  select coalesce((
    select o.operator from public.phone_operators o
    where pg_catalog.starts_with(pg_catalog.substr(p_phone, 5), o.prefix)
    order by pg_catalog.length(o.prefix) desc limit 1), 'other');
$$;
comment on function private.phone_operator(text) is
  'Returns the mobile network of a number in E.164; other for an unlisted prefix.';

create function private.operator_refusal(p_operator_id uuid, p_roles text[]) returns text
language sql stable set search_path = '' as $$
  select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
    when not u.role = any (p_roles) then 'forbidden' end
  from (select p_operator_id as id) as asked left join public.accounts u on u.id = asked.id;
$$;
comment on function private.operator_refusal(uuid, text[]) is
  'Returns the reason why this user may not act as staff with one of the roles, else null.';

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

-- The repetition of a message that nobody took is sent, not answered as if it had been.
create function public.sms_reserve_by_operator(
  p_sms_id uuid, p_operator_id uuid, p_phone text, p_template text, p_address inet, p_request_id text,
  p_cost_tyiyn bigint, p_per_phone_hour integer, p_per_operator_day integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_known public.sms_messages;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  perform private.lock_for_login('operator:' || p_operator_id), private.lock_for_login('sms-to:' || p_phone);
  select m.* into v_known from public.sms_messages m where m.id = p_sms_id;
  if found and (v_known.phone <> p_phone or v_known.template <> p_template) then
    return '{"reason": "idempotency_key_reused"}';
  end if;
  if found and v_known.state <> 'released' then
    return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'state', v_known.state);
  end if;
  if (select count(*) from public.sms_messages m where m.phone = p_phone and m.purpose = 'operator'
        and m.state <> 'released' and m.created_at > pg_catalog.now() - interval '1 hour') >= p_per_phone_hour
    or (select count(*) from public.sms_messages m where m.sent_by = p_operator_id
        and m.created_at > pg_catalog.now() - interval '1 day') >= p_per_operator_day then
    return '{"reason": "sms_operator_limit"}';
  end if;
  insert into public.sms_messages (id, purpose, phone, address, cost_tyiyn, request_id, sent_by, template)
  values (p_sms_id, 'operator', p_phone, p_address, p_cost_tyiyn, p_request_id, p_operator_id, p_template)
  on conflict (id) do update set state = 'reserved', request_id = excluded.request_id;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'sms.send', 'sms_message', p_sms_id::text,
          pg_catalog.jsonb_build_object('template', p_template), p_address, p_request_id);
  return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'open_circuits', (
    select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
    where s.open_until > pg_catalog.now()));
end;
$$;
comment on function public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer) is
  'Reserves one SMS by template for a staff member: {sms_id, open_circuits}, or {sms_id, state} when this id is in '
  'progress or was accepted by a provider before. Reasons: sms_operator_limit, idempotency_key_reused, forbidden, '
  'account_blocked, authentication_required.';

-- Delivery reports and what they add up to. A supplier's push is a hint that starts a question; a signed one is proof.

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
  'Marks messages as queried now [{supplier, message_id, phone}]; a caller that dies before the response leaves them '
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
  '(no report will follow). Changes only accepted messages without a final state; returns how many.';

create function public.sms_balances_record(p_balances jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.supplier_balances (supplier, balance, currency, price_tyiyn)
  select b.supplier, b.balance_tyiyn / 100.0, 'KGS', b.price_tyiyn
  from pg_catalog.jsonb_to_recordset(p_balances) as b(supplier text, balance_tyiyn bigint, price_tyiyn bigint);
$$;
comment on function public.sms_balances_record(jsonb) is
  'Adds [{supplier, balance_tyiyn, price_tyiyn}] to the history; stored in som.';

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

-- The status of SMS tells how balances went, not only what is left.
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

-- Notifications about money that also go out by SMS, where the settings name their kind.

create function public.billing_sms_claim(p_kinds text[], p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select n.id, n.user_id, n.type, n.message from public.notifications n
    left join public.sms_messages m on m.id = n.id
    where n.type = any (p_kinds) and n.created_at > pg_catalog.now() - interval '1 day'
      and private.wants(n.user_id, n.type, 'sms')
      and (m.id is null or (m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'))
    order by n.created_at limit p_limit
  ), taken as (
    insert into public.sms_messages as m (id, purpose, phone, template)
    select w.id, 'notice', u.phone, w.type from wanted w join public.accounts u on u.id = w.user_id
    on conflict (id) do update set template = excluded.template
      where m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'
    returning m.id, m.phone
  )
  select pg_catalog.jsonb_build_object(
    'open_circuits', (select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s where s.open_until > pg_catalog.now()),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('sms_id', t.id, 'phone', t.phone, 'text', w.message)), '[]')
      from taken t join wanted w on w.id = t.id));
$$;
comment on function public.billing_sms_claim(text[], integer) is
  'Claims notifications of these kinds that are due by SMS and that their users want so, each for one caller: {open_circuits, messages: [{sms_id, '
  'phone, text}]}. The SMS has the id of its notification. A claimed but unrecorded one comes again after five '
  'minutes under the same id, by which a provider recognizes it.';

create function private.reserve_spending(p_cost_tyiyn bigint, p_caller text, p_budget jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_day date := (v_now at time zone 'Asia/Bishkek')::date;
  v_hour timestamptz := pg_catalog.date_trunc('hour', v_now);
  v_budget jsonb := p_budget -> p_caller;
  v_spent public.sms_spending;
begin
  insert into public.sms_spending (day) values (v_day) on conflict do nothing;
  select * into v_spent from public.sms_spending s where s.day = v_day for update;
  if v_spent.share_hour is distinct from v_hour then
    v_spent.new_tyiyn := 0;
    v_spent.elsewhere_tyiyn := 0;
  end if;
  if v_spent.spent_tyiyn + p_cost_tyiyn > (v_budget ->> 'day')::bigint then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited', 'retry_after', private.seconds_between(
      v_now, (v_day + 1)::timestamp at time zone 'Asia/Bishkek'));
  elsif p_cost_tyiyn + (case p_caller when 'new' then v_spent.new_tyiyn else v_spent.elsewhere_tyiyn end)
      > (v_budget ->> 'hour')::bigint then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited',
      'retry_after', private.seconds_between(v_now, v_hour + interval '1 hour'));
  end if;
  update public.sms_spending s set spent_tyiyn = v_spent.spent_tyiyn + p_cost_tyiyn, share_hour = v_hour,
    new_tyiyn = v_spent.new_tyiyn + case p_caller when 'new' then p_cost_tyiyn else 0 end,
    elsewhere_tyiyn = v_spent.elsewhere_tyiyn + case p_caller when 'elsewhere' then p_cost_tyiyn else 0 end
  where s.day = v_day;
  return null;
end;
$$;
comment on function private.reserve_spending(bigint, text, jsonb) is
  'Reserves the price of one SMS (tyiyn) from the share of this caller (new, elsewhere, own or staff) in today''s '
  'budget {caller: {day, hour}}, and returns null; {reason, retry_after} when the share of the day or of the hour is '
  'used up.';

create function private.settle_spending(p_sms_id uuid, p_reserved_tyiyn bigint, p_cost_tyiyn bigint) returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.sms_spending s set spent_tyiyn = greatest(0, s.spent_tyiyn + p_cost_tyiyn - p_reserved_tyiyn),
    new_tyiyn = case when m.caller = 'new' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.new_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.new_tyiyn end,
    elsewhere_tyiyn = case when m.caller = 'elsewhere' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.elsewhere_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.elsewhere_tyiyn end
  from public.sms_messages m where m.id = p_sms_id and s.day = (m.created_at at time zone 'Asia/Bishkek')::date;
end;
$$;
comment on function private.settle_spending(uuid, bigint, bigint) is
  'Replaces the reserved price (tyiyn) of a login SMS by its cost, in the day and in its share of the hour.';

revoke execute on function private.update_sms_circuits(jsonb), private.phone_operator(text),
  private.operator_refusal(uuid, text[]), private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer),
  private.next_report_time(integer, timestamptz), private.claim_sms_reports(uuid[]),
  public.sms_reports_hinted(text, jsonb, integer), public.sms_reports_due(integer, text[]),
  public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb),
  private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer), public.sms_status(uuid, integer),
  public.billing_sms_claim(text[], integer), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) from public, anon, authenticated;
grant execute on function private.update_sms_circuits(jsonb), private.phone_operator(text),
  private.operator_refusal(uuid, text[]), private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer),
  private.next_report_time(integer, timestamptz), private.claim_sms_reports(uuid[]),
  public.sms_reports_hinted(text, jsonb, integer), public.sms_reports_due(integer, text[]),
  public.sms_reports_record(text, jsonb), public.sms_balances_record(jsonb),
  private.sms_deliveries(timestamptz, timestamptz), private.sms_costs(integer), public.sms_status(uuid, integer),
  public.billing_sms_claim(text[], integer), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) to service_role;
revoke execute on function private.expect_sms_report() from public, anon, authenticated;
