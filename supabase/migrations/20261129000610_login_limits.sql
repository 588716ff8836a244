-- Limits of login codes: who asks, which limits apply, and whose money is left (docs/decisions/0081).

create function private.network_of(p_address inet) returns inet
language sql immutable set search_path = '' as $$
  select pg_catalog.network(pg_catalog.set_masklen(p_address, case pg_catalog.family(p_address) when 4 then 24 else 56 end));
$$;
comment on function private.network_of(inet) is 'Returns the network that tells a known place from a strange one: /24 of IPv4, /56 of IPv6.';

create function private.place_of(p_address inet) returns inet
language sql immutable set search_path = '' as $$
  select case pg_catalog.family(p_address) when 4 then p_address
    else pg_catalog.network(pg_catalog.set_masklen(p_address, 64))::inet end;
$$;
comment on function private.place_of(inet) is
  'Returns what one caller has: the address of IPv4, the /64 of IPv6, in which a device changes its address at will.';

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
  'Tells a phone without an account (new) from one with an account that has logged in from this network before (own) or '
  'not (elsewhere), and whether it belongs to staff.';

create function private.first_full_limit(p_limits jsonb, p_caller text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_limit record;
  v_now timestamptz;
  v_oldest timestamptz;
begin
  for v_limit in select * from pg_catalog.jsonb_to_recordset(p_limits)
      as l(reason text, key text, most integer, seconds integer, callers jsonb) where l.callers ? p_caller loop
    perform private.lock_for_login(v_limit.key);
    v_now := pg_catalog.clock_timestamp();
    select h.created_at into v_oldest from public.sms_limit_hits h
    where h.limit_key = v_limit.key and h.created_at > v_now - pg_catalog.make_interval(secs => v_limit.seconds)
    order by h.created_at desc offset v_limit.most - 1 limit 1;
    if found then
      return pg_catalog.jsonb_build_object('reason', v_limit.reason, 'retry_after', private.seconds_between(
        v_now, v_oldest + pg_catalog.make_interval(secs => v_limit.seconds)));
    end if;
  end loop;
  return null;
end;
$$;
comment on function private.first_full_limit(jsonb, text) is
  'Locks the keys of those p_limits [{reason, key, most, seconds, callers}] that apply to the caller, in the given order '
  '(the same for every caller, so no deadlock), and returns the first that is used up with the seconds until it opens, '
  'else null.';

create function private.braked(p_brake jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_seconds interval := pg_catalog.make_interval(secs => (p_brake ->> 'seconds')::integer);
  v_key text;
  v_sent integer;
  v_used integer;
  v_oldest timestamptz;
begin
  for v_key in select pg_catalog.jsonb_array_elements_text(p_brake -> 'keys') loop
    select pg_catalog.count(*), pg_catalog.count(*) filter (where h.is_used), pg_catalog.min(h.created_at)
      into v_sent, v_used, v_oldest
    from (select x.is_used, x.created_at from public.sms_limit_hits x
      where x.limit_key = v_key and x.created_at > v_now - v_seconds
        and x.created_at < v_now - pg_catalog.make_interval(secs => (p_brake ->> 'patience_seconds')::integer)
      order by x.created_at desc limit 500) as h;
    if v_sent >= (p_brake ->> 'requests')::integer and v_used * 100 < v_sent * (p_brake ->> 'percent')::integer then
      return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited',
        'retry_after', private.seconds_between(v_now, v_oldest + v_seconds));
    end if;
  end loop;
  return null;
end;
$$;
comment on function private.braked(jsonb) is
  'Refuses where codes were requested and hardly any used, the sign of SMS pumping. p_brake {keys, seconds, '
  'patience_seconds, requests, percent}: of at least so many codes of a key, older than the patience, fewer than so many '
  'percent were used.';

create function private.reserve_spending(p_cost_tyiyn bigint, p_caller text, p_budget jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_day date := (v_now at time zone 'Asia/Bishkek')::date;
  v_hour timestamptz := pg_catalog.date_trunc('hour', v_now);
  v_budget jsonb := p_budget -> p_caller;
  v_spent public.sms_spending;
begin
  insert into public.sms_spending (day) values (v_day) on conflict do nothing;
  select * into v_spent from public.sms_spending s where s.day = v_day for update;
  if v_spent.share_hour is distinct from v_hour then
    v_spent.new_tyiyn := 0;
    v_spent.elsewhere_tyiyn := 0;
  end if;
  if v_spent.spent_tyiyn + p_cost_tyiyn > (v_budget ->> 'day')::bigint then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited', 'retry_after', private.seconds_between(
      v_now, (v_day + 1)::timestamp at time zone 'Asia/Bishkek'));
  elsif p_cost_tyiyn + (case p_caller when 'new' then v_spent.new_tyiyn else v_spent.elsewhere_tyiyn end)
      > (v_budget ->> 'hour')::bigint then
    return pg_catalog.jsonb_build_object('reason', 'otp_temporarily_limited',
      'retry_after', private.seconds_between(v_now, v_hour + interval '1 hour'));
  end if;
  update public.sms_spending s set spent_tyiyn = v_spent.spent_tyiyn + p_cost_tyiyn, share_hour = v_hour,
    new_tyiyn = v_spent.new_tyiyn + case p_caller when 'new' then p_cost_tyiyn else 0 end,
    elsewhere_tyiyn = v_spent.elsewhere_tyiyn + case p_caller when 'elsewhere' then p_cost_tyiyn else 0 end
  where s.day = v_day;
  return null;
end;
$$;
comment on function private.reserve_spending(bigint, text, jsonb) is
  'Takes the price of one SMS (tyiyn) from what this caller (new, elsewhere, own or staff) may use of today''s budget '
  '{caller: {day, hour}}, and returns null; {reason, retry_after} where its part of the day or of the hour is used up.';

create function private.settle_spending(p_sms_id uuid, p_reserved_tyiyn bigint, p_cost_tyiyn bigint) returns void
language sql volatile set search_path = '' as $$
  update public.sms_spending s set spent_tyiyn = greatest(0, s.spent_tyiyn + p_cost_tyiyn - p_reserved_tyiyn),
    new_tyiyn = case when m.caller = 'new' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.new_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.new_tyiyn end,
    elsewhere_tyiyn = case when m.caller = 'elsewhere' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.elsewhere_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.elsewhere_tyiyn end
  from public.sms_messages m where m.id = p_sms_id and s.day = (m.created_at at time zone 'Asia/Bishkek')::date;
$$;
comment on function private.settle_spending(uuid, bigint, bigint) is
  'Replaces the price (tyiyn) that was reserved for a login SMS by its cost, in the day and in its share of the hour.';

revoke execute on function private.network_of(inet), private.place_of(inet), private.login_caller(text, inet),
  private.first_full_limit(jsonb, text), private.braked(jsonb), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) from public, anon, authenticated;
grant execute on function private.network_of(inet), private.place_of(inet), private.login_caller(text, inet),
  private.first_full_limit(jsonb, text), private.braked(jsonb), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) to service_role;
