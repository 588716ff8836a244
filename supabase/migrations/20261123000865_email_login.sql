-- Login code by e-mail while SMS fail (docs/decisions/0145), and notices of logins.

create function private.sms_delivery_is_down() returns boolean
language sql stable set search_path = '' as $$
  select count(*) >= 5 and count(*) filter (where p.has_arrived) * 100 < count(*) * 30 from (
    select pg_catalog.bool_or(m.state = 'delivered') as has_arrived from (
      select x.state, private.place_of(x.address) as place from public.sms_messages x
      where x.purpose = 'login' and x.state in ('accepted', 'delivered', 'failed')
        and x.created_at between pg_catalog.clock_timestamp() - interval '30 minutes' and pg_catalog.clock_timestamp() - interval '2 minutes'
      order by x.created_at desc limit 200) as m
    group by m.place) as p;
$$;
comment on function private.sms_delivery_is_down() is
  'Returns true while login SMS of half an hour, each given two minutes, arrived for fewer than 30 percent of the places that asked, five '
  'at least: phones that are switched off look the same, and a place that asks for many of them counts once.';

create function private.email_code_is_open(p_sms public.sms_messages) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  if p_sms.state = 'released' then
    return not exists (select from public.sms_attempts a where a.sms_message_id = p_sms.id and a.outcome = 'bad_number');
  end if;
  return p_sms.state in ('accepted', 'failed') and p_sms.created_at < pg_catalog.clock_timestamp() - interval '40 seconds'
    and private.sms_delivery_is_down();
end;
$$;
comment on function private.email_code_is_open(public.sms_messages) is
  'Returns true when a login SMS was accepted by no provider, or has not arrived for 40 seconds while SMS fail for many.';

create function public.login_request_email(p_phone text, p_address inet, p_limits jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_caller constant text := (private.login_caller(p_phone, p_address)).caller;
  v_refusal jsonb := private.first_full_limit(p_limits, v_caller);
  v_code public.verification_codes;
  v_sms public.sms_messages;
begin
  if v_refusal is not null then
    return v_refusal;
  end if;
  perform private.lock_for_login('phone:' || p_phone);
  select c.* into v_code from public.verification_codes c
  where c.phone = p_phone and c.purpose = 'login' and c.used_at is null and c.superseded_at is null
    and c.attempts < c.tries and c.expires_at > pg_catalog.clock_timestamp();
  select m.* into v_sms from public.sms_messages m
  where m.verification_code_id = v_code.id and private.place_of(m.address) = private.place_of(p_address)
  order by m.created_at desc limit 1;
  if v_sms.id is null or not private.email_code_is_open(v_sms) then
    return '{"reason": "email_code_closed"}';
  end if;
  insert into public.sms_limit_hits (sms_message_id, limit_key)
  select distinct v_sms.id, l.key from pg_catalog.jsonb_to_recordset(p_limits) as l (key text, callers jsonb) where l.callers ? v_caller;
  insert into public.emails (user_id, kind, type, code_id, address, priority, is_resent, expires_at)
  select u.id, 'login_code', 'login_code', v_code.id, u.email, 1, true, v_code.expires_at from public.accounts u
  where u.phone = p_phone and not u.is_blocked and u.role = 'user'
    and u.email_verified_at < pg_catalog.clock_timestamp() - interval '3 days' and private.email_stop(u.email) is null
    and not exists (select from public.emails m where m.code_id = v_code.id and m.state in ('queued', 'claimed'));
  return pg_catalog.jsonb_build_object('sms_id', v_sms.id,
    'expires_in', private.seconds_between(pg_catalog.clock_timestamp(), v_code.expires_at));
end;
$$;
comment on function public.login_request_email(text, inet, jsonb) is
  'Sends the live login code of a phone to the proved address of its account, after a failed SMS requested from this place: {sms_id, '
  'expires_in}, also without an account or an address. Counts against p_limits like an SMS. No staff, no address of the last '
  'three days. Reasons: email_code_closed (others come with the limits).';

create function private.note_email_login(p_code_id uuid, p_user_id uuid, p_session_id uuid, p_address inet) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from public.emails m where m.code_id = p_code_id and m.uncertain > 0) then
    return;
  end if;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, address)
  values (p_user_id, 'login_by_email_code', 'auth_session', p_session_id::text, p_address);
  perform private.enqueue_notification(p_user_id, 'security_email_login', 'email_login:' || p_session_id, '{}');
end;
$$;
comment on function private.note_email_login(uuid, uuid, uuid, inet) is
  'Notes a login whose code went out by e-mail in the audit log, and notifies the user.';

create function private.notify_of_new_device() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.auth_sessions s where s.user_id = new.user_id and s.id <> new.id)
    and not exists (select from public.auth_sessions s where s.user_id = new.user_id and s.id <> new.id
      and s.platform is not distinct from new.platform and s.user_agent is not distinct from new.user_agent) then
    perform private.enqueue_notification(new.user_id, 'security_new_device', 'new_device:' || new.id, pg_catalog.jsonb_build_object(
      'device', case new.platform when 'android' then 'Android' when 'ios' then 'iOS' when 'web' then 'Web' else '?' end));
  end if;
  return null;
end;
$$;
comment on function private.notify_of_new_device() is
  'Trigger: notifies a user of a session with a platform and program that none of the earlier ones had.';
create trigger auth_sessions_notify_of_new_device after insert on public.auth_sessions
  for each row execute function private.notify_of_new_device();

revoke execute on function private.notify_of_new_device() from public, anon, authenticated;
revoke execute on function private.sms_delivery_is_down(), private.email_code_is_open(public.sms_messages),
  public.login_request_email(text, inet, jsonb), private.note_email_login(uuid, uuid, uuid, inet) from public, anon, authenticated;
grant execute on function private.sms_delivery_is_down(), private.email_code_is_open(public.sms_messages),
  public.login_request_email(text, inet, jsonb), private.note_email_login(uuid, uuid, uuid, inet) to service_role;
