-- Individual offers of tiers, and money without an order, for finance (docs/decisions/0038).

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
  -- The same offer by the second person.
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

revoke execute on function public.tier_offer_make(uuid, jsonb, jsonb),
  public.payment_orphan_resolve(uuid, uuid, text, uuid, text, jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.tier_offer_make(uuid, jsonb, jsonb),
  public.payment_orphan_resolve(uuid, uuid, text, uuid, text, jsonb, jsonb) to service_role;
