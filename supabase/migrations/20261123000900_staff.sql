-- Staff: sessions of the operations page, roles, its overview and the audit log.

-- Sessions of the operations page. An operator proves a phone by the same login code as in the app; the page then holds
-- an opaque token in a cookie, of which only the digest is kept. The role is read anew with every request.

create table public.operator_sessions (
  id uuid primary key default gen_random_uuid(),
  auth_session_id uuid not null references public.auth_sessions (id) on delete cascade,
  token_digest bytea not null unique check (octet_length(token_digest) = 32),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.operator_sessions is
  'Sign-in to the operations page. It ends with the session of its login: by signing out, by signing out everywhere, '
  'by blocking the user.';
comment on column public.operator_sessions.token_digest is 'SHA-256 of the 256-bit random value in the cookie.';
comment on column public.operator_sessions.expires_at is 'Absolute end; the idle limit is measured from last_used_at.';
create index operator_sessions_auth_session_idx on public.operator_sessions (auth_session_id);
create trigger operator_sessions_touch_updated_at before update on public.operator_sessions
  for each row execute function private.touch_updated_at();
alter table public.operator_sessions enable row level security;
grant all on public.operator_sessions to service_role;

create function private.is_operator(p_role text) returns boolean
language sql immutable set search_path = '' as $$
  select p_role in ('moderator', 'finance', 'admin');
$$;
comment on function private.is_operator(text) is 'Returns true when this role may open the operations page.';

create function public.operator_sign_in(
  p_phone text, p_digests jsonb, p_address inet, p_sms_id uuid, p_token_digest bytea, p_session jsonb,
  p_lock jsonb, p_request_id text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  -- Nobody holds a refresh token of this session: the digest is that of random bytes that are kept nowhere.
  v_nobodys bytea := pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
  v_login jsonb := public.login_verify_code(p_phone, p_digests, p_address, p_sms_id, v_nobodys, p_session,
    p_lock);
  v_user_id uuid := (v_login #>> '{user,id}')::uuid;
  v_session_id uuid := (v_login ->> 'session_id')::uuid;
  v_is_operator boolean := private.is_operator(v_login #>> '{user,role}');
begin
  if v_login ->> 'outcome' <> 'ok' then
    return v_login;
  end if;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, address, request_id)
  values (v_user_id, case when v_is_operator then 'operator.sign_in' else 'operator.refused' end, 'auth_session',
          v_session_id::text, p_address, p_request_id);
  if not v_is_operator then
    perform private.end_session(v_session_id, 'logout');
    return '{"outcome": "refused"}';
  end if;
  insert into public.operator_sessions (auth_session_id, token_digest, expires_at)
  values (v_session_id, p_token_digest,
          pg_catalog.now() + pg_catalog.make_interval(secs => (p_session ->> 'lifetime_seconds')::integer));
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.operator_sign_in(text, jsonb, inet, uuid, bytea, jsonb, jsonb, text) is
  'Checks a login code by the rules of login_verify_code and opens a session of the operations page: {outcome: ok}, '
  '{outcome: refused} for a verified phone without a role, else the result of login_verify_code.';

create function public.operator_session(p_token_digest bytea, p_idle_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_answer jsonb;
begin
  select pg_catalog.jsonb_build_object('user_id', u.id, 'session_id', a.id, 'name', u.name, 'role', u.role,
      'phone_end', pg_catalog.right(u.phone, 3)) into v_answer
  from public.operator_sessions o
  join public.auth_sessions a on a.id = o.auth_session_id join public.accounts u on u.id = a.user_id
  where o.token_digest = p_token_digest and o.expires_at > pg_catalog.now() and a.revoked_at is null
    and o.last_used_at > pg_catalog.now() - pg_catalog.make_interval(secs => p_idle_seconds)
    and not u.is_blocked and private.is_operator(u.role);
  if found then
    -- Once in a quarter of a minute is exact enough, and saves most of the writes.
    update public.operator_sessions o set last_used_at = pg_catalog.now()
    where o.token_digest = p_token_digest and o.last_used_at < pg_catalog.now() - interval '15 seconds';
  end if;
  return v_answer;
end;
$$;
comment on function public.operator_session(bytea, integer) is
  'Returns the holder of this token: {user_id, session_id, name, role, phone_end}; null when the session is unknown, '
  'over its limits or ended, or its user is blocked or no longer staff.';

create function public.operator_sign_out(p_token_digest bytea, p_address inet, p_request_id text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_ended record;
begin
  update public.auth_sessions a set revoked_at = pg_catalog.now(), revoked_reason = 'logout'
  from public.operator_sessions o
  where o.token_digest = p_token_digest and a.id = o.auth_session_id and a.revoked_at is null
  returning a.id, a.user_id into v_ended;
  if found then
    insert into public.audit_log (actor_user_id, action, subject_type, subject_id, address, request_id)
    values (v_ended.user_id, 'operator.sign_out', 'auth_session', v_ended.id::text, p_address, p_request_id);
  end if;
end;
$$;
comment on function public.operator_sign_out(bytea, inet, text) is 'Ends the session of this token. Idempotent.';

create function private.note_moderation() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details)
  values (new.moderator_id, 'moderation.' || new.action, 'listing', new.listing_id::text,
          pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', new.reason)));
  return null;
end;
$$;
comment on function private.note_moderation() is
  'Trigger: writes a moderator''s actions to the audit log in the same transaction.';
create trigger moderation_events_note after insert on public.moderation_events
  for each row when (new.moderator_id is not null) execute function private.note_moderation();

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
  'Gives the user with this phone (E.164) a role, or removes it (user): {user_id, role, before, waits}. waits: the '
  'role begins when a second administrator gives the same one; removing needs one, and also refuses a waiting role. '
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

create function public.audit_page(
  p_operator_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer, p_area text default null,
  p_actor_id uuid default null
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
comment on function public.audit_page(uuid, timestamptz, uuid, integer, text, uuid) is
  'Returns a page of the audit log, newest first, before a position; p_area is the part of the action before its dot. '
  'For administrators. Reasons: forbidden, account_blocked, authentication_required.';

-- What the first page of the operations page shows: what waits for a person, and how the timers are doing.

create function private.work_of_moderators() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('open', pg_catalog.count(*),
    'urgent', pg_catalog.count(*) filter (where q.priority in ('urgent', 'high')),
    'escalated', pg_catalog.count(*) filter (where q.status = 'escalated'),
    'oldest', pg_catalog.min(q.submitted_at))
  from public.moderation_queue q join public.listings l on l.id = q.listing_id and l.deleted_at is null
  where q.status in ('pending', 'in_review', 'escalated');
$$;
comment on function private.work_of_moderators() is 'Counts waiting work in the moderation queue.';

create function private.work_of_finance() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'manual_review', (select pg_catalog.count(*) from public.payments p where p.state = 'manual_review'),
    'refunds', (select pg_catalog.count(*) from public.refunds r where r.state in ('requested', 'approved', 'processing')),
    'orphans', (select pg_catalog.count(*) from public.payment_orphans o where o.state = 'open'),
    'today_payments', pg_catalog.count(*), 'today_tyiyn', coalesce(pg_catalog.sum(t.amount_tyiyn), 0))
  from public.payments t
  where t.completed_at >= (pg_catalog.now() at time zone 'Asia/Bishkek')::date::timestamp at time zone 'Asia/Bishkek';
$$;
comment on function private.work_of_finance() is
  'Counts waiting work of finance and the income of this Bishkek day, in tyiyn.';

create function private.state_of_backups() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'database_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind in ('database_daily', 'database_weekly') and b.state in ('uploaded', 'verified')),
    'drill_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind = 'restore_drill' and b.state = 'verified'),
    'failed', (select pg_catalog.count(*) from public.backup_runs b
      where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '7 days'));
$$;
comment on function private.state_of_backups() is
  'Returns the newest good database backup and restore drill, and failures of seven days.';

create function public.operations_overview(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_role text := (select u.role from public.accounts u where u.id = p_operator_id);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'alerts', (select coalesce(pg_catalog.jsonb_object_agg(s.severity, s.alerts), '{}') from (
      select r.severity, pg_catalog.count(*) as alerts from public.alerts a join public.alert_rules r on r.id = a.rule_id
      where a.state = 'open' group by r.severity) as s),
    'moderation', case when v_role in ('moderator', 'admin') then private.work_of_moderators() end,
    'finance', case when v_role in ('finance', 'admin') then private.work_of_finance() end,
    'backups', case when v_role = 'admin' then private.state_of_backups() end,
    'jobs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('job', j.job, 'paused_at', j.paused_at,
        'is_running', coalesce(j.lease_until > pg_catalog.now(), false), 'last_started_at', j.last_started_at,
        'last_succeeded_at', j.last_succeeded_at, 'has_failed', j.last_error is not null,
        'error', case when v_role = 'admin' then j.last_error end) order by j.job), '[]') from public.job_leases j));
