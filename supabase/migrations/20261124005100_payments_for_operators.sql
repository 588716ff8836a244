-- What operators of finance look at before they act on money: payments found by user, number or bank's number, and one
-- payment with its whole history.

create function private.payment_line(p_payment public.payments) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p.id, 'state', p.state, 'amount_tyiyn', p.amount_tyiyn, 'paid_tyiyn', p.paid_tyiyn,
    'refunded_tyiyn', p.refunded_tyiyn, 'surplus_tyiyn', private.surplus_tyiyn(p_payment), 'bank', p.payment_method,
    'payment_type', p.payment_type, 'tier', p.tier, 'review_reason', p.review_reason, 'failure_reason', p.failure_reason,
    'transaction_id', p.transaction_id, 'created_at', p.created_at, 'completed_at', p.completed_at,
    'user', (select pg_catalog.jsonb_build_object('id', u.id, 'name', u.name, 'phone', u.phone)
      from public.accounts u where u.id = p.user_id))
  from (select (p_payment).*) as p;
$$;
comment on function private.payment_line(public.payments) is 'A payment as operators see it in a list, with its user.';

create function public.payments_search(p_operator_id uuid, p_text text, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  return pg_catalog.jsonb_build_object('payments', (
    select coalesce(pg_catalog.jsonb_agg(private.payment_line(sought) order by sought.created_at desc), '[]') from (
      select p.* from public.payments p
      where p_text = '' or p.id::text = p_text or p.user_id::text = p_text or p.transaction_id = p_text
        or p.id in (select a.payment_id from public.payment_attempts a where a.provider_ref = p_text or a.id::text = p_text)
      order by p.created_at desc limit p_limit) as sought));
end;
$$;
comment on function public.payments_search(uuid, text, integer) is
  'Payments by the id of their user, by our number or the bank''s, the newest first; an empty text finds the newest. A phone '
  'is looked up by customer_by_phone: it stands in no address. Reason: forbidden.';

create function public.payment_history(p_operator_id uuid, p_payment_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_payment public.payments := (select p from public.payments p where p.id = p_payment_id);
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  elsif v_payment.id is null then
    return '{"reason": "not_found"}';
  end if;
  return private.payment_line(v_payment) || pg_catalog.jsonb_build_object(
    'refundable_tyiyn', v_payment.paid_tyiyn - (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
      where r.payment_id = p_payment_id and r.state not in ('failed', 'rejected')),
    'waiting', (select pg_catalog.to_jsonb(v) || pg_catalog.jsonb_build_object('asked_by_name', u.name)
      from public.payment_approvals v join public.accounts u on u.id = v.asked_by
      where v.payment_id = p_payment_id and v.state = 'waiting'),
    'refunds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) || pg_catalog.jsonb_build_object('requested_by_name', u.name)
        order by r.created_at), '[]')
      from public.refunds r left join public.accounts u on u.id = r.requested_by where r.payment_id = p_payment_id),
    'attempts', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('position', a.position, 'bank', a.provider,
        'provider_ref', a.provider_ref, 'state', a.state, 'amount_tyiyn', a.amount_tyiyn, 'created_at', a.created_at)
        order by a.position), '[]') from public.payment_attempts a where a.payment_id = p_payment_id),
    'events', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event', e.event, 'actor_kind', e.actor_kind,
        'actor_name', u.name, 'from_state', e.from_state, 'to_state', e.to_state, 'amount_tyiyn', e.amount_tyiyn,
        'reason', e.details ->> 'reason', 'created_at', e.created_at) order by e.created_at, e.id), '[]')
      from public.payment_events e left join public.accounts u on u.id = e.actor_user_id and e.actor_kind = 'operator'
      where e.payment_id = p_payment_id));
end;
$$;
comment on function public.payment_history(uuid, uuid) is
  'One payment with what may go back, who waits for a second person, refunds, orders at banks and every event. Reasons: '
  'forbidden, not_found.';

create function public.customer_by_phone(p_operator_id uuid, p_phone text) returns jsonb
language sql stable set search_path = '' as $$
  select case when not private.is_finance(p_operator_id) then '{"reason": "forbidden"}'
    else coalesce((select pg_catalog.jsonb_build_object('user_id', u.id, 'name', u.name) from public.accounts u where u.phone = p_phone),
      '{"reason": "not_found"}') end;
$$;
comment on function public.customer_by_phone(uuid, text) is
  'Whom a payment by hand is for: {user_id, name}. Reasons: forbidden, not_found.';

-- Revenue is among these figures: they are for those who may see money.
create or replace function public.metrics_series(p_operator_id uuid, p_metrics text[], p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('series', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'metric', m.metric, 'dimension', m.dimension, 'day', m.day, 'value', m.value) order by m.metric, m.dimension, m.day), '[]')
    from public.metrics_daily m where m.metric = any (p_metrics)
      and m.day >= (pg_catalog.now() at time zone 'Asia/Bishkek')::date - p_days));
end;
$$;
comment on function public.metrics_series(uuid, text[], integer) is
  'For finance and administrators: figures of the last p_days days {series: [{metric, dimension, day, value}]}. Reasons: '
  'forbidden, account_blocked, authentication_required.';
drop function public.metrics_of_days(uuid, integer);

revoke execute on function private.payment_line(public.payments), public.payments_search(uuid, text, integer),
  public.payment_history(uuid, uuid), public.customer_by_phone(uuid, text) from public, anon, authenticated;
grant execute on function private.payment_line(public.payments), public.payments_search(uuid, text, integer),
  public.payment_history(uuid, uuid), public.customer_by_phone(uuid, text) to service_role;
