-- Tables of second approvals and of daily comparisons with banks, and the history of a payment. Backend only.

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
  'Request of a staff member that a second one must approve: the amount exceeds the limit of one person.';
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
comment on table public.payment_comparisons is 'Comparison of our books with the bank''s list, one row per bank and Bishkek day. Empty gaps: equal.';
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

revoke execute on function private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb)
  from public, anon, authenticated;
grant execute on function private.log_payment(public.payments, uuid, jsonb, text, text, bigint, jsonb)
  to service_role;
