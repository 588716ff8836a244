-- Refunds: requested, approved, made by the bank's API or by a staff member in the bank's cabinet. Nothing is closed
-- without the bank's number, and a refund perhaps executed by the bank is never requested again.

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
  -- A refund that waits for a second person is decided by that person alone.
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
  'operator_own_money, payment_already_decided (waits for a second person), refund_too_large.';

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
  'gets it sends the request; if it crashes, the bank is queried and the request never repeated. Reasons: '
  'payment_already_decided, refund_too_large (no single order covers it: it becomes a manual task).';

-- A refund whose request certainly failed is requested again by the timer.
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
    -- A refund refused by the bank's API can be made in its cabinet.
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
  'Records the outcome of the refund request: done, taken (the bank reports later), refused (a manual task now), '
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
  end if;
  -- A number of a bank stands for one refund of all its payments: two closings with one number wait for each other here.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('refund number ' || p_ref, 0));
  if exists (select from public.refunds r join public.payments p on p.id = r.payment_id
      join public.refunds o on o.provider_ref = p_ref and o.id <> r.id
      join public.payments q on q.id = o.payment_id and q.payment_method = p.payment_method where r.id = p_refund_id) then
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
  'Closes a refund that a staff member has made in the bank''s cabinet, with the bank''s number, which no other refund at that '
  'bank has, and schedules the tier anew. Reasons: forbidden, not_found, operator_own_money, payment_evidence_used, payment_already_decided.';

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

revoke execute on function public.refund_request(uuid, uuid, bigint, text, text, jsonb),
  public.refund_decide(uuid, uuid, boolean, jsonb), public.refund_begin(uuid),
  public.refund_end(uuid, text, text, text, jsonb), public.refund_close(uuid, uuid, text, jsonb),
  public.refunds_to_ask(integer), public.refunds_approved(integer) from public, anon, authenticated;
grant execute on function public.refund_request(uuid, uuid, bigint, text, text, jsonb),
  public.refund_decide(uuid, uuid, boolean, jsonb), public.refund_begin(uuid),
  public.refund_end(uuid, text, text, text, jsonb), public.refund_close(uuid, uuid, text, jsonb),
  public.refunds_to_ask(integer), public.refunds_approved(integer) to service_role;
