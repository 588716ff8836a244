-- A debit whose process ended before the bank was called does not keep the next one from being made.

create or replace function public.payment_debit_open(p_subscription_id uuid, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_subscription public.subscriptions := (select s from public.subscriptions s where s.id = p_subscription_id);
  v_profile public.payment_profiles;
  v_payment public.payments;
  v_attempt public.payment_attempts;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('payments of ' || v_subscription.user_id, 0));
  v_profile := private.debit_profile(v_subscription, p_policy);
  if v_profile.id is null then
    return '{"reason": "not_found"}';
  end if;
  perform private.order_renewal(v_subscription, p_policy || pg_catalog.jsonb_build_object('banks', pg_catalog.jsonb_build_array(v_profile.provider)));
  select p.* into v_payment from public.payments p
  where p.user_id = v_subscription.user_id and p.idempotency_key like 'renewal:' || v_subscription.id || ':%'
    and p.payment_method = v_profile.provider and p.state in ('created', 'pending') and p.expires_at > pg_catalog.now()
  order by p.created_at desc limit 1 for no key update;
  -- A try whose process ended before it had an answer has been asked about for 20 hours by now, by our own number.
  update public.payment_attempts a set state = 'superseded'
  where a.payment_id = v_payment.id and a.state = 'created' and a.created_at < pg_catalog.now() - interval '20 hours';
  if v_payment.id is null or exists (select from public.payment_attempts a where a.payment_id = v_payment.id and a.state in ('created', 'pending')) then
    return '{"reason": "not_found"}';
  end if;
  insert into public.payment_attempts (payment_id, position, provider, amount_tyiyn)
  select v_payment.id, coalesce(pg_catalog.max(a.position), 0) + 1, v_profile.provider, v_payment.amount_tyiyn
  from public.payment_attempts a where a.payment_id = v_payment.id returning * into v_attempt;
  update public.payments p set next_check_at = pg_catalog.now() + interval '1 minute', checks = 0 where p.id = v_payment.id;
  return pg_catalog.jsonb_build_object('profile_id', v_profile.id, 'token_encrypted', v_profile.token_encrypted, 'bank', v_profile.provider,
    'ask', pg_catalog.jsonb_build_object('attempt_id', v_attempt.id, 'amount_tyiyn', v_payment.amount_tyiyn,
      'description', v_payment.description, 'seconds', 86400));
end;
$$;
