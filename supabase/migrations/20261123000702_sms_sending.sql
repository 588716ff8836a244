-- Sending of SMS: health of providers, spending limits, single messages of staff, and notifications about money.

create function private.update_sms_circuits(p_attempts jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.sms_circuits as c (supplier, failures, open_until, reason)
  select l.supplier, case when l.outcome = 'accepted' then 0 else 1 end,
    case when l.opens_circuit then pg_catalog.now() + interval '30 seconds' end, l.supplier_code
  from (
    select distinct on (a.supplier) a.supplier, a.outcome, a.opens_circuit, a.supplier_code
    from pg_catalog.jsonb_to_recordset(p_attempts)
      as a(position smallint, supplier text, outcome text, supplier_code text, opens_circuit boolean)
    where a.outcome in ('accepted', 'refused', 'unreachable', 'unknown')
    order by a.supplier, a.position desc) as l
  -- A success at a closed circuit changes nothing: no login waits here for another.
  where l.outcome <> 'accepted' or not exists (
    select from public.sms_circuits k where k.supplier = l.supplier and k.failures = 0 and k.open_until is null)
  on conflict (supplier) do update set
    failures = case when excluded.failures = 0 then 0 else c.failures + 1 end,
    reason = excluded.reason,
    open_until = case
      when excluded.failures = 0 then null
      when excluded.open_until is not null or c.failures + 1 >= 5
        then pg_catalog.now() + least(interval '10 minutes', interval '30 seconds' * (2 ^ least(greatest(c.failures - 4, 0), 5)))
      else c.open_until end;
end;
$$;
comment on function private.update_sms_circuits(jsonb) is
  'Updates circuit breakers: a provider is skipped after five failures in a row, or at once after a permanent failure '
  '(login, address, money); first for 30 seconds, doubling to 10 minutes. One success closes the circuit.';

create function private.phone_operator(p_phone text) returns text
language sql stable set search_path = '' as $$
  select coalesce((
    select o.operator from public.phone_operators o
    where pg_catalog.starts_with(pg_catalog.substr(p_phone, 5), o.prefix)
    order by pg_catalog.length(o.prefix) desc limit 1), 'other');
$$;
comment on function private.phone_operator(text) is
  'Returns the mobile network of a number in E.164; other for an unlisted prefix.';

create function private.operator_refusal(p_operator_id uuid, p_roles text[]) returns text
language sql stable set search_path = '' as $$
  select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
    when not u.role = any (p_roles) then 'forbidden' end
  from (select p_operator_id as id) as asked left join public.accounts u on u.id = asked.id;
$$;
comment on function private.operator_refusal(uuid, text[]) is
  'Returns the reason of a refusal to act as staff with one of the roles, else null.';

-- A repeated message that no provider accepted is sent, not answered as accepted.
create function public.sms_reserve_by_operator(
  p_sms_id uuid, p_operator_id uuid, p_phone text, p_template text, p_address inet, p_request_id text,
  p_cost_tyiyn bigint, p_per_phone_hour integer, p_per_operator_day integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_known public.sms_messages;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  perform private.lock_for_login('operator:' || p_operator_id), private.lock_for_login('sms-to:' || p_phone);
  select m.* into v_known from public.sms_messages m where m.id = p_sms_id;
  if found and (v_known.phone <> p_phone or v_known.template <> p_template) then
    return '{"reason": "idempotency_key_reused"}';
  end if;
  if found and v_known.state <> 'released' then
    return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'state', v_known.state);
  end if;
  if (select count(*) from public.sms_messages m where m.phone = p_phone and m.purpose = 'operator'
        and m.state <> 'released' and m.created_at > pg_catalog.now() - interval '1 hour') >= p_per_phone_hour
    or (select count(*) from public.sms_messages m where m.sent_by = p_operator_id
        and m.created_at > pg_catalog.now() - interval '1 day') >= p_per_operator_day then
    return '{"reason": "sms_operator_limit"}';
  end if;
  insert into public.sms_messages (id, purpose, phone, address, cost_tyiyn, request_id, sent_by, template)
  values (p_sms_id, 'operator', p_phone, p_address, p_cost_tyiyn, p_request_id, p_operator_id, p_template)
  on conflict (id) do update set state = 'reserved', request_id = excluded.request_id;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'sms.send', 'sms_message', p_sms_id::text,
          pg_catalog.jsonb_build_object('template', p_template), p_address, p_request_id);
  return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'open_circuits', (
    select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
    where s.open_until > pg_catalog.now()));
