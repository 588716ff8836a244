-- Tables of tiers, payments and subscriptions, with the transition rules of payments (docs/decisions/0035). Amounts
-- that we take or give back are whole tyiyn (100 tyiyn = 1 som); the price of a listing is not ours and stays in som.

create table public.tiers (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z][a-z_]{1,29}$'),
  app_code text not null check (app_code in ('free', 'lite', 'business', 'pro')),
  name_ru text not null,
  name_ky text not null,
  name_en text not null,
  listings_per_month integer check (listings_per_month > 0),
  price_tyiyn bigint check (price_tyiyn >= 0),
  period_days integer not null default 30 check (period_days > 0),
  features jsonb not null default '[]' check (jsonb_typeof(features) = 'array'),
  position smallint not null,
  is_offered boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.tiers is
  'Tiers for sale. The price of a payment always comes from here or from an offer of staff.';
comment on column public.tiers.app_code is 'Name by which the existing app knows the tier; it fails on any other.';
comment on column public.tiers.listings_per_month is 'Null is unlimited.';
comment on column public.tiers.price_tyiyn is 'Price of one period, in tyiyn. Null: by an offer of staff.';
create trigger tiers_touch_updated_at before update on public.tiers
  for each row execute function private.touch_updated_at();
alter table public.tiers enable row level security;
grant select on public.tiers to anon, authenticated;
grant all on public.tiers to service_role;
create policy tiers_select on public.tiers for select to anon, authenticated using (is_offered);

insert into public.tiers
  (code, app_code, name_ru, name_ky, name_en, listings_per_month, price_tyiyn, features, position) values
  ('free', 'free', 'Бесплатный', 'Акысыз', 'Free', 3, 0, '["basic"]', 1),
  ('basic', 'lite', 'Базовый', 'Негизги', 'Basic', 10, 10000, '["more_listings"]', 2),
  ('premium', 'business', 'Премиум', 'Премиум', 'Premium', null, 50000, '["unlimited_listings", "all_features"]', 3),
  ('enterprise', 'pro', 'Корпоративный', 'Корпоративдик', 'Enterprise', null, null, '["unlimited_listings", "all_features", "custom"]', 4);

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete restrict,
  tier text not null references public.tiers (code) on update cascade on delete restrict,
  status text not null default 'active' check (status in ('active', 'grace', 'expired', 'cancelled')),
  listing_limit integer check (listing_limit > 0),
  started_at timestamptz not null default now(),
  expires_at timestamptz not null,
  grace_until timestamptz,
  auto_renew boolean not null default false,
  next_tier text references public.tiers (code) on update cascade on delete restrict,
  cancelled_at timestamptz,
  ended_at timestamptz,
  reminded_days smallint[] not null default '{}',
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (expires_at > started_at),
  check (status <> 'grace' or grace_until is not null),
  check ((status in ('expired', 'cancelled')) = (ended_at is not null))
);
comment on table public.subscriptions is 'Paid tier of a user. A user without a running row is on the free tier.';
comment on column public.subscriptions.listing_limit is 'Listings a month as sold, or as offered to an enterprise; null is unlimited.';
comment on column public.subscriptions.next_tier is 'Downgrade that starts when the paid period ends.';
comment on column public.subscriptions.cancelled_at is 'Asked to end with the period; runs on until expires_at, and can be resumed until then.';
comment on column public.subscriptions.reminded_days is 'Days before the end for which a reminder has gone out.';
create unique index subscriptions_one_running_idx on public.subscriptions (user_id) where status in ('active', 'grace');
create index subscriptions_user_idx on public.subscriptions (user_id, created_at desc);
create index subscriptions_tier_idx on public.subscriptions (tier);
create index subscriptions_next_tier_idx on public.subscriptions (next_tier);
create index subscriptions_expiring_idx on public.subscriptions (expires_at) where status in ('active', 'grace');
create trigger subscriptions_touch_updated_at before update on public.subscriptions
  for each row execute function private.touch_updated_at();
alter table public.subscriptions enable row level security;
grant select on public.subscriptions to authenticated;
grant select, insert, update on public.subscriptions to service_role;
create policy subscriptions_select on public.subscriptions for select to authenticated
  using (user_id = (select auth.uid()));

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
comment on table public.tier_offers is
  'Individual price that staff offer one user, for tiers without a price of their own. Valid until valid_until.';
comment on column public.tier_offers.listing_limit is 'Listings a month; null is unlimited.';
comment on column public.tier_offers.waits is 'True until a second staff member makes the same offer.';
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
  'Time of the next query to the bank; the pauses grow with the number of checks.';
