-- What one operator may do about money on his own word: up to a limit for one payment, for one customer in 24 hours, and
-- in all in 24 hours. What counts is the value that is given, not the price that somebody wrote down (docs/decisions/0071).

create table public.operator_money (
  id uuid primary key default gen_random_uuid(),
  operator_id uuid not null references public.accounts (id) on delete restrict,
  customer_id uuid references public.accounts (id) on delete restrict,
  payment_id uuid references public.payments (id) on delete restrict,
  action text not null check (action in ('activate', 'release', 'refund', 'offer', 'orphan')),
  value_tyiyn bigint not null check (value_tyiyn >= 0),
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.operator_money is
  'What operators gave, released or gave back without a second person. Append-only: the limits of one person are sums over it.';
comment on column public.operator_money.customer_id is 'Who gained by it; null for money without an order.';
comment on column public.operator_money.value_tyiyn is 'The value in tyiyn: list price and time of a tier, the sum of a refund, the reduction of an offer.';
create index operator_money_operator_idx on public.operator_money (operator_id, created_at);
create index operator_money_customer_idx on public.operator_money (customer_id, created_at);
create index operator_money_payment_idx on public.operator_money (payment_id);
create trigger operator_money_refuse_change before update or delete on public.operator_money
  for each row execute function private.refuse_change();
create trigger operator_money_refuse_truncate before truncate on public.operator_money
  for each statement execute function private.refuse_change();
alter table public.operator_money enable row level security;
grant select, insert on public.operator_money to service_role;

create function private.list_value(p_tier text, p_days integer, p_listing_limit integer) returns bigint
language sql stable set search_path = '' as $$
  select pg_catalog.ceil(t.price_tyiyn::numeric * p_days / t.period_days)::bigint from public.tiers t
  where t.code = p_tier and (t.listings_per_month is null or p_listing_limit <= t.listings_per_month);
$$;
comment on function private.list_value(text, integer, integer) is
  'What time of a tier costs by the list, in tyiyn; null for a tier without a price, or with more listings than it has.';

create function private.given_value(p_payment public.payments) returns bigint
language sql stable set search_path = '' as $$
  select case
    when p_payment.tier is null or (p_payment.offer_id is not null and not private.is_used_offer(p_payment)) then p_payment.amount_tyiyn
    when v.value is not null then greatest(p_payment.amount_tyiyn, v.value) end
  from (select private.list_value(p_payment.tier, p_payment.period_days, p_payment.listing_limit) as value) as v;
$$;
comment on function private.given_value(public.payments) is
  'What a payment gives its user, in tyiyn: at least the list price of its time; an offer''s price was agreed before, once. Null: '
  'it has no list price, so that one person cannot give it.';

create function private.acts_alone(
  p_operator_id uuid, p_customer_id uuid, p_payment_id uuid, p_action text, p_value_tyiyn bigint, p_policy jsonb
) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_limit constant bigint := (p_policy ->> 'second_person_tyiyn')::bigint;
  v_most bigint;
begin
  -- One at a time for an operator and for a customer: of two requests at once the second sees what the first has done.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('operator_money:' || p_operator_id, 0));
  perform 1 from public.accounts u where u.id = p_customer_id for no key update;
  select greatest(
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.operator_id = p_operator_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.customer_id = p_customer_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m where m.payment_id = p_payment_id)) into v_most;
  -- Without a limit, or without a value, nobody acts alone.
  insert into public.operator_money (operator_id, customer_id, payment_id, action, value_tyiyn)
  select p_operator_id, p_customer_id, p_payment_id, p_action, p_value_tyiyn where v_most + p_value_tyiyn <= v_limit;
  return found;
end;
$$;
comment on function private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb) is
  'Whether an operator may do this without a second person, and if so, counts it. p_value_tyiyn null: never. Locks: call it '
  'with the payment locked; it locks the operator''s count, then the customer.';

create function private.deny_money(
  p_operator_id uuid, p_action text, p_subject text, p_id uuid, p_reason text, p_policy jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  perform private.audit_money(p_operator_id, p_action || '_denied', p_subject, p_id,
    pg_catalog.jsonb_build_object('reason', p_reason), p_policy);
  return pg_catalog.jsonb_build_object('reason', p_reason);
end;
$$;
comment on function private.deny_money(uuid, text, text, uuid, text, jsonb) is
  'Refuses an operator with a reason, and notes it: an attempt that a rule stopped is worth knowing.';

create function private.end_approvals() returns trigger
language plpgsql set search_path = '' as $$
begin
  with ended as (
    update public.payment_approvals v set state = 'refused', decided_at = pg_catalog.now()
    where v.payment_id = new.id and v.state = 'waiting' returning v.*
  )
  insert into public.audit_log (action, subject_type, subject_id, details)
  select 'payment.approval_over', 'payment', e.payment_id::text,
    pg_catalog.jsonb_build_object('approval_id', e.id, 'asked_by', e.asked_by, 'state', new.state) from ended e;
  return null;
end;
$$;
comment on function private.end_approvals() is
  'Trigger: a payment that is decided otherwise, by the bank for example, waits for no second person; the audit log says so.';
create trigger payments_end_approvals after update of state on public.payments
  for each row when (old.state = 'manual_review' and new.state <> 'manual_review') execute function private.end_approvals();

revoke execute on function private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb),
  private.end_approvals() from public, anon, authenticated;
grant execute on function private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb)
  to service_role;
