-- Users, their public profiles, and their sessions with rotating refresh tokens.
-- A phone number is personal: only its owner or the backend reads its tables.

create table public.accounts (
  id uuid primary key default gen_random_uuid(),
  phone text not null unique check (phone ~ '^\+996[0-9]{9}$'),
  email text unique check (octet_length(email) <= 254 and email = lower(email)
    and email ~ '^[!-?^-~]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]{0,61}[a-z0-9]$'),
  email_verified_at timestamptz,
  name text not null default 'Пользователь' check (char_length(name) between 1 and 255),
  avatar_url text check (char_length(avatar_url) <= 2048),
  bio text check (char_length(bio) <= 500),
  city text check (char_length(city) <= 100),
  language text not null default 'ru' check (language in ('ru', 'ky', 'en')),
  role text not null default 'user' check (role in ('user', 'moderator', 'finance', 'admin')),
  is_verified boolean not null default false,
  rating numeric(3, 2) not null default 0 check (rating between 0 and 5),
  total_sales integer not null default 0 check (total_sales >= 0),
  free_limit integer not null default 3 check (free_limit >= 0),
  paid_slots integer not null default 0 check (paid_slots >= 0),
  expo_push_token text check (char_length(expo_push_token) <= 255),
  is_blocked boolean not null default false,
  blocked_reason text,
  blocked_at timestamptz,
  last_login_at timestamptz,
  last_seen timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((email is null) = (email_verified_at is null))
);
comment on table public.accounts is
  'User who has logged in at least once. Only the user and the backend read a row; see the view users.';
comment on column public.accounts.phone is 'E.164, Kyrgyz mobile. The login name; changed only by the backend.';
comment on column public.accounts.email is
  'Proved address in its stored form, never an unproved one; only the backend writes it. Also a way to log in (docs/decisions/0145).';
comment on column public.accounts.email_verified_at is 'Time of the proof; the address opens no session in the first days.';
comment on column public.accounts.name is 'Name; the app treats the default as "not named yet".';
comment on column public.accounts.role is 'Role on the operations page; never writable by the user.';
comment on column public.accounts.is_verified is 'Checked by a moderator. Every user has proved the phone, so that needs no flag.';
comment on column public.accounts.free_limit is 'Listings a month on the free tier.';
create index accounts_created_idx on public.accounts (created_at);
create index accounts_operators_idx on public.accounts (role) where role <> 'user';
create trigger accounts_touch_updated_at before update on public.accounts
  for each row execute function private.touch_updated_at();
alter table public.accounts enable row level security;
grant select on public.accounts to authenticated;
grant update (name, avatar_url, bio, city, language, expo_push_token) on public.accounts to authenticated;
grant all on public.accounts to service_role;

-- Columns of accounts that anon may name, but never see: no policy shows anon a row.
grant select on public.accounts to anon;
create policy accounts_select_own on public.accounts for select to authenticated
  using (id = (select auth.uid()));
create policy accounts_update_own on public.accounts for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create table public.public_profiles (
  id uuid primary key references public.accounts (id) on delete cascade,
  name text not null,
  avatar_url text,
  bio text,
  city text,
  is_verified boolean not null,
  rating numeric(3, 2) not null check (rating between 0 and 5),
  total_sales integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null default now()
);
comment on table public.public_profiles is
  'Public part of a user, kept by a trigger on accounts; holds no phone, e-mail or role.';
alter table public.public_profiles enable row level security;
grant select on public.public_profiles to anon, authenticated;
grant all on public.public_profiles to service_role;
create policy public_profiles_select_all on public.public_profiles for select to anon, authenticated
  using (true);

create function private.copy_public_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.public_profiles
    (id, name, avatar_url, bio, city, is_verified, rating, total_sales, created_at)
  values (new.id, new.name, private.shown_avatar(new.avatar_url), new.bio, new.city, new.is_verified, new.rating,
          new.total_sales, new.created_at)
  on conflict (id) do update set
    name = excluded.name, avatar_url = excluded.avatar_url, bio = excluded.bio,
    city = excluded.city, is_verified = excluded.is_verified, rating = excluded.rating,
    total_sales = excluded.total_sales, updated_at = now();
  return null;
end;
$$;
comment on function private.copy_public_profile() is
  'Trigger: keeps public_profiles equal to the public part of accounts.';
create trigger accounts_copy_public_profile
  after insert or update of name, avatar_url, bio, city, is_verified, rating, total_sales on public.accounts
  for each row execute function private.copy_public_profile();

create table public.auth_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  platform text check (platform in ('android', 'ios', 'web')),
  user_agent text check (char_length(user_agent) <= 512),
  address inet,
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in ('logout', 'logout_everywhere', 'token_reuse', 'blocked', 'email_undone')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((revoked_at is null) = (revoked_reason is null))
);
comment on table public.auth_sessions is 'Login on a device: the family of refresh tokens that came from it.';
comment on column public.auth_sessions.expires_at is 'Absolute end; no refresh goes beyond it. The idle limit is measured from last_used_at.';
create index auth_sessions_user_id_idx on public.auth_sessions (user_id, created_at desc);
create index auth_sessions_over_idx on public.auth_sessions (least(expires_at, revoked_at));
create trigger auth_sessions_touch_updated_at before update on public.auth_sessions
  for each row execute function private.touch_updated_at();
