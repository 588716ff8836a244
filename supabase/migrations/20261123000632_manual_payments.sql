-- Payments recorded or decided by hand, by the roles finance and admin. Above a limit a second person approves
-- (docs/decisions/0038). Everything goes to the audit log.

create function public.billing_queue(p_operator_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select case when not private.is_finance(p_operator_id) then '{"reason": "forbidden"}' else pg_catalog.jsonb_build_object(
    'payments', (select coalesce(pg_catalog.jsonb_agg(private.payment_view(q) || pg_catalog.jsonb_build_object(
        'user_id', q.user_id, 'review_reason', q.review_reason, 'surplus_tyiyn', q.surplus_tyiyn,
        'risk', (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('decision', d.decision, 'reasons', d.reasons, 'details', d.details) order by d.created_at)
          from public.payment_risk_decisions d where d.payment_id = q.id and d.decision <> 'allow'),
        'waiting', (select pg_catalog.to_jsonb(v) from public.payment_approvals v where v.payment_id = q.id and v.state = 'waiting'))
        order by q.updated_at), '[]')
      from (select p.* from public.payments p where p.id in (
          (select r.id from public.payments r where r.state = 'manual_review' order by r.updated_at limit p_limit)
          union all (select s.id from public.payments s where s.surplus_tyiyn > 0 order by s.updated_at limit p_limit))
        order by p.updated_at limit p_limit) as q),
    'refunds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) || pg_catalog.jsonb_build_object(
        'bank', (select p.payment_method from public.payments p where p.id = r.payment_id),
        'is_stuck', r.state = 'processing' and r.created_at < pg_catalog.now() - interval '1 hour') order by r.created_at), '[]')
      from (select * from public.refunds f where f.state in ('requested', 'approved', 'processing') order by f.created_at limit p_limit) as r),
    'offers', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) order by o.created_at), '[]')
      from (select * from public.tier_offers f where f.waits and f.valid_until > pg_catalog.now() and f.withdrawn_at is null
        order by f.created_at limit p_limit) as o),
    'orphans', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) order by o.created_at), '[]')
      from (select * from public.payment_orphans f where f.state = 'open' order by f.created_at limit p_limit) as o),
    'calls', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', e.id, 'bank', e.provider, 'event_key', e.event_key,
        'deliveries', e.deliveries, 'created_at', e.created_at) order by e.created_at), '[]')
      from (select * from public.payment_webhook_events f where f.state in ('received', 'failed')
        and f.created_at < pg_catalog.now() - interval '1 hour' order by f.created_at limit p_limit) as e),
    'comparisons', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.day desc, c.provider), '[]')
      from (select * from public.payment_comparisons f where f.gaps <> '[]' or (f.finished_at is null and f.day < pg_catalog.now() - interval '3 days')
        order by f.day desc limit p_limit) as c)) end;
$$;
comment on function public.billing_queue(uuid, integer) is
  'Returns all open work of finance: held payments and surplus money, refunds, offers, '
  'orphans, unfinished webhooks of banks, days on which our books and a bank''s statement differ. Reason: forbidden.';

