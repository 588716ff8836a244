-- Plan of a user, and its changes by the user (docs/decisions/0036).

create function private.subscription_view(p_subscription public.subscriptions) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', s.id, 'tier', private.app_tier(s.tier), 'tier_code', s.tier, 'status', s.status,
    'listing_limit', s.listing_limit, 'started_at', s.started_at, 'expires_at', s.expires_at, 'grace_until', s.grace_until,
    'auto_renew', s.auto_renew, 'ends_with_period', s.cancelled_at is not null,
    'next_tier', private.app_tier(s.next_tier), 'next_tier_code', s.next_tier)
  from (select (p_subscription).*) as s where s.id is not null;
$$;
comment on function private.subscription_view(public.subscriptions) is
  'Returns a subscription for its user; null for none.';

create function public.subscription_read(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select case when u.id is null then '{"reason": "authentication_required"}' else pg_catalog.jsonb_build_object(
    'tier', private.app_tier(coalesce(r.tier, 'free')), 'tier_code', coalesce(r.tier, 'free'),
    'subscription', private.subscription_view(r),
    'listing_limit', private.listing_allowance(u.id), 'listings_this_month', private.posted_this_month(u.id),
    'hidden_listings', (select pg_catalog.count(*) from public.listings l
      where l.seller_user_id = u.id and l.is_hidden and l.status = 'active' and l.deleted_at is null),
    'open_payments', (select coalesce(pg_catalog.jsonb_agg(private.payment_view(p) order by p.created_at desc), '[]')
      from public.payments p where p.user_id = u.id and p.state in ('created', 'pending', 'manual_review')),
    'offers', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('tier', private.app_tier(o.tier), 'tier_code', o.tier,
        'amount_tyiyn', o.amount_tyiyn, 'period_days', o.period_days, 'listing_limit', o.listing_limit, 'valid_until', o.valid_until)
        order by o.created_at desc), '[]')
      from public.tier_offers o where o.user_id = u.id and o.valid_until > pg_catalog.now() and o.withdrawn_at is null and not o.waits
        and not exists (select from public.payments p where p.offer_id = o.id and p.completed_at is not null)))
    end
  from (select p_user_id as id) as asked left join public.accounts u on u.id = asked.id
  left join private.running_subscription(asked.id) as r on true;
$$;
comment on function public.subscription_read(uuid) is
  'Returns the user''s plan: {tier, subscription, listing_limit, listings_this_month, hidden_listings, open_payments, '
  'offers}. Reason: authentication_required.';

create function public.subscription_history(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('tier', private.app_tier(p.tier), 'tier_code', p.tier,
    'payment_id', p.payment_id, 'amount', m.amount, 'amount_tyiyn', m.amount_tyiyn, 'currency', m.currency, 'bank', m.payment_method,
    'starts_at', p.starts_at, 'ends_at', p.ends_at, 'revoked_at', p.revoked_at) order by p.activated_at desc), '[]')
  from public.subscription_periods p
  join public.subscriptions s on s.id = p.subscription_id join public.payments m on m.id = p.payment_id
  where s.user_id = p_user_id;
$$;
comment on function public.subscription_history(uuid) is
  'Returns the period bought by each payment of a user, newest first.';

create function private.drop_renewals(p_user_id uuid, p_actor jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
begin
  for v_payment in select p.* from public.payments p
    where p.user_id = p_user_id and p.state = 'created' and p.idempotency_key like 'renewal:%'
      and not exists (select from public.payment_attempts a where a.payment_id = p.id)
    order by p.id for no key update
  loop
    update public.payments p set state = 'canceled', next_check_at = null where p.id = v_payment.id;
    perform private.log_payment(v_payment, null, p_actor, 'not_wanted', 'canceled', null, null);
  end loop;
end;
$$;
comment on function private.drop_renewals(uuid, jsonb) is
  'Withdraws unpaid orders for the next period.';

create function public.subscription_change(p_user_id uuid, p_action text, p_tier text, p_actor jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_subscription public.subscriptions;
  v_tier public.tiers := (select t from public.tiers t where p_tier in (t.code, t.app_code));
begin
  perform private.drop_renewals(p_user_id, p_actor);
  perform 1 from public.accounts u where u.id = p_user_id for no key update;
  select s.* into v_subscription from public.subscriptions s
  where s.user_id = p_user_id and s.status in ('active', 'grace') for update;
  if v_subscription.id is null then
    return '{"reason": "subscription_none"}';
  elsif p_action = 'downgrade' and coalesce(v_tier.position
      >= (select t.position from public.tiers t where t.code = v_subscription.tier), true) then
    return '{"reason": "tier_not_lower"}';
  end if;
  update public.subscriptions s set
    cancelled_at = case when p_action = 'cancel' or v_tier.price_tyiyn = 0 then coalesce(s.cancelled_at, pg_catalog.now()) end,
    auto_renew = case when p_action = 'resume' then exists (select from public.payment_profiles f
        where f.user_id = p_user_id and f.revoked_at is null and coalesce(f.expires_at > pg_catalog.now(), true))
      else s.auto_renew and p_action = 'downgrade' and v_tier.price_tyiyn is distinct from 0 end,
    next_tier = case when p_action = 'downgrade' and v_tier.price_tyiyn is distinct from 0 then v_tier.code end,
    reminded_days = '{}', version = s.version + 1
  where s.id = v_subscription.id;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_user_id, 'subscription.' || p_action, 'subscription', v_subscription.id::text,
    pg_catalog.jsonb_build_object('tier', v_tier.code), p_actor ->> 'request_id');
  return public.subscription_read(p_user_id);
end;
$$;
comment on function public.subscription_change(uuid, text, text, jsonb) is
  'Changes the renewal. cancel: ends when the paid time ends. resume: withdraws a cancellation or a downgrade. '
  'downgrade: another tier begins when the paid time ends; to the free tier it is a cancellation. Returns the same as '
  'subscription_read. Reasons: subscription_none, tier_not_lower, authentication_required.';

revoke execute on function private.subscription_view(public.subscriptions), public.subscription_read(uuid),
  public.subscription_history(uuid), private.drop_renewals(uuid, jsonb),
  public.subscription_change(uuid, text, text, jsonb) from public, anon, authenticated;
grant execute on function private.subscription_view(public.subscriptions), public.subscription_read(uuid),
  public.subscription_history(uuid), private.drop_renewals(uuid, jsonb),
  public.subscription_change(uuid, text, text, jsonb) to service_role;
