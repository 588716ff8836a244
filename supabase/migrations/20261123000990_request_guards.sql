-- Guards of every request that PostgREST serves: bounded embeds and live sessions. Last, since they cover all tables.

-- Bounds of embeds per request to PostgREST. Embeds can be nested without limit, and a list embedded in itself multiplies: a
-- request of a hundred bytes ran until its time-out and blocked a connection. PostgREST has no setting for this, and its
-- pre-request hook gets no query; a policy does, since it is evaluated inside it.

create function private.names_are_bounded(p_query text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if pg_catalog.char_length(p_query) > 4000 and exists (
      select from pg_catalog.regexp_matches(p_query, '[.]"([^"]+)"(?![.])', 'g') as m (found)
      group by m.found having pg_catalog.count(*) > 20) then
    raise sqlstate 'PT400' using message = 'a column named too often';
  end if;
  return true;
end;
$$;
comment on function private.names_are_bounded(text) is
  'Returns true, or raises PT400 for a PostgREST query that names a column more than twenty times: repeated names '
  'multiply the size of a response.';

create function private.embeds_are_bounded(p_table text) returns boolean
language plpgsql stable set search_path = '' as $$
declare
  v_query text := pg_catalog.current_query();
  -- The view users is read through public_profiles.
  v_from text := 'FROM "public"[.]"' || case p_table when 'public_profiles' then '(?:public_profiles|users)'
    else p_table end || '" ';
  v_joined constant text := ' *(LEFT JOIN LATERAL|INNER JOIN LATERAL)';
  v_times integer;
  v_max_times integer;
  v_max_resources integer := case when current_user = 'anon' then 3 else 6 end;
  v_max_lists integer := case when current_user = 'anon' then 0 else 2 end;
begin
  -- Only PostgREST sets request.method, and only a request with embeds joins laterally.
  if coalesce(pg_catalog.current_setting('request.method', true), '') = '' then
    return true;
  elsif pg_catalog.strpos(v_query, 'JOIN LATERAL') = 0 then
    return private.names_are_bounded(p_query => v_query);
  elsif pg_catalog.regexp_count(v_query, 'JOIN LATERAL') > v_max_resources then
    raise sqlstate 'PT400' using message = 'too many embedded resources';
  elsif pg_catalog.regexp_count(v_query, 'jsonb?_agg[(]"') > v_max_lists then
    raise sqlstate 'PT400' using message = 'too many embedded lists';
  elsif v_query ~ 'FROM "public"[.]"(accounts|users)" *AS' and v_query ~ 'jsonb?_agg[(]"' then
    raise sqlstate 'PT400' using message = 'a list embedded behind an embedded person';
  end if;
  v_times := pg_catalog.regexp_count(v_query, v_from || ' *AS')
    -- An exact count repeats the condition of an inner embed.
    - pg_catalog.regexp_count(v_query, 'SELECT 1 +' || v_from || ' *AS')
    + pg_catalog.regexp_count(v_query, v_from || v_joined);
  -- Two profiles of one row are embedded side by side: buyer and seller.
  v_max_times := case when p_table = 'public_profiles' and v_query !~ (v_from || v_joined)
    and v_query !~ 'jsonb?_agg[(]"' then 2 else 1 end;
  if v_times > v_max_times then
    raise sqlstate 'PT400' using message = 'a resource embedded in itself';
  end if;
  return private.names_are_bounded(p_query => v_query);
end;
$$;
comment on function private.embeds_are_bounded(text) is
  'Returns true, or raises PT400 (HTTP 400) for a request to PostgREST that embeds more than three resources (signed '
  'in: six), any list (signed in: two), or this table twice; a profile twice side by side, but then without a list, or a '
  'column more than twenty times. For restrictive policies; evaluated once per query, before its first row.';

-- Also the tables whose rows only their user reads: a thousand likes times a thousand likes run until the time-out.
do $$
declare
  v_table text;
begin
  for v_table in
    select c.relname from pg_catalog.pg_class c
    where c.relkind in ('r', 'p') and c.relrowsecurity and c.relnamespace = 'public'::regnamespace
      and (pg_catalog.has_any_column_privilege('authenticated', c.oid, 'select')
        or pg_catalog.has_any_column_privilege('anon', c.oid, 'select'))
  loop
    execute pg_catalog.format('create policy %I on public.%I as restrictive for select to anon, authenticated '
      'using ((select private.embeds_are_bounded(%L)))', v_table || '_embeds_are_bounded', v_table, v_table);
  end loop;
end;
$$;

-- Ended sessions and blocked users lose all access at once, although their access tokens stay valid until they expire.
-- Two guards hold without an extra round trip: PostgREST runs private.check_session before each request, and each table
-- that users may write (storage.objects too, which PostgREST does not serve) has a restrictive policy.

create function private.session_refusal(p_session_id uuid) returns text
language plpgsql stable set search_path = '' as $$
begin
  return (
    select case when u.is_blocked then 'account_blocked'
      when s.revoked_at is null and s.expires_at > pg_catalog.now() then null else 'authentication_required' end
    from (select p_session_id as id) as asked
    left join public.auth_sessions s on s.id = asked.id
    left join public.accounts u on u.id = s.user_id);
end;
$$;
comment on function private.session_refusal(uuid) is
  'Returns the reason against using a session: account_blocked, or authentication_required for an unknown, '
  'revoked or expired one; null for a live one.';

create function private.session_is_live() returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_claims jsonb := nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
begin
  -- plpgsql keeps its plan; an SQL function is planned again with every call, which costs many times as much.
  return pg_catalog.pg_input_is_valid(v_claims ->> 'session_id', 'uuid') and exists (
    select from public.auth_sessions s join public.accounts u on u.id = s.user_id
    where s.id = (v_claims ->> 'session_id')::uuid and s.user_id = (v_claims ->> 'sub')::uuid
      and s.revoked_at is null and s.expires_at > pg_catalog.now() and not u.is_blocked);
end;
$$;
comment on function private.session_is_live() is
  'Returns true when the session of the caller''s access token is open and its user not blocked. For restrictive '
  'policies.';

create function private.check_session() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_claims jsonb := nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
  v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
  v_session text := case v_claims ->> 'role' when 'authenticated' then coalesce(v_claims ->> 'session_id', '')
    when 'service_role' then v_headers ->> 'x-session-id' end;
  v_refusal text;
begin
  if v_claims ->> 'role' = 'service_role' and v_headers ? 'x-max-lag' and pg_catalog.pg_is_in_recovery()
      and coalesce(pg_catalog.now() - pg_catalog.pg_last_xact_replay_timestamp()
        > pg_catalog.make_interval(secs => (v_headers ->> 'x-max-lag')::integer), true) then
    raise sqlstate 'PT503' using message = 'the replica lags';
  end if;
  if v_session is null then
    return;
  end if;
  v_refusal := case when pg_catalog.pg_input_is_valid(v_session, 'uuid')
    then private.session_refusal(v_session::uuid) else 'authentication_required' end;
  if v_refusal is not null then
    raise sqlstate 'PT401' using message = v_refusal;
  end if;
  perform pg_catalog.set_config('response.headers', '[{"X-Session-Checked": "yes"}]', true);
end;
$$;
comment on function private.check_session() is
  'Checks sessions as PostgREST''s pre-request: refuses (HTTP 401, with the reason as the message) a user whose '
  'session has ended or who is blocked, and a backend request on behalf of such a session (header X-Session-Id beside '
  'the service key). Confirms the check in X-Session-Checked, so that the backend detects when the setting below is '
  'missing. A replica without replay for longer than the backend allows (X-Max-Lag, in seconds) refuses '
  'with HTTP 503.';

create function private.end_sessions_of_blocked() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.auth_sessions s set revoked_at = pg_catalog.now(), revoked_reason = 'blocked'
  where s.user_id = new.id and s.revoked_at is null;
  return null;
end;
$$;
comment on function private.end_sessions_of_blocked() is
  'Trigger: ends all sessions of a blocked user, so that unblocking later revives none.';
create trigger accounts_end_sessions_of_blocked after update of is_blocked on public.accounts
  for each row when (new.is_blocked and not old.is_blocked) execute function private.end_sessions_of_blocked();

do $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid from pg_catalog.pg_class c
    where c.relkind in ('r', 'p') and c.relrowsecurity and c.oid <> 'storage.buckets'::regclass
      and c.relnamespace in ('public'::regnamespace, 'storage'::regnamespace)
      and (pg_catalog.has_table_privilege('authenticated', c.oid, 'delete')
        or pg_catalog.has_any_column_privilege('authenticated', c.oid, 'insert, update'))
      and exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid)
  loop
    execute pg_catalog.format('create policy %I on %s as restrictive for all to authenticated '
      'using ((select private.session_is_live())) with check ((select private.session_is_live()))',
      (select relname from pg_catalog.pg_class where oid = v_table) || '_live_session', v_table);
  end loop;
end;
$$;

do $$
begin
  alter role authenticator set pgrst.db_pre_request = 'private.check_session';
  -- Hosted projects serve graphql_public as well: its queries can be nested without limit, and no policy sees their text.
  alter role authenticator set pgrst.db_schemas = 'public';
exception when insufficient_privilege then
  raise warning 'PostgREST does not check sessions: set pgrst.db_pre_request and pgrst.db_schemas of the role authenticator by hand';
end;
$$;

notify pgrst, 'reload config';

revoke execute on function private.names_are_bounded(text), private.embeds_are_bounded(text), private.check_session()
  from public;
grant execute on function private.names_are_bounded(text), private.embeds_are_bounded(text), private.check_session()
  to anon, authenticated, service_role;
revoke execute on function private.session_refusal(uuid), private.end_sessions_of_blocked()
  from public, anon, authenticated;
revoke execute on function private.session_is_live() from public, anon;
grant execute on function private.session_is_live() to authenticated, service_role;