create function public.payment_record_by_hand(p_operator_id uuid, p_order jsonb, p_reason text, p_evidence text, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_tier public.tiers := (select t from public.tiers t where t.code = p_order ->> 'tier' and coalesce(t.price_tyiyn, 1) > 0);
  v_amount constant bigint := coalesce((p_order ->> 'amount_tyiyn')::bigint, v_tier.price_tyiyn);
  v_payment public.payments;
  v_attempt_id uuid;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  elsif v_tier.id is null or coalesce(v_amount, 0) <= 0 then
    return '{"reason": "tier_not_for_sale"}';
  elsif not exists (select from public.accounts u where u.id = (p_order ->> 'user_id')::uuid) then
    return '{"reason": "not_found"}';
  elsif (p_order ->> 'user_id')::uuid = p_operator_id then
    return private.deny_money(p_operator_id, 'payment.record_by_hand', 'user', p_operator_id, 'operator_own_money', p_policy);
  end if;
  insert into public.payments (user_id, payment_type, tier, period_days, listing_limit, amount_tyiyn, description, payment_method,
    transaction_id, idempotency_key, metadata)
  values ((p_order ->> 'user_id')::uuid, 'subscription', v_tier.code, coalesce((p_order ->> 'period_days')::integer, v_tier.period_days),
    case when p_order ? 'listing_limit' then (p_order ->> 'listing_limit')::integer else v_tier.listings_per_month end, v_amount,
    '360Auto: ' || v_tier.name_ru, 'manual', p_evidence, 'by hand:' || p_evidence,
    pg_catalog.jsonb_build_object('tier', v_tier.app_code, 'tier_code', v_tier.code, 'bank', 'manual'))
  on conflict do nothing returning * into v_payment;
  if v_payment.id is null then
    return private.deny_money(p_operator_id, 'payment.record_by_hand', 'user', (p_order ->> 'user_id')::uuid, 'payment_evidence_used', p_policy);
  end if;
  insert into public.payment_attempts (payment_id, position, provider, provider_ref, state, amount_tyiyn, paid_tyiyn, transaction_id, paid_at)
  values (v_payment.id, 1, 'manual', p_evidence, 'paid', v_amount, v_amount, p_evidence, pg_catalog.now()) returning id into v_attempt_id;
  update public.payments p set paid_tyiyn = v_amount where p.id = v_payment.id returning p.* into v_payment;
  perform private.log_payment(v_payment, v_attempt_id, private.operator_actor(p_operator_id, p_policy), 'recorded_by_hand', 'created', v_amount,
    pg_catalog.jsonb_build_object('reason', p_reason, 'evidence', p_evidence));
  perform private.audit_money(p_operator_id, 'payment.record_by_hand', 'payment', v_payment.id,
    p_order || pg_catalog.jsonb_build_object('reason', p_reason, 'evidence', p_evidence), p_policy);
  return private.release_or_wait(v_payment, p_operator_id, 'activate', p_reason, p_evidence, p_policy);
end;
$$;
comment on function public.payment_record_by_hand(uuid, jsonb, text, text, jsonb) is
  'Records money received outside the banks'' APIs and buys a tier with it: {payment, waits}. p_order: {user_id, tier, '
  'amount_tyiyn, period_days, listing_limit}; p_evidence is the bank''s number of the payment, valid once; p_policy: '
  '{second_person_tyiyn, request_id}. waits: above the limit it starts when a second person approves. Reasons: '
  'forbidden, tier_not_for_sale, not_found, operator_own_money, payment_evidence_used.';

create function private.release_or_wait(
  p_payment public.payments, p_operator_id uuid, p_action text, p_reason text, p_evidence text, p_policy jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_waits constant boolean := not private.acts_alone(p_operator_id, p_payment.user_id, p_payment.id, p_action,
    private.given_value(p_payment), p_policy);
  v_payment public.payments;
begin
  insert into public.payment_approvals (payment_id, action, reason, evidence, asked_by, state, decided_at)
  values (p_payment.id, p_action, p_reason, coalesce(p_evidence, ''), p_operator_id, case when v_waits then 'waiting' else 'approved' end,
    case when not v_waits then pg_catalog.now() end)
  on conflict (payment_id) where state = 'waiting' do nothing;
  if not v_waits then
    perform private.complete_payment(p_payment, null, p_evidence, private.operator_actor(p_operator_id, p_policy));
  elsif p_payment.state <> 'manual_review' then
    perform private.hold_payment(p_payment, null, 'second_person', p_payment.paid_tyiyn, private.operator_actor(p_operator_id, p_policy));
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment.id;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment), 'waits', v_waits);
end;
$$;
comment on function private.release_or_wait(public.payments, uuid, text, text, text, jsonb) is
  'Completes a payment on the decision of one staff member, or, when its value is above the limit of one person, '
  'records that a second must approve.';