end;
$$;
comment on function public.operations_overview(uuid) is
  'Returns open alerts by severity, waiting work of the role, and the timers. For staff. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.backups_overview(p_operator_id uuid, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'kinds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) order by k.kind), '[]') from (
      select b.kind, pg_catalog.max(b.finished_at) filter (where b.state in ('uploaded', 'verified')) as last_good_at,
        pg_catalog.max(b.verified_at) as last_verified_at,
        pg_catalog.count(*) filter (where b.started_at > pg_catalog.now() - interval '30 days') as runs,
        pg_catalog.count(*) filter (where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '30 days') as failed
      from public.backup_runs b group by b.kind) as k),
    'runs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.started_at desc), '[]') from (
      select b.id, b.kind, b.state, b.bytes, b.files, b.object_key, b.failure_reason, b.started_at, b.finished_at,
        b.verified_at, b.keep_until, d.object_key as drilled_object_key
      from public.backup_runs b left join public.backup_runs d on d.id = b.drilled_run_id
      order by b.started_at desc limit p_limit) as r),
    'copies', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.kind), '[]') from (
      select b.kind, pg_catalog.count(*) as files, coalesce(pg_catalog.sum(b.bytes), 0) as bytes,
        pg_catalog.count(*) filter (where b.verified_at is null) as unverified, pg_catalog.max(b.copied_at) as last_copied_at
      from public.backup_copies b group by b.kind) as c),
    'pictures', public.picture_status(), 'videos', public.video_copy_status());
