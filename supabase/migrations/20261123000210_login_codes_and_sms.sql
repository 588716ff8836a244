-- Login codes, the guesses made at them, and every SMS with what became of it. Backend only.

create table public.verification_codes (
  id uuid primary key default gen_random_uuid(),
  phone text not null check (phone ~ '^\+996[0-9]{9}$'),
  purpose text not null default 'login' check (purpose in ('login')),
  key_id text not null check (key_id <> ''),
  nonce text not null,
  code_digest bytea not null check (octet_length(code_digest) = 32),
  code_length smallint not null check (code_length between 4 and 8),
  requested_addresses inet[] not null default '{}',
  tries smallint not null default 3 check (tries > 0),
  attempts smallint not null default 0 check (attempts between 0 and tries),
  replays smallint not null default 0 check (replays >= 0),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_address inet,
  superseded_at timestamptz,
  session_id uuid references public.auth_sessions (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (expires_at > created_at)
);
comment on table public.verification_codes is 'One login code of one phone. The code itself is nowhere in the database.';
comment on column public.verification_codes.key_id is 'Which of the backend''s OTP secrets the code and its digest come from.';
comment on column public.verification_codes.nonce is 'Input from which the backend derives the code again when the SMS is sent once more.';
comment on column public.verification_codes.code_digest is 'sha256(id || HMAC(secret, phone, code)): useless without the secret, which is not in the database.';
comment on column public.verification_codes.attempts is 'Comparisons made before the code was used.';
comment on column public.verification_codes.replays is 'Repeats of the successful request that were answered.';
comment on column public.verification_codes.requested_addresses is 'Places (address of IPv4, /64 of IPv6) that asked for this code. The last try is kept for them, so that a stranger cannot spend all.';
create unique index verification_codes_one_live_idx on public.verification_codes (phone, purpose)
  where used_at is null and superseded_at is null;
create index verification_codes_phone_created_idx on public.verification_codes (phone, created_at desc);
create index verification_codes_expiry_idx on public.verification_codes (expires_at) where used_at is null;
create index verification_codes_session_id_idx on public.verification_codes (session_id);
create trigger verification_codes_touch_updated_at before update on public.verification_codes
  for each row execute function private.touch_updated_at();
alter table public.verification_codes enable row level security;
grant all on public.verification_codes to service_role;

create table public.login_failures (
  id uuid primary key default gen_random_uuid(),
  phone text not null,
  address inet not null,
  holds_request boolean not null default false,
  is_own boolean not null default false,
  is_guess boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table public.login_failures is 'Failed checks of a code, counted for the locks of 15 minutes and of a week; swept after eight days.';
comment on column public.login_failures.is_own is 'From a network in which the phone has logged in before.';
comment on column public.login_failures.is_guess is 'A live code was compared; without one there was nothing to guess.';
comment on column public.login_failures.address is 'The address of IPv4, the /64 of IPv6.';
comment on column public.login_failures.holds_request is 'The caller showed the identifier of a code request, which a stranger behind the same address cannot.';
create index login_failures_phone_created_idx on public.login_failures (phone, created_at desc);
create index login_failures_address_created_idx on public.login_failures (address, created_at desc);
create index login_failures_created_idx on public.login_failures (created_at);
alter table public.login_failures enable row level security;
grant all on public.login_failures to service_role;

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
  updated_at timestamptz not null default now()
);
comment on table public.sms_messages is 'One SMS to one phone: its place in the limits, who carried it, what it cost, whether it arrived. Never its text.';
comment on column public.sms_messages.caller is
  'Of a login SMS: the phone had no account; had one, but never logged in from this network; had logged in from it.';
comment on column public.sms_messages.state is 'reserved: counted, not yet handed over; released: nobody took it, so it no longer counts for the phone.';
comment on column public.sms_messages.cost_tyiyn is 'Reserved at the list price, replaced by what the supplier charged. 100 tyiyn = 1 som.';
create index sms_messages_phone_created_idx on public.sms_messages (phone, created_at desc);
create index sms_messages_created_idx on public.sms_messages (created_at desc);
create index sms_messages_code_idx on public.sms_messages (verification_code_id, created_at desc);
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
comment on table public.sms_limit_hits is 'One row for each thing that a login SMS counts against: its phone, address, network, block of numbers.';
comment on column public.sms_limit_hits.is_used is 'Somebody has logged in with the code of this SMS.';
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
comment on table public.sms_attempts is 'Each try to hand one SMS to one supplier, in order.';
comment on column public.sms_attempts.supplier_message_id is 'Our id at the supplier; a repeated try keeps it, so that the supplier can recognise it.';
comment on column public.sms_attempts.supplier_code is 'The supplier''s own status, for operators; never shown to users.';
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
comment on table public.sms_circuits is 'Circuit breaker per SMS supplier, shared by all function instances.';
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
comment on column public.sms_spending.share_hour is 'The hour that new_tyiyn and elsewhere_tyiyn are about.';
comment on column public.sms_spending.new_tyiyn is 'Spent in that hour on phones without an account.';
comment on column public.sms_spending.elsewhere_tyiyn is
  'Spent in that hour on phones with an account, asked for from networks in which they never logged in.';
create trigger sms_spending_touch_updated_at before update on public.sms_spending
  for each row execute function private.touch_updated_at();
alter table public.sms_spending enable row level security;
grant all on public.sms_spending to service_role;

create table public.rate_limits (
  key text primary key check (char_length(key) <= 200),
  started_at timestamptz not null default now(),
  hits integer not null default 1 check (hits > 0),
  created_at timestamptz not null default now()
);
comment on table public.rate_limits is 'Request counters per limit and caller, used where no Redis is set; a row begins anew when its window is over.';
create index rate_limits_started_idx on public.rate_limits (started_at);
alter table public.rate_limits enable row level security;
grant all on public.rate_limits to service_role;
