-- Tables of the events around a payment: attempts at banks, webhooks, refunds, decisions about risk. Backend only.

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
  'Order at a bank. A superseded one stays matchable: late money is recognised.';
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
comment on table public.payment_events is 'Append-only history of every payment, including ignored ones.';
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
comment on table public.payment_webhook_events is 'Webhooks of banks, stored once each, also for repeated deliveries.';
comment on column public.payment_webhook_events.trust is
  'proof: signed by the bank; hint: unsigned, so the bank was queried before anything changed.';
comment on column public.payment_webhook_events.report is
  'Parsed content of the webhook: suffices to process a proof again after a crash.';
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
comment on column public.refunds.provider_ref is 'Bank''s number of the refund: required to finish it.';
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
  'Money at a bank without a matching order, until a staff member resolves it.';
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
comment on column public.payment_risk_decisions.payer_digest is 'Keyed digest of the payer''s phone: detects one payer of many accounts without storing the number.';
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
