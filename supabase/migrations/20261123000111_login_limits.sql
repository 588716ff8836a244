-- Limits of login codes: who asks, which limits apply, and whose money is left (docs/decisions/0081).

create function private.lock_for_login(p_key text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('login:' || p_key, 0));
end;
$$;
comment on function private.lock_for_login(text) is
  'Serialises login decisions about one phone, address, network or block of numbers until the transaction ends.';

create function private.network_of(p_address inet) returns inet
language plpgsql immutable set search_path = '' as $$
begin
  return pg_catalog.network(pg_catalog.set_masklen(p_address, case pg_catalog.family(p_address) when 4 then 24 else 56 end));
end;
$$;
comment on function private.network_of(inet) is
  'Returns the network by which a known location is recognized: /24 of IPv4, /56 of IPv6.';

create function private.place_of(p_address inet) returns inet
language plpgsql immutable set search_path = '' as $$
begin
  return case pg_catalog.family(p_address) when 4 then p_address
    else pg_catalog.network(pg_catalog.set_masklen(p_address, 64))::inet end;
end;
$$;
comment on function private.place_of(inet) is
  'Returns the address range of one caller: the address of IPv4, the /64 of IPv6, within which a device changes '
  'addresses freely.';

create function private.login_caller(p_phone text, p_address inet, out caller text, out is_staff boolean)
language plpgsql stable set search_path = '' as $$
declare
  v_user_id uuid;
begin
  select u.id, private.is_operator(u.role) into v_user_id, is_staff
  from public.accounts u where u.phone = p_phone and not u.is_blocked;
  caller := case when v_user_id is null then 'new' when exists (
    select from public.auth_sessions s
    where s.user_id = v_user_id and private.network_of(s.address) = private.network_of(p_address)
      and (s.revoked_reason is null or s.revoked_reason in ('logout', 'logout_everywhere'))) then 'own' else 'elsewhere' end;
  is_staff := coalesce(is_staff, false);
end;
$$;
comment on function private.login_caller(text, inet) is
  'Classifies the caller: new (phone without an account), own (has logged in from this network before) or elsewhere, '
  'and marks phones of staff.';

create function private.first_full_limit(p_limits jsonb, p_caller text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz;
  v_full record;
begin
  -- All locks by one statement and all counts by the next, which sees what the locks have waited for.
  perform private.lock_for_login(l.key)
  from rows from (pg_catalog.jsonb_to_recordset(p_limits) as (key text, callers jsonb)) with ordinality
    as l(key, callers, place)
  where l.callers ? p_caller order by l.place;
  v_now := pg_catalog.clock_timestamp();
  select l.reason, h.created_at + pg_catalog.make_interval(secs => l.seconds) as opens_at into v_full
  from rows from (pg_catalog.jsonb_to_recordset(p_limits)
    as (reason text, key text, max_hits integer, seconds integer, callers jsonb)) with ordinality
    as l(reason, key, max_hits, seconds, callers, place)
  cross join lateral (
    select x.created_at from public.sms_limit_hits x
    where x.limit_key = l.key and x.created_at > v_now - pg_catalog.make_interval(secs => l.seconds)
    order by x.created_at desc offset l.max_hits - 1 limit 1) as h
  where l.callers ? p_caller order by l.place limit 1;
  if found then
    return pg_catalog.jsonb_build_object('reason', v_full.reason,
      'retry_after', private.seconds_between(v_now, v_full.opens_at));
  end if;
  return null;
end;
$$;
comment on function private.first_full_limit(jsonb, text) is
  'Returns the first exhausted limit of p_limits [{reason, key, max_hits, seconds, callers}] that applies to the caller, '
  'with the seconds until it opens, else null. Locks the keys in the given order, which is the same for every caller '
  'and so never deadlocks.';

create function private.braked(p_brake jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_seconds constant interval := pg_catalog.make_interval(secs => (p_brake ->> 'seconds')::integer);
  v_until constant timestamptz := v_now - pg_catalog.make_interval(secs => (p_brake ->> 'patience_seconds')::integer);
  v_requests constant integer := (p_brake ->> 'requests')::integer;
  v_percent constant integer := (p_brake ->> 'percent')::integer;
  v_oldest timestamptz;
begin
  select s.oldest into v_oldest
  from pg_catalog.jsonb_array_elements_text(p_brake -> 'keys') with ordinality as k(key, place)
  cross join lateral (
    select pg_catalog.count(*) as sent, pg_catalog.count(*) filter (where h.is_used) as used,
      pg_catalog.min(h.created_at) as oldest
    from (select x.is_used, x.created_at from public.sms_limit_hits x
      where x.limit_key = k.key and x.created_at > v_now - v_seconds and x.created_at < v_until
      order by x.created_at desc limit 500) as h) as s
  where s.sent >= v_requests and s.used * 100 < s.sent * v_percent
  order by k.place limit 1;
  if found then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited',
      'retry_after', private.seconds_between(v_now, v_oldest + v_seconds));
  end if;
  return null;
end;
$$;
comment on function private.braked(jsonb) is
  'Refuses when codes are requested but hardly any are used, the sign of SMS pumping. p_brake {keys, seconds, '
  'patience_seconds, requests, percent}: of at least `requests` codes of a key that are older than the patience, '
  'fewer than `percent` percent were used.';

revoke execute on function private.lock_for_login(text), private.network_of(inet), private.place_of(inet),
  private.login_caller(text, inet), private.first_full_limit(jsonb, text), private.braked(jsonb)
  from public, anon, authenticated;
grant execute on function private.lock_for_login(text), private.network_of(inet), private.place_of(inet),
  private.login_caller(text, inet), private.first_full_limit(jsonb, text), private.braked(jsonb) to service_role;
