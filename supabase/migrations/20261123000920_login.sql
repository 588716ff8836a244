-- The one call behind verify-code.

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
  v_locked integer;
  v_answer jsonb;
begin
  perform private.lock_for_login('phone:' || p_phone);
  select c.* into v_code from public.verification_codes c
  where c.phone = p_phone and c.purpose = 'login' and c.used_at is null and c.superseded_at is null
    and c.expires_at > pg_catalog.clock_timestamp() and c.code_length >= (p_lock ->> 'least_length')::integer for update;
  v_holds_request := exists (select from public.sms_messages m where m.id = p_sms_id and m.verification_code_id = v_code.id);
  v_asked_for_it := v_holds_request or coalesce(v_place = any (v_code.requested_addresses), false);
  v_answer := private.replay_login(
    p_phone, p_digests, v_place, p_sms_id, p_refresh_digest, (p_lock ->> 'replay_seconds')::integer);
  if v_answer is not null then
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
    update public.verification_codes c set attempts = c.attempts + 1 where c.id = v_code.id;
    if private.code_matches(v_code, p_digests) then
      select * into v_user from private.find_or_create_user(p_phone);
      if v_user.is_blocked then
        v_answer := '{"outcome": "blocked"}';
      else
        v_session_id := private.open_session(v_user.user_id, p_session, p_refresh_digest);
        v_answer := private.session_answer(v_user.user_id, v_session_id, v_user.is_new);
      end if;
      update public.verification_codes c set used_at = pg_catalog.clock_timestamp(), used_address = v_place,
        session_id = v_session_id where c.id = v_code.id;
      update public.sms_limit_hits h set is_used = true from public.sms_messages m
      where m.verification_code_id = v_code.id and h.sms_message_id = m.id;
    end if;
  end if;
  if v_answer is null then
    insert into public.login_failures (phone, address, holds_request, is_own, is_guess)
    values (p_phone, v_place, v_holds_request, v_is_own, v_is_guess);
    v_answer := '{"outcome": "invalid"}';
  end if;
  return v_answer;
end;
$$;
comment on function public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb) is
  'Checks a login code: {outcome: ok, session_id, is_new_user, user}, {outcome: invalid} (wrong, expired, unknown, used: '
  'not told apart), {outcome: locked, retry_after} or {outcome: blocked}. At most `tries` comparisons per code, the last '
  'one only for a caller who asked for the code. The repeat of a success comes before every lock. Codes shorter than '
  'p_lock.least_length are no codes; p_lock.week limits wrong ones (private.weekly_lock_seconds).';

revoke execute on function private.weekly_lock_seconds(text, boolean, jsonb), private.login_lock_seconds(text, inet, boolean, boolean, jsonb),
  private.open_session(uuid, jsonb, bytea), private.session_answer(uuid, uuid, boolean), private.find_or_create_user(text),
  private.replay_login(text, jsonb, inet, uuid, bytea, integer), private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb)
  from public, anon, authenticated;
grant execute on function private.weekly_lock_seconds(text, boolean, jsonb), private.login_lock_seconds(text, inet, boolean, boolean, jsonb),
  private.open_session(uuid, jsonb, bytea), private.session_answer(uuid, uuid, boolean), private.find_or_create_user(text),
  private.replay_login(text, jsonb, inet, uuid, bytea, integer), private.code_matches(public.verification_codes, jsonb),
  public.login_verify_code(text, jsonb, inet, uuid, bytea, jsonb, jsonb)
  to service_role;
