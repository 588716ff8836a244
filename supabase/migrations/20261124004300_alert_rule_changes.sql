-- Operators read the rules of alerts and change them, with a trace; and an index for what the monitor asks every minute.

create index verification_codes_created_idx on public.verification_codes (created_at);

create function public.alert_rules_list(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('rules', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) - array['id', 'created_at'] order by r.severity, r.code), '[]')
    from public.alert_rules r));
end;
$$;
comment on function public.alert_rules_list(uuid) is
  'Every rule {rules}. Reasons: forbidden, account_blocked, authentication_required.';

create function public.alert_rule_change(p_operator_id uuid, p_code text, p_changes jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_before public.alert_rules;
  v_after public.alert_rules;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select r.* into v_before from public.alert_rules r where r.code = p_code for update;
  if not found then
    return '{"reason": "not_found"}';
  end if;
  update public.alert_rules r set
    threshold = coalesce((p_changes ->> 'threshold')::numeric, r.threshold),
    for_seconds = coalesce((p_changes ->> 'for_seconds')::integer, r.for_seconds),
    is_active = coalesce((p_changes ->> 'is_active')::boolean, r.is_active),
    channels = case when p_changes ? 'channels'
      then array(select pg_catalog.jsonb_array_elements_text(p_changes -> 'channels')) else r.channels end
  where r.code = p_code returning * into v_after;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details)
  values (p_operator_id, 'alert_rule.change', 'alert_rule', p_code, pg_catalog.jsonb_build_object(
    'before', pg_catalog.jsonb_build_object('threshold', v_before.threshold, 'for_seconds', v_before.for_seconds,
      'is_active', v_before.is_active, 'channels', v_before.channels), 'changes', p_changes));
  return pg_catalog.jsonb_build_object('rule', pg_catalog.to_jsonb(v_after) - array['id', 'created_at']);
end;
$$;
comment on function public.alert_rule_change(uuid, text, jsonb) is
  'An administrator changes threshold, for_seconds, is_active or channels of a rule: {rule}. The audit log keeps what it '
  'was. Reasons: not_found, forbidden, account_blocked, authentication_required.';

revoke execute on function public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb)
  from public, anon, authenticated;
grant execute on function public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb) to service_role;
