-- Tiers, payments and subscriptions. Every amount of money that we take or give back is a whole number of tyiyn
-- (100 tyiyn = 1 som); the price of a listing is not ours and stays in som.

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
comment on table public.tiers is 'What can be bought (audit 4.2). The price of a payment always comes from here or from an operator''s offer.';
comment on column public.tiers.app_code is 'The name by which the existing app knows the tier; it fails on any other.';
comment on column public.tiers.listings_per_month is 'Null is unlimited.';
comment on column public.tiers.price_tyiyn is 'For one period, in tyiyn. Null: by an operator''s offer.';
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
comment on table public.subscriptions is 'A paid tier of a user. Who has no running row is on the free tier.';
comment on column public.subscriptions.listing_limit is 'Listings a month as sold, or as offered to an enterprise; null is unlimited.';
comment on column public.subscriptions.next_tier is 'A downgrade that starts when the paid period ends.';
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
  unique (user_id, idempotency_key),
  check (refunded_tyiyn <= paid_tyiyn),
  check (state not in ('completed', 'partially_refunded', 'refunded') or completed_at is not null),
  check (payment_type in ('boost', 'slot') or (tier is not null and period_days is not null))
);
comment on table public.payments is 'One order of one user. Its tries at banks are payment_attempts; what happened to it, payment_events.';
comment on column public.payments.amount_tyiyn is 'What is due, in tyiyn, fixed by the server when the order is made.';
comment on column public.payments.amount is 'The same in som, for the app''s billing history.';
comment on column public.payments.paid_tyiyn is 'What the bank confirmed; more than due is an overpayment, less leads to manual_review.';
comment on column public.payments.state is 'The whole truth; changes only along the transition rules, in one conditional update.';
comment on column public.payments.status is 'What the outside sees: pending, completed, failed, refunded (audit 4.2).';
comment on column public.payments.payment_method is 'The bank; manual where an operator recorded the money.';
comment on column public.payments.transaction_id is 'The bank''s number of the payment that completed it.';
comment on column public.payments.metadata is 'Shown to the user; nothing secret and nothing about risk.';
comment on column public.payments.next_check_at is 'When the reconciler asks the bank again; grows with the number of checks.';
create index payments_user_created_idx on public.payments (user_id, created_at desc);
create index payments_tier_idx on public.payments (tier);
create index payments_subscription_idx on public.payments (subscription_id);
create index payments_listing_idx on public.payments (listing_id);
create index payments_due_check_idx on public.payments (next_check_at) where state in ('created', 'pending');
create index payments_review_idx on public.payments (updated_at) where state = 'manual_review';
create index payments_completed_idx on public.payments (completed_at desc) where completed_at is not null;
create unique index payments_transaction_idx on public.payments (payment_method, transaction_id);
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
  check (ends_at > starts_at)
);
comment on table public.subscription_periods is 'What each payment bought. Unique per payment: the second belt against activating twice.';
comment on column public.subscription_periods.revoked_at is 'Taken back because the payment was refunded.';
create index subscription_periods_subscription_idx on public.subscription_periods (subscription_id, starts_at);
create index subscription_periods_tier_idx on public.subscription_periods (tier);
create trigger subscription_periods_touch_updated_at before update on public.subscription_periods
  for each row execute function private.touch_updated_at();
alter table public.subscription_periods enable row level security;
grant select on public.subscription_periods to authenticated;
grant select, insert, update on public.subscription_periods to service_role;
create policy subscription_periods_select on public.subscription_periods for select to authenticated
  using (exists (select from public.subscriptions s where s.id = subscription_id));
