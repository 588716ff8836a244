-- Roles of staff. A role granted by one administrator waits for another one; the command with the service key makes the
-- first two.

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
  'Sets the role of the user with this phone (E.164), or removes it (user): {user_id, role, before, waits}. waits: the '
  'role begins when a second administrator grants the same; removing needs one, and also refuses a waiting role. '
  'Without an actor it is the command of the service key, which makes the first administrators. Reasons: forbidden, '
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
  'Returns {operators, waiting}: all users with a role, and roles that wait for a second administrator. For '
  'administrators. Reasons: forbidden, account_blocked, authentication_required.';

create table public.operator_appointments (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  role text not null check (role in ('moderator', 'finance', 'admin')),
  asked_by uuid not null references public.accounts (id) on delete restrict,
  state text not null default 'waiting' check (state in ('waiting', 'confirmed', 'refused', 'replaced')),
  decided_by uuid references public.accounts (id) on delete restrict,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((state = 'waiting') = (decided_at is null)),
  check (state <> 'confirmed' or (decided_by is not null and decided_by <> asked_by)),
  check (user_id not in (asked_by, coalesce(decided_by, asked_by)))
);
comment on table public.operator_appointments is
  'Roles requested by one administrator. They begin when another administrator grants the same role, within a week.';
create unique index operator_appointments_one_waiting_idx on public.operator_appointments (user_id) where state = 'waiting';
create index operator_appointments_user_idx on public.operator_appointments (user_id, created_at);
create index operator_appointments_asked_by_idx on public.operator_appointments (asked_by);
create index operator_appointments_decided_by_idx on public.operator_appointments (decided_by);
create trigger operator_appointments_touch_updated_at before update on public.operator_appointments
  for each row execute function private.touch_updated_at();
alter table public.operator_appointments enable row level security;
grant select, insert, update on public.operator_appointments to service_role;

create function private.audit_appointment(
  p_actor_id uuid, p_action text, p_user_id uuid, p_details jsonb, p_address inet, p_request_id text
) returns void
language sql volatile set search_path = '' as $$
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_actor_id, p_action, 'user', p_user_id::text, p_details, p_address, p_request_id);
$$;
comment on function private.audit_appointment(uuid, text, uuid, jsonb, inet, text) is
  'Writes an action on a role to the audit log.';

create function private.set_role(p_user public.accounts, p_role text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.accounts u set role = p_role where u.id = p_user.id;
  -- A session of the operations page stores no role: it is read again at each request. A user without a role
  -- also loses the cookie.
  if not private.is_operator(p_role) then
    delete from public.operator_sessions o using public.auth_sessions a where a.id = o.auth_session_id and a.user_id = p_user.id;
  end if;
end;
$$;
comment on function private.set_role(public.accounts, text) is 'Sets the role of a locked user, or removes it.';

create function private.end_appointment(
  p_user_id uuid, p_state text, p_actor_id uuid, p_address inet, p_request_id text
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_ended public.operator_appointments;
begin
  update public.operator_appointments a set state = p_state, decided_by = p_actor_id, decided_at = pg_catalog.now()
  where a.user_id = p_user_id and a.state = 'waiting' returning a.* into v_ended;
  if v_ended.id is not null then
    perform private.audit_appointment(p_actor_id, 'operator.appointment_' || p_state, p_user_id,
      pg_catalog.jsonb_build_object('role', v_ended.role, 'asked_by', v_ended.asked_by), p_address, p_request_id);
  end if;
end;
$$;
comment on function private.end_appointment(uuid, text, uuid, inet, text) is
  'Ends a wait for a second administrator, refused or replaced by another role, and writes that to the audit log.';

create function private.confirms_appointment(
  p_user public.accounts, p_role text, p_actor_id uuid, p_address inet, p_request_id text
) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_waiting public.operator_appointments := (select a from public.operator_appointments a
    where a.user_id = p_user.id and a.state = 'waiting' and a.role = p_role and a.created_at > pg_catalog.now() - interval '7 days');
begin
  if v_waiting.asked_by = p_actor_id then
    return false;
  elsif v_waiting.id is not null and private.operator_refusal(v_waiting.asked_by, array['admin']) is null then
    update public.operator_appointments a set state = 'confirmed', decided_by = p_actor_id, decided_at = pg_catalog.now()
    where a.id = v_waiting.id;
    perform private.audit_appointment(p_actor_id, 'operator.appoint', p_user.id,
      pg_catalog.jsonb_build_object('from', p_user.role, 'to', p_role, 'asked_by', v_waiting.asked_by), p_address, p_request_id);
    return true;
  end if;
  perform private.end_appointment(p_user.id, 'replaced', p_actor_id, p_address, p_request_id);
  insert into public.operator_appointments (user_id, role, asked_by) values (p_user.id, p_role, p_actor_id);
  perform private.audit_appointment(p_actor_id, 'operator.ask_appointment', p_user.id,
    pg_catalog.jsonb_build_object('from', p_user.role, 'to', p_role), p_address, p_request_id);
  return false;
end;
$$;
comment on function private.confirms_appointment(public.accounts, text, uuid, inet, text) is
  'Returns true when an administrator is the second one to grant this role while the first still is one; else records '
  'the wait for a second. Call it with the user locked, so that of two parallel calls one is the second.';

revoke execute on function public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  private.audit_appointment(uuid, text, uuid, jsonb, inet, text), private.set_role(public.accounts, text),
  private.end_appointment(uuid, text, uuid, inet, text),
  private.confirms_appointment(public.accounts, text, uuid, inet, text) from public, anon, authenticated;
grant execute on function public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  private.audit_appointment(uuid, text, uuid, jsonb, inet, text), private.set_role(public.accounts, text),
  private.end_appointment(uuid, text, uuid, inet, text),
  private.confirms_appointment(public.accounts, text, uuid, inet, text) to service_role;
