-- The repetition of a message that nobody took is sent, not answered as if it had been.

create or replace function public.sms_reserve_by_operator(
  p_sms_id uuid, p_operator_id uuid, p_phone text, p_template text, p_address inet, p_request_id text,
  p_cost_tyiyn bigint, p_per_phone_hour integer, p_per_operator_day integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_known public.sms_messages;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  perform private.lock_for_login('operator:' || p_operator_id), private.lock_for_login('sms-to:' || p_phone);
  select m.* into v_known from public.sms_messages m where m.id = p_sms_id;
  if found and (v_known.phone <> p_phone or v_known.template <> p_template) then
    return '{"reason": "idempotency_key_reused"}';
  end if;
  if found and v_known.state <> 'released' then
    return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'state', v_known.state);
  end if;
  if (select count(*) from public.sms_messages m where m.phone = p_phone and m.purpose = 'operator'
        and m.state <> 'released' and m.created_at > pg_catalog.now() - interval '1 hour') >= p_per_phone_hour
    or (select count(*) from public.sms_messages m where m.sent_by = p_operator_id
        and m.created_at > pg_catalog.now() - interval '1 day') >= p_per_operator_day then
    return '{"reason": "sms_operator_limit"}';
  end if;
  insert into public.sms_messages (id, purpose, phone, address, cost_tyiyn, request_id, sent_by, template)
  values (p_sms_id, 'operator', p_phone, p_address, p_cost_tyiyn, p_request_id, p_operator_id, p_template)
  on conflict (id) do update set state = 'reserved', request_id = excluded.request_id;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'sms.send', 'sms_message', p_sms_id::text,
          pg_catalog.jsonb_build_object('template', p_template), p_address, p_request_id);
  return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'open_circuits', (
    select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
    where s.open_until > pg_catalog.now()));
end;
$$;
comment on function public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer) is
  'Allows an operator one SMS by template: {sms_id, open_circuits}, or {sms_id, state} when this id is under way or was '
  'taken by a supplier before. Reasons: sms_operator_limit, idempotency_key_reused, forbidden, account_blocked, '
  'authentication_required.';