end;
$$;
comment on function public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer) is
  'Reserves one SMS by template for a staff member: {sms_id, open_circuits}, or {sms_id, state} when this id is in '
  'progress or was accepted by a provider before. Reasons: sms_operator_limit, idempotency_key_reused, forbidden, '
  'account_blocked, authentication_required.';

create function public.billing_sms_claim(p_kinds text[], p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select n.id, n.user_id, n.type, n.message from public.notifications n
    left join public.sms_messages m on m.id = n.id
    where n.type = any (p_kinds) and n.created_at > pg_catalog.now() - interval '1 day'
      and private.wants(n.user_id, n.type, 'sms')
      and (m.id is null or (m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'))
    order by n.created_at limit p_limit
  ), taken as (
    insert into public.sms_messages as m (id, purpose, phone, template)
    select w.id, 'notice', u.phone, w.type from wanted w join public.accounts u on u.id = w.user_id
    on conflict (id) do update set template = excluded.template
      where m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'
    returning m.id, m.phone
  )
  select pg_catalog.jsonb_build_object(
    'open_circuits', (select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s where s.open_until > pg_catalog.now()),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('sms_id', t.id, 'phone', t.phone, 'text', w.message)), '[]')
      from taken t join wanted w on w.id = t.id));
$$;
comment on function public.billing_sms_claim(text[], integer) is
  'Claims notifications of these kinds that are due by SMS and switched on by their users, each for one caller: {open_circuits, messages: [{sms_id, '
  'phone, text}]}. The SMS has the id of its notification. A claimed but unrecorded one comes again after five '
  'minutes under the same id, which identifies it at the provider.';

create function private.reserve_spending(p_cost_tyiyn bigint, p_caller text, p_budget jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_day date := (v_now at time zone 'Asia/Bishkek')::date;
  v_hour timestamptz := pg_catalog.date_trunc('hour', v_now);
  v_budget jsonb := p_budget -> p_caller;
  v_spent public.sms_spending;
begin
  select * into v_spent from public.sms_spending s where s.day = v_day for update;
  if not found then
    insert into public.sms_spending (day) values (v_day) on conflict do nothing;
    select * into v_spent from public.sms_spending s where s.day = v_day for update;
  end if;
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
  'Reserves the price of one SMS (tyiyn) from the share of this caller (new, elsewhere, own or staff) in today''s '
  'budget {caller: {day, hour}}, and returns null; {reason, retry_after} when the share of the day or of the hour is '
  'used up.';

create function private.settle_spending(p_sms_id uuid, p_reserved_tyiyn bigint, p_cost_tyiyn bigint) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_cost_tyiyn = p_reserved_tyiyn then
    return;
  end if;
  update public.sms_spending s set spent_tyiyn = greatest(0, s.spent_tyiyn + p_cost_tyiyn - p_reserved_tyiyn),
    new_tyiyn = case when m.caller = 'new' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.new_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.new_tyiyn end,
    elsewhere_tyiyn = case when m.caller = 'elsewhere' and s.share_hour = pg_catalog.date_trunc('hour', m.created_at)
      then greatest(0, s.elsewhere_tyiyn + p_cost_tyiyn - p_reserved_tyiyn) else s.elsewhere_tyiyn end
  from public.sms_messages m where m.id = p_sms_id and s.day = (m.created_at at time zone 'Asia/Bishkek')::date;
end;
$$;
comment on function private.settle_spending(uuid, bigint, bigint) is
  'Replaces the reserved price (tyiyn) of a login SMS by its cost, in the day and in its share of the hour.';

revoke execute on function private.update_sms_circuits(jsonb), private.phone_operator(text),
  private.operator_refusal(uuid, text[]),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer),
  public.billing_sms_claim(text[], integer), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) from public, anon, authenticated;
grant execute on function private.update_sms_circuits(jsonb), private.phone_operator(text),
  private.operator_refusal(uuid, text[]),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer),
  public.billing_sms_claim(text[], integer), private.reserve_spending(bigint, text, jsonb),
  private.settle_spending(uuid, bigint, bigint) to service_role;
