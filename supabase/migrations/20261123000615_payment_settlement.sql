-- Settlement of banks' reports about orders: the only place where money becomes a tier.

-- What a bank says about an order, and what follows from it: the one place where money becomes a tier. Every way in ends
-- here: calls of banks, questions of ours, lists, the reconciler. A row lock on the payment puts them in order.
-- Locks: payment, then offer, then user, then subscription.

create function private.find_attempt(p_provider text, p_attempt_id uuid, p_provider_ref text) returns public.payment_attempts
language sql stable set search_path = '' as $$
  select a from public.payment_attempts a
  where a.provider = p_provider and (a.provider_ref = p_provider_ref
    or (a.id = p_attempt_id and coalesce(a.provider_ref, p_provider_ref, '') = coalesce(p_provider_ref, a.provider_ref, '')))
  order by a.provider_ref = p_provider_ref desc nulls last limit 1;
$$;
comment on function private.find_attempt(text, uuid, text) is
  'Finds the attempt that a bank refers to: by its reference, else by our id unless the reference belongs to another '
  'attempt.';

create function private.mismatch_reason(p_payment public.payments, p_report jsonb, p_rules jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when coalesce(p_report ->> 'currency', 'KGS') <> 'KGS' then 'other_currency'
    when (p_report ->> 'is_test')::boolean and not (p_rules ->> 'takes_test_money')::boolean then 'test_money'
    when not (p_report ->> 'is_confirmed')::boolean then 'unconfirmed'
    when exists (select from public.payments o where o.id <> p_payment.id and o.payment_method = p_payment.payment_method
      and o.transaction_id = p_report ->> 'transaction_id') then 'transaction_reused' end;
$$;
comment on function private.mismatch_reason(public.payments, jsonb, jsonb) is
  'Returns the reason why a report is not counted as money for this payment (other_currency, test_money, unconfirmed, '
  'transaction_reused); else null.';

create function private.check_payer(p_payment public.payments, p_report jsonb, p_rules jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_payer constant bytea := (p_report ->> 'payer_digest')::bytea;
  v_users integer;
begin
  if v_payer is null or exists (select from public.payment_risk_decisions d
      where d.payment_id = p_payment.id and d.payer_digest = v_payer) then
    return;
  end if;
  select pg_catalog.count(distinct d.user_id) into v_users from public.payment_risk_decisions d
  where d.payer_digest = v_payer and d.user_id <> p_payment.user_id and d.created_at > pg_catalog.now() - interval '30 days';
  insert into public.payment_risk_decisions (payment_id, user_id, decision, reasons, payer_digest, details)
  values (p_payment.id, p_payment.user_id,
    case when v_users >= (p_rules ->> 'users_of_payer')::integer then 'review' else 'allow' end,
    case when v_users >= (p_rules ->> 'users_of_payer')::integer then array['users_of_payer'] else '{}' end,
    v_payer, pg_catalog.jsonb_build_object('users_of_payer', v_users));
end;
$$;
comment on function private.check_payer(public.payments, jsonb, jsonb) is
  'Records the fraud rule on payers (one phone that pays for many users), once per payment and payer.';

create function private.hold_payment(p_payment public.payments, p_attempt_id uuid, p_reason text, p_amount_tyiyn bigint, p_actor jsonb)
returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.payments p set state = 'manual_review', review_reason = p_reason,
    next_check_at = case when p_reason in ('unconfirmed', 'underpaid') then coalesce(p.next_check_at, pg_catalog.now() + interval '1 minute') end
  where p.id = p_payment.id;
  perform private.log_payment(p_payment, p_attempt_id, p_actor, 'held', case when p_payment.state <> 'manual_review' then 'manual_review' end,
    p_amount_tyiyn, pg_catalog.jsonb_build_object('reason', p_reason));
  insert into public.payment_risk_decisions (payment_id, user_id, decision, reasons, details)
  select p_payment.id, p_payment.user_id, 'review', array[case p_reason when 'underpaid' then 'amount_mismatch' else p_reason end],
    pg_catalog.jsonb_build_object('amount_tyiyn', p_amount_tyiyn)
  where p_reason in ('underpaid', 'test_money', 'other_currency', 'transaction_reused');
  perform private.enqueue_notification(p_payment.user_id, 'payment_in_review', 'payment:' || p_payment.id || ':review',
    pg_catalog.jsonb_build_object('payment_id', p_payment.id, 'tier', p_payment.tier));
end;
$$;
comment on function private.hold_payment(public.payments, uuid, text, bigint, jsonb) is
  'Holds a payment for a staff member to decide.';

create function private.complete_payment(p_payment public.payments, p_attempt_id uuid, p_transaction_id text, p_actor jsonb)
returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_done public.payments;
  v_subscription_id uuid;
begin
  update public.payments p set state = 'completed', completed_at = pg_catalog.clock_timestamp(), failure_reason = null,
    transaction_id = coalesce(p.transaction_id, p_transaction_id), next_check_at = null
  where p.id = p_payment.id and p.state in ('created', 'pending', 'manual_review', 'failed', 'expired', 'canceled')
  returning p.* into v_done;
  if v_done.id is null then
    return false;
  end if;
  v_subscription_id := private.activate(v_done);
  update public.payments p set subscription_id = v_subscription_id where p.id = p_payment.id;
  perform private.log_payment(p_payment, p_attempt_id, p_actor, 'completed', 'completed', v_done.paid_tyiyn,
    pg_catalog.jsonb_build_object('overpaid_tyiyn', v_done.overpaid_tyiyn));
  perform private.enqueue_notification(v_done.user_id, 'payment_completed', 'payment:' || v_done.id || ':completed',
    pg_catalog.jsonb_build_object('payment_id', v_done.id, 'tier', v_done.tier, 'amount_tyiyn', v_done.paid_tyiyn,
      'until', (select s.expires_at from public.subscriptions s where s.id = v_subscription_id)));
  return true;
end;
$$;
comment on function private.complete_payment(public.payments, uuid, text, jsonb) is
  'Completes and activates in one transaction, once: returns true only when this call changed the state.';

create function private.record_money(
  p_payment public.payments, p_attempt public.payment_attempts, p_report jsonb, p_rules jsonb, p_actor jsonb
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments := p_payment;
  v_amount constant bigint := coalesce((p_report ->> 'amount_tyiyn')::bigint, p_attempt.amount_tyiyn);
  v_more constant bigint := greatest(v_amount - p_attempt.paid_tyiyn, 0);
  v_reason text;
begin
  perform private.check_payer(p_payment, p_report, p_rules);
  v_reason := private.mismatch_reason(p_payment, p_report, p_rules);
  if v_reason is null then
    -- Two payments at the price of one offer wait for each other: the second sees that it is used.
    perform 1 from public.tier_offers o where o.id = p_payment.offer_id for no key update;
    v_reason := private.review_reason(p_payment, p_payment.paid_tyiyn + v_more);
    update public.payment_attempts a set state = 'paid', paid_tyiyn = a.paid_tyiyn + v_more,
      transaction_id = coalesce(a.transaction_id, p_report ->> 'transaction_id'),
      paid_at = coalesce(a.paid_at, (p_report ->> 'paid_at')::timestamptz, pg_catalog.now())
    where a.id = p_attempt.id;
    update public.payments p set paid_tyiyn = p.paid_tyiyn + v_more where p.id = p_payment.id returning p.* into v_payment;
  end if;
  if p_payment.state in ('completed', 'partially_refunded', 'refunded') then
    if v_more > 0 then
      perform private.log_payment(p_payment, p_attempt.id, p_actor, 'paid_again', null, v_more,
        pg_catalog.jsonb_build_object('reason', v_reason));
    end if;
  elsif v_reason is null then
    perform private.complete_payment(v_payment, p_attempt.id,
      coalesce(p_report ->> 'transaction_id', p_attempt.provider_ref, p_report ->> 'provider_ref'), p_actor);
  elsif v_reason is distinct from p_payment.review_reason or p_payment.state <> 'manual_review' or v_more > 0 then
    perform private.hold_payment(v_payment, p_attempt.id, v_reason, v_amount, p_actor);
  end if;
end;
$$;
comment on function private.record_money(public.payments, public.payment_attempts, jsonb, jsonb, jsonb) is
  'Records a bank''s report that an order was paid. The amount per order only grows, so that repeats add nothing, '
  'while a second payment of one order does. Completes the payment when the amount suffices, holds it when it is too '
  'small, and notes a surplus.';

create function private.record_failure(
  p_payment public.payments, p_attempt public.payment_attempts, p_state text, p_actor jsonb
) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_attempt.state not in ('created', 'pending', 'superseded') then
    return;
  end if;
  update public.payment_attempts a set state = p_state where a.id = p_attempt.id;
  -- A user whose QR ran out may get another one; a payment that the bank refused is over unless another try is open.
  if p_payment.state not in ('created', 'pending') or p_state = 'expired' or exists (
      select from public.payment_attempts a where a.payment_id = p_payment.id and a.state in ('created', 'pending')) then
    perform private.log_payment(p_payment, p_attempt.id, p_actor, 'order_' || p_state, null, null, null);
    return;
  end if;
  update public.payments p set state = p_state, failure_reason = case p_state when 'failed' then 'bank_declined' else 'canceled_at_bank' end
  where p.id = p_payment.id;
  perform private.log_payment(p_payment, p_attempt.id, p_actor, p_state, p_state, null, null);
  perform private.enqueue_notification(p_payment.user_id, 'payment_not_made', 'payment:' || p_payment.id || ':not_made',
    pg_catalog.jsonb_build_object('payment_id', p_payment.id, 'tier', p_payment.tier));
end;
$$;
comment on function private.record_failure(public.payments, public.payment_attempts, text, jsonb) is
  'Records a bank''s report that an order failed, expired or was cancelled. Never changes a paid payment.';

create function private.record_refund(p_payment public.payments, p_attempt public.payment_attempts, p_total_tyiyn bigint, p_ref text, p_actor jsonb)
returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_known constant bigint := (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
    where r.payment_id = p_payment.id and r.state = 'done');
  v_more constant bigint := least(p_total_tyiyn, p_payment.paid_tyiyn) - v_known;
  v_refund_id uuid;
begin
  if v_more <= 0 then
    return;
  end if;
  select r.id into v_refund_id from public.refunds r
  where r.payment_id = p_payment.id and r.state in ('requested', 'approved', 'processing') and r.amount_tyiyn = v_more
  order by r.state = 'processing' desc, r.created_at limit 1;
  if v_refund_id is null then
    insert into public.refunds (payment_id, amount_tyiyn, kind, reason) values (p_payment.id, v_more, 'external', 'Возврат в кабинете банка')
    returning id into v_refund_id;
  end if;
  perform private.finish_refund(v_refund_id, p_ref || ':' || p_total_tyiyn, p_actor);
end;
$$;
comment on function private.record_refund(public.payments, public.payment_attempts, bigint, text, jsonb) is
  'Records a bank''s report of the total refunded for an order. Finishes the matching refund of ours, or notes one '
  'made in the bank''s cabinet.';

create function private.end_refunds_without_money(p_payment_id uuid) returns void
language sql volatile set search_path = '' as $$
  with payment as (
    select p.paid_tyiyn - p.refunded_tyiyn as left_tyiyn from public.payments p where p.id = p_payment_id
  ), waiting as (
    -- What the bank may be carrying out now comes first, then the oldest.
    select r.id, r.state, pg_catalog.sum(r.amount_tyiyn) over (order by r.state = 'processing' desc, r.created_at, r.id) as total
    from public.refunds r where r.payment_id = p_payment_id and r.state in ('requested', 'approved', 'processing')
  )
  update public.refunds r set state = case w.state when 'processing' then 'failed' else 'rejected' end,
    finished_at = pg_catalog.now(), failure_reason = 'given_back_at_bank'
  from waiting w, payment
  where r.id = w.id and r.state in ('requested', 'approved', 'processing')
    and case w.state when 'processing' then payment.left_tyiyn <= 0 else w.total > payment.left_tyiyn end;
$$;
comment on function private.end_refunds_without_money(uuid) is
  'Ends waiting refunds whose money the bank has already returned: nobody approves or makes them any more. A refund '
  'that the bank may be executing ends only when nothing is left to refund.';

create function private.finish_refund(p_refund_id uuid, p_ref text, p_actor jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
  v_payment public.payments;
  v_left bigint;
  v_state text;
begin
  select p.* into v_payment from public.payments p
  where p.id = (select r.payment_id from public.refunds r where r.id = p_refund_id) for no key update;
  update public.refunds r set state = 'done', finished_at = pg_catalog.now(), failure_reason = null,
    provider_ref = coalesce(r.provider_ref, p_ref)
  where r.id = p_refund_id and r.state in ('requested', 'approved', 'processing') returning r.* into v_refund;
  if v_refund.id is null then
    return false;
  end if;
  v_left := v_payment.paid_tyiyn - v_payment.refunded_tyiyn - v_refund.amount_tyiyn;
  -- Giving back what came in too much changes nothing; only below the price is the payment partly refunded.
  v_state := case when v_left <= 0 then 'refunded'
    when v_payment.state = 'manual_review' or v_left >= v_payment.amount_tyiyn then v_payment.state
    else 'partially_refunded' end;
  update public.payments p set refunded_tyiyn = p.refunded_tyiyn + v_refund.amount_tyiyn, state = v_state,
    completed_at = case when v_state = 'refunded' then coalesce(p.completed_at, pg_catalog.clock_timestamp()) else p.completed_at end
  where p.id = v_payment.id;
  perform private.log_payment(v_payment, null, p_actor, 'refunded', nullif(v_state, v_payment.state), v_refund.amount_tyiyn,
    pg_catalog.jsonb_build_object('refund_id', v_refund.id, 'kind', v_refund.kind));
  perform private.end_refunds_without_money(v_payment.id);
  perform private.shrink_period(v_payment, v_state = 'refunded');
  perform private.enqueue_notification(v_payment.user_id, 'payment_refunded', 'refund:' || v_refund.id,
    pg_catalog.jsonb_build_object('payment_id', v_payment.id, 'tier', v_payment.tier, 'amount_tyiyn', v_refund.amount_tyiyn));
  return true;
end;
$$;
comment on function private.finish_refund(uuid, text, jsonb) is
  'Records refunded money, once: returns true when this call did. A full refund takes back the whole period of the '
  'payment, a partial one its part, and the subscription is scheduled anew.';

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
    -- The bank calls, but does not say paid yet when asked: ask it again soon.
    update public.payments p set checks = 0, next_check_at = pg_catalog.now() + interval '1 minute'
    where p.id = v_payment.id and p.state in ('created', 'pending', 'failed', 'expired', 'canceled');
  elsif p_report ->> 'state' = 'refunded' and v_attempt.paid_tyiyn = 0 then
    -- Paid and given back before we ever heard of it: nothing was activated, and nothing is owed.
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
  'p_event: {event_key, trust, attempt_id, provider_ref, report, body}. attempt is null when it is no order of ours.';

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
  'Keeps money at a bank for no order of ours for a staff member; ignores a webhook without money. p_outcome is the '
  'reason that is stored.';

-- What timers do so that no payment depends on a call of a bank: questions with growing pauses, calls that were stored
-- and not acted upon, and our books beside the bank's list of a day.

create function private.next_check(p_checks integer, p_expires_at timestamptz, p_now timestamptz) returns timestamptz
language sql immutable set search_path = '' as $$
  select case when p_now < p_expires_at + interval '1 day' then least(
    p_now + pg_catalog.make_interval(mins => coalesce((array[2, 5, 10, 30])[p_checks + 1], 60)),
    case when p_now < p_expires_at then p_expires_at + interval '5 seconds' end) end;
$$;
comment on function private.next_check(integer, timestamptz, timestamptz) is
  'Returns the time of the next query to a bank: after 1, 2, 5, 10 and 30 minutes and then every hour, once right '
  'after the payment expires, and until a day after that; null for no more.';

create function public.payment_checks_due(p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select p.id, p.expires_at from public.payments p where p.next_check_at <= pg_catalog.now()
    order by p.next_check_at limit p_limit for no key update skip locked
  ), taken as (
    update public.payments p set checks = p.checks + 1,
      next_check_at = private.next_check(p.checks, coalesce(p.expires_at, p.created_at), pg_catalog.now())
    from due where p.id = due.id returning p.id, p.expires_at <= pg_catalog.now() as is_over, p.next_check_at is null as is_last
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('payment_id', t.id, 'is_over', t.is_over, 'is_last', t.is_last,
    'ask', private.attempts_to_ask(t.id, 10))), '[]') from taken t;
$$;
comment on function public.payment_checks_due(integer) is
  'Claims payments that are due for a query to their bank: [{payment_id, is_over, is_last, ask}]. Each goes to one '
  'caller and becomes due again after its pause, even if the caller dies.';

create function public.payment_expire(p_payment_id uuid, p_actor jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_event public.payment_webhook_events;
begin
  select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
  if v_payment.state not in ('created', 'pending') or v_payment.expires_at > pg_catalog.now() then
    return false;
  end if;
  select e.* into v_event from public.payment_webhook_events e
  where e.payment_id = p_payment_id and e.trust = 'proof' and e.report ->> 'state' = 'paid' order by e.created_at limit 1;
  if v_event.id is not null then
    perform private.hold_payment(v_payment, v_event.attempt_id, 'unconfirmed', (v_event.report ->> 'amount_tyiyn')::bigint, p_actor);
    return false;
  end if;
  update public.payment_attempts a set state = 'expired' where a.payment_id = p_payment_id and a.state in ('created', 'pending');
  update public.payments p set state = 'expired' where p.id = p_payment_id;
  perform private.log_payment(v_payment, null, p_actor, 'expired', 'expired', null, null);
  return true;
end;
$$;
comment on function public.payment_expire(uuid, jsonb) is
  'Closes an expired payment after a query to the bank: returns true when this call did. Money that arrives later '
  'completes it. Holds the payment for a staff member when a signed webhook reported money that the bank never '
  'confirmed.';

create function public.payment_webhooks_open(p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with open as (
    select e.id from public.payment_webhook_events e
    where e.state = 'received' and e.updated_at < pg_catalog.now() - interval '1 minute'
    order by e.created_at limit p_limit for update skip locked
  ), taken as (
    update public.payment_webhook_events e set
      attempt_id = coalesce(e.attempt_id, (private.find_attempt(e.provider, (e.report ->> 'attempt_id')::uuid, e.report ->> 'provider_ref')).id)
    from open where e.id = open.id returning e.*
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event_id', t.id, 'bank', t.provider, 'trust', t.trust,
    'report', t.report, 'is_old', t.created_at < pg_catalog.now() - interval '1 day',
    'attempt', case when a.id is not null then pg_catalog.jsonb_build_object('attempt_id', a.id, 'provider_ref', a.provider_ref,
      'bank', a.provider, 'amount_tyiyn', a.amount_tyiyn) end) order by t.created_at), '[]')
  from taken t left join public.payment_attempts a on a.id = t.attempt_id;
$$;
comment on function public.payment_webhooks_open(integer) is
  'Claims stored webhooks that a process left unprocessed: [{event_id, bank, trust, report, attempt, is_old}]. Each '
  'goes to one caller for a minute. Looks up attempt again.';

create function public.payment_comparisons_due(p_banks text[], p_days integer) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select bank, (pg_catalog.now() at time zone 'Asia/Bishkek')::date - ago as day
    from pg_catalog.unnest(p_banks) as bank, pg_catalog.generate_series(1, p_days) as ago
    where extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') >= 4
  ), taken as (
    insert into public.payment_comparisons as c (provider, day) select w.bank, w.day from wanted w
    on conflict (provider, day) do update set updated_at = pg_catalog.now()
      where c.finished_at is null and c.updated_at < pg_catalog.now() - interval '15 minutes'
    returning c.provider, c.day
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bank', t.provider, 'day', t.day,
    'since', t.day::timestamp at time zone 'Asia/Bishkek', 'until', (t.day + 1)::timestamp at time zone 'Asia/Bishkek')
    order by t.day, t.provider), '[]') from taken t;
