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
  'Seconds for which this caller may not guess, else null. p_lock {failures, address_failures, seconds, replay_seconds}: '
  'so many failures lock the address that made them, and the phone for everybody except those who asked for its live '
  'code: a stranger cannot lock the owner out. So many at whatever phones lock the address, with the same exception.';

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
  'Seconds for which a phone''s codes are not compared because too many wrong ones were in a week, else null. p_week '
  '{seconds, own, strangers}: own + strangers together, of which strangers have their number alone, so that they cannot '
  'lock the owner out of places where the owner has logged in before (docs/decisions/0103).';

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
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('outcome', 'ok', 'session_id', p_session_id, 'is_new_user', p_is_new_user,
    'user', pg_catalog.to_jsonb(u) - array['expo_push_token', 'blocked_reason', 'blocked_at'])
  from public.accounts u where u.id = p_user_id;
$$;
comment on function private.session_answer(uuid, uuid, boolean) is 'What the backend needs to answer a login.';

create function private.find_or_create_user(p_phone text, out user_id uuid, out is_new boolean, out is_blocked boolean)
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.accounts as u (phone, last_login_at, last_seen)
  values (p_phone, pg_catalog.now(), pg_catalog.now())
  on conflict (phone) do update set last_login_at = excluded.last_login_at, last_seen = excluded.last_seen
  returning u.id, u.xmax = 0, u.is_blocked into user_id, is_new, is_blocked;
end;
$$;
comment on function private.find_or_create_user(text) is 'The user of a proved phone; a new row has no earlier version, hence xmax 0.';

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
    return null;
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
  'Answers the repeat of a successful login (the app repeats POSTs) with the same session and a sibling refresh token. '
  'Only for the same caller within seconds, three times at most; one wrong code ends it.';

create function private.code_matches(p_code public.verification_codes, p_digests jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select coalesce(p_code.code_digest = pg_catalog.sha256(
    pg_catalog.uuid_send(p_code.id) || pg_catalog.decode(p_digests ->> p_code.key_id, 'hex')), false);
$$;
comment on function private.code_matches(public.verification_codes, jsonb) is
  'Compares with the digest {key id: hex} made under the code''s own key. Both sides are hashes of keyed digests, so the '
  'time of the comparison tells a guesser nothing.';
