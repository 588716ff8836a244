-- Orders of a tier, idempotent, their price and risk, and their attempts at banks.

create function private.app_tier(p_tier text) returns text
language sql stable set search_path = '' as $$
  select t.app_code from public.tiers t where t.code = p_tier;
$$;
comment on function private.app_tier(text) is 'Returns the app''s name of a tier.';

create function private.live_attempt(p_payment_id uuid) returns public.payment_attempts
language sql stable set search_path = '' as $$
  select a from public.payment_attempts a where a.payment_id = p_payment_id order by a.position desc limit 1;
$$;
comment on function private.live_attempt(uuid) is
  'Returns the newest attempt of a payment. Earlier ones are kept, since they may still be paid.';

create function private.payment_view(p_payment public.payments) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p.id, 'amount', p.amount, 'amount_tyiyn', p.amount_tyiyn, 'currency', p.currency,
    'payment_type', p.payment_type, 'description', p.description, 'status', p.status, 'state', p.state,
    'tier', private.app_tier(p.tier), 'tier_code', p.tier, 'bank', p.payment_method, 'metadata', p.metadata,
    'paid_tyiyn', p.paid_tyiyn, 'refunded_tyiyn', p.refunded_tyiyn, 'expires_at', p.expires_at,
    'completed_at', p.completed_at, 'created_at', p.created_at, 'failure_reason', p.failure_reason,
    'attempt', case when p.state in ('created', 'pending') and a.state = 'pending' and a.expires_at > pg_catalog.now() then
      pg_catalog.jsonb_build_object('id', a.id, 'redirect_url', a.redirect_url, 'qr_text', a.qr_text,
        'deep_links', a.deep_links, 'expires_at', a.expires_at) end)
  from (select (p_payment).*) as p left join private.live_attempt(p.id) as a on true;
$$;
comment on function private.payment_view(public.payments) is
  'Returns a payment for its user. attempt is the order that can be paid now; null without one and after its '
  'expiry.';

create function private.risk_counts(p_user_id uuid, p_device bytea) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'orders_of_user', (select pg_catalog.count(*) from public.payments p
      where p.user_id = p_user_id and p.created_at > pg_catalog.now() - interval '1 hour'),
    'failures_of_user', (select pg_catalog.count(*) from public.payments p
      where p.user_id = p_user_id and p.state = 'failed' and p.created_at > pg_catalog.now() - interval '1 day'),
    'orders_of_device', (select pg_catalog.count(*) from public.payment_risk_decisions d
      where d.device_digest = p_device and d.created_at > pg_catalog.now() - interval '1 hour'),
    'users_of_device', (select pg_catalog.count(distinct d.user_id) from public.payment_risk_decisions d
      where d.device_digest = p_device and d.user_id <> p_user_id and d.created_at > pg_catalog.now() - interval '1 day'),
    'account_minutes', (select pg_catalog.floor(extract(epoch from pg_catalog.now() - u.created_at) / 60)
      from public.accounts u where u.id = p_user_id));
$$;
comment on function private.risk_counts(uuid, bytea) is
  'Returns the counts for the fraud rules before an order is made.';

create function private.assess_order_risk(p_counts jsonb, p_amount_tyiyn bigint, p_risk jsonb, out decision text, out reasons text[])
language sql immutable set search_path = '' as $$
  select case when pg_catalog.bool_or(r.answer = 'block') then 'block' when pg_catalog.count(*) > 0 then 'review' else 'allow' end,
    coalesce(pg_catalog.array_agg(r.reason order by r.answer, r.reason), '{}')
  from (values
    ('orders_of_user', 'block', (p_counts ->> 'orders_of_user')::int >= (p_risk ->> 'orders_of_user')::int),
    ('orders_of_device', 'block', (p_counts ->> 'orders_of_device')::int >= (p_risk ->> 'orders_of_device')::int),
    ('failures_of_user', 'block', (p_counts ->> 'failures_of_user')::int >= (p_risk ->> 'failures_of_user')::int),
    ('users_of_device', 'review', (p_counts ->> 'users_of_device')::int >= (p_risk ->> 'users_of_device')::int),
    ('new_account_expensive_tier', 'review', (p_counts ->> 'account_minutes')::numeric < (p_risk ->> 'new_account_minutes')::int
      and p_amount_tyiyn >= (p_risk ->> 'expensive_tyiyn')::bigint)
  ) as r (reason, answer, applies) where r.applies;
