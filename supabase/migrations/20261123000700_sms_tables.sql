-- Every SMS with its result, attempts at providers, spending, balances, and mobile networks by prefix. Backend only.

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
create index sms_messages_supplier_message_idx on public.sms_messages (supplier, supplier_message_id)
  where supplier is not null;
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
comment on column public.sms_limit_hits.is_used is 'True after a login with the code of this SMS.';
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
  'Our id at the provider; a repeated attempt keeps it, which identifies it at the provider.';
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
