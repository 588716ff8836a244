-- What buying a tier needs beside its tables: offers, approvals by a second person, reports of comparisons, and the
-- transition rules of payments as the last wall (docs/decisions/0035).

alter table public.payment_attempts
  add column paid_tyiyn bigint not null default 0 check (paid_tyiyn >= 0),
  add column transaction_id text,
  add column paid_at timestamptz;
comment on column public.payment_attempts.paid_tyiyn is 'What the bank says came in for this order; only grows. payments.paid_tyiyn is the sum.';

create table public.tier_offers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete restrict,
  tier text not null references public.tiers (code) on update cascade on delete restrict,
  amount_tyiyn bigint not null check (amount_tyiyn > 0),
  period_days integer not null check (period_days between 1 and 3660),
  listing_limit integer check (listing_limit > 0),
  note text not null default '' check (char_length(note) <= 500),
  made_by uuid not null references public.accounts (id) on delete restrict,
  approved_by uuid references public.accounts (id) on delete restrict,
  waits boolean not null default false,
  valid_until timestamptz not null,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (approved_by is null or (approved_by <> made_by and not waits))
);
comment on table public.tier_offers is 'A price that an operator offers one user, for tiers without a price of their own. Good until valid_until.';
comment on column public.tier_offers.listing_limit is 'Listings a month; null is unlimited.';
comment on column public.tier_offers.waits is 'Not good yet: a second operator must make the same offer.';
create index tier_offers_approved_by_idx on public.tier_offers (approved_by);
create index tier_offers_user_idx on public.tier_offers (user_id, created_at desc);
create index tier_offers_tier_idx on public.tier_offers (tier);
create index tier_offers_made_by_idx on public.tier_offers (made_by);
create trigger tier_offers_touch_updated_at before update on public.tier_offers
  for each row execute function private.touch_updated_at();
alter table public.tier_offers enable row level security;
grant select on public.tier_offers to authenticated;
grant select, insert, update on public.tier_offers to service_role;
create policy tier_offers_select on public.tier_offers for select to authenticated
  using (user_id = (select auth.uid()) and not waits);

alter table public.payments
  add column offer_id uuid references public.tier_offers (id) on delete restrict,
  add column listing_limit integer check (listing_limit > 0),
  add column keep_card boolean not null default false,
  add column review_reason text check (review_reason in ('underpaid', 'late_and_paid_again', 'other_currency', 'test_money',
    'unconfirmed', 'risk', 'transaction_reused', 'second_person', 'not_for_sale')),
  add column overpaid_tyiyn bigint not null generated always as (greatest(paid_tyiyn - amount_tyiyn, 0)) stored,
  add check (state <> 'manual_review' or review_reason is not null);
comment on column public.payments.listing_limit is 'Listings a month that this payment buys; null is unlimited.';
comment on column public.payments.keep_card is 'The user wants the card kept and debited for the next periods.';
comment on column public.payments.review_reason is 'Why a person must look before anything is activated. Stays when he has decided.';
comment on column public.payments.overpaid_tyiyn is 'Came in beyond what was due, in tyiyn. The tier is active; the surplus waits for a refund.';
create index payments_offer_idx on public.payments (offer_id);
create index payments_overpaid_idx on public.payments (updated_at) where overpaid_tyiyn > 0;
-- Expired and cancelled payments are asked about for a day more: late money is real money.
drop index public.payments_due_check_idx;
create index payments_due_check_idx on public.payments (next_check_at) where next_check_at is not null;

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
  'The transition rules. Failed, expired and cancelled payments can still be paid: the money is there. Paid never goes '
  'back but by a refund.';

create function private.guard_payment() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state <> old.state and not private.may_move_payment(old.state, new.state) then
    raise exception 'a payment does not go from % to %', old.state, new.state using errcode = '23514';
  end if;
  if (new.user_id, new.amount_tyiyn, new.payment_method) is distinct from (old.user_id, old.amount_tyiyn, old.payment_method)
      or new.paid_tyiyn < old.paid_tyiyn or new.refunded_tyiyn < old.refunded_tyiyn then
    raise exception 'who pays what, and what was paid, is not rewritten' using errcode = '23514';
  end if;
  return new;
end;
$$;
comment on function private.guard_payment() is 'Trigger: no statement of anybody breaks the transition rules or shrinks money.';
create trigger payments_guard before update on public.payments
  for each row execute function private.guard_payment();