end;
$$;
comment on function public.backups_overview(uuid, integer) is
  'Returns {kinds with their last good run, the newest runs, replicated files by kind, pictures and videos: see '
  'picture_status and video_copy_status}. For administrators. Reasons: '
  'forbidden, account_blocked, authentication_required.';

-- A form about money counts once, however often its button is pressed.

create function public.operator_form_once(p_operator_id uuid, p_key uuid) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.idempotency_keys (user_id, scope, key, request_digest, expires_at)
  values (p_operator_id, 'operations.form', p_key::text, pg_catalog.sha256(pg_catalog.uuid_send(p_key)),
          pg_catalog.now() + interval '1 day')
  on conflict do nothing;
  return found;
end;
$$;
comment on function public.operator_form_once(uuid, uuid) is
  'Returns true for the first time that a staff member sends the form with this key, false for every other time.';

-- A role that one administrator gives waits for another one; the command with the service key makes the first two.

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
  'Roles requested by one administrator. They begin when another administrator gives the same role, within a week.';
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
  -- A session of the operations page shows the role it began with to nobody: it is read anew. A person who is no operator
  -- any more also loses the cookie.
  if not private.is_operator(p_role) then
    delete from public.operator_sessions o using public.auth_sessions a where a.id = o.auth_session_id and a.user_id = p_user.id;
  end if;
end;
$$;
comment on function private.set_role(public.accounts, text) is 'Gives a locked user a role, or removes it.';

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
  'Returns true when an administrator is the second one to give this role while the first still is one; else records '
  'the wait for a second. Call it with the user locked, so that of two parallel calls one is the second.';

-- Jobs in the hands of administrators, and a payment's next query in those of finance: with a line in the audit log in the
-- same transaction.

create function public.job_switch(p_operator_id uuid, p_job text, p_is_paused boolean, p_address inet, p_request_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_was_paused boolean;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select j.paused_at is not null into v_was_paused from public.job_leases j where j.job = p_job for no key update;
  if v_was_paused is null then
    return pg_catalog.jsonb_build_object('reason', 'not_found');
  elsif v_was_paused = p_is_paused then
    return pg_catalog.jsonb_build_object('is_changed', false);
  end if;
  update public.job_leases j set
    paused_at = case when p_is_paused then pg_catalog.now() end, paused_by = case when p_is_paused then p_operator_id end
  where j.job = p_job;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, case when p_is_paused then 'job.pause' else 'job.resume' end, 'job', p_job, '{}', p_address,
          p_request_id);
  return pg_catalog.jsonb_build_object('is_changed', true);
end;
$$;
comment on function public.job_switch(uuid, text, boolean, inet, text) is
  'Pauses or resumes a job that has run before: {is_changed}. For administrators. A running job stops at its next '
  'step. Reasons: not_found, forbidden, account_blocked, authentication_required.';

revoke execute on function private.is_operator(text),
  public.operator_sign_in(text, jsonb, inet, uuid, bytea, jsonb, jsonb, text),
  public.operator_session(bytea, integer), public.operator_sign_out(bytea, inet, text),
  public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  public.audit_page(uuid, timestamptz, uuid, integer, text, uuid), private.work_of_moderators(),
  private.work_of_finance(), private.state_of_backups(), public.operations_overview(uuid),
  public.backups_overview(uuid, integer), public.operator_form_once(uuid, uuid),
  private.audit_appointment(uuid, text, uuid, jsonb, inet, text), private.set_role(public.accounts, text),
  private.end_appointment(uuid, text, uuid, inet, text),
  private.confirms_appointment(public.accounts, text, uuid, inet, text),
  public.job_switch(uuid, text, boolean, inet, text) from public, anon, authenticated;
grant execute on function private.is_operator(text),
  public.operator_sign_in(text, jsonb, inet, uuid, bytea, jsonb, jsonb, text),
  public.operator_session(bytea, integer), public.operator_sign_out(bytea, inet, text),
  public.operator_appoint(uuid, text, text, inet, text), public.operators_list(uuid),
  public.audit_page(uuid, timestamptz, uuid, integer, text, uuid), private.work_of_moderators(),
  private.work_of_finance(), private.state_of_backups(), public.operations_overview(uuid),
  public.backups_overview(uuid, integer), public.operator_form_once(uuid, uuid),
  private.audit_appointment(uuid, text, uuid, jsonb, inet, text), private.set_role(public.accounts, text),
  private.end_appointment(uuid, text, uuid, inet, text),
  private.confirms_appointment(public.accounts, text, uuid, inet, text),
  public.job_switch(uuid, text, boolean, inet, text) to service_role;
revoke execute on function private.note_moderation() from public, anon, authenticated;