comment on column public.payments.listing_limit is 'Listings a month that this payment buys; null is unlimited.';
comment on column public.payments.keep_card is 'True if the user wants the card kept and debited for the next periods.';
comment on column public.payments.review_reason is
  'Reason for a manual decision before any activation; stays after the decision. Readable by the user: a fraud rule '
  'shows as routine only, its reasons are in payment_risk_decisions.';
comment on column public.payments.overpaid_tyiyn is 'Came in beyond what was due, in tyiyn. The tier is active; the surplus waits for a refund.';
comment on column public.payments.surplus_tyiyn is
  'Money that bought nothing and has not been refunded, in tyiyn; above zero it waits for a staff member.';
create index payments_user_created_idx on public.payments (user_id, created_at desc);
create index payments_tier_idx on public.payments (tier);
create index payments_subscription_idx on public.payments (subscription_id);
create index payments_listing_idx on public.payments (listing_id);
create index payments_review_idx on public.payments (updated_at) where state = 'manual_review';
create index payments_completed_idx on public.payments (completed_at desc) where completed_at is not null;
create unique index payments_transaction_idx on public.payments (payment_method, transaction_id);
create index payments_offer_idx on public.payments (offer_id);

-- Expired and cancelled payments are asked about for a day more: late money is real money.
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
  'Time that each payment bought. Unique per payment: a second guard against activating twice.';
comment on column public.subscription_periods.revoked_at is 'Taken back because the payment was refunded.';
comment on column public.subscription_periods.activated_at is
  'Time at which the payment was recognised; periods are scheduled in this order.';
comment on column public.subscription_periods.ends_at is 'Equal to starts_at where an upgrade turned all of it into time of the higher tier.';
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

-- What happens around a payment: tries at banks, their calls, money given back, decisions about risk. Backend only.

create table public.payment_attempts (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  position smallint not null check (position > 0),
  provider text not null check (provider in ('odengi', 'mbank', 'bakai', 'optima', 'freedompay', 'manual')),
  provider_ref text,
  state text not null default 'created'
    check (state in ('created', 'pending', 'paid', 'failed', 'expired', 'canceled', 'superseded')),
  amount_tyiyn bigint not null check (amount_tyiyn > 0),
  redirect_url text check (redirect_url ~ '^https://'),
  qr_text text,
  deep_links jsonb not null default '[]' check (jsonb_typeof(deep_links) = 'array'),
  error_code text,
  expires_at timestamptz,
  last_query_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  paid_tyiyn bigint not null default 0 check (paid_tyiyn >= 0),
  transaction_id text,
  paid_at timestamptz,
  unique (payment_id, position)
);
comment on table public.payment_attempts is
  'Order at a bank. A superseded one stays matchable: late money is real money.';
comment on column public.payment_attempts.provider_ref is 'Bank''s id of the order; ours is the id of this row.';
comment on column public.payment_attempts.amount_tyiyn is 'In tyiyn, as ordered at the bank.';
comment on column public.payment_attempts.last_query_at is
  'Time of the last query to the bank: at most one in 10 to 15 seconds per payment.';
comment on column public.payment_attempts.paid_tyiyn is
  'Amount that the bank reports for this order; only grows. payments.paid_tyiyn is the sum.';
create unique index payment_attempts_ref_idx on public.payment_attempts (provider, provider_ref);
create trigger payment_attempts_touch_updated_at before update on public.payment_attempts
  for each row execute function private.touch_updated_at();
alter table public.payment_attempts enable row level security;
grant select, insert, update on public.payment_attempts to service_role;

create table public.payment_events (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  attempt_id uuid references public.payment_attempts (id) on delete restrict,
  actor_kind text not null check (actor_kind in ('user', 'bank', 'timer', 'operator', 'system')),
  actor_user_id uuid references public.accounts (id) on delete restrict,
  event text not null check (char_length(event) between 1 and 100),
  from_state text,
  to_state text,
  amount_tyiyn bigint,
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  request_id text,
  created_at timestamptz not null default now()
);
comment on table public.payment_events is 'Append-only history of every payment, including what was ignored.';
comment on column public.payment_events.details is 'Redacted: no card number, token or name.';
comment on column public.payment_events.amount_tyiyn is 'In tyiyn, where the event is about an amount.';
create index payment_events_payment_idx on public.payment_events (payment_id, created_at);
create index payment_events_attempt_idx on public.payment_events (attempt_id);
create index payment_events_actor_idx on public.payment_events (actor_user_id);
create trigger payment_events_refuse_change before update or delete on public.payment_events
  for each row execute function private.refuse_change();
