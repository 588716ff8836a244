-- Alerts and their rules in the hands of staff; every change is in the audit log.

create function public.alert_silence(p_operator_id uuid, p_alert_id uuid, p_minutes integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_until timestamptz := pg_catalog.clock_timestamp() + pg_catalog.make_interval(mins => p_minutes);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.alerts a set silenced_until = v_until, silenced_by = p_operator_id,
    next_message_at = greatest(a.next_message_at, v_until)
  where a.id = p_alert_id and a.state = 'open';
  if not found then
    return '{"reason": "not_found"}';
  end if;
  insert into public.alert_events (alert_id, event, state) values (p_alert_id, 'silenced', 'noted');
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details)
  values (p_operator_id, 'alert.silence', 'alert', p_alert_id::text, pg_catalog.jsonb_build_object('minutes', p_minutes));
  return pg_catalog.jsonb_build_object('silenced_until', v_until);
end;
$$;
comment on function public.alert_silence(uuid, uuid, integer) is
  'Suppresses repetitions of an open alert for p_minutes: {silenced_until}. Its closing is still reported. Reasons: '
  'not_found, forbidden, account_blocked, authentication_required.';

create function public.alerts_list(p_operator_id uuid, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('alerts', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) order by x.state = 'closed', x.opened_at desc), '[]') from (
      select a.id, r.code as rule, r.title_ru, r.title_en, r.severity, a.subject, a.state, a.value, r.comparison,
        r.threshold, r.unit, a.opened_at, a.closed_at, a.silenced_until, r.runbook,
        (select count(*) from public.alert_events e where e.alert_id = a.id and e.state in ('due', 'failed')) as unsent
      from public.alerts a join public.alert_rules r on r.id = a.rule_id where a.state <> 'waiting'
      order by a.state = 'closed', a.opened_at desc limit p_limit) as x));
end;
$$;
comment on function public.alerts_list(uuid, integer) is
  'Returns open alerts and then the last closed ones {alerts}. Reasons: forbidden, account_blocked, '
  'authentication_required.';

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
  'Returns every rule {rules}. Reasons: forbidden, account_blocked, authentication_required.';

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
  'Changes threshold, for_seconds, is_active or channels of a rule: {rule}. For administrators; the audit log keeps '
  'the former values. Reasons: not_found, forbidden, account_blocked, authentication_required.';

revoke execute on function public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer),
  public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer),
  public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb) to service_role;
