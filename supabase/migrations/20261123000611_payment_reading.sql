-- A user's view of a payment, and its cancellation.

create function private.attempts_to_ask(p_payment_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('attempt_id', a.id, 'provider_ref', a.provider_ref,
    'bank', a.provider, 'amount_tyiyn', a.amount_tyiyn) order by a.position desc), '[]')
  from (
    select * from public.payment_attempts t
    where t.payment_id = p_payment_id and t.provider <> 'manual'
      and (t.state <> 'failed' or t.provider_ref is not null)
    order by t.position desc limit p_limit) as a;
$$;
comment on function private.attempts_to_ask(uuid, integer) is
  'Returns the newest attempts that may exist at the bank: {attempt_id, provider_ref, bank, amount_tyiyn}.';

create function public.payment_read(p_user_id uuid, p_payment_id uuid, p_ask_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_ask jsonb := '[]';
begin
  select p.* into v_payment from public.payments p where p.id = p_payment_id and p.user_id = p_user_id;
  if v_payment.id is null then
    return '{"reason": "not_found"}';
  elsif v_payment.state = 'pending' then
    select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
    update public.payment_attempts a set last_query_at = pg_catalog.now()
    where a.payment_id = p_payment_id and v_payment.state = 'pending' and not exists (
      select from public.payment_attempts o where o.payment_id = p_payment_id
        and o.last_query_at > pg_catalog.now() - pg_catalog.make_interval(secs => p_ask_seconds));
    if found then
      v_ask := private.attempts_to_ask(p_payment_id, 3);
    end if;
  end if;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment), 'ask', v_ask);
end;
$$;
comment on function public.payment_read(uuid, uuid, integer) is
  'Returns one payment of a user: {payment, ask}. ask lists attempts to query at the bank now: at most once in '
  'p_ask_seconds per payment, for all callers together. Reason: not_found.';

create function public.payment_cancel(p_user_id uuid, p_payment_id uuid, p_actor jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_attempts jsonb := '[]';
begin
  select p.* into v_payment from public.payments p where p.id = p_payment_id and p.user_id = p_user_id for no key update;
  if v_payment.id is null then
    return '{"reason": "not_found"}';
  elsif v_payment.state in ('created', 'pending') then
    v_attempts := private.attempts_to_ask(p_payment_id, 3);
    update public.payment_attempts a set state = 'canceled' where a.payment_id = p_payment_id and a.state in ('created', 'pending');
    update public.payments p set state = 'canceled', checks = 0, next_check_at = pg_catalog.now() + interval '1 minute'
    where p.id = p_payment_id;
    perform private.log_payment(v_payment, null, p_actor, 'canceled', 'canceled', null, null);
  elsif v_payment.state <> 'canceled' then
    return '{"reason": "payment_not_open"}';
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment_id;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment), 'withdraw', v_attempts);
end;
$$;
comment on function public.payment_cancel(uuid, uuid, jsonb) is
  'Cancels an open payment: {payment, withdraw: orders to withdraw at the bank}. Money that arrives later is still '
  'recognized. Reasons: not_found, payment_not_open.';

revoke execute on function private.attempts_to_ask(uuid, integer), public.payment_read(uuid, uuid, integer),
  public.payment_cancel(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function private.attempts_to_ask(uuid, integer), public.payment_read(uuid, uuid, integer),
  public.payment_cancel(uuid, uuid, jsonb) to service_role;
