-- Who the operators are, and what operators did.

create function public.operator_appoint(
  p_actor_id uuid, p_phone text, p_role text, p_address inet, p_request_id text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := case when p_actor_id is not null then private.operator_refusal(p_actor_id, array['admin']) end;
  v_user public.accounts;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  insert into public.accounts (phone) values (p_phone) on conflict (phone) do nothing;
  select u.* into v_user from public.accounts u where u.phone = p_phone for update;
  if v_user.id = p_actor_id then
    return '{"reason": "operator_own_role"}';
  end if;
  if v_user.role = p_role and p_role <> 'user' then
    return pg_catalog.jsonb_build_object('user_id', v_user.id, 'role', p_role, 'before', v_user.role, 'waits', false);
  elsif p_actor_id is not null and p_role <> 'user' then
    if not private.confirms_appointment(v_user, p_role, p_actor_id, p_address, p_request_id) then
      return pg_catalog.jsonb_build_object('user_id', v_user.id, 'role', v_user.role, 'before', v_user.role, 'waits', true);
    end if;
  else
    perform private.end_appointment(v_user.id, 'refused', p_actor_id, p_address, p_request_id);
    if v_user.role <> p_role then
      perform private.audit_appointment(p_actor_id, 'operator.appoint', v_user.id,
        pg_catalog.jsonb_build_object('from', v_user.role, 'to', p_role), p_address, p_request_id);
    end if;
  end if;
  perform private.set_role(v_user, p_role);
  return pg_catalog.jsonb_build_object('user_id', v_user.id, 'role', p_role, 'before', v_user.role, 'waits', false);
end;
$$;
comment on function public.operator_appoint(uuid, text, text, inet, text) is
  'Gives the person with this phone (E.164) a role, user to take it away: {user_id, role, before, waits}. waits: the role '
  'begins when another administrator gives the same one; taking away needs one, and also refuses what waits. Without an actor it '
  'is the command of whoever holds the service key, by which the first administrators are made. Reasons: forbidden, '
  'account_blocked, authentication_required, operator_own_role.';

create function public.operators_list(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('operators', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('user_id', u.id, 'name', u.name, 'phone', u.phone,
        'role', u.role, 'is_blocked', u.is_blocked, 'is_me', u.id = p_operator_id, 'last_action_at', (
          select pg_catalog.max(l.created_at) from public.audit_log l where l.actor_user_id = u.id), 'last_sign_in_at', (
          select pg_catalog.max(l.created_at) from public.audit_log l
          where l.actor_user_id = u.id and l.action = 'operator.sign_in')) order by u.role, u.phone), '[]')
    from public.accounts u where private.is_operator(u.role)), 'waiting', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('user_id', u.id, 'name', u.name, 'phone', u.phone,
        'role', w.role, 'asked_by', by.name, 'is_mine', w.asked_by = p_operator_id, 'created_at', w.created_at) order by w.created_at), '[]')
    from public.operator_appointments w join public.accounts u on u.id = w.user_id join public.accounts by on by.id = w.asked_by
    where w.state = 'waiting' and w.created_at > pg_catalog.now() - interval '7 days'));
end;
$$;
comment on function public.operators_list(uuid) is
  'For administrators: {operators, waiting}: everybody with a role, and the roles that wait for a second administrator. '
  'Reasons: forbidden, account_blocked, authentication_required.';
create index accounts_operators_idx on public.accounts (role) where role <> 'user';

create function public.audit_page(
  p_operator_id uuid, p_area text, p_actor_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('entries', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) order by e.created_at desc, e.id desc), '[]') from (
      select l.id, l.action, l.subject_type, l.subject_id, l.details, pg_catalog.host(l.address) as address, l.request_id,
        l.created_at, l.actor_user_id, u.name as actor_name, u.role as actor_role, pg_catalog.right(u.phone, 3) as actor_phone_end
      from public.audit_log l left join public.accounts u on u.id = l.actor_user_id
      where (p_area is null or pg_catalog.starts_with(l.action, p_area || '.'))
        and (p_actor_id is null or l.actor_user_id = p_actor_id)
        and (l.created_at, l.id) < (p_before, p_before_id)
      order by l.created_at desc, l.id desc limit p_limit) as e));
end;
$$;
comment on function public.audit_page(uuid, text, uuid, timestamptz, uuid, integer) is
  'For administrators: a page of the audit log, newest first, before a place in it; p_area is the part of the action '
  'before its dot. Reasons: forbidden, account_blocked, authentication_required.';
drop index public.audit_log_created_idx;
create index audit_log_created_idx on public.audit_log (created_at desc, id desc);

revoke execute on function public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  public.audit_page(uuid, text, uuid, timestamptz, uuid, integer) from public, anon, authenticated;
grant execute on function public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  public.audit_page(uuid, text, uuid, timestamptz, uuid, integer) to service_role;