$$;
comment on function private.assess_order_risk(jsonb, bigint, jsonb) is
  'Applies the fraud rules to a new order; p_risk holds the thresholds. block: no order is made. review: it may be '
  'paid, and a staff member decides before the tier starts.';

create function private.tier_for_sale(p_user_id uuid, p_tier text, out reason text, out code text, out amount_tyiyn bigint,
  out period_days integer, out listing_limit integer, out offer_id uuid, out payment_type text)
language plpgsql stable set search_path = '' as $$
declare
  v_tier public.tiers := (select t from public.tiers t where p_tier in (t.code, t.app_code) and t.is_offered);
  v_running public.subscriptions := private.running_subscription(p_user_id);
  v_offer public.tier_offers;
  v_rank constant smallint := (select t.position from public.tiers t where t.code = v_running.tier);
begin
  code := v_tier.code;
  select o.* into v_offer from public.tier_offers o
  where o.user_id = p_user_id and o.tier = code and o.valid_until > pg_catalog.now() and o.withdrawn_at is null and not o.waits
    and not exists (select from public.payments p where p.offer_id = o.id and p.completed_at is not null)
  order by o.created_at desc limit 1;
  offer_id := v_offer.id;
  amount_tyiyn := coalesce(v_offer.amount_tyiyn, v_tier.price_tyiyn);
  period_days := coalesce(v_offer.period_days, v_tier.period_days);
  listing_limit := case when v_offer.id is null then v_tier.listings_per_month else v_offer.listing_limit end;
  payment_type := case when v_running.id is null then 'subscription' when v_tier.position > v_rank then 'upgrade' else 'renewal' end;
  reason := case
    when v_tier.id is null or amount_tyiyn = 0 then 'tier_not_for_sale'
    when amount_tyiyn is null then 'tier_needs_offer'
    when v_tier.position < v_rank and v_running.next_tier is distinct from code then 'tier_below_current' end;
end;
$$;
comment on function private.tier_for_sale(uuid, text) is
  'Returns the price and terms of a tier, named by its own or the app''s name, for this user: the list price or the '
  'newest open offer. Reasons: tier_not_for_sale, tier_needs_offer, tier_below_current.';

create function private.new_payment(p_user_id uuid, p_order jsonb, p_key text, p_risk jsonb, out payment public.payments, out reason text)
language plpgsql volatile set search_path = '' as $$
declare
  v_sale record;
  v_counts jsonb;
  v_judgement record;
begin
  select * into v_sale from private.tier_for_sale(p_user_id, p_order ->> 'tier');
  reason := v_sale.reason;
  if reason is not null then
    return;
  end if;
  select p.* into payment from public.payments p
  where p.user_id = p_user_id and p.tier = v_sale.code and p.payment_method = p_order ->> 'bank'
    and p.state in ('created', 'pending') and p.expires_at > pg_catalog.now()
    and p.amount_tyiyn = v_sale.amount_tyiyn and p.offer_id is not distinct from v_sale.offer_id
  order by p.created_at desc limit 1;
  if payment.id is not null then
    return;
  end if;
  v_counts := private.risk_counts(p_user_id, (p_risk ->> 'device_digest')::bytea);
  select * into v_judgement from private.assess_order_risk(v_counts, v_sale.amount_tyiyn, p_risk);
  if v_judgement.decision = 'block' then
    reason := 'payment_refused';
  else
    insert into public.payments (user_id, payment_type, tier, period_days, listing_limit, offer_id, amount_tyiyn, description,
      payment_method, idempotency_key, keep_card, metadata, expires_at, next_check_at)
    select p_user_id, v_sale.payment_type, t.code, v_sale.period_days, v_sale.listing_limit, v_sale.offer_id,
      v_sale.amount_tyiyn, '360Auto: ' || t.name_ru, p_order ->> 'bank', p_key, coalesce((p_order ->> 'keep_card')::boolean, false),
      pg_catalog.jsonb_build_object('tier', t.app_code, 'tier_code', t.code, 'bank', p_order ->> 'bank'),
      pg_catalog.now() + pg_catalog.make_interval(secs => (p_order ->> 'seconds')::integer), pg_catalog.now() + interval '1 minute'
    from public.tiers t where t.code = v_sale.code returning * into payment;
    perform private.log_payment(payment, null, p_order -> 'actor', 'ordered', 'created', payment.amount_tyiyn,
      pg_catalog.jsonb_build_object('risk', v_judgement.decision));
  end if;
  insert into public.payment_risk_decisions (payment_id, user_id, decision, reasons, address, device_digest, details)
  values (payment.id, p_user_id, v_judgement.decision, v_judgement.reasons, (p_risk ->> 'address')::inet,
    (p_risk ->> 'device_digest')::bytea, v_counts || pg_catalog.jsonb_build_object('amount_tyiyn', v_sale.amount_tyiyn));