create trigger payment_events_refuse_truncate before truncate on public.payment_events
  for each statement execute function private.refuse_change();
alter table public.payment_events enable row level security;
grant select, insert on public.payment_events to service_role;

create table public.payment_webhook_events (
  id uuid primary key default gen_random_uuid(),
  provider text not null check (provider in ('odengi', 'mbank', 'bakai', 'optima', 'freedompay')),
  event_key text not null check (char_length(event_key) between 1 and 300),
  payment_id uuid references public.payments (id) on delete restrict,
  attempt_id uuid references public.payment_attempts (id) on delete restrict,
  trust text not null check (trust in ('proof', 'hint')),
  state text not null default 'received' check (state in ('received', 'processed', 'ignored', 'failed')),
  body_redacted text not null check (octet_length(body_redacted) <= 65536),
  deliveries integer not null default 1 check (deliveries > 0),
  failure_reason text check (char_length(failure_reason) <= 1000),
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  report jsonb not null default '{}' check (jsonb_typeof(report) = 'object'),
  unique (provider, event_key)
);
comment on table public.payment_webhook_events is 'Webhooks of banks, once each, however often they are delivered.';
comment on column public.payment_webhook_events.trust is
  'proof: signed by the bank; hint: unsigned, so the bank was queried before anything changed.';
comment on column public.payment_webhook_events.report is
  'Content of the webhook, in our words: enough to act on a proof again after a crash.';
create index payment_webhook_events_payment_idx on public.payment_webhook_events (payment_id);
create index payment_webhook_events_attempt_idx on public.payment_webhook_events (attempt_id);
create index payment_webhook_events_open_idx on public.payment_webhook_events (created_at) where state in ('received', 'failed');
create trigger payment_webhook_events_touch_updated_at before update on public.payment_webhook_events
  for each row execute function private.touch_updated_at();
alter table public.payment_webhook_events enable row level security;
grant select, insert, update on public.payment_webhook_events to service_role;

create table public.refunds (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  amount_tyiyn bigint not null check (amount_tyiyn > 0),
  state text not null default 'requested'
    check (state in ('requested', 'approved', 'processing', 'done', 'failed', 'rejected')),
  kind text not null check (kind in ('automatic', 'manual', 'external')),
  reason text not null check (char_length(reason) between 1 and 500),
  requested_by uuid references public.accounts (id) on delete restrict,
  approved_by uuid references public.accounts (id) on delete restrict,
  provider_ref text,
  failure_reason text check (char_length(failure_reason) <= 1000),
  approved_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (payment_id, provider_ref),
  check (state <> 'done' or provider_ref is not null),
  check ((state in ('done', 'failed', 'rejected')) = (finished_at is not null))
);
comment on table public.refunds is
  'Money refunded, wholly or in part. Where the bank has no API for it, a staff member refunds and closes it with the '
  'bank''s number.';
comment on column public.refunds.amount_tyiyn is 'In tyiyn.';
comment on column public.refunds.kind is 'external: made in the bank''s cabinet and found by the reconciler.';
comment on column public.refunds.provider_ref is 'Bank''s number of the refund: nothing is done without one.';
create index refunds_requested_by_idx on public.refunds (requested_by);
create index refunds_approved_by_idx on public.refunds (approved_by);
create index refunds_open_idx on public.refunds (created_at) where state in ('requested', 'approved', 'processing');
create trigger refunds_touch_updated_at before update on public.refunds
  for each row execute function private.touch_updated_at();
alter table public.refunds enable row level security;
grant select, insert, update on public.refunds to service_role;

create table public.payment_orphans (
  id uuid primary key default gen_random_uuid(),
  provider text not null check (provider in ('odengi', 'mbank', 'bakai', 'optima', 'freedompay')),
  provider_ref text not null,
  amount_tyiyn bigint not null check (amount_tyiyn > 0),
  paid_at timestamptz,
  state text not null default 'open' check (state in ('open', 'matched', 'refunded', 'dismissed')),
  payment_id uuid references public.payments (id) on delete restrict,
  asked_by uuid references public.accounts (id) on delete restrict,
  asked_for text,
  resolved_by uuid references public.accounts (id) on delete restrict,
  resolution text check (char_length(resolution) <= 1000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, provider_ref),
  check (state = 'open' or resolution is not null),
  check ((asked_by is null) = (asked_for is null))
);
comment on table public.payment_orphans is
  'Money at a bank that belongs to no order of ours, until a staff member resolves it.';
