-- Login codes: requests within all limits, checks against guessing, and the session that follows. Backend only.

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

-- Asking for a login code. Every limit is decided here, in one call that also holds under parallel requests.

create function private.lock_for_login(p_key text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('login:' || p_key, 0));
end;
$$;
comment on function private.lock_for_login(text) is
  'Serialises login decisions about one phone, address, network or block of numbers until the transaction ends.';

create function public.login_request_code(
  p_phone text, p_address inet, p_request_id text, p_rules jsonb,
  p_code_id uuid, p_nonce text, p_code_digest bytea, p_key_id text, p_code_length integer,
  p_known_key_ids text[], p_tries integer, p_ttl_seconds integer, p_min_life_seconds integer,
  p_cost_tyiyn bigint
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_who record := private.login_caller(p_phone, p_address);
  v_refusal jsonb := private.first_full_limit(p_rules -> 'limits', v_who.caller);
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_place constant inet := private.place_of(p_address);
  v_code public.verification_codes;
  v_is_reused boolean;
  v_sms_id uuid;
begin
  if v_refusal is null and v_who.caller = 'new' then
    v_refusal := private.braked(p_rules -> 'brake');
  end if;
  if v_refusal is null then
    v_refusal := private.reserve_spending(
      p_cost_tyiyn, case when v_who.is_staff then 'staff' else v_who.caller end, p_rules -> 'budget');
  end if;
  if v_refusal is not null then
    return v_refusal;
  end if;
  select * into v_code from public.verification_codes c
  where c.phone = p_phone and c.purpose = 'login' and c.used_at is null and c.superseded_at is null for update;
  v_is_reused := found and v_code.attempts < v_code.tries and v_code.code_length = p_code_length
    and v_code.key_id = any (p_known_key_ids)
    and v_code.expires_at > v_now + pg_catalog.make_interval(secs => p_min_life_seconds);
  if not v_is_reused then
    if v_code.id is not null then
      update public.verification_codes c set superseded_at = v_now where c.id = v_code.id;
    end if;
    insert into public.verification_codes
      (id, phone, key_id, nonce, code_digest, code_length, requested_addresses, tries, expires_at, created_at)
    values (p_code_id, p_phone, p_key_id, p_nonce, p_code_digest, p_code_length, array[v_place], p_tries,
            v_now + pg_catalog.make_interval(secs => p_ttl_seconds), v_now)
    returning * into v_code;
  elsif not v_place = any (v_code.requested_addresses) then
    update public.verification_codes c set requested_addresses = c.requested_addresses || v_place
    where c.id = v_code.id;
  end if;
  insert into public.sms_messages
    (purpose, caller, verification_code_id, phone, address, cost_tyiyn, request_id, created_at)
  values ('login', v_who.caller, v_code.id, p_phone, p_address, p_cost_tyiyn, p_request_id, v_now)
  returning id into v_sms_id;
  insert into public.sms_limit_hits (sms_message_id, limit_key, created_at)
  select distinct v_sms_id, l.key, v_now from pg_catalog.jsonb_to_recordset(p_rules -> 'limits')
    as l(key text, callers jsonb) where l.callers ? v_who.caller;
  return pg_catalog.jsonb_build_object(
    'sms_id', v_sms_id, 'code_id', v_code.id, 'nonce', v_code.nonce, 'key_id', v_code.key_id,
    'expires_in', private.seconds_between(v_now, v_code.expires_at),
    'undelivered_supplier', case when v_is_reused then (
      select m.supplier from public.sms_messages m
      where m.verification_code_id = v_code.id and m.state in ('accepted', 'failed')
      order by m.created_at desc limit 1) end,
    'open_circuits', (
      select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
      where s.open_until > v_now));
end;
$$;
comment on function public.login_request_code(text, inet, text, jsonb, uuid, text, bytea, text, integer, text[], integer, integer, integer, bigint) is
  'Decides by p_rules {limits, brake, budget} whether a login SMS may be sent and reserves its place: {reason, '
  'retry_after} when refused, else {sms_id, code_id, nonce, key_id, expires_in, undelivered_supplier, open_circuits}. '
  'Reuses a live code with its remaining tries and its expiry. Reasons: otp_temporarily_limited (others come with the '
  'limits).';

create function public.login_record_sms(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_reserved bigint := private.record_sms_delivery(
    p_sms_id, p_state, p_supplier, p_supplier_message_id, p_parts, p_cost_tyiyn, p_attempts);
begin
  if v_reserved is null then
    return;
  end if;
  if p_state = 'released' then
    delete from public.sms_limit_hits h where h.sms_message_id = p_sms_id and h.limit_key not like 'pair:%';
  end if;
  perform private.settle_spending(p_sms_id, v_reserved, coalesce(p_cost_tyiyn, v_reserved));
end;
$$;
comment on function public.login_record_sms(uuid, text, text, text, integer, bigint, jsonb) is
  'Records the result of a reserved SMS (state accepted or released), its attempts, and its cost in tyiyn (null: as '
  'reserved). A released SMS returns its place in the limits and its money. Idempotent per SMS.';

-- Checking a login code: counting the try, comparing, using the code up, finding or creating the user and opening
-- the session happen in one call and one transaction. A wrong guess returns normally, so that its count is kept.

create function private.login_lock_seconds(
  p_phone text, p_place inet, p_holds_request boolean, p_asked_for_it boolean, p_lock jsonb
) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_window interval := pg_catalog.make_interval(secs => (p_lock ->> 'seconds')::integer);
  v_failures integer := (p_lock ->> 'failures')::integer;
  v_oldest timestamptz;
begin
  select f.created_at into v_oldest from public.login_failures f
  where f.phone = p_phone and f.created_at > v_now - v_window
    and f.address = p_place and f.holds_request = p_holds_request
  order by f.created_at desc offset v_failures - 1 limit 1;
  if v_oldest is null and not p_asked_for_it then
    select f.created_at into v_oldest from public.login_failures f
    where f.phone = p_phone and f.created_at > v_now - v_window
    order by f.created_at desc offset v_failures - 1 limit 1;
  end if;
  if v_oldest is null and not p_asked_for_it then
    select f.created_at into v_oldest from public.login_failures f
    where f.address = p_place and f.created_at > v_now - v_window and not f.holds_request
    order by f.created_at desc offset (p_lock ->> 'address_failures')::integer - 1 limit 1;
  end if;
  return case when v_oldest is not null then private.seconds_between(v_now, v_oldest + v_window) end;
end;
$$;
comment on function private.login_lock_seconds(text, inet, boolean, boolean, jsonb) is
  'Returns the seconds for which this caller may not guess, else null. p_lock {failures, address_failures, seconds, '
  'replay_seconds}: `failures` wrong codes for a phone lock it for their address, and for everybody except callers '
  'who requested its live code, so that a stranger cannot lock the owner out; `address_failures` wrong codes over all '
  'phones lock the address, with the same exception.';

create function private.weekly_lock_seconds(p_phone text, p_is_own boolean, p_week jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_window interval := pg_catalog.make_interval(secs => (p_week ->> 'seconds')::integer);
  v_own constant integer := (p_week ->> 'own')::integer;
  v_strangers constant integer := (p_week ->> 'strangers')::integer;
  v_by_own integer;
  v_by_strangers integer;
  v_oldest timestamptz;
begin
  select pg_catalog.count(*) filter (where f.is_own), pg_catalog.count(*) filter (where not f.is_own),
    pg_catalog.min(f.created_at)
  into v_by_own, v_by_strangers, v_oldest
  from public.login_failures f where f.phone = p_phone and f.is_guess and f.created_at > v_now - v_window;
  -- Own places have their part, and what strangers leave; strangers have theirs alone.
  if v_by_own + v_by_strangers >= v_own + v_strangers
      or (not p_is_own and v_by_strangers >= v_strangers) then
    return private.seconds_between(v_now, v_oldest + v_window);
  end if;
  return null;
end;
$$;
comment on function private.weekly_lock_seconds(text, boolean, jsonb) is
  'Returns the seconds for which a phone''s codes are not compared after too many wrong ones in a week, else null. '
  'p_week {seconds, own, strangers}: own + strangers in total, of which strangers may use only `strangers`, so that '
  'they cannot lock the owner out of places where the owner has logged in before (docs/decisions/0103).';

create function private.open_session(p_user_id uuid, p_session jsonb, p_refresh_digest bytea) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_session_id uuid;
begin
  insert into public.auth_sessions (user_id, platform, user_agent, address, expires_at)
  values (p_user_id, p_session ->> 'platform', pg_catalog.left(p_session ->> 'user_agent', 512),
          (p_session ->> 'address')::inet,
          pg_catalog.now() + pg_catalog.make_interval(secs => (p_session ->> 'lifetime_seconds')::integer))
  returning id into v_session_id;
  insert into public.refresh_tokens (session_id, token_digest, generation) values (v_session_id, p_refresh_digest, 0);
  return v_session_id;
end;
$$;
comment on function private.open_session(uuid, jsonb, bytea) is
  'Opens a session {platform, user_agent, address, lifetime_seconds} with its first refresh token.';

create function private.session_answer(p_user_id uuid, p_session_id uuid, p_is_new_user boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object('outcome', 'ok', 'session_id', p_session_id, 'is_new_user', p_is_new_user,
      'user', pg_catalog.to_jsonb(u) - array['expo_push_token', 'email_verified_at', 'blocked_reason', 'blocked_at'])
    from public.accounts u where u.id = p_user_id);
end;
$$;
comment on function private.session_answer(uuid, uuid, boolean) is
  'Builds the result of a successful login: {outcome, session_id, is_new_user, user}.';

create function private.find_or_create_user(p_phone text, out user_id uuid, out is_new boolean, out is_blocked boolean)
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.accounts as u (phone, last_login_at, last_seen)
  values (p_phone, pg_catalog.now(), pg_catalog.now())
  on conflict (phone) do update set last_login_at = excluded.last_login_at, last_seen = excluded.last_seen
  returning u.id, u.xmax = 0, u.is_blocked into user_id, is_new, is_blocked;
end;
$$;
comment on function private.find_or_create_user(text) is
  'Finds or creates the user of a verified phone; xmax 0 marks a new row.';

create function private.replay_login(
  p_phone text, p_digests jsonb, p_place inet, p_sms_id uuid, p_refresh_digest bytea, p_replay_seconds integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_code public.verification_codes;
  v_user_id uuid;
begin
  select c.* into v_code from public.verification_codes c
  where c.phone = p_phone and c.used_at > pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => p_replay_seconds)
    and c.replays < 3 and (c.used_address = p_place or exists (
      select from public.sms_messages m where m.id = p_sms_id and m.verification_code_id = c.id))
  order by c.used_at desc limit 1 for update;
  if not found then
    return null;
  end if;
  if not private.code_matches(v_code, p_digests) then
    update public.verification_codes c set replays = 3 where c.id = v_code.id;
    return '{"outcome": "invalid"}';
  end if;
  update public.verification_codes c set replays = c.replays + 1 where c.id = v_code.id;
  select s.user_id into v_user_id from public.auth_sessions s where s.id = v_code.session_id and s.revoked_at is null;
  if not found then
    return null;
  end if;
  insert into public.refresh_tokens (session_id, token_digest, generation)
  values (v_code.session_id, p_refresh_digest, 0);
  return private.session_answer(v_user_id, v_code.session_id, (
    select u.created_at >= v_code.created_at from public.accounts u where u.id = v_user_id));
end;
$$;
comment on function private.replay_login(text, jsonb, inet, uuid, bytea, integer) is
  'Answers the repeat of a successful login (the app repeats POSTs) with the same session and a sibling refresh '
  'token. Only for the same caller within p_replay_seconds, at most three times; one wrong code ends it: {outcome: '
  'invalid}. Null where there is nothing to repeat.';

create function private.code_matches(p_code public.verification_codes, p_digests jsonb) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return coalesce(p_code.code_digest = pg_catalog.sha256(
    pg_catalog.uuid_send(p_code.id) || pg_catalog.decode(p_digests ->> p_code.key_id, 'hex')), false);
end;
$$;
comment on function private.code_matches(public.verification_codes, jsonb) is
  'Compares a code with the digest of p_digests {key id: hex} under the code''s own key. Both sides are hashes of '
  'keyed digests, so that timing reveals nothing.';

create function public.login_verify_code(
  p_phone text, p_digests jsonb, p_address inet, p_sms_id uuid, p_refresh_digest bytea, p_session jsonb,
  p_lock jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_place inet := private.place_of(p_address);
  v_code public.verification_codes;
  v_user record;
  v_session_id uuid;
  v_holds_request boolean;
  v_asked_for_it boolean;
  v_is_own constant boolean := (private.login_caller(p_phone, p_address)).caller = 'own';
  v_is_guess boolean := false;
  v_is_counted boolean := false;
  v_locked integer;
  v_answer jsonb;
begin
  perform private.lock_for_login('phone:' || p_phone);
  select c.* into v_code from public.verification_codes c
  where c.phone = p_phone and c.purpose = 'login' and c.used_at is null and c.superseded_at is null
    and c.expires_at > pg_catalog.clock_timestamp() and c.code_length >= (p_lock ->> 'min_length')::integer for update;
  v_holds_request := exists (select from public.sms_messages m where m.id = p_sms_id and m.verification_code_id = v_code.id);
  v_asked_for_it := v_holds_request or coalesce(v_place = any (v_code.requested_addresses), false);
  v_answer := private.replay_login(
    p_phone, p_digests, v_place, p_sms_id, p_refresh_digest, (p_lock ->> 'replay_seconds')::integer);
  if v_answer ->> 'outcome' = 'invalid' then
    -- Compared with the code of a login: a guess like others.
    insert into public.login_failures (phone, address, holds_request, is_own, is_guess)
    values (p_phone, v_place, v_holds_request, v_is_own, true);
    v_answer := null;
    v_is_counted := true;
  elsif v_answer is not null then
    return v_answer;
  end if;
  v_locked := private.login_lock_seconds(p_phone, v_place, v_holds_request, v_asked_for_it, p_lock);
  if v_locked is null and p_lock ? 'week' then
    v_locked := private.weekly_lock_seconds(p_phone, v_is_own, p_lock -> 'week');
  end if;
  if v_locked is not null then
    return pg_catalog.jsonb_build_object('outcome', 'locked', 'retry_after', v_locked);
  end if;
  if v_code.attempts < v_code.tries - (case when v_asked_for_it then 0 else 1 end) then
    v_is_guess := true;
    if not private.code_matches(v_code, p_digests) then
      update public.verification_codes c set attempts = c.attempts + 1 where c.id = v_code.id;
    else
      select * into v_user from private.find_or_create_user(p_phone);
      if v_user.is_blocked then
        v_answer := '{"outcome": "blocked"}';
      else
        v_session_id := private.open_session(v_user.user_id, p_session, p_refresh_digest);
        v_answer := private.session_answer(v_user.user_id, v_session_id, v_user.is_new);
        perform private.note_email_login(v_code.id, v_user.user_id, v_session_id, p_address);
      end if;
      update public.verification_codes c set attempts = c.attempts + 1, used_at = pg_catalog.clock_timestamp(),
        used_address = v_place, session_id = v_session_id where c.id = v_code.id;
      update public.sms_limit_hits h set is_used = true from public.sms_messages m
      where m.verification_code_id = v_code.id and h.sms_message_id = m.id;
    end if;
  end if;
  if v_answer is null and (v_is_guess or not v_is_counted) then
    insert into public.login_failures (phone, address, holds_request, is_own, is_guess)
    values (p_phone, v_place, v_holds_request, v_is_own, v_is_guess);
  end if;
  return coalesce(v_answer, '{"outcome": "invalid"}');
end;
$$;
comment on function public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb) is
  'Checks a login code: {outcome: ok, session_id, is_new_user, user}, {outcome: invalid} (wrong, expired, unknown and '
  'used are not distinguished), {outcome: locked, retry_after} or {outcome: blocked}. Allows at most `tries` '
  'comparisons per code and reserves the last for a caller who requested the code. A repeat of a success passes every '
  'lock. Rejects codes shorter than p_lock.min_length; p_lock.week limits wrong ones (private.weekly_lock_seconds).';

-- Limits of login codes: who asks, which limits apply, and whose money is left (docs/decisions/0081).

create function private.network_of(p_address inet) returns inet
language plpgsql immutable set search_path = '' as $$
begin
  return pg_catalog.network(pg_catalog.set_masklen(p_address, case pg_catalog.family(p_address) when 4 then 24 else 56 end));
end;
$$;
comment on function private.network_of(inet) is
  'Returns the network by which a known location is recognized: /24 of IPv4, /56 of IPv6.';

create function private.place_of(p_address inet) returns inet
language plpgsql immutable set search_path = '' as $$
begin
  return case pg_catalog.family(p_address) when 4 then p_address
    else pg_catalog.network(pg_catalog.set_masklen(p_address, 64))::inet end;
end;
$$;
comment on function private.place_of(inet) is
  'Returns the address range of one caller: the address of IPv4, the /64 of IPv6, within which a device changes '
  'addresses freely.';

create function private.login_caller(p_phone text, p_address inet, out caller text, out is_staff boolean)
language plpgsql stable set search_path = '' as $$
declare
  v_user_id uuid;
begin
  select u.id, private.is_operator(u.role) into v_user_id, is_staff
  from public.accounts u where u.phone = p_phone and not u.is_blocked;
  caller := case when v_user_id is null then 'new' when exists (
    select from public.auth_sessions s
    where s.user_id = v_user_id and private.network_of(s.address) = private.network_of(p_address)
      and (s.revoked_reason is null or s.revoked_reason in ('logout', 'logout_everywhere'))) then 'own' else 'elsewhere' end;
  is_staff := coalesce(is_staff, false);
end;
$$;
comment on function private.login_caller(text, inet) is
  'Classifies the caller: new (phone without an account), own (has logged in from this network before) or elsewhere, '
  'and marks phones of staff.';

create function private.first_full_limit(p_limits jsonb, p_caller text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz;
  v_full record;
begin
  -- All locks by one statement and all counts by the next, which sees what the locks have waited for.
  perform private.lock_for_login(l.key)
  from rows from (pg_catalog.jsonb_to_recordset(p_limits) as (key text, callers jsonb)) with ordinality
    as l(key, callers, place)
  where l.callers ? p_caller order by l.place;
  v_now := pg_catalog.clock_timestamp();
  select l.reason, h.created_at + pg_catalog.make_interval(secs => l.seconds) as opens_at into v_full
  from rows from (pg_catalog.jsonb_to_recordset(p_limits)
    as (reason text, key text, max_hits integer, seconds integer, callers jsonb)) with ordinality
    as l(reason, key, max_hits, seconds, callers, place)
  cross join lateral (
    select x.created_at from public.sms_limit_hits x
    where x.limit_key = l.key and x.created_at > v_now - pg_catalog.make_interval(secs => l.seconds)
    order by x.created_at desc offset l.max_hits - 1 limit 1) as h
  where l.callers ? p_caller order by l.place limit 1;
  if found then
    return pg_catalog.jsonb_build_object('reason', v_full.reason,
      'retry_after', private.seconds_between(v_now, v_full.opens_at));
  end if;
  return null;
end;
$$;
comment on function private.first_full_limit(jsonb, text) is
  'Returns the first exhausted limit of p_limits [{reason, key, max_hits, seconds, callers}] that applies to the caller, '
  'with the seconds until it opens, else null. Locks the keys in the given order, which is the same for every caller '
  'and so never deadlocks.';

create function private.braked(p_brake jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_seconds constant interval := pg_catalog.make_interval(secs => (p_brake ->> 'seconds')::integer);
  v_until constant timestamptz := v_now - pg_catalog.make_interval(secs => (p_brake ->> 'patience_seconds')::integer);
  v_requests constant integer := (p_brake ->> 'requests')::integer;
  v_percent constant integer := (p_brake ->> 'percent')::integer;
  v_oldest timestamptz;
begin
  select s.oldest into v_oldest
  from pg_catalog.jsonb_array_elements_text(p_brake -> 'keys') with ordinality as k(key, place)
  cross join lateral (
    select pg_catalog.count(*) as sent, pg_catalog.count(*) filter (where h.is_used) as used,
      pg_catalog.min(h.created_at) as oldest
    from (select x.is_used, x.created_at from public.sms_limit_hits x
      where x.limit_key = k.key and x.created_at > v_now - v_seconds and x.created_at < v_until
      order by x.created_at desc limit 500) as h) as s
  where s.sent >= v_requests and s.used * 100 < s.sent * v_percent
  order by k.place limit 1;
  if found then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited',
      'retry_after', private.seconds_between(v_now, v_oldest + v_seconds));
  end if;
  return null;
end;
$$;
comment on function private.braked(jsonb) is
  'Refuses when codes are requested but hardly any are used, the sign of SMS pumping. p_brake {keys, seconds, '
  'patience_seconds, requests, percent}: of at least `requests` codes of a key that are older than the patience, '
  'fewer than `percent` percent were used.';

revoke execute on function private.lock_for_login(text),
  public.login_request_code(text, inet, text, jsonb, uuid, text, bytea, text, integer, text[], integer, integer, integer, bigint),
  public.login_record_sms(uuid, text, text, text, integer, bigint, jsonb),
  private.login_lock_seconds(text, inet, boolean, boolean, jsonb), private.weekly_lock_seconds(text, boolean, jsonb),
  private.open_session(uuid, jsonb, bytea), private.session_answer(uuid, uuid, boolean),
  private.find_or_create_user(text), private.replay_login(text, jsonb, inet, uuid, bytea, integer),
  private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb), private.network_of(inet),
  private.place_of(inet), private.login_caller(text, inet), private.first_full_limit(jsonb, text),
  private.braked(jsonb) from public, anon, authenticated;
grant execute on function private.lock_for_login(text),
  public.login_request_code(text, inet, text, jsonb, uuid, text, bytea, text, integer, text[], integer, integer, integer, bigint),
  public.login_record_sms(uuid, text, text, text, integer, bigint, jsonb),
  private.login_lock_seconds(text, inet, boolean, boolean, jsonb), private.weekly_lock_seconds(text, boolean, jsonb),
  private.open_session(uuid, jsonb, bytea), private.session_answer(uuid, uuid, boolean),
  private.find_or_create_user(text), private.replay_login(text, jsonb, inet, uuid, bytea, integer),
  private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb), private.network_of(inet),
  private.place_of(inet), private.login_caller(text, inet), private.first_full_limit(jsonb, text),
  private.braked(jsonb) to service_role;
