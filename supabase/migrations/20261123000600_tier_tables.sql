-- Tables of tiers, subscriptions and offers (docs/decisions/0035). Amounts received or refunded by us are whole tyiyn
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
comment on table public.tiers is
  'Tiers for sale. The price of a payment always comes from here or from an offer of staff.';
comment on column public.tiers.app_code is 'Name of the tier in the existing app, which fails on any other.';
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
comment on column public.subscriptions.cancelled_at is 'Time of the request to end with the period; valid until expires_at, and can be resumed until then.';
comment on column public.subscriptions.reminded_days is 'Days before the end whose reminder was sent.';
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
