-- Refresh tokens: rotation with reuse detection, limits, logout.

create function private.end_session(p_session_id uuid, p_reason text) returns void
language sql volatile set search_path = '' as $$
  update public.auth_sessions s set revoked_at = pg_catalog.now(), revoked_reason = p_reason
  where s.id = p_session_id and s.revoked_at is null;
$$;
comment on function private.end_session(uuid, text) is 'Ends a whole refresh-token family; ending it again changes nothing.';

create function public.session_refresh(
  p_token_digest bytea, p_new_digest bytea, p_address inet, p_grace_seconds integer, p_idle_seconds integer,
  p_limits jsonb, p_request_id text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_session public.auth_sessions;
  v_token public.refresh_tokens;
  v_now timestamptz;
  v_count jsonb;
  v_most integer;
begin
  select s.* into v_session from public.auth_sessions s
  join public.refresh_tokens t on t.session_id = s.id
  where t.token_digest = p_token_digest for update of s;
  v_most := (p_limits ->> case when found then 'family' else 'wrong' end)::integer;
  v_count := public.rate_limit_hit('refresh:' || coalesce(
    v_session.id::text, private.place_of(p_address)::text), v_most, (p_limits ->> 'seconds')::integer);
  if (v_count ->> 'hits')::integer > v_most then
    return pg_catalog.jsonb_build_object('outcome', 'limited', 'retry_after', v_count -> 'reset_in');
  end if;
  v_now := pg_catalog.clock_timestamp();
  if v_session.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now
    or v_session.last_used_at <= v_now - pg_catalog.make_interval(secs => p_idle_seconds)
    or exists (select from public.accounts u where u.id = v_session.user_id and u.is_blocked) then
    return '{"outcome": "invalid"}';
  end if;
  select t.* into v_token from public.refresh_tokens t where t.token_digest = p_token_digest;
  if v_token.used_at <= v_now - pg_catalog.make_interval(secs => p_grace_seconds) then
    perform private.end_session(v_session.id, 'token_reuse');
    insert into public.audit_log (actor_user_id, action, subject_type, subject_id, address, request_id)
    values (v_session.user_id, 'refresh_token_reused', 'auth_session', v_session.id::text, p_address, p_request_id);
    return '{"outcome": "reused"}';
  end if;
  update public.refresh_tokens t set used_at = v_now
  where t.session_id = v_session.id and t.generation <= v_token.generation and t.used_at is null;
  insert into public.refresh_tokens (session_id, token_digest, generation)
  values (v_session.id, p_new_digest, v_token.generation + 1);
  update public.auth_sessions s set last_used_at = v_now, address = p_address where s.id = v_session.id;
  return private.session_answer(v_session.user_id, v_session.id, false);
end;
$$;
comment on function public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text) is
  'Exchanges a refresh token: {outcome: ok, session_id, user}, {outcome: invalid}, {outcome: reused} or {outcome: limited, '
  'retry_after}. p_limits {family, wrong, seconds}: tokens are counted by their session, wherever they come from; unknown '
  'ones by address (IPv6: /64), and hold no known one up. A token used again '
  'within the grace period (parallel refreshes, lost answers) gives a sibling; later it ends the whole family. Using one '
  'sibling overtakes the others of its generation, so a copied token is found out.';

create function public.session_end(p_user_id uuid, p_session_id uuid, p_everywhere boolean) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  update public.auth_sessions s set revoked_at = pg_catalog.now(),
    revoked_reason = case when p_everywhere then 'logout_everywhere' else 'logout' end
  where s.user_id = p_user_id and s.revoked_at is null and (p_everywhere or s.id = p_session_id);
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;
comment on function public.session_end(uuid, uuid, boolean) is 'Logs out one session or all of a user; returns how many ended.';

create function public.rate_limit_hit(p_key text, p_most integer, p_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  insert into public.rate_limits as r (key) values (p_key)
  on conflict (key) do update set
    hits = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then 1 else least(r.hits + 1, p_most + 1) end,
    started_at = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then pg_catalog.now() else r.started_at end
  returning pg_catalog.jsonb_build_object('hits', r.hits, 'reset_in', private.seconds_between(
    pg_catalog.now(), r.started_at + pg_catalog.make_interval(secs => p_seconds)));
$$;
comment on function public.rate_limit_hit(text, integer, integer) is
  'Counts one request against a limit: {hits, reset_in seconds}. The window begins with its first request.';

revoke execute on function private.end_session(uuid, text), public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text),
  public.session_end(uuid, uuid, boolean), public.rate_limit_hit(text, integer, integer) from public, anon, authenticated;
grant execute on function private.end_session(uuid, text), public.session_refresh(bytea, bytea, inet, integer, integer, jsonb, text),
  public.session_end(uuid, uuid, boolean), public.rate_limit_hit(text, integer, integer) to service_role;