create function public.payment_decide(p_operator_id uuid, p_payment_id uuid, p_action text, p_reason text, p_evidence text, p_policy jsonb)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
  if v_payment.id is null then
    return '{"reason": "not_found"}';
  elsif v_payment.user_id = p_operator_id then
    return private.deny_money(p_operator_id, 'payment.' || p_action, 'payment', p_payment_id, 'operator_own_money', p_policy);
  elsif v_payment.state <> 'manual_review' or exists (
      select from public.payment_approvals v where v.payment_id = p_payment_id and v.state = 'waiting')
      or (p_action = 'reject' and v_payment.paid_tyiyn > v_payment.refunded_tyiyn) then
    return private.deny_money(p_operator_id, 'payment.' || p_action, 'payment', p_payment_id, 'payment_already_decided', p_policy);
  elsif p_action = 'release' and coalesce(p_evidence, '') <> '' and exists (
      select from public.payments o where o.payment_method = v_payment.payment_method and o.transaction_id = p_evidence and o.id <> p_payment_id) then
    return private.deny_money(p_operator_id, 'payment.release', 'payment', p_payment_id, 'payment_evidence_used', p_policy);
  end if;
  perform private.audit_money(p_operator_id, 'payment.' || p_action, 'payment', p_payment_id,
    pg_catalog.jsonb_build_object('reason', p_reason, 'evidence', p_evidence, 'held_for', v_payment.review_reason), p_policy);
  if p_action = 'release' then
    if v_payment.paid_tyiyn = 0 then
      v_payment := private.count_seen_money(v_payment);
    end if;
    return private.release_or_wait(v_payment, p_operator_id, 'release', p_reason, nullif(p_evidence, ''), p_policy);
  end if;
  update public.payments p set state = 'failed', failure_reason = 'rejected', next_check_at = null where p.id = p_payment_id;
  perform private.log_payment(v_payment, null, private.operator_actor(p_operator_id, p_policy), 'rejected', 'failed', null,
    pg_catalog.jsonb_build_object('reason', p_reason));
  select p.* into v_payment from public.payments p where p.id = p_payment_id;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment), 'waits', false);
end;
$$;
comment on function public.payment_decide(uuid, uuid, text, text, text, jsonb) is
  'Decides about a held payment: release starts the tier, reject ends it when no money arrived (else it is refunded). '
  'Returns the same as payment_record_by_hand. Reasons: forbidden, not_found, operator_own_money, '
  'payment_already_decided, payment_evidence_used.';

create function private.count_seen_money(p_payment public.payments) returns public.payments
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
begin
  update public.payment_attempts a set state = 'paid', paid_tyiyn = a.amount_tyiyn, paid_at = coalesce(a.paid_at, pg_catalog.now())
  where a.id = (select e.attempt_id from public.payment_events e where e.payment_id = p_payment.id and e.event = 'held'
    and e.attempt_id is not null order by e.created_at desc limit 1);
  if found then
    update public.payments p set paid_tyiyn = p.amount_tyiyn where p.id = p_payment.id;
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment.id;
  return v_payment;
end;
$$;
comment on function private.count_seen_money(public.payments) is
  'Counts money that only an unsigned webhook reported, once a staff member has seen it on the bank''s statement.';