end;
$$;
comment on function private.new_payment(uuid, jsonb, text, jsonb) is
  'Returns the open payment of this user, tier and bank, else creates one after the fraud rules, whose decision is '
  'recorded.';

create function private.take_attempt(p_payment public.payments, p_order jsonb, out attempt public.payment_attempts, out is_new boolean, out reason text)
language plpgsql volatile set search_path = '' as $$
begin
  is_new := false;
  attempt := private.live_attempt(p_payment.id);
  if attempt.state = 'pending' and attempt.expires_at > pg_catalog.now() + interval '5 seconds' then
    return;
  elsif attempt.state = 'created' and attempt.error_code is null
      and attempt.created_at > pg_catalog.now() - pg_catalog.make_interval(secs => (p_order ->> 'preparing_seconds')::integer) then
    reason := 'payment_being_prepared';
    return;
  elsif attempt.position >= (p_order ->> 'max_attempts')::integer then
    reason := 'rate_limited';
    return;
  end if;
  update public.payment_attempts a set state = 'superseded' where a.id = attempt.id and a.state in ('created', 'pending');
  insert into public.payment_attempts (payment_id, position, provider, amount_tyiyn)
  values (p_payment.id, coalesce(attempt.position, 0) + 1, p_payment.payment_method, p_payment.amount_tyiyn)
  returning * into attempt;
  is_new := true;
end;
$$;
comment on function private.take_attempt(public.payments, jsonb) is
  'Returns the attempt that is still valid, or a new one, for which the bank must be called now. Reasons: '
  'payment_being_prepared (its request may still be running), rate_limited.';

create function public.payment_open(p_user_id uuid, p_order jsonb, p_key text, p_risk jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_reason text;
  v_new record;
  v_try record;
begin
  -- Requests of one user wait for each other here, before any row is locked.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('payments of ' || p_user_id, 0));
  v_reason := private.user_refusal(p_user_id);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select p.* into v_payment from public.payments p where p.user_id = p_user_id and p.idempotency_key = p_key;
  if v_payment.id is null then
    select * into v_new from private.new_payment(p_user_id, p_order, p_key, p_risk);
    v_payment := v_new.payment;
    v_reason := v_new.reason;
  elsif v_payment.payment_method <> p_order ->> 'bank' or p_order ->> 'tier' not in (v_payment.tier, private.app_tier(v_payment.tier)) then
    v_reason := 'idempotency_key_reused';
  end if;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select p.* into v_payment from public.payments p where p.id = v_payment.id for no key update;
  if v_payment.state not in ('created', 'pending') or v_payment.expires_at <= pg_catalog.now() then
    return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment));
  end if;
  select * into v_try from private.take_attempt(v_payment, p_order);
  if v_try.reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_try.reason, 'retry_after', 3);
  end if;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment)) || case when v_try.is_new then
    pg_catalog.jsonb_build_object('ask', pg_catalog.jsonb_build_object('attempt_id', (v_try.attempt).id,
      'amount_tyiyn', v_payment.amount_tyiyn, 'description', v_payment.description, 'keep_card', v_payment.keep_card,
      'seconds', pg_catalog.floor(extract(epoch from v_payment.expires_at - pg_catalog.now()))))
    else '{}' end;
