-- Records written by a settlement: money, failures, refunds, payments held for a decision of staff. Locks: payment, then
-- offer, then user, then subscription.

create function private.find_attempt(p_provider text, p_attempt_id uuid, p_provider_ref text) returns public.payment_attempts
language sql stable set search_path = '' as $$
  select a from public.payment_attempts a
  where a.provider = p_provider and (a.provider_ref = p_provider_ref
    or (a.id = p_attempt_id and coalesce(a.provider_ref, p_provider_ref, '') = coalesce(p_provider_ref, a.provider_ref, '')))
  order by a.provider_ref = p_provider_ref desc nulls last limit 1;
$$;
comment on function private.find_attempt(text, uuid, text) is
  'Finds the attempt of a bank''s report: by its reference, else by our id unless the reference belongs to another '
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
  'Returns the reason against counting a report as money for this payment (other_currency, test_money, unconfirmed, '
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
  'Records the fraud rule on payers (one phone paying for many users), once per payment and payer.';

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
    -- Two payments at the price of one offer wait for each other: the second finds it used.
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
  -- A user with an expired QR may get another one; a payment refused by the bank is over unless another attempt is open.
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
  'Records a bank''s report of the total refunded for an order. Finishes our matching refund, or notes one '
  'made in the bank''s cabinet.';

create function private.end_refunds_without_money(p_payment_id uuid) returns void
language sql volatile set search_path = '' as $$
  with payment as (
    select p.paid_tyiyn - p.refunded_tyiyn as left_tyiyn from public.payments p where p.id = p_payment_id
  ), waiting as (
    -- Refunds perhaps in progress at the bank first, then the oldest.
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
  'Ends waiting refunds whose money the bank has already returned: they need no approval any more. A refund '
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
  -- The refund of a surplus changes no state; only below the price is the payment partly refunded.
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
  'Records refunded money, once: returns true when this call did. A full refund revokes the whole period of the '
  'payment, a partial one its part, and the subscription is rescheduled.';

revoke execute on function private.find_attempt(text, uuid, text),
  private.mismatch_reason(public.payments, jsonb, jsonb), private.check_payer(public.payments, jsonb, jsonb),
  private.hold_payment(public.payments, uuid, text, bigint, jsonb),
  private.complete_payment(public.payments, uuid, text, jsonb),
  private.record_money(public.payments, public.payment_attempts, jsonb, jsonb, jsonb),
  private.record_failure(public.payments, public.payment_attempts, text, jsonb),
  private.record_refund(public.payments, public.payment_attempts, bigint, text, jsonb),
  private.end_refunds_without_money(uuid), private.finish_refund(uuid, text, jsonb) from public, anon, authenticated;
grant execute on function private.find_attempt(text, uuid, text),
  private.mismatch_reason(public.payments, jsonb, jsonb), private.check_payer(public.payments, jsonb, jsonb),
  private.hold_payment(public.payments, uuid, text, bigint, jsonb),
  private.complete_payment(public.payments, uuid, text, jsonb),
  private.record_money(public.payments, public.payment_attempts, jsonb, jsonb, jsonb),
  private.record_failure(public.payments, public.payment_attempts, text, jsonb),
  private.record_refund(public.payments, public.payment_attempts, bigint, text, jsonb),
  private.end_refunds_without_money(uuid), private.finish_refund(uuid, text, jsonb) to service_role;