alter table public.subscription_periods
  add column activated_at timestamptz not null default clock_timestamp(),
  add column listing_limit integer check (listing_limit > 0),
  drop constraint subscription_periods_check,
  add constraint subscription_periods_check check (ends_at >= starts_at);
comment on column public.subscription_periods.activated_at is 'When the payment was recognised; periods are laid out in this order.';
comment on column public.subscription_periods.ends_at is 'Equal to starts_at where an upgrade turned all of it into time of the higher tier.';

create table public.payment_approvals (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  action text not null check (action in ('activate', 'release', 'refund', 'reject')),
  reason text not null check (char_length(reason) between 1 and 500),
  evidence text not null default '' check (char_length(evidence) <= 500),
  asked_by uuid not null references public.accounts (id) on delete restrict,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'refused')),
  decided_by uuid references public.accounts (id) on delete restrict,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((state = 'waiting') = (decided_at is null)),
  check (decided_by is null or decided_by <> asked_by)
);
comment on table public.payment_approvals is 'What one operator asks for and another must approve, because the amount is above the limit for one person.';
comment on column public.payment_approvals.evidence is 'Where the money can be seen: a number on the bank''s statement, a receipt.';
create unique index payment_approvals_one_waiting_idx on public.payment_approvals (payment_id) where state = 'waiting';
create index payment_approvals_payment_idx on public.payment_approvals (payment_id, created_at);
create index payment_approvals_asked_by_idx on public.payment_approvals (asked_by);
create index payment_approvals_decided_by_idx on public.payment_approvals (decided_by);
create trigger payment_approvals_touch_updated_at before update on public.payment_approvals
  for each row execute function private.touch_updated_at();
alter table public.payment_approvals enable row level security;
grant select, insert, update on public.payment_approvals to service_role;

create table public.payment_comparisons (
  id uuid primary key default gen_random_uuid(),
  provider text not null check (provider in ('odengi', 'mbank', 'bakai', 'optima', 'freedompay')),
  day date not null,
  listed integer not null default 0 check (listed >= 0),
  listed_tyiyn bigint not null default 0 check (listed_tyiyn >= 0),
  ours integer not null default 0 check (ours >= 0),
  ours_tyiyn bigint not null default 0 check (ours_tyiyn >= 0),
  gaps jsonb not null default '[]' check (jsonb_typeof(gaps) = 'array'),
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, day)
);
comment on table public.payment_comparisons is 'Our books beside the bank''s list, one row per bank and Bishkek day. Empty gaps: they agree.';
comment on column public.payment_comparisons.gaps is 'What does not agree: {kind: missing_here | missing_there | amount, provider_ref, payment_id, listed_tyiyn, ours_tyiyn}.';
create index payment_comparisons_day_idx on public.payment_comparisons (day desc);
create trigger payment_comparisons_touch_updated_at before update on public.payment_comparisons
  for each row execute function private.touch_updated_at();
alter table public.payment_comparisons enable row level security;
grant select, insert, update on public.payment_comparisons to service_role;

alter table public.payment_webhook_events add column report jsonb not null default '{}' check (jsonb_typeof(report) = 'object');
comment on column public.payment_webhook_events.report is 'What the call says, in our words: enough to act on a proof again after a crash.';

create function private.log_payment(
  p_payment public.payments, p_attempt_id uuid, p_actor jsonb, p_event text, p_to text, p_amount_tyiyn bigint, p_details jsonb
) returns void
language sql volatile set search_path = '' as $$
  insert into public.payment_events
    (payment_id, attempt_id, actor_kind, actor_user_id, event, from_state, to_state, amount_tyiyn, details, request_id)
  values (p_payment.id, p_attempt_id, p_actor ->> 'kind', (p_actor ->> 'user_id')::uuid, p_event, p_payment.state, p_to,
    p_amount_tyiyn, coalesce(p_details, '{}'), pg_catalog.left(p_actor ->> 'request_id', 100));
$$;
comment on function private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb) is
  'Appends to a payment''s history; p_payment as it was before, p_to null when its state stays. p_actor is {kind, user_id, '
  'request_id}.';

revoke execute on function private.may_move_payment(text, text), private.guard_payment(),
  private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb) from public, anon, authenticated;
grant execute on function private.may_move_payment(text, text), private.guard_payment(),
  private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb) to service_role;
