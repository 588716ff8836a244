-- Settlement: the only place where money becomes a tier, for webhooks, queries, lists and the reconciler.
-- A row lock on the payment serialises them. Users cannot read that a fraud rule held their payment.

create function public.payment_settle(p_attempt_id uuid, p_report jsonb, p_rules jsonb, p_actor jsonb, p_event_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_attempt public.payment_attempts;
  v_was text;
begin
  select p.* into v_payment from public.payments p
  where p.id = (select a.payment_id from public.payment_attempts a where a.id = p_attempt_id) for no key update;
  if v_payment.id is null then
    return '{"reason": "not_found"}';
  end if;
  v_was := v_payment.state;
  update public.payment_attempts a set last_query_at = case when p_event_id is null then pg_catalog.now() else a.last_query_at end,
    provider_ref = coalesce(a.provider_ref, (select p_report ->> 'provider_ref' where not exists (
      select from public.payment_attempts o where o.provider = a.provider and o.provider_ref = p_report ->> 'provider_ref')))
  where a.id = p_attempt_id returning a.* into v_attempt;
  if p_report ->> 'state' = 'paid' then
    perform private.record_money(v_payment, v_attempt, p_report, p_rules, p_actor);
  elsif p_report ->> 'state' in ('failed', 'expired', 'canceled') then
    perform private.record_failure(v_payment, v_attempt, p_report ->> 'state', p_actor);
  elsif p_report ->> 'state' = 'pending' and p_event_id is not null then
    -- The webhook reports money that the bank does not confirm yet: query it again soon.
    update public.payments p set checks = 0, next_check_at = pg_catalog.now() + interval '1 minute'
    where p.id = v_payment.id and p.state in ('created', 'pending', 'failed', 'expired', 'canceled');
  elsif p_report ->> 'state' = 'refunded' and v_attempt.paid_tyiyn = 0 then
    -- Paid and refunded before our first report: nothing was activated, and nothing is due.
    perform private.record_failure(v_payment, v_attempt, 'canceled', p_actor);
  end if;
  select p.* into v_payment from public.payments p where p.id = v_payment.id;
  if (p_report ->> 'is_confirmed')::boolean and v_attempt.paid_tyiyn > 0 and (
      p_report ->> 'state' = 'refunded' or coalesce((p_report ->> 'refunded_tyiyn')::bigint, 0) > 0) then
    perform private.record_refund(v_payment, v_attempt, coalesce(nullif((p_report ->> 'refunded_tyiyn')::bigint, 0), v_attempt.paid_tyiyn),
      coalesce(p_report ->> 'transaction_id', v_attempt.provider_ref, v_attempt.id::text) || ':refund', p_actor);
  end if;
  update public.payment_webhook_events e set state = 'processed', processed_at = pg_catalog.now(), payment_id = v_payment.id,
    attempt_id = p_attempt_id where e.id = p_event_id;
  select p.* into v_payment from public.payments p where p.id = v_payment.id;
  return pg_catalog.jsonb_build_object('payment_id', v_payment.id, 'user_id', v_payment.user_id, 'state', v_payment.state,
    'changed', v_payment.state <> v_was, 'payment', private.payment_view(v_payment));
end;
$$;
comment on function public.payment_settle(uuid, jsonb, jsonb, jsonb, uuid) is
  'Acts on a bank''s report about an order: {payment_id, user_id, state, changed, payment}. p_report: {state, '
  'amount_tyiyn (null: as ordered), currency, transaction_id, provider_ref, paid_at, is_test, is_confirmed, '
  'refunded_tyiyn, payer_digest}; p_rules: {takes_test_money, users_of_payer}. p_event_id is the stored webhook that '
  'ends with it. Idempotent. Reason: not_found.';

create function public.payment_webhook_receive(p_provider text, p_event jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_attempt public.payment_attempts := private.find_attempt(p_provider, (p_event ->> 'attempt_id')::uuid, p_event ->> 'provider_ref');
  v_event public.payment_webhook_events;
begin
  insert into public.payment_webhook_events as e (provider, event_key, payment_id, attempt_id, trust, body_redacted, report)
  values (p_provider, p_event ->> 'event_key', v_attempt.payment_id, v_attempt.id, p_event ->> 'trust', p_event ->> 'body', p_event -> 'report')
  on conflict (provider, event_key) do update set deliveries = e.deliveries + 1,
    payment_id = coalesce(e.payment_id, excluded.payment_id), attempt_id = coalesce(e.attempt_id, excluded.attempt_id)
  returning * into v_event;
  return pg_catalog.jsonb_build_object('event_id', v_event.id, 'state', v_event.state, 'deliveries', v_event.deliveries,
    'payment_id', v_event.payment_id, 'is_done', v_event.state = 'ignored' or (v_event.state = 'processed' and not (
      p_event -> 'report' ->> 'state' = 'paid' and exists (select from public.payments p
        where p.id = v_event.payment_id and p.state in ('created', 'pending', 'failed', 'expired', 'canceled')))),
    'attempt', case when v_attempt.id is not null then pg_catalog.jsonb_build_object('attempt_id', v_attempt.id,
      'provider_ref', v_attempt.provider_ref, 'bank', v_attempt.provider, 'amount_tyiyn', v_attempt.amount_tyiyn) end);
end;
$$;
comment on function public.payment_webhook_receive(text, jsonb) is
  'Stores a bank''s webhook before acting on it, once per event_key: {event_id, state, deliveries, payment_id, '
  'is_done, attempt}. is_done: nothing is left to do; a webhook about money is done once its payment is paid. '
  'p_event: {event_key, trust, attempt_id, provider_ref, report, body}. attempt is null without a matching order.';

create function public.payment_orphan_found(
  p_provider text, p_report jsonb, p_is_money boolean, p_event_id uuid, p_outcome text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  if p_is_money and (p_report ->> 'amount_tyiyn')::bigint > 0 then
    insert into public.payment_orphans (provider, provider_ref, amount_tyiyn, paid_at)
    values (p_provider, coalesce(p_report ->> 'provider_ref', p_report ->> 'transaction_id', 'event:' || p_event_id), (p_report ->> 'amount_tyiyn')::bigint, (p_report ->> 'paid_at')::timestamptz)
    on conflict (provider, provider_ref) do nothing returning id into v_id;
  end if;
  update public.payment_webhook_events e set state = 'ignored', processed_at = pg_catalog.now(), failure_reason = p_outcome
  where e.id = p_event_id;
  return pg_catalog.jsonb_build_object('orphan_id', v_id);
end;
$$;
comment on function public.payment_orphan_found(text, jsonb, boolean, uuid, text) is
  'Keeps money at a bank without a matching order for a staff member; ignores a webhook without money. p_outcome is the '
  'stored reason.';

create function private.is_used_offer(p_payment public.payments) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.payments o
    where o.offer_id = p_payment.offer_id and o.id <> p_payment.id and o.completed_at is not null);
$$;
comment on function private.is_used_offer(public.payments) is
  'Returns true when another payment used the offer of this one: orders at several banks may be open in parallel.';

create function private.review_reason(p_payment public.payments, p_total_tyiyn bigint) returns text
language sql stable set search_path = '' as $$
  select case
    when p_payment.state = 'manual_review' and p_payment.review_reason in ('late_and_paid_again', 'routine', 'second_person', 'transaction_reused', 'offer_used')
      then p_payment.review_reason
    when p_total_tyiyn < p_payment.amount_tyiyn then 'underpaid'
    when private.is_used_offer(p_payment) then 'offer_used'
    when p_payment.state in ('failed', 'expired', 'canceled') and exists (
      select from public.payments o where o.user_id = p_payment.user_id and o.id <> p_payment.id
        and o.state in ('completed', 'partially_refunded') and o.completed_at > p_payment.created_at) then 'late_and_paid_again'
    when exists (select from public.payment_risk_decisions d
      where d.payment_id = p_payment.id and d.decision = 'review' and not d.reasons && array['amount_mismatch', 'test_money', 'other_currency'])
      then 'routine' end;
$$;
comment on function private.review_reason(public.payments, bigint) is
  'Returns the reason for which staff must decide about a payment although its money, in all p_total_tyiyn, has '
  'arrived; null when the tier may start.';

revoke execute on function public.payment_settle(uuid, jsonb, jsonb, jsonb, uuid),
  public.payment_webhook_receive(text, jsonb), public.payment_orphan_found(text, jsonb, boolean, uuid, text),
  private.is_used_offer(public.payments), private.review_reason(public.payments, bigint)
  from public, anon, authenticated;
grant execute on function public.payment_settle(uuid, jsonb, jsonb, jsonb, uuid),
  public.payment_webhook_receive(text, jsonb), public.payment_orphan_found(text, jsonb, boolean, uuid, text),
  private.is_used_offer(public.payments), private.review_reason(public.payments, bigint) to service_role;