alter table public.auth_sessions enable row level security;
grant select on public.auth_sessions to authenticated;
grant all on public.auth_sessions to service_role;
create policy auth_sessions_select_own on public.auth_sessions for select to authenticated
  using (user_id = (select auth.uid()));

create table public.refresh_tokens (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.auth_sessions (id) on delete cascade,
  token_digest bytea not null unique check (octet_length(token_digest) = 32),
  generation integer not null check (generation >= 0),
  used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.refresh_tokens is 'Rotating refresh tokens; only SHA-256 digests of 256-bit random values are kept.';
comment on column public.refresh_tokens.used_at is
  'Time of its exchange, or of its invalidation by a sibling; use after the grace period ends the session.';
create index refresh_tokens_session_id_idx on public.refresh_tokens (session_id, generation);
create index refresh_tokens_used_idx on public.refresh_tokens (used_at) where used_at is not null;
create trigger refresh_tokens_touch_updated_at before update on public.refresh_tokens
  for each row execute function private.touch_updated_at();
alter table public.refresh_tokens enable row level security;
grant all on public.refresh_tokens to service_role;

-- Refresh tokens: rotation with reuse detection, limits, logout.

create function private.end_session(p_session_id uuid, p_reason text) returns void
language sql volatile set search_path = '' as $$
  update public.auth_sessions s set revoked_at = pg_catalog.now(), revoked_reason = p_reason
  where s.id = p_session_id and s.revoked_at is null;
$$;
comment on function private.end_session(uuid, text) is 'Ends a whole refresh-token family. Idempotent.';

create function public.session_refresh(
  p_token_digest bytea, p_new_digest bytea, p_address inet, p_grace_seconds integer, p_idle_seconds integer,
  p_limits jsonb, p_request_id text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_session public.auth_sessions;
  v_token public.refresh_tokens;
  v_now timestamptz;
  v_count jsonb;
  v_limit integer;
begin
  select s.* into v_session from public.auth_sessions s
  join public.refresh_tokens t on t.session_id = s.id
  where t.token_digest = p_token_digest for update of s;
  v_limit := (p_limits ->> case when found then 'family' else 'wrong' end)::integer;
  v_count := public.rate_limit_hit('refresh:' || coalesce(
    v_session.id::text, private.place_of(p_address)::text), v_limit, (p_limits ->> 'seconds')::integer);
  if (v_count ->> 'hits')::integer > v_limit then
    return pg_catalog.jsonb_build_object('outcome', 'limited', 'retry_after', v_count -> 'reset_in');
  end if;
  v_now := pg_catalog.clock_timestamp();
  if v_session.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now
    or v_session.last_used_at <= v_now - pg_catalog.make_interval(secs => p_idle_seconds)
    or exists (select from public.accounts u where u.id = v_session.user_id and u.is_blocked) then
    return '{"outcome": "invalid"}';
  end if;
  select t.* into v_token from public.refresh_tokens t where t.token_digest = p_token_digest;
  if v_token.used_at <= v_now - pg_catalog.make_interval(secs => p_grace_seconds) then
    perform private.end_session(v_session.id, 'token_reuse');
    insert into public.audit_log (actor_user_id, action, subject_type, subject_id, address, request_id)
    values (v_session.user_id, 'refresh_token_reused', 'auth_session', v_session.id::text, p_address, p_request_id);
    return '{"outcome": "reused"}';
  end if;
  update public.refresh_tokens t set used_at = v_now
  where t.session_id = v_session.id and t.generation <= v_token.generation and t.used_at is null;
  insert into public.refresh_tokens (session_id, token_digest, generation)
  values (v_session.id, p_new_digest, v_token.generation + 1);
  update public.auth_sessions s set last_used_at = v_now, address = p_address where s.id = v_session.id;
  return private.session_answer(v_session.user_id, v_session.id, false);
end;
$$;
comment on function public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text) is
  'Exchanges a refresh token: {outcome: ok, session_id, user}, {outcome: invalid}, {outcome: reused} or {outcome: '
  'limited, retry_after}. p_limits {family, wrong, seconds}: counts known tokens per session from any address, and '
  'unknown ones per address (IPv6: /64) without blocking known ones. A token used again within the grace period '
  '(parallel refreshes, lost responses) yields a sibling; later reuse ends the whole family. Using one sibling '
  'invalidates the others of its generation, which exposes a copied token.';

create function public.session_end(p_user_id uuid, p_session_id uuid, p_everywhere boolean) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  update public.auth_sessions s set revoked_at = pg_catalog.now(),
    revoked_reason = case when p_everywhere then 'logout_everywhere' else 'logout' end
  where s.user_id = p_user_id and s.revoked_at is null and (p_everywhere or s.id = p_session_id);
  get diagnostics v_ended = row_count;
  if p_everywhere and v_ended > 0 then
    perform private.enqueue_notification(p_user_id, 'security_logged_out', 'logged_out:' || pg_catalog.gen_random_uuid(), '{}');
  end if;
  return v_ended;
end;
$$;
comment on function public.session_end(uuid, uuid, boolean) is
  'Logs out one session or all of a user, who is notified of the latter; returns the number of ended ones.';

revoke execute on function private.copy_public_profile() from public, anon, authenticated;
revoke execute on function private.end_session(uuid, text),
  public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text), public.session_end(uuid, uuid, boolean)
  from public, anon, authenticated;
grant execute on function private.end_session(uuid, text),
  public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text), public.session_end(uuid, uuid, boolean)
  to service_role;