$$;
comment on function public.payment_comparisons_due(text[], integer) is
  'Claims days of the last p_days that have not been compared with a bank''s statement: [{bank, day, since, until}]. '
  'Each goes to one caller for a quarter of an hour. Returns nothing before 4:00 in Bishkek: statements need the '
  'night.';

create function public.payment_compare(p_provider text, p_listed jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(line.value || pg_catalog.jsonb_build_object('attempt_id', a.id) order by line.ordinality), '[]')
  from pg_catalog.jsonb_array_elements(p_listed) with ordinality as line
  left join private.find_attempt(p_provider, (line.value ->> 'attempt_id')::uuid, line.value ->> 'provider_ref') as a on true
  where (line.value ->> 'state' = 'paid' and coalesce(a.paid_tyiyn, 0) <> (line.value ->> 'amount_tyiyn')::bigint)
    or (line.value ->> 'state' = 'refunded' and not exists (
      select from public.payments p where p.id = a.payment_id and p.state = 'refunded'));
$$;
comment on function public.payment_compare(text, jsonb) is
  'Returns the lines of a bank''s statement that differ from our books, each with our attempt_id or null. A line is '
  '{attempt_id, provider_ref, state, amount_tyiyn, paid_at, transaction_id}.';

create function public.payment_comparison_finish(p_provider text, p_day date, p_listed jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_since constant timestamptz := p_day::timestamp at time zone 'Asia/Bishkek';
  v_until constant timestamptz := (p_day + 1)::timestamp at time zone 'Asia/Bishkek';
  v_row public.payment_comparisons;
begin
  with listed as (
    select line ->> 'provider_ref' as provider_ref, (line ->> 'amount_tyiyn')::bigint as tyiyn, (line ->> 'paid_at')::timestamptz as paid_at,
      (private.find_attempt(p_provider, (line ->> 'attempt_id')::uuid, line ->> 'provider_ref')).id as attempt_id
    from pg_catalog.jsonb_array_elements(p_listed) as line where line ->> 'state' in ('paid', 'refund_pending', 'refunded')
  ), ours as (
    select a.* from public.payment_attempts a where a.provider = p_provider and a.paid_tyiyn > 0
      and (a.id in (select l.attempt_id from listed l) or (a.paid_at >= v_since and a.paid_at < v_until))
  ), gaps as (
    select case when o.id is null then 'missing_here' when l.tyiyn is null then 'missing_there' else 'amount' end as kind,
      coalesce(l.provider_ref, o.provider_ref) as provider_ref, o.payment_id, l.tyiyn as listed_tyiyn, o.paid_tyiyn as ours_tyiyn
    from listed l full join ours o on o.id = l.attempt_id
    where l.tyiyn is distinct from o.paid_tyiyn and coalesce(l.paid_at, o.paid_at, v_since) >= v_since
      and coalesce(l.paid_at, o.paid_at, v_since) < v_until
  )
  update public.payment_comparisons c set finished_at = pg_catalog.now(),
    listed = (select pg_catalog.count(*) from listed l where l.paid_at >= v_since and l.paid_at < v_until),
    listed_tyiyn = (select coalesce(pg_catalog.sum(l.tyiyn), 0) from listed l where l.paid_at >= v_since and l.paid_at < v_until),
    ours = (select pg_catalog.count(*) from ours o where o.paid_at >= v_since and o.paid_at < v_until),
    ours_tyiyn = (select coalesce(pg_catalog.sum(o.paid_tyiyn), 0) from ours o where o.paid_at >= v_since and o.paid_at < v_until),
    gaps = (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g) order by g.kind, g.provider_ref), '[]') from gaps g)
  where c.provider = p_provider and c.day = p_day returning c.* into v_row;
  return pg_catalog.jsonb_build_object('listed', v_row.listed, 'ours', v_row.ours, 'gaps', pg_catalog.jsonb_array_length(v_row.gaps));
