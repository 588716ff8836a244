-- Checks of a login code. Counting the try, comparing, using the code up, finding or creating the user and opening the
-- session happen in one call and one transaction. A wrong guess returns normally, so that its count is kept.

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

revoke execute on function private.login_lock_seconds(text, inet, boolean, boolean, jsonb),
  private.weekly_lock_seconds(text, boolean, jsonb), private.open_session(uuid, jsonb, bytea),
  private.session_answer(uuid, uuid, boolean), private.find_or_create_user(text),
  private.replay_login(text, jsonb, inet, uuid, bytea, integer),
  private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb) from public, anon, authenticated;
grant execute on function private.login_lock_seconds(text, inet, boolean, boolean, jsonb),
  private.weekly_lock_seconds(text, boolean, jsonb), private.open_session(uuid, jsonb, bytea),
  private.session_answer(uuid, uuid, boolean), private.find_or_create_user(text),
  private.replay_login(text, jsonb, inet, uuid, bytea, integer),
  private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb) to service_role;