end;
$$;
comment on function public.payment_open(uuid, jsonb, text, jsonb) is
  'Orders a tier: {payment}, and {ask: {attempt_id, amount_tyiyn, …}} when an order must be made at the bank now. '
  'Never uses a price from the caller. p_order: {tier, bank, keep_card, seconds, preparing_seconds, max_attempts, '
  'actor}; p_risk: {address, device_digest} and thresholds. The same p_key returns the same payment; a new key '
  'continues an open payment of the same tier and bank. Reasons: authentication_required, account_blocked, '
  'idempotency_key_reused, tier_not_for_sale, tier_needs_offer, tier_below_current, payment_refused, '
  'payment_being_prepared, rate_limited.';

create function public.payment_attempt_opened(p_attempt_id uuid, p_made jsonb, p_actor jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_attempt public.payment_attempts;
begin
  select p.* into v_payment from public.payments p
  where p.id = (select a.payment_id from public.payment_attempts a where a.id = p_attempt_id) for no key update;
  update public.payment_attempts a set provider_ref = coalesce(a.provider_ref, p_made ->> 'provider_ref'),
    redirect_url = p_made ->> 'redirect_url', qr_text = p_made ->> 'qr_text',
    deep_links = coalesce(p_made -> 'deep_links', '[]'), expires_at = (p_made ->> 'expires_at')::timestamptz,
    state = case a.state when 'created' then 'pending' else a.state end, error_code = null
  where a.id = p_attempt_id returning * into v_attempt;
  update public.payments p set
    state = case p.state when 'created' then 'pending' else p.state end,
    expires_at = greatest(p.expires_at, v_attempt.expires_at), checks = 0,
    next_check_at = pg_catalog.now() + interval '1 minute'
  where p.id = v_payment.id and p.state in ('created', 'pending');
  perform private.log_payment(v_payment, p_attempt_id, p_actor, 'order_made',
    case v_payment.state when 'created' then 'pending' end, v_attempt.amount_tyiyn, null);
  select p.* into v_payment from public.payments p where p.id = v_payment.id;
  return pg_catalog.jsonb_build_object('payment', private.payment_view(v_payment));
end;
$$;
comment on function public.payment_attempt_opened(uuid, jsonb, jsonb) is
  'Records the order made by the bank: {provider_ref, redirect_url, qr_text, deep_links, expires_at}. Returns '
  '{payment}. A superseded attempt keeps its reference, so that money for it is recognised.';

create function public.payment_attempt_failed(p_attempt_id uuid, p_outcome text, p_code text, p_actor jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
begin
  select p.* into v_payment from public.payments p
  where p.id = (select a.payment_id from public.payment_attempts a where a.id = p_attempt_id) for no key update;
  update public.payment_attempts a set error_code = pg_catalog.left(p_outcome || ':' || p_code, 60),
    state = case when p_outcome = 'unknown' then a.state else 'failed' end
  where a.id = p_attempt_id and a.state in ('created', 'superseded');
  perform private.log_payment(v_payment, p_attempt_id, p_actor, 'order_not_made', null, null,
    pg_catalog.jsonb_build_object('outcome', p_outcome, 'bank_code', p_code));
end;
$$;
comment on function public.payment_attempt_failed(uuid, text, text, jsonb) is
  'Records that the bank did not make the order. After the outcome unknown the order may exist and the bank is '
  'queried; the payment stays open for another attempt.';

revoke execute on function private.app_tier(text), private.live_attempt(uuid), private.payment_view(public.payments),
  private.risk_counts(uuid, bytea), private.assess_order_risk(jsonb, bigint, jsonb),
  private.tier_for_sale(uuid, text), private.new_payment(uuid, jsonb, text, jsonb),
  private.take_attempt(public.payments, jsonb), public.payment_open(uuid, jsonb, text, jsonb),
  public.payment_attempt_opened(uuid, jsonb, jsonb), public.payment_attempt_failed(uuid, text, text, jsonb)
  from public, anon, authenticated;
grant execute on function private.app_tier(text), private.live_attempt(uuid), private.payment_view(public.payments),
  private.risk_counts(uuid, bytea), private.assess_order_risk(jsonb, bigint, jsonb),
  private.tier_for_sale(uuid, text), private.new_payment(uuid, jsonb, text, jsonb),
  private.take_attempt(public.payments, jsonb), public.payment_open(uuid, jsonb, text, jsonb),
  public.payment_attempt_opened(uuid, jsonb, jsonb), public.payment_attempt_failed(uuid, text, text, jsonb)
  to service_role;