comment on column public.payment_orphans.amount_tyiyn is 'In tyiyn.';
comment on column public.payment_orphans.asked_for is
  'Resolution proposed by asked_by, <action>:<payment id>; a second staff member must propose the same.';
create index payment_orphans_asked_by_idx on public.payment_orphans (asked_by);
create index payment_orphans_payment_idx on public.payment_orphans (payment_id);
create index payment_orphans_resolved_by_idx on public.payment_orphans (resolved_by);
create index payment_orphans_open_idx on public.payment_orphans (created_at) where state = 'open';
create trigger payment_orphans_touch_updated_at before update on public.payment_orphans
  for each row execute function private.touch_updated_at();
alter table public.payment_orphans enable row level security;
grant select, insert, update on public.payment_orphans to service_role;

create table public.payment_risk_decisions (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid references public.payments (id) on delete restrict,
  user_id uuid not null references public.accounts (id) on delete cascade,
  decision text not null check (decision in ('allow', 'review', 'block')),
  reasons text[] not null default '{}',
  address inet,
  device_digest bytea check (octet_length(device_digest) = 32),
  payer_digest bytea check (octet_length(payer_digest) = 32),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  created_at timestamptz not null default now()
);
comment on table public.payment_risk_decisions is 'Decisions of the fraud rules about an order, with reasons.';
comment on column public.payment_risk_decisions.payment_id is 'Null when the order was refused before it was made.';
comment on column public.payment_risk_decisions.payer_digest is 'Keyed digest of the phone that paid: one payer with many accounts is seen, the number is not stored.';
create index payment_risk_decisions_payment_idx on public.payment_risk_decisions (payment_id);
create index payment_risk_decisions_user_idx on public.payment_risk_decisions (user_id, created_at desc);
create index payment_risk_decisions_device_idx on public.payment_risk_decisions (device_digest, created_at desc);
create index payment_risk_decisions_payer_idx on public.payment_risk_decisions (payer_digest, created_at desc);
alter table public.payment_risk_decisions enable row level security;
grant select, insert on public.payment_risk_decisions to service_role;

create table public.payment_profiles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  provider text not null check (provider in ('freedompay')),
  token_encrypted text not null check (token_encrypted ~ '^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9+/=_-]+$'),
  token_digest bytea not null check (octet_length(token_digest) = 32),
  last_digits text check (last_digits ~ '^[0-9]{4}$'),
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, token_digest)
);
comment on table public.payment_profiles is 'Bank''s token for repeated debits. No card number is ever stored.';
comment on column public.payment_profiles.token_encrypted is 'v1.<key id>.<base64 of nonce and ciphertext>: AES-256-GCM, bound to this table, column and row.';
comment on column public.payment_profiles.token_digest is 'HMAC-SHA-256 of the token, to find it again without decrypting.';
create index payment_profiles_user_idx on public.payment_profiles (user_id);
create trigger payment_profiles_touch_updated_at before update on public.payment_profiles
  for each row execute function private.touch_updated_at();
alter table public.payment_profiles enable row level security;
grant all on public.payment_profiles to service_role;

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
    raise exception 'who pays what, and what was paid, is not rewritten' using errcode = '23514';
  end if;
  return new;
end;
$$;
comment on function private.guard_payment() is
  'Trigger: refuses every statement that breaks the transition rules or reduces recorded money.';
create trigger payments_guard before update on public.payments
  for each row execute function private.guard_payment();

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
comment on table public.payment_approvals is
  'Request of a staff member that a second one must approve, because the amount is above the limit of one person.';
comment on column public.payment_approvals.evidence is
  'Evidence of the money: a number on the bank''s statement, a receipt.';
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
comment on column public.payment_comparisons.gaps is
  'Differences: {kind: missing_here | missing_there | amount, provider_ref, payment_id, listed_tyiyn, ours_tyiyn}.';
create index payment_comparisons_day_idx on public.payment_comparisons (day desc);
create trigger payment_comparisons_touch_updated_at before update on public.payment_comparisons
  for each row execute function private.touch_updated_at();
alter table public.payment_comparisons enable row level security;
grant select, insert, update on public.payment_comparisons to service_role;

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
  'Appends to a payment''s history; p_payment is the row before the change, p_to null when its state stays. p_actor '
  'is {kind, user_id, request_id}.';

revoke execute on function private.may_move_payment(text, text), private.guard_payment(),
  private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb) from public, anon, authenticated;
grant execute on function private.may_move_payment(text, text), private.guard_payment(),
  private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb) to service_role;
