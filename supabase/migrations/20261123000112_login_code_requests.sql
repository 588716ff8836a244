-- Requests of a login code. Every limit is decided in one call that also holds under parallel requests.

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

revoke execute on function public.login_request_code(text, inet, text, jsonb, uuid, text, bytea, text, integer, text[], integer, integer, integer, bigint),
  public.login_record_sms(uuid, text, text, text, integer, bigint, jsonb) from public, anon, authenticated;
grant execute on function public.login_request_code(text, inet, text, jsonb, uuid, text, bytea, text, integer, text[], integer, integer, integer, bigint),
  public.login_record_sms(uuid, text, text, text, integer, bigint, jsonb) to service_role;
