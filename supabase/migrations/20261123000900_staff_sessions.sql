-- Sessions of the operations page. A staff member proves a phone by the same login code as in the app; the page then holds
-- an opaque token in a cookie, of which only the digest is kept. The role is read again with every request.

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
  -- No client has a refresh token of this session: the digest is that of discarded random bytes.
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
    -- A quarter of a minute is exact enough, and saves most of the writes.
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

revoke execute on function private.is_operator(text),
  public.operator_sign_in(text, jsonb, inet, uuid, bytea, jsonb, jsonb, text),
  public.operator_session(bytea, integer), public.operator_sign_out(bytea, inet, text)
  from public, anon, authenticated;
grant execute on function private.is_operator(text),
  public.operator_sign_in(text, jsonb, inet, uuid, bytea, jsonb, jsonb, text),
  public.operator_session(bytea, integer), public.operator_sign_out(bytea, inet, text) to service_role;
revoke execute on function private.note_moderation() from public, anon, authenticated;
