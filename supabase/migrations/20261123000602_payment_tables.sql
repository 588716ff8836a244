-- Tables of payments and the periods that they buy, with the transition rules of payments (docs/decisions/0035).

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete restrict,
  payment_type text not null default 'subscription'
    check (payment_type in ('subscription', 'renewal', 'upgrade', 'boost', 'slot')),
  tier text references public.tiers (code) on update cascade on delete restrict,
  subscription_id uuid references public.subscriptions (id) on delete restrict,
  listing_id uuid references public.listings (id) on delete set null,
  description text not null default '' check (char_length(description) <= 255),
  period_days integer check (period_days > 0),
  amount_tyiyn bigint not null check (amount_tyiyn > 0),
  amount numeric(12, 2) generated always as (amount_tyiyn / 100.0) stored,
  currency text not null default 'KGS' check (currency = 'KGS'),
  paid_tyiyn bigint not null default 0 check (paid_tyiyn >= 0),
  refunded_tyiyn bigint not null default 0 check (refunded_tyiyn >= 0),
  state text not null default 'created' check (state in
    ('created', 'pending', 'manual_review', 'completed', 'failed', 'expired', 'canceled', 'partially_refunded', 'refunded')),
  status text not null generated always as (case
    when state in ('created', 'pending', 'manual_review') then 'pending'
    when state in ('completed', 'partially_refunded') then 'completed'
    when state = 'refunded' then 'refunded'
    else 'failed' end) stored,
  payment_method text not null
    check (payment_method in ('odengi', 'mbank', 'bakai', 'optima', 'freedompay', 'manual')),
  transaction_id text,
  idempotency_key text not null check (char_length(idempotency_key) between 1 and 255),
  failure_reason text check (char_length(failure_reason) <= 255),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  expires_at timestamptz,
  completed_at timestamptz,
  next_check_at timestamptz,
  checks integer not null default 0 check (checks >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  offer_id uuid references public.tier_offers (id) on delete restrict,
  listing_limit integer check (listing_limit > 0),
  keep_card boolean not null default false,
  review_reason text,
  overpaid_tyiyn bigint not null generated always as (greatest(paid_tyiyn - amount_tyiyn, 0)) stored,
  surplus_tyiyn bigint not null generated always as (
  greatest(paid_tyiyn - refunded_tyiyn - case when state in ('completed', 'partially_refunded') then amount_tyiyn else 0 end, 0)) stored,
  unique (user_id, idempotency_key),
  check (refunded_tyiyn <= paid_tyiyn),
  check (state not in ('completed', 'partially_refunded', 'refunded') or completed_at is not null),
  check (payment_type in ('boost', 'slot') or (tier is not null and period_days is not null)),
  check (state <> 'manual_review' or review_reason is not null),
  constraint payments_review_reason_check check (review_reason in ('underpaid',
  'late_and_paid_again', 'other_currency', 'test_money', 'unconfirmed', 'routine', 'transaction_reused', 'second_person', 'offer_used'))
);
comment on table public.payments is
  'Order of a user for a tier. payment_attempts holds its attempts at banks, payment_events its history.';
comment on column public.payments.amount_tyiyn is 'Amount due, in tyiyn, fixed by the server when the order is made.';
comment on column public.payments.amount is 'Same amount in som, for the app''s billing history.';
comment on column public.payments.paid_tyiyn is
  'Amount that the bank confirmed; more than due is an overpayment, less leads to manual_review.';
comment on column public.payments.state is
  'Authoritative state; changes only along the transition rules, in one conditional update.';
comment on column public.payments.status is 'Public state: pending, completed, failed, refunded.';
comment on column public.payments.payment_method is 'Bank; manual where a staff member recorded the money.';
comment on column public.payments.transaction_id is 'Bank''s number of the payment that completed it.';
comment on column public.payments.metadata is 'Shown to the user; nothing secret and nothing about risk.';
comment on column public.payments.next_check_at is
  'Time of the next query to the bank; the intervals grow with the number of checks.';
comment on column public.payments.listing_limit is 'Listings a month that this payment buys; null is unlimited.';
comment on column public.payments.keep_card is 'True if the user wants the card kept and debited for the next periods.';
comment on column public.payments.review_reason is
  'Reason for a manual decision before any activation; stays after the decision. Readable by the user: a fraud rule '
  'shows as routine only, its reasons are in payment_risk_decisions.';
comment on column public.payments.overpaid_tyiyn is 'Amount received above the due one, in tyiyn. The tier is active; the surplus must be refunded.';
comment on column public.payments.surplus_tyiyn is
  'Money received without a period for it and not yet refunded, in tyiyn; above zero, a staff member must refund it.';
