-- Registration of phones, and their removal (docs/decisions/0137): another user on the same phone, logout,
-- a session that ended, a blocked account.

create function private.drain_pushes(p_devices uuid[]) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_until constant timestamptz := pg_catalog.clock_timestamp() + interval '2 seconds';
begin
  -- A sender returns pushes after two seconds without sending, so nothing is sent after this wait.
  while pg_catalog.clock_timestamp() < v_until and exists (
    select from public.pushes p where p.device_id = any (p_devices) and p.state = 'claimed'
      and p.claimed_at > pg_catalog.clock_timestamp() - interval '2 seconds')
  loop
    perform pg_catalog.pg_sleep(0.02);
  end loop;
end;
$$;
comment on function private.drain_pushes(uuid[]) is
  'Waits, at most two seconds, until pushes that a sender has just claimed for these phones have been sent. The caller locks '
  'the phones'' rows, so no other one is claimed.';

create function private.remove_devices(p_devices uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_devices uuid[];
  v_removed integer;
begin
  select coalesce(pg_catalog.array_agg(d.id), '{}') into v_devices
  from (select x.id from public.push_devices x where x.id = any (p_devices) order by x.id for update) as d;
  perform private.drain_pushes(v_devices);
  delete from public.push_devices d where d.id = any (v_devices);
  get diagnostics v_removed = row_count;
  return v_removed;
end;
$$;
comment on function private.remove_devices(uuid[]) is
  'Removes phones; after it nothing more is sent to them. Returns the number of removed ones.';

create function public.device_register(p_user_id uuid, p_session_id uuid, p_device jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_device_id uuid;
begin
  -- Before the table's check, whose message would write the token into the log.
  if (p_device ->> 'token' ~ '^(Exponent|Expo)PushToken\[[A-Za-z0-9_-]{10,100}\]$') is not true then
    return '{"reason": "validation_failed", "field": "token"}';
  end if;
  perform 1 from public.accounts u where u.id = p_user_id and not u.is_blocked for no key update;
  if not found then
    return '{"reason": "account_blocked"}';
  end if;
  -- Locked until the end: a parallel logout waits, and then finds the phone.
  perform 1 from public.auth_sessions s where s.id = p_session_id and s.user_id = p_user_id and s.revoked_at is null
    and s.expires_at > pg_catalog.now() for share;
  if not found then
    return '{"reason": "authentication_required"}';
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('push token ' || pg_catalog.split_part(p_device ->> 'token', '[', 2), 0));
  -- Under either name of the token.
  perform private.remove_devices(array(
    select d.id from public.push_devices d
    where pg_catalog.split_part(d.token, '[', 2) = pg_catalog.split_part(p_device ->> 'token', '[', 2)
      and (d.user_id <> p_user_id or d.token <> p_device ->> 'token')));
  insert into public.push_devices as d (user_id, session_id, token, native_token, platform, project, app_build, channels)
  select p_user_id, p_session_id, p_device ->> 'token', p_device ->> 'native_token',
    coalesce(p_device ->> 'platform', (select nullif(s.platform, 'web') from public.auth_sessions s where s.id = p_session_id)),
    coalesce(p_device ->> 'project', ''), (p_device ->> 'app_build')::integer,
    array(select pg_catalog.jsonb_array_elements_text(coalesce(p_device -> 'channels', '[]')))
  on conflict (token) do update set session_id = excluded.session_id, native_token = excluded.native_token,
    platform = excluded.platform, project = excluded.project, app_build = excluded.app_build, channels = excluded.channels,
    registered_at = pg_catalog.clock_timestamp()
  returning d.id into v_device_id;
  perform private.remove_devices(array(
    select d.id from public.push_devices d where d.user_id = p_user_id order by d.registered_at desc, d.id offset 10));
  return pg_catalog.jsonb_build_object('id', v_device_id);
end;
$$;
comment on function public.device_register(uuid, uuid, jsonb) is
  'Registers a phone {token, native_token, platform, project, app_build, channels} for this session, at each start of the app: '
  '{id}. Takes it from another user; of more than ten phones the oldest is removed. Reasons: validation_failed (with the '
  'field), authentication_required, account_blocked.';

create function public.device_remove(p_user_id uuid, p_session_id uuid) returns integer
language sql volatile set search_path = '' as $$
  select private.remove_devices(array(
    select d.id from public.push_devices d where d.user_id = p_user_id and d.session_id = p_session_id));
$$;
comment on function public.device_remove(uuid, uuid) is
  'Removes the phone of this session and so its pushes. Idempotent; returns the number of removed ones.';

create function private.remove_devices_of_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.remove_devices(array(
    select d.id from public.push_devices d join ended e on e.id = d.session_id join running r on r.id = e.id
    where e.revoked_at is not null and r.revoked_at is null));
  return null;
end;
$$;
comment on function private.remove_devices_of_session() is
  'Trigger: removes the phones of sessions that end, by logout, reuse of a token, or a block.';
create trigger auth_sessions_remove_devices after update on public.auth_sessions
  referencing old table as running new table as ended
  for each statement execute function private.remove_devices_of_session();

create function private.register_written_token() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_answer jsonb := public.device_register(p_user_id => new.id,
    p_session_id => private.as_uuid(nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id'),
    p_device => pg_catalog.jsonb_build_object('token', new.expo_push_token));
begin
  if v_answer ->> 'reason' = 'validation_failed' then
    raise exception 'no push token' using errcode = '22023';
  elsif v_answer ? 'reason' then
    raise exception 'this session registers no phone' using errcode = '42501';
  end if;
  new.expo_push_token := null;
  return new;
end;
$$;
comment on function private.register_written_token() is
  'Trigger: a token that the app writes into its user''s row registers the phone; the column stays empty.';
create trigger accounts_register_token before update on public.accounts for each row
  when (new.expo_push_token is not null and new.expo_push_token is distinct from old.expo_push_token and private.is_rest_user()) execute function private.register_written_token();

revoke execute on function private.remove_devices_of_session(), private.register_written_token() from public, anon, authenticated;
revoke execute on function private.drain_pushes(uuid[]), private.remove_devices(uuid[]),
  public.device_register(uuid, uuid, jsonb), public.device_remove(uuid, uuid) from public, anon, authenticated;
grant execute on function private.drain_pushes(uuid[]), private.remove_devices(uuid[]),
  public.device_register(uuid, uuid, jsonb), public.device_remove(uuid, uuid) to service_role;
