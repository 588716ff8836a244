-- Refunds and manual operations of staff. Above a limit a second person approves (docs/decisions/0038).

-- What operators do about money, for the role finance and admins: money recorded by hand, held payments, refunds, money
-- without an order, offers. Above a limit a second person approves (docs/decisions/0038). Everything goes to the audit log.

create function private.is_finance(p_operator_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.accounts u where u.id = p_operator_id and u.role in ('finance', 'admin') and not u.is_blocked);
$$;
comment on function private.is_finance(uuid) is 'Returns true when this user may act on money.';

create function private.operator_actor(p_operator_id uuid, p_policy jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('kind', 'operator', 'user_id', p_operator_id, 'request_id', p_policy ->> 'request_id');
$$;
comment on function private.operator_actor(uuid, jsonb) is
  'Builds the actor {kind, user_id, request_id} for a staff member.';

create function private.audit_money(p_operator_id uuid, p_action text, p_subject text, p_id uuid, p_details jsonb, p_policy jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_operator_id, p_action, p_subject, p_id::text, p_details, p_policy ->> 'request_id');
$$;
comment on function private.audit_money(uuid, text, text, uuid, jsonb, jsonb) is
  'Writes a staff member''s action on money to the audit log.';

create function private.surplus_tyiyn(p_payment public.payments) returns bigint
language sql immutable set search_path = '' as $$
  select p_payment.surplus_tyiyn;
$$;
comment on function private.surplus_tyiyn(public.payments) is
  'Returns money of a payment that bought nothing and has not been refunded, in tyiyn.';

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
  'Returns everything about money that waits for a staff member: held payments and surplus money, refunds, offers, '
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
  'Records money that arrived another way and buys a tier with it: {payment, waits}. p_order: {user_id, tier, '
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

create function public.tier_offer_make(p_operator_id uuid, p_offer jsonb, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_offer public.tier_offers;
  v_user_id constant uuid := (p_offer ->> 'user_id')::uuid;
  v_given constant bigint := private.list_value(p_offer ->> 'tier', (p_offer ->> 'period_days')::integer, (p_offer ->> 'listing_limit')::integer)
    - (p_offer ->> 'amount_tyiyn')::bigint;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  elsif not exists (select from public.accounts u where u.id = v_user_id) then
    return '{"reason": "not_found"}';
  elsif v_user_id = p_operator_id then
    return private.deny_money(p_operator_id, 'tier_offer.make', 'user', v_user_id, 'operator_own_money', p_policy);
  elsif not exists (select from public.tiers t where t.code = p_offer ->> 'tier' and t.price_tyiyn is distinct from 0) then
    return '{"reason": "tier_not_for_sale"}';
  end if;
  -- The second person makes the same offer.
  update public.tier_offers o set waits = false, approved_by = p_operator_id
  where o.id = (select w.id from public.tier_offers w where w.user_id = v_user_id and w.waits and w.made_by <> p_operator_id
      and w.valid_until > pg_catalog.now() and w.withdrawn_at is null and w.tier = p_offer ->> 'tier'
      and w.amount_tyiyn = (p_offer ->> 'amount_tyiyn')::bigint and w.period_days = (p_offer ->> 'period_days')::integer
      and w.listing_limit is not distinct from (p_offer ->> 'listing_limit')::integer
    order by w.created_at limit 1 for update)
    and o.waits returning o.* into v_offer;
  if v_offer.id is null then
    insert into public.tier_offers (user_id, tier, amount_tyiyn, period_days, listing_limit, note, made_by, valid_until, waits)
    values (v_user_id, p_offer ->> 'tier', (p_offer ->> 'amount_tyiyn')::bigint, (p_offer ->> 'period_days')::integer,
      (p_offer ->> 'listing_limit')::integer, coalesce(p_offer ->> 'note', ''), p_operator_id,
      pg_catalog.now() + pg_catalog.make_interval(days => (p_offer ->> 'valid_days')::integer),
      not private.acts_alone(p_operator_id, v_user_id, null, 'offer',
        case when v_given is not null then greatest(v_given, 0) end, p_policy))
    returning * into v_offer;
  end if;
  perform private.audit_money(p_operator_id, case when v_offer.approved_by is null then 'tier_offer.make' else 'tier_offer.approve' end,
    'tier_offer', v_offer.id, p_offer, p_policy);
  if not v_offer.waits then
    perform private.enqueue_notification(v_offer.user_id, 'tier_offered', 'offer:' || v_offer.id, pg_catalog.jsonb_build_object('tier', v_offer.tier,
      'amount_tyiyn', v_offer.amount_tyiyn, 'until', v_offer.valid_until));
  end if;
  return pg_catalog.jsonb_build_object('offer', pg_catalog.to_jsonb(v_offer), 'waits', v_offer.waits);
end;
$$;
comment on function public.tier_offer_make(uuid, jsonb, jsonb) is
  'Offers one user a tier at an individual price: {offer, waits}. p_offer: {user_id, tier, amount_tyiyn, period_days, '
  'listing_limit, note, valid_days}. waits: the reduction exceeds the limit of one person, or the tier has no list '
  'price, so the offer becomes valid when a second person makes the same one. Reasons: forbidden, not_found, '
  'operator_own_money, tier_not_for_sale.';

create function public.payment_orphan_resolve(
  p_operator_id uuid, p_orphan_id uuid, p_action text, p_payment_id uuid, p_resolution text, p_rules jsonb, p_policy jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_orphan public.payment_orphans;
  v_payment public.payments;
  v_attempt_id uuid;
  v_asked constant text := p_action || ':' || coalesce(p_payment_id::text, '');
  v_refusal text;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
  if p_action = 'match' and v_payment.id is null then
    return '{"reason": "not_found"}';
  end if;
  select o.* into v_orphan from public.payment_orphans o where o.id = p_orphan_id for update;
  v_refusal := case when v_payment.user_id = p_operator_id then 'operator_own_money'
    when v_orphan.state is distinct from 'open' then 'payment_already_decided' end;
  if v_refusal is not null then
    return private.deny_money(p_operator_id, 'payment_orphan.' || p_action, 'payment_orphan', p_orphan_id, v_refusal, p_policy);
  elsif (v_orphan.asked_by is null or v_orphan.asked_by = p_operator_id or v_orphan.asked_for <> v_asked)
      and not private.acts_alone(p_operator_id, v_payment.user_id, p_payment_id, 'orphan', case when p_action = 'match'
        then greatest(v_orphan.amount_tyiyn, private.given_value(v_payment)) else v_orphan.amount_tyiyn end, p_policy) then
    update public.payment_orphans o set asked_by = p_operator_id, asked_for = v_asked, resolution = p_resolution where o.id = p_orphan_id;
    perform private.audit_money(p_operator_id, 'payment_orphan.ask', 'payment_orphan', p_orphan_id,
      pg_catalog.jsonb_build_object('for', v_asked, 'resolution', p_resolution), p_policy);
    return pg_catalog.jsonb_build_object('orphan_id', p_orphan_id, 'waits', true);
  end if;
  update public.payment_orphans o set state = case p_action when 'match' then 'matched' when 'refund' then 'refunded' else 'dismissed' end,
    payment_id = case when p_action = 'match' then p_payment_id end, resolved_by = p_operator_id, resolution = p_resolution
  where o.id = p_orphan_id returning o.* into v_orphan;
  perform private.audit_money(p_operator_id, 'payment_orphan.' || p_action, 'payment_orphan', p_orphan_id,
    pg_catalog.jsonb_build_object('payment_id', p_payment_id, 'resolution', p_resolution, 'asked_by', v_orphan.asked_by), p_policy);
  if p_action = 'match' then
    insert into public.payment_attempts (payment_id, position, provider, provider_ref, state, amount_tyiyn, expires_at)
    select p_payment_id, coalesce(pg_catalog.max(a.position), 0) + 1, v_orphan.provider, v_orphan.provider_ref, 'superseded',
      v_orphan.amount_tyiyn, pg_catalog.now()
    from public.payment_attempts a where a.payment_id = p_payment_id returning id into v_attempt_id;
    return public.payment_settle(v_attempt_id, pg_catalog.jsonb_build_object('state', 'paid', 'amount_tyiyn', v_orphan.amount_tyiyn,
      'currency', 'KGS', 'provider_ref', v_orphan.provider_ref, 'paid_at', v_orphan.paid_at, 'is_confirmed', true), p_rules,
      private.operator_actor(p_operator_id, p_policy), null);
  end if;
  return pg_catalog.jsonb_build_object('orphan_id', p_orphan_id, 'waits', false);
end;
$$;
comment on function public.payment_orphan_resolve(uuid, uuid, text, uuid, text, jsonb, jsonb) is
  'Resolves an orphan: match counts it for a payment (and returns the same as payment_settle), refund and dismiss '
  'close it with the resolution: {orphan_id, waits}. waits: above the limit of one person it stays open until a '
  'second one decides the same. Reasons: forbidden, not_found, operator_own_money, payment_already_decided.';

-- Giving money back: asked for, approved, done by the bank's call or by an operator in the bank's cabinet. Nothing is done
-- without the bank's number, and a refund whose call may have been carried out is never called again.

create function public.refund_request(
  p_operator_id uuid, p_payment_id uuid, p_amount_tyiyn bigint, p_reason text, p_kind text, p_policy jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_refund public.refunds;
  v_left bigint;
  v_refusal text;
  v_alone boolean;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
  if v_payment.id is null then
    return '{"reason": "not_found"}';
  end if;
  v_left := v_payment.paid_tyiyn - (select coalesce(pg_catalog.sum(r.amount_tyiyn), 0) from public.refunds r
    where r.payment_id = p_payment_id and r.state not in ('failed', 'rejected'));
  -- What waits for a second person is decided by that person, and by nothing that looks like something else.
  v_refusal := case when v_payment.user_id = p_operator_id then 'operator_own_money'
    when exists (select from public.payment_approvals v where v.payment_id = p_payment_id and v.state = 'waiting') then 'payment_already_decided'
    when p_amount_tyiyn > v_left then 'refund_too_large' end;
  if v_refusal is not null then
    return private.deny_money(p_operator_id, 'refund.request', 'payment', p_payment_id, v_refusal, p_policy);
  end if;
  v_alone := private.acts_alone(p_operator_id, v_payment.user_id, p_payment_id, 'refund', p_amount_tyiyn, p_policy);
  insert into public.refunds (payment_id, amount_tyiyn, kind, reason, requested_by, state, approved_at)
  values (p_payment_id, p_amount_tyiyn, p_kind, p_reason, p_operator_id,
    case when v_alone then 'approved' else 'requested' end, case when v_alone then pg_catalog.now() end)
  returning * into v_refund;
  perform private.log_payment(v_payment, null, private.operator_actor(p_operator_id, p_policy), 'refund_requested', null, p_amount_tyiyn,
    pg_catalog.jsonb_build_object('refund_id', v_refund.id, 'reason', p_reason));
  perform private.audit_money(p_operator_id, 'refund.request', 'refund', v_refund.id,
    pg_catalog.jsonb_build_object('payment_id', p_payment_id, 'amount_tyiyn', p_amount_tyiyn, 'reason', p_reason), p_policy);
  return pg_catalog.jsonb_build_object('refund', pg_catalog.to_jsonb(v_refund), 'waits', v_refund.state = 'requested');
end;
$$;
comment on function public.refund_request(uuid, uuid, bigint, text, text, jsonb) is
  'Requests a refund of at most the money that arrived and was not refunded: {refund, waits}. p_kind: automatic or '
  'manual; waits: above the limit of one person a second one approves. Reasons: forbidden, not_found, '
  'operator_own_money, payment_already_decided (a second person is to decide first), refund_too_large.';

create function public.refund_decide(p_operator_id uuid, p_refund_id uuid, p_approves boolean, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
  v_refusal text;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  end if;
  select r.* into v_refund from public.refunds r where r.id = p_refund_id for update;
  if v_refund.id is null then
    return '{"reason": "not_found"}';
  end if;
  v_refusal := case when v_refund.requested_by = p_operator_id and p_approves then 'second_person_required'
    when exists (select from public.payments p where p.id = v_refund.payment_id and p.user_id = p_operator_id) then 'operator_own_money'
    when v_refund.state <> 'requested' then 'payment_already_decided' end;
  if v_refusal is not null then
    return private.deny_money(p_operator_id, 'refund.approve', 'refund', p_refund_id, v_refusal, p_policy);
  end if;
  update public.refunds r set state = case when p_approves then 'approved' else 'rejected' end, approved_by = case when p_approves then p_operator_id end,
    approved_at = case when p_approves then pg_catalog.now() end, finished_at = case when not p_approves then pg_catalog.now() end
  where r.id = p_refund_id returning r.* into v_refund;
  perform private.audit_money(p_operator_id, case when p_approves then 'refund.approve' else 'refund.reject' end, 'refund', p_refund_id,
    pg_catalog.jsonb_build_object('asked_by', v_refund.requested_by), p_policy);
  return pg_catalog.jsonb_build_object('refund', pg_catalog.to_jsonb(v_refund), 'waits', false);
end;
$$;
comment on function public.refund_decide(uuid, uuid, boolean, jsonb) is
  'Approves or rejects a refund above the limit. Reasons: forbidden, not_found, second_person_required, '
  'operator_own_money, payment_already_decided.';

create function public.refund_begin(p_refund_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
  v_attempt public.payment_attempts;
begin
  update public.refunds r set state = 'processing' where r.id = p_refund_id and r.state = 'approved' and r.kind = 'automatic'
  returning r.* into v_refund;
  select a.* into v_attempt from public.payment_attempts a
  where a.payment_id = v_refund.payment_id and a.paid_tyiyn >= v_refund.amount_tyiyn order by a.paid_tyiyn desc, a.position limit 1;
  if v_refund.id is null then
    return '{"reason": "payment_already_decided"}';
  elsif v_attempt.id is null then
    update public.refunds r set state = 'approved', kind = 'manual' where r.id = p_refund_id;
    return '{"reason": "refund_too_large"}';
  end if;
  return pg_catalog.jsonb_build_object('refund_id', v_refund.id, 'amount_tyiyn', v_refund.amount_tyiyn, 'attempt', pg_catalog.jsonb_build_object(
    'attempt_id', v_attempt.id, 'provider_ref', v_attempt.provider_ref, 'bank', v_attempt.provider, 'amount_tyiyn', v_attempt.amount_tyiyn));
end;
$$;
comment on function public.refund_begin(uuid) is
  'Claims an approved refund for the request to the bank, once: {refund_id, amount_tyiyn, attempt}. The caller that '
  'gets it sends the request; if it dies, the bank is queried and the request never repeated. Reasons: '
  'payment_already_decided, refund_too_large (no single order covers it: it becomes a manual task).';

-- A refund whose call certainly did nothing is called again by the timer.
create function public.refund_end(p_refund_id uuid, p_outcome text, p_ref text, p_reason text, p_actor jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
begin
  if p_outcome = 'done' then
    perform private.finish_refund(p_refund_id, p_ref, p_actor);
  elsif p_outcome = 'taken' then
    update public.refunds r set provider_ref = coalesce(r.provider_ref, p_ref) where r.id = p_refund_id and r.state = 'processing';
  elsif p_outcome = 'refused' then
    -- What the bank will not do by call, a person can do in its cabinet.
    update public.refunds r set state = 'approved', kind = 'manual', failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  elsif p_outcome = 'again' then
    update public.refunds r set state = 'approved', failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  else
    update public.refunds r set failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  end if;
  select r.* into v_refund from public.refunds r where r.id = p_refund_id;
  return pg_catalog.jsonb_build_object('refund', pg_catalog.to_jsonb(v_refund));
end;
$$;
comment on function public.refund_end(uuid, text, text, text, jsonb) is
  'Records the outcome of the refund request: done, taken (the bank will report later), refused (a manual task now), '
  'again (nothing was done), unknown (the bank is queried).';

create function public.refund_close(p_operator_id uuid, p_refund_id uuid, p_ref text, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
begin
  if not private.is_finance(p_operator_id) then
    return '{"reason": "forbidden"}';
  elsif not exists (select from public.refunds r where r.id = p_refund_id) then
    return '{"reason": "not_found"}';
  elsif exists (select from public.refunds r join public.payments p on p.id = r.payment_id where r.id = p_refund_id and p.user_id = p_operator_id) then
    return private.deny_money(p_operator_id, 'refund.close', 'refund', p_refund_id, 'operator_own_money', p_policy);
  elsif exists (select from public.refunds r join public.refunds o on o.payment_id = r.payment_id and o.id <> r.id
      where r.id = p_refund_id and o.provider_ref = p_ref) then
    return private.deny_money(p_operator_id, 'refund.close', 'refund', p_refund_id, 'payment_evidence_used', p_policy);
  elsif not exists (select from public.refunds r where r.id = p_refund_id
      and (r.state = 'approved' or (r.state = 'processing' and r.updated_at < pg_catalog.now() - interval '10 minutes')))
      or not private.finish_refund(p_refund_id, p_ref, private.operator_actor(p_operator_id, p_policy)) then
    return private.deny_money(p_operator_id, 'refund.close', 'refund', p_refund_id, 'payment_already_decided', p_policy);
  end if;
  perform private.audit_money(p_operator_id, 'refund.close', 'refund', p_refund_id, pg_catalog.jsonb_build_object('bank_number', p_ref), p_policy);
  select r.* into v_refund from public.refunds r where r.id = p_refund_id;
  return pg_catalog.jsonb_build_object('refund', pg_catalog.to_jsonb(v_refund));
end;
$$;
comment on function public.refund_close(uuid, uuid, text, jsonb) is
  'Closes a refund that a staff member has made in the bank''s cabinet, with the bank''s number, and schedules the '
  'tier anew. Reasons: forbidden, not_found, operator_own_money, payment_evidence_used, payment_already_decided.';

create function public.refunds_to_ask(p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select r.id from public.refunds r where r.state = 'processing' and r.updated_at < pg_catalog.now() - interval '2 minutes'
    order by r.updated_at limit p_limit for update skip locked
  ), taken as (
    update public.refunds r set updated_at = pg_catalog.now() from due where r.id = due.id returning r.payment_id
  )
  select coalesce(pg_catalog.jsonb_agg(a.line), '[]') from (
    select distinct pg_catalog.jsonb_array_elements(private.attempts_to_ask(t.payment_id, 5)) as line from taken t) as a;
$$;
comment on function public.refunds_to_ask(integer) is
  'Returns orders to query at a bank because a refund of theirs is running: [{attempt_id, provider_ref, bank, '
  'amount_tyiyn}].';

create function public.refunds_approved(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(r.id), '[]') from (
    select f.id from public.refunds f where f.state = 'approved' and f.kind = 'automatic' order by f.approved_at limit p_limit) as r;
$$;
comment on function public.refunds_approved(integer) is 'Returns refunds that may be requested from the bank.';

-- What one operator may do about money on his own word: up to a limit for one payment, for one customer in 24 hours, and
-- in all in 24 hours. What counts is the value that is given, not the price that somebody wrote down (docs/decisions/0071).

create table public.operator_money (
  id uuid primary key default gen_random_uuid(),
  operator_id uuid not null references public.accounts (id) on delete restrict,
  customer_id uuid references public.accounts (id) on delete restrict,
  payment_id uuid references public.payments (id) on delete restrict,
  action text not null check (action in ('activate', 'release', 'refund', 'offer', 'orphan')),
  value_tyiyn bigint not null check (value_tyiyn >= 0),
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.operator_money is
  'Money given, released or refunded by staff without a second person. Append-only: the limits of one person are sums '
  'over it.';
comment on column public.operator_money.customer_id is 'User who gained by it; null for money without an order.';
comment on column public.operator_money.value_tyiyn is
  'Value in tyiyn: list price and time of a tier, the sum of a refund, the reduction of an offer.';
create index operator_money_operator_idx on public.operator_money (operator_id, created_at);
create index operator_money_customer_idx on public.operator_money (customer_id, created_at);
create index operator_money_payment_idx on public.operator_money (payment_id);
create trigger operator_money_refuse_change before update or delete on public.operator_money
  for each row execute function private.refuse_change();
create trigger operator_money_refuse_truncate before truncate on public.operator_money
  for each statement execute function private.refuse_change();
alter table public.operator_money enable row level security;
grant select, insert on public.operator_money to service_role;

create function private.list_value(p_tier text, p_days integer, p_listing_limit integer) returns bigint
language sql stable set search_path = '' as $$
  select pg_catalog.ceil(t.price_tyiyn::numeric * p_days / t.period_days)::bigint from public.tiers t
  where t.code = p_tier and (t.listings_per_month is null or p_listing_limit <= t.listings_per_month);
$$;
comment on function private.list_value(text, integer, integer) is
  'Returns the list price of time of a tier, in tyiyn; null for a tier without a price, or with more listings than it '
  'has.';

create function private.given_value(p_payment public.payments) returns bigint
language sql stable set search_path = '' as $$
  select case
    when p_payment.tier is null or (p_payment.offer_id is not null and not private.is_used_offer(p_payment)) then p_payment.amount_tyiyn
    when v.value is not null then greatest(p_payment.amount_tyiyn, v.value) end
  from (select private.list_value(p_payment.tier, p_payment.period_days, p_payment.listing_limit) as value) as v;
$$;
comment on function private.given_value(public.payments) is
  'Returns the value that a payment gives its user, in tyiyn: at least the list price of its time; the price of an '
  'offer was agreed before, once. Null without a list price, so that one person cannot give it.';

create function private.acts_alone(
  p_operator_id uuid, p_customer_id uuid, p_payment_id uuid, p_action text, p_value_tyiyn bigint, p_policy jsonb
) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_limit constant bigint := (p_policy ->> 'second_person_tyiyn')::bigint;
  v_given bigint;
begin
  -- One at a time for an operator and for a customer: of two requests at once the second sees what the first has done.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('operator_money:' || p_operator_id, 0));
  perform 1 from public.accounts u where u.id = p_customer_id for no key update;
  select greatest(
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.operator_id = p_operator_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m
      where m.customer_id = p_customer_id and m.created_at > pg_catalog.clock_timestamp() - interval '24 hours'),
    (select coalesce(pg_catalog.sum(m.value_tyiyn), 0) from public.operator_money m where m.payment_id = p_payment_id)) into v_given;
  -- Without a limit, or without a value, nobody acts alone.
  insert into public.operator_money (operator_id, customer_id, payment_id, action, value_tyiyn)
  select p_operator_id, p_customer_id, p_payment_id, p_action, p_value_tyiyn where v_given + p_value_tyiyn <= v_limit;
  return found;
end;
$$;
comment on function private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb) is
  'Returns true, and counts the value, when a staff member may act without a second person. Always false for a null '
  'p_value_tyiyn. Call it with the payment locked; it locks the count of the staff member, then the customer.';

create function private.deny_money(
  p_operator_id uuid, p_action text, p_subject text, p_id uuid, p_reason text, p_policy jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  perform private.audit_money(p_operator_id, p_action || '_denied', p_subject, p_id,
    pg_catalog.jsonb_build_object('reason', p_reason), p_policy);
  return pg_catalog.jsonb_build_object('reason', p_reason);
end;
$$;
comment on function private.deny_money(uuid, text, text, uuid, text, jsonb) is
  'Refuses a staff member with a reason and logs the attempt.';

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

revoke execute on function private.is_finance(uuid), private.operator_actor(uuid, jsonb),
  private.audit_money(uuid, text, text, uuid, jsonb, jsonb), private.surplus_tyiyn(public.payments),
  public.billing_queue(uuid, integer), public.payment_record_by_hand(uuid, jsonb, text, text, jsonb),
  private.release_or_wait(public.payments, uuid, text, text, text, jsonb),
  public.payment_decide(uuid, uuid, text, text, text, jsonb), private.count_seen_money(public.payments),
  public.payment_approval_decide(uuid, uuid, boolean, jsonb), public.tier_offer_make(uuid, jsonb, jsonb),
  public.payment_orphan_resolve(uuid, uuid, text, uuid, text, jsonb, jsonb),
  public.refund_request(uuid, uuid, bigint, text, text, jsonb), public.refund_decide(uuid, uuid, boolean, jsonb),
  public.refund_begin(uuid), public.refund_end(uuid, text, text, text, jsonb),
  public.refund_close(uuid, uuid, text, jsonb), public.refunds_to_ask(integer), public.refunds_approved(integer),
  private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb),
  public.payment_query_soon(uuid, uuid, text) from public, anon, authenticated;
grant execute on function private.is_finance(uuid), private.operator_actor(uuid, jsonb),
  private.audit_money(uuid, text, text, uuid, jsonb, jsonb), private.surplus_tyiyn(public.payments),
  public.billing_queue(uuid, integer), public.payment_record_by_hand(uuid, jsonb, text, text, jsonb),
  private.release_or_wait(public.payments, uuid, text, text, text, jsonb),
  public.payment_decide(uuid, uuid, text, text, text, jsonb), private.count_seen_money(public.payments),
  public.payment_approval_decide(uuid, uuid, boolean, jsonb), public.tier_offer_make(uuid, jsonb, jsonb),
  public.payment_orphan_resolve(uuid, uuid, text, uuid, text, jsonb, jsonb),
  public.refund_request(uuid, uuid, bigint, text, text, jsonb), public.refund_decide(uuid, uuid, boolean, jsonb),
  public.refund_begin(uuid), public.refund_end(uuid, text, text, text, jsonb),
  public.refund_close(uuid, uuid, text, jsonb), public.refunds_to_ask(integer), public.refunds_approved(integer),
  private.list_value(text, integer, integer), private.given_value(public.payments),
  private.acts_alone(uuid, uuid, uuid, text, bigint, jsonb), private.deny_money(uuid, text, text, uuid, text, jsonb),
  public.payment_query_soon(uuid, uuid, text) to service_role;
revoke execute on function private.end_approvals() from public, anon, authenticated;
