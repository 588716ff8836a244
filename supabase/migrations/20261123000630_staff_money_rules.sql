-- Limits of one staff member in money matters: for one payment, for one customer in 24 hours, and in total in
-- 24 hours. The granted value counts, not the entered price (docs/decisions/0071).

create function private.is_finance(p_operator_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.accounts u where u.id = p_operator_id and u.role in ('finance', 'admin') and not u.is_blocked);
$$;
comment on function private.is_finance(uuid) is 'Returns true when this user may act on money.';

create function private.operator_actor(p_operator_id uuid, p_policy jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('kind', 'operator', 'user_id', p_operator_id, 'request_id', p_policy ->> 'request_id');
$$;
comment on function private.operator_actor(uuid, jsonb) is
  'Builds the actor {kind, user_id, request_id} for a staff member.';

create function private.audit_money(p_operator_id uuid, p_action text, p_subject text, p_id uuid, p_details jsonb, p_policy jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_operator_id, p_action, p_subject, p_id::text, p_details, p_policy ->> 'request_id');
$$;
comment on function private.audit_money(uuid, text, text, uuid, jsonb, jsonb) is
  'Writes a staff member''s action on money to the audit log.';

create function private.surplus_tyiyn(p_payment public.payments) returns bigint
language sql immutable set search_path = '' as $$
  select p_payment.surplus_tyiyn;
$$;
comment on function private.surplus_tyiyn(public.payments) is
  'Returns money of a payment without a bought period or a refund, in tyiyn.';

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
  'Money given, released or refunded by staff without a second person. Append-only: the limits of one person are sums '
  'over it.';
comment on column public.operator_money.customer_id is 'Benefiting user; null for money without an order.';
comment on column public.operator_money.value_tyiyn is
  'Value in tyiyn: list price and time of a tier, the sum of a refund, the reduction of an offer.';
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
  'Returns the list price of time of a tier, in tyiyn; null for a tier without a price, or with more listings than it '
  'has.';

create function private.given_value(p_payment public.payments) returns bigint
language sql stable set search_path = '' as $$
  select case
    when p_payment.tier is null or (p_payment.offer_id is not null and not private.is_used_offer(p_payment)) then p_payment.amount_tyiyn
    when v.value is not null then greatest(p_payment.amount_tyiyn, v.value) end
  from (select private.list_value(p_payment.tier, p_payment.period_days, p_payment.listing_limit) as value) as v;
$$;
comment on function private.given_value(public.payments) is
  'Returns the value of a payment for its user, in tyiyn: at least the list price of its time; the price of an '
  'offer was agreed before, once. Null without a list price, so that one person cannot grant it.';

create function private.acts_alone(
  p_operator_id uuid, p_customer_id uuid, p_payment_id uuid, p_action text, p_value_tyiyn bigint, p_policy jsonb
) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_limit constant bigint := (p_policy ->> 'second_person_tyiyn')::bigint;
  v_given bigint;
begin
  -- Serialised per staff member and customer: of two parallel requests the second sees the first.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('operator_money:' || p_operator_id, 0));
  perform 1 from public.accounts u where u.id = p_customer_id for no key update;
  select greatest(
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.operator_id = p_operator_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.customer_id = p_customer_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m where m.payment_id = p_payment_id)) into v_given;
  -- Without a limit, or without a value, a second person is required.
  insert into public.operator_money (operator_id, customer_id, payment_id, action, value_tyiyn)
  select p_operator_id, p_customer_id, p_payment_id, p_action, p_value_tyiyn where v_given + p_value_tyiyn <= v_limit;
  return found;
end;
$$;
comment on function private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb) is
  'Returns true, and counts the value, when a staff member may act without a second person. Always false for a null '
  'p_value_tyiyn. Call it with the payment locked; it locks the count of the staff member, then the customer.';

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
  'Refuses a staff member with a reason and logs the attempt.';

revoke execute on function private.is_finance(uuid), private.operator_actor(uuid, jsonb),
  private.audit_money(uuid, text, text, uuid, jsonb, jsonb), private.surplus_tyiyn(public.payments),
  private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb)
  from public, anon, authenticated;
grant execute on function private.is_finance(uuid), private.operator_actor(uuid, jsonb),
  private.audit_money(uuid, text, text, uuid, jsonb, jsonb), private.surplus_tyiyn(public.payments),
  private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb)
  to service_role;