end;
$$;
comment on function public.payment_comparison_finish(text, date, jsonb) is
  'Records the comparison of a Bishkek day with the bank''s statement, after all lines were processed: {listed, ours, '
  'gaps}. The statement may reach beyond the day, since clocks differ; only the day counts.';

-- Surplus money is a column, so that the queue finds it by an index; and what the user can read of his own payment does
-- not say that a fraud rule held it.

create function private.is_used_offer(p_payment public.payments) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.payments o
    where o.offer_id = p_payment.offer_id and o.id <> p_payment.id and o.completed_at is not null);
$$;
comment on function private.is_used_offer(public.payments) is
  'Returns true when another payment has used the offer of this one: orders of several banks may be open at once.';

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
  'Returns the reason why a staff member must decide about a payment although its money, in all p_total_tyiyn, is '
  'there; null when the tier may start.';

revoke execute on function private.find_attempt(text, uuid, text),
  private.mismatch_reason(public.payments, jsonb, jsonb), private.check_payer(public.payments, jsonb, jsonb),
  private.hold_payment(public.payments, uuid, text, bigint, jsonb),
  private.complete_payment(public.payments, uuid, text, jsonb),
  private.record_money(public.payments, public.payment_attempts, jsonb, jsonb, jsonb),
  private.record_failure(public.payments, public.payment_attempts, text, jsonb),
  private.record_refund(public.payments, public.payment_attempts, bigint, text, jsonb),
  private.end_refunds_without_money(uuid), private.finish_refund(uuid, text, jsonb),
  public.payment_settle(uuid, jsonb, jsonb, jsonb, uuid), public.payment_webhook_receive(text, jsonb),
  public.payment_orphan_found(text, jsonb, boolean, uuid, text),
  private.next_check(integer, timestamptz, timestamptz), public.payment_checks_due(integer),
  public.payment_expire(uuid, jsonb), public.payment_webhooks_open(integer),
  public.payment_comparisons_due(text[], integer), public.payment_compare(text, jsonb),
  public.payment_comparison_finish(text, date, jsonb), private.is_used_offer(public.payments),
  private.review_reason(public.payments, bigint) from public, anon, authenticated;
