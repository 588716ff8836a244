-- Login codes and failed checks of them. Backend only.

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
comment on table public.verification_codes is 'Login code of a phone. The code itself is nowhere in the database.';
comment on column public.verification_codes.key_id is
  'Id of the backend''s OTP secret from which the code and its digest come.';
comment on column public.verification_codes.nonce is 'Input from which the backend derives the code again when the SMS is sent once more.';
comment on column public.verification_codes.code_digest is 'sha256(id || HMAC(secret, phone, code)): useless without the secret, which is not in the database.';
comment on column public.verification_codes.attempts is 'Comparisons made before the code was used.';
comment on column public.verification_codes.replays is 'Repeats of the successful request that were answered.';
comment on column public.verification_codes.requested_addresses is
  'Places (address of IPv4, /64 of IPv6) that requested this code. The last attempt is reserved for them, so that a '
  'stranger cannot spend all.';
create unique index verification_codes_one_live_idx on public.verification_codes (phone, purpose)
  where used_at is null and superseded_at is null;
create index verification_codes_phone_created_idx on public.verification_codes (phone, created_at desc);
create index verification_codes_expiry_idx on public.verification_codes (expires_at) where used_at is null;
create index verification_codes_session_id_idx on public.verification_codes (session_id);
create index verification_codes_created_idx on public.verification_codes (created_at);
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
comment on column public.login_failures.is_guess is
  'True if a live code was compared; without one there was nothing to guess.';
comment on column public.login_failures.address is 'Address of IPv4, /64 of IPv6.';
comment on column public.login_failures.holds_request is
  'True if the caller presented the identifier of a code request, which a stranger behind the same address cannot.';
create index login_failures_phone_created_idx on public.login_failures (phone, created_at desc);
create index login_failures_address_created_idx on public.login_failures (address, created_at desc);
create index login_failures_created_idx on public.login_failures (created_at);
alter table public.login_failures enable row level security;
grant all on public.login_failures to service_role;