create index payments_user_created_idx on public.payments (user_id, created_at desc);
create index payments_tier_idx on public.payments (tier);
create index payments_subscription_idx on public.payments (subscription_id);
create index payments_listing_idx on public.payments (listing_id);
create index payments_review_idx on public.payments (updated_at) where state = 'manual_review';
create index payments_completed_idx on public.payments (completed_at desc) where completed_at is not null;
create unique index payments_transaction_idx on public.payments (payment_method, transaction_id);
create index payments_offer_idx on public.payments (offer_id);

-- Expired and cancelled payments are queried for another day: late money is recognised.
create index payments_due_check_idx on public.payments (next_check_at) where next_check_at is not null;
create index payments_surplus_idx on public.payments (updated_at) where surplus_tyiyn > 0;
create index payments_created_idx on public.payments (created_at);
create trigger payments_touch_updated_at before update on public.payments
  for each row execute function private.touch_updated_at();
alter table public.payments enable row level security;
grant select on public.payments to authenticated;
grant select, insert, update on public.payments to service_role;
create policy payments_select on public.payments for select to authenticated
  using (user_id = (select auth.uid()));

create table public.subscription_periods (
  id uuid primary key default gen_random_uuid(),
  subscription_id uuid not null references public.subscriptions (id) on delete restrict,
  payment_id uuid not null unique references public.payments (id) on delete restrict,
  tier text not null references public.tiers (code) on update cascade on delete restrict,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  activated_at timestamptz not null default clock_timestamp(),
  listing_limit integer check (listing_limit > 0),
  constraint subscription_periods_check check (ends_at >= starts_at)
);
comment on table public.subscription_periods is
  'Time bought by each payment. Unique per payment: a second guard against activating twice.';
comment on column public.subscription_periods.revoked_at is 'Revoked because the payment was refunded.';
comment on column public.subscription_periods.activated_at is
  'Time at which the payment was recognised; periods are scheduled in this order.';
comment on column public.subscription_periods.ends_at is 'Equal to starts_at where an upgrade converted the whole period to the higher tier.';
create index subscription_periods_subscription_idx on public.subscription_periods (subscription_id, starts_at);
create index subscription_periods_tier_idx on public.subscription_periods (tier);
create index subscription_periods_starts_idx on public.subscription_periods (starts_at);
create trigger subscription_periods_touch_updated_at before update on public.subscription_periods
  for each row execute function private.touch_updated_at();
alter table public.subscription_periods enable row level security;
grant select on public.subscription_periods to authenticated;
grant select, insert, update on public.subscription_periods to service_role;
create policy subscription_periods_select on public.subscription_periods for select to authenticated
  using (exists (select from public.subscriptions s where s.id = subscription_id));

create function private.may_move_payment(p_from text, p_to text) returns boolean
language sql immutable set search_path = '' as $$
  select p_to = any (case p_from
    when 'created' then array['pending', 'manual_review', 'completed', 'failed', 'expired', 'canceled']
    when 'pending' then array['manual_review', 'completed', 'failed', 'expired', 'canceled']
    when 'manual_review' then array['completed', 'failed', 'refunded']
    when 'completed' then array['partially_refunded', 'refunded']
    when 'partially_refunded' then array['refunded']
    when 'refunded' then array[]::text[]
    else array['manual_review', 'completed'] end);
$$;
comment on function private.may_move_payment(text, text) is
  'Applies the transition rules of payments. Failed, expired and cancelled payments can still be paid, since money '
  'may arrive; a paid one changes only by a refund.';

create function private.guard_payment() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state <> old.state and not private.may_move_payment(old.state, new.state) then
    raise exception 'a payment does not go from % to %', old.state, new.state using errcode = '23514';
  end if;
  if (new.user_id, new.amount_tyiyn, new.payment_method) is distinct from (old.user_id, old.amount_tyiyn, old.payment_method)
      or new.paid_tyiyn < old.paid_tyiyn or new.refunded_tyiyn < old.refunded_tyiyn then
    raise exception 'user, amount and bank of a payment are final, and its money never decreases' using errcode = '23514';
  end if;
  return new;
end;
$$;
comment on function private.guard_payment() is
  'Trigger: refuses every statement that breaks the transition rules or reduces recorded money.';
create trigger payments_guard before update on public.payments
  for each row execute function private.guard_payment();

revoke execute on function private.may_move_payment(text, text), private.guard_payment()
  from public, anon, authenticated;
grant execute on function private.may_move_payment(text, text), private.guard_payment() to service_role;