create function public.payment_approval_decide(p_operator_id uuid, p_approval_id uuid, p_approves boolean, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_approval public.payment_approvals;
  v_payment public.payments;
  v_refusal text;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  select p.* into v_payment from public.payments p
  where p.id = (select v.payment_id from public.payment_approvals v where v.id = p_approval_id) for no key update;
  select v.* into v_approval from public.payment_approvals v where v.id = p_approval_id for update;
  if v_approval.id is null then
    return '{"reason": "not_found"}';
  end if;
  v_refusal := case when v_approval.asked_by = p_operator_id then 'second_person_required'
    when v_payment.user_id = p_operator_id then 'operator_own_money'
    when v_approval.state <> 'waiting' or v_payment.state <> 'manual_review' then 'payment_already_decided' end;
  if v_refusal is not null then
    return private.deny_money(p_operator_id, 'payment.approve', 'payment', v_payment.id, v_refusal, p_policy);
  end if;
  update public.payment_approvals v set state = case when p_approves then 'approved' else 'refused' end, decided_by = p_operator_id,
    decided_at = pg_catalog.now() where v.id = p_approval_id;
  perform private.audit_money(p_operator_id, case when p_approves then 'payment.approve' else 'payment.refuse' end, 'payment', v_payment.id,
    pg_catalog.jsonb_build_object('approval_id', p_approval_id, 'asked_by', v_approval.asked_by), p_policy);
  if p_approves then
    perform private.complete_payment(v_payment, null, nullif(v_approval.evidence, ''), private.operator_actor(p_operator_id, p_policy));
  end if;
  select p.* into v_payment from public.payments p where p.id = v_payment.id;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment), 'waits', false);
end;
$$;
comment on function public.payment_approval_decide(uuid, uuid, boolean, jsonb) is
  'Approves or refuses a held payment as the second person. A refused payment stays held, to be decided or refunded. '
  'Reasons: forbidden, not_found, second_person_required, operator_own_money, payment_already_decided.';

create function private.end_approvals() returns trigger
language plpgsql set search_path = '' as $$
begin
  with ended as (
    update public.payment_approvals v set state = 'refused', decided_at = pg_catalog.now()
    where v.payment_id = new.id and v.state = 'waiting' returning v.*
  )
  insert into public.audit_log (action, subject_type, subject_id, details)
  select 'payment.approval_over', 'payment', e.payment_id::text,
    pg_catalog.jsonb_build_object('approval_id', e.id, 'asked_by', e.asked_by, 'state', new.state) from ended e;
  return null;
end;
$$;
comment on function private.end_approvals() is
  'Trigger: ends the wait for a second person when a payment is decided otherwise, for example by the bank, and '
  'writes that to the audit log.';
create trigger payments_end_approvals after update of state on public.payments
  for each row when (old.state = 'manual_review' and new.state <> 'manual_review') execute function private.end_approvals();

create function public.payment_query_soon(p_operator_id uuid, p_payment_id uuid, p_request_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.payments p set next_check_at = pg_catalog.now()
  where p.id = p_payment_id and exists (
    select from public.payment_attempts a where a.payment_id = p.id and a.provider_ref is not null);
  if not found then
    return pg_catalog.jsonb_build_object('reason', 'not_found');
  end if;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_operator_id, 'payment.query', 'payment', p_payment_id::text, '{}', p_request_id);
  return '{}';
end;
$$;
comment on function public.payment_query_soon(uuid, uuid, text) is
  'Makes a payment due for the next query to its bank. For finance. Reasons: not_found (no order at a bank), '
  'forbidden, account_blocked, authentication_required.';

revoke execute on function public.billing_queue(uuid, integer),
  public.payment_record_by_hand(uuid, jsonb, text, text, jsonb),
  private.release_or_wait(public.payments, uuid, text, text, text, jsonb),
  public.payment_decide(uuid, uuid, text, text, text, jsonb), private.count_seen_money(public.payments),
  public.payment_approval_decide(uuid, uuid, boolean, jsonb), public.payment_query_soon(uuid, uuid, text)
  from public, anon, authenticated;
grant execute on function public.billing_queue(uuid, integer),
  public.payment_record_by_hand(uuid, jsonb, text, text, jsonb),
  private.release_or_wait(public.payments, uuid, text, text, text, jsonb),
  public.payment_decide(uuid, uuid, text, text, text, jsonb), private.count_seen_money(public.payments),
  public.payment_approval_decide(uuid, uuid, boolean, jsonb), public.payment_query_soon(uuid, uuid, text)
  to service_role;
revoke execute on function private.end_approvals() from public, anon, authenticated;