grant execute on function private.find_attempt(text, uuid, text),
  private.mismatch_reason(public.payments, jsonb, jsonb), private.check_payer(public.payments, jsonb, jsonb),
  private.hold_payment(public.payments, uuid, text, bigint, jsonb),
  private.complete_payment(public.payments, uuid, text, jsonb),
  private.record_money(public.payments, public.payment_attempts, jsonb, jsonb, jsonb),
  private.record_failure(public.payments, public.payment_attempts, text, jsonb),
  private.record_refund(public.payments, public.payment_attempts, bigint, text, jsonb),
  private.end_refunds_without_money(uuid), private.finish_refund(uuid, text, jsonb),
  public.payment_settle(uuid, jsonb, jsonb, jsonb, uuid), public.payment_webhook_receive(text, jsonb),
  public.payment_orphan_found(text, jsonb, boolean, uuid, text),
  private.next_check(integer, timestamptz, timestamptz), public.payment_checks_due(integer),
  public.payment_expire(uuid, jsonb), public.payment_webhooks_open(integer),
  public.payment_comparisons_due(text[], integer), public.payment_compare(text, jsonb),
  public.payment_comparison_finish(text, date, jsonb), private.is_used_offer(public.payments),
  private.review_reason(public.payments, bigint) to service_role;
