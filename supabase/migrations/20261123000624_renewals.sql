-- Renewals by the hourly timer: reminders, renewal orders, debits by a stored token, days of grace, the return to the
-- free tier (docs/decisions/0036).

create function private.order_renewal(p_subscription public.subscriptions, p_policy jsonb) returns public.payments
language plpgsql volatile set search_path = '' as $$
declare
  v_last public.payments;
  v_tier public.tiers := (select t from public.tiers t where t.code = coalesce(p_subscription.next_tier, p_subscription.tier));
  v_payment public.payments;
begin
  select p.* into v_last from public.payments p
  where p.subscription_id = p_subscription.id and p.completed_at is not null and p.state <> 'refunded'
  order by p.tier = v_tier.code desc, p.completed_at desc limit 1;
  insert into public.payments (user_id, payment_type, tier, period_days, listing_limit, subscription_id, amount_tyiyn, description,
    payment_method, idempotency_key, keep_card, metadata, expires_at, next_check_at)
  select p_subscription.user_id, 'renewal', v_tier.code,
    case when v_tier.price_tyiyn is null then v_last.period_days else v_tier.period_days end,
    case when v_tier.price_tyiyn is null then v_last.listing_limit else v_tier.listings_per_month end, p_subscription.id,
    coalesce(v_tier.price_tyiyn, v_last.amount_tyiyn), '360Auto: ' || v_tier.name_ru, b.bank,
    'renewal:' || p_subscription.id || ':' || extract(epoch from p_subscription.expires_at)::bigint || ':' || v_tier.code || ':' || p_subscription.version,
    p_subscription.auto_renew, pg_catalog.jsonb_build_object('tier', v_tier.app_code, 'tier_code', v_tier.code, 'bank', b.bank),
    p_subscription.expires_at + pg_catalog.make_interval(days => (p_policy ->> 'grace_days')::integer),
    p_subscription.expires_at + pg_catalog.make_interval(days => (p_policy ->> 'grace_days')::integer)
  from (select coalesce((select bank from pg_catalog.jsonb_array_elements_text(p_policy -> 'banks') as bank where bank = v_last.payment_method),
    p_policy -> 'banks' ->> 0) as bank) as b
  where coalesce(v_tier.price_tyiyn, v_last.amount_tyiyn) > 0 and (v_tier.price_tyiyn is not null or v_last.tier = v_tier.code)
    and b.bank is not null and not exists (
      select from public.payments o where o.user_id = p_subscription.user_id and o.tier = v_tier.code
        and o.state in ('created', 'pending', 'manual_review') and o.expires_at > pg_catalog.now())
  on conflict (user_id, idempotency_key) do nothing returning * into v_payment;
  if v_payment.id is not null then
    perform private.log_payment(v_payment, null, '{"kind": "timer"}', 'ordered', 'created', v_payment.amount_tyiyn, null);
  else
    select p.* into v_payment from public.payments p where p.user_id = p_subscription.user_id and p.tier = v_tier.code
      and p.state in ('created', 'pending') and p.expires_at > pg_catalog.now() order by p.created_at desc limit 1;
  end if;
  return v_payment;
end;
$$;
comment on function private.order_renewal(public.subscriptions, jsonb) is
  'Creates the order for the next period at the bank of the user''s last payment; the order at the bank itself is '
  'made when the user opens it. An open order of this tier is reused.';

create function private.end_subscription(p_subscription public.subscriptions, p_status text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_hidden integer;
begin
  update public.subscriptions s set status = p_status, ended_at = pg_catalog.clock_timestamp(), auto_renew = false, next_tier = null,
    version = s.version + 1 where s.id = p_subscription.id;
  perform private.fit_listings(p_subscription.user_id);
  select pg_catalog.count(*) into v_hidden from public.listings l
  where l.is_hidden and l.status = 'active' and l.deleted_at is null and l.seller_user_id = p_subscription.user_id;
  perform private.enqueue_notification(p_subscription.user_id, 'subscription_ended', 'subscription:' || p_subscription.id || ':ended',
    pg_catalog.jsonb_build_object('tier', p_subscription.tier, 'hidden', v_hidden));
end;
$$;
comment on function private.end_subscription(public.subscriptions, text) is
  'Ends a subscription and returns the user to the free tier. Keeps the newest listings that it allows and hides the '
  'others until the next tier.';

create function private.days_left(p_subscription public.subscriptions) returns integer
language sql stable set search_path = '' as $$
  select (p_subscription.expires_at at time zone 'Asia/Bishkek')::date - (pg_catalog.now() at time zone 'Asia/Bishkek')::date;
$$;
comment on function private.days_left(public.subscriptions) is
  'Returns Bishkek days until a subscription ends; 0 on its last day.';

create function private.reminder_due(p_subscription public.subscriptions, p_policy jsonb) returns smallint
language sql stable set search_path = '' as $$
  select pg_catalog.min(d.day::smallint) from pg_catalog.jsonb_array_elements_text(p_policy -> 'reminder_days') as d (day)
  where p_subscription.status = 'active' and p_subscription.cancelled_at is null and p_subscription.expires_at > pg_catalog.now()
    and private.days_left(p_subscription) <= d.day::integer and d.day::smallint <> all (p_subscription.reminded_days)
    and extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') >= (p_policy ->> 'from_hour')::integer
    and extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') < (p_policy ->> 'to_hour')::integer;
$$;
comment on function private.reminder_due(public.subscriptions, jsonb) is
  'Returns the reminder to send now, as days before the end; null when none is due, and at night. A missed reminder '
  'is sent later.';

create function private.debit_profile(p_subscription public.subscriptions, p_policy jsonb) returns public.payment_profiles
language sql stable set search_path = '' as $$
  select f from public.payment_profiles f
  where p_subscription.auto_renew and p_subscription.cancelled_at is null and f.user_id = p_subscription.user_id
    and (p_subscription.status = 'grace' or (p_subscription.status = 'active' and private.days_left(p_subscription) <= 1))
    and f.revoked_at is null and coalesce(f.expires_at > pg_catalog.now(), true) and (p_policy -> 'banks') ? f.provider
    and not exists (
      select from public.payments p join public.payment_attempts a on a.payment_id = p.id
      where p.user_id = p_subscription.user_id and p.idempotency_key like 'renewal:' || p_subscription.id || ':%'
        and (a.created_at > pg_catalog.now() - interval '20 hours' or a.position >= 5))
  order by f.created_at desc limit 1;
$$;
comment on function private.debit_profile(public.subscriptions, jsonb) is
  'Returns the card to debit now for the next period: from the day before the end, once a day, at most five times; '
  'null for none.';

create function private.has_other_tier_now(p_subscription public.subscriptions) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.subscription_periods p where p.subscription_id = p_subscription.id and p.revoked_at is null
    and p.starts_at <= pg_catalog.now() and p.ends_at > pg_catalog.now()
    and (p.tier, p.listing_limit) is distinct from (p_subscription.tier, p_subscription.listing_limit));
$$;
comment on function private.has_other_tier_now(public.subscriptions) is
  'Returns true when a paid period of another tier has begun.';

create function public.subscriptions_due(p_policy jsonb, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  with clock as (
    select pg_catalog.now() as at, (pg_catalog.now() at time zone 'Asia/Bishkek')::date as today,
      extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') as hour
  ), days as materialized (
    select d::integer as day from pg_catalog.jsonb_array_elements_text(p_policy -> 'reminder_days') as d, clock c
    where c.hour >= (p_policy ->> 'from_hour')::integer and c.hour < (p_policy ->> 'to_hour')::integer
  ), over as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.expires_at <= c.at and coalesce(s.grace_until, s.expires_at) <= c.at
    order by s.expires_at limit p_limit
  ), ending as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.status = 'active' and s.cancelled_at is null
      and s.expires_at > c.at and s.expires_at < c.at + interval '8 days'
      and exists (select from days d where (s.expires_at at time zone 'Asia/Bishkek')::date - c.today <= d.day
        and d.day::smallint <> all (s.reminded_days))
    order by s.expires_at limit p_limit
  ), debited as (
    select s.id from public.subscriptions s, clock c
    where s.status in ('active', 'grace') and s.auto_renew and s.expires_at < c.at + interval '2 days'
      and (private.debit_profile(s, p_policy)).id is not null
    limit p_limit
  ), moved as (
    select s.id from public.subscription_periods p join public.subscriptions s on s.id = p.subscription_id, clock c
    where p.starts_at > c.at - interval '3 days' and p.starts_at <= c.at and p.ends_at > c.at and p.revoked_at is null
      and s.status in ('active', 'grace') and (p.tier, p.listing_limit) is distinct from (s.tier, s.listing_limit)
    limit p_limit
  )
  select coalesce(pg_catalog.jsonb_agg(d.id), '[]') from (
    select id from over union select id from ending union select id from debited union select id from moved limit p_limit) as d;
$$;
comment on function public.subscriptions_due(jsonb, integer) is
  'Returns ids of subscriptions that are due for a step. p_policy: {reminder_days, from_hour, to_hour, grace_days, '
  'banks}.';

create function public.subscription_step(p_subscription_id uuid, p_policy jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_subscription public.subscriptions;
  v_payment public.payments;
  v_day smallint;
  v_did text := 'nothing';
begin
  perform 1 from public.accounts u
  where u.id = (select s.user_id from public.subscriptions s where s.id = p_subscription_id) for no key update;
  select s.* into v_subscription from public.subscriptions s where s.id = p_subscription_id for update;
  v_day := private.reminder_due(v_subscription, p_policy);
  if v_subscription.status not in ('active', 'grace') then
    return '{"did": "nothing"}';
  elsif private.has_other_tier_now(v_subscription) then
    perform private.settle_subscription(p_subscription_id);
    perform private.fit_listings(v_subscription.user_id);
    v_did := 'moved';
  elsif v_subscription.expires_at <= pg_catalog.now() and v_subscription.cancelled_at is not null then
    perform private.end_subscription(v_subscription, 'cancelled');
    v_did := 'ended';
  elsif v_subscription.status = 'active' and v_subscription.expires_at + pg_catalog.make_interval(days => (p_policy ->> 'grace_days')::integer) > pg_catalog.now()
      and v_subscription.expires_at <= pg_catalog.now() then
    v_payment := private.order_renewal(v_subscription, p_policy);
    update public.subscriptions s set status = 'grace', version = s.version + 1,
      grace_until = s.expires_at + pg_catalog.make_interval(days => (p_policy ->> 'grace_days')::integer)
    where s.id = p_subscription_id returning s.* into v_subscription;
    perform private.enqueue_notification(v_subscription.user_id, 'subscription_grace', 'subscription:' || v_subscription.id || ':grace:' || v_subscription.version,
      private.renewal_values(v_subscription, v_payment, v_subscription.grace_until));
    v_did := 'grace';
  elsif v_subscription.expires_at <= pg_catalog.now() and coalesce(v_subscription.grace_until, v_subscription.expires_at) <= pg_catalog.now() then
    perform private.end_subscription(v_subscription, 'expired');
    v_did := 'ended';
  elsif v_day is not null then
    v_payment := private.order_renewal(v_subscription, p_policy);
    update public.subscriptions s set reminded_days = (
      select pg_catalog.array_agg(d.day::smallint) from pg_catalog.jsonb_array_elements_text(p_policy -> 'reminder_days') as d (day)
      where d.day::integer >= private.days_left(s))
    where s.id = p_subscription_id;
    perform private.enqueue_notification(v_subscription.user_id, 'subscription_ending',
      'subscription:' || v_subscription.id || ':ending:' || extract(epoch from v_subscription.expires_at)::bigint || ':' || v_day,
      private.renewal_values(v_subscription, v_payment, v_subscription.expires_at));
    v_did := 'reminded';
  end if;
  select s.* into v_subscription from public.subscriptions s where s.id = p_subscription_id;
  return pg_catalog.jsonb_build_object('did', v_did, 'is_debited', (private.debit_profile(v_subscription, p_policy)).id is not null);
end;
$$;
comment on function public.subscription_step(uuid, jsonb) is
  'Advances a subscription by one step, if one is due: {did: reminded | moved | grace | ended | nothing, is_debited}. '
  'Safe to repeat at any moment. is_debited: the user''s card is to be debited now (payment_debit_open).';

create function private.renewal_values(p_subscription public.subscriptions, p_payment public.payments, p_until timestamptz) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('tier', coalesce(p_payment.tier, p_subscription.tier),
    'payment_id', p_payment.id, 'amount_tyiyn', p_payment.amount_tyiyn, 'until', p_until));
$$;
comment on function private.renewal_values(public.subscriptions, public.payments, timestamptz) is
  'Returns the values of a reminder.';

-- A debit whose process crashed before the call to the bank does not block the next one.
create function public.payment_debit_open(p_subscription_id uuid, p_policy jsonb) returns jsonb
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
  -- An attempt whose process crashed before an answer has been queried for 20 hours by now, by our own number.
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
comment on function public.payment_debit_open(uuid, jsonb) is
  'Records that a card is about to be debited for the next period: {profile_id, token_encrypted, bank, ask}. Never '
  'twice at once: returns none while an attempt is open, or for 20 hours after one. Reason: not_found.';

create function public.payment_profile_save(p_payment_id uuid, p_profile jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments := (select p from public.payments p where p.id = p_payment_id);
  v_id uuid;
begin
  if not v_payment.keep_card then
    return '{"profile_id": null, "waits": false}';
  elsif v_payment.state not in ('completed', 'partially_refunded') then
    return pg_catalog.jsonb_build_object('profile_id', null,
      'waits', v_payment.state in ('created', 'pending', 'manual_review', 'failed', 'expired', 'canceled'));
  end if;
  insert into public.payment_profiles as f (id, user_id, provider, token_encrypted, token_digest, last_digits, expires_at)
  values ((p_profile ->> 'id')::uuid, v_payment.user_id, v_payment.payment_method, p_profile ->> 'token_encrypted',
    (p_profile ->> 'token_digest')::bytea, p_profile ->> 'last_digits', (p_profile ->> 'expires_at')::timestamptz)
  on conflict (provider, token_digest) do update set revoked_at = null where f.user_id = excluded.user_id
  returning id into v_id;
  return pg_catalog.jsonb_build_object('profile_id', v_id, 'waits', false);
end;
$$;
comment on function public.payment_profile_save(uuid, jsonb) is
  'Stores the token for later debits returned by a bank with a payment, if its user requested that and it is paid: '
  '{profile_id, waits}. waits: not paid yet, so nothing is stored. p_profile: {id, token_encrypted, token_digest, '
  'last_digits, expires_at}; the ciphertext is bound to the id.';

create function public.payment_profile_revoke(p_profile_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  update public.payment_profiles f set revoked_at = pg_catalog.now() where f.id = p_profile_id and f.revoked_at is null;
  update public.subscriptions s set auto_renew = false
  where s.user_id = (select f.user_id from public.payment_profiles f where f.id = p_profile_id) and s.auto_renew
    and not exists (select from public.payment_profiles o where o.user_id = s.user_id and o.revoked_at is null);
end;
$$;
comment on function public.payment_profile_revoke(uuid) is
  'Revokes a token reported as dead by the bank; without another one, automatic renewal ends.';

revoke execute on function private.order_renewal(public.subscriptions, jsonb),
  private.end_subscription(public.subscriptions, text), private.days_left(public.subscriptions),
  private.reminder_due(public.subscriptions, jsonb), private.debit_profile(public.subscriptions, jsonb),
  private.has_other_tier_now(public.subscriptions), public.subscriptions_due(jsonb, integer),
  public.subscription_step(uuid, jsonb), private.renewal_values(public.subscriptions, public.payments, timestamptz),
  public.payment_debit_open(uuid, jsonb), public.payment_profile_save(uuid, jsonb),
  public.payment_profile_revoke(uuid) from public, anon, authenticated;
grant execute on function private.order_renewal(public.subscriptions, jsonb),
  private.end_subscription(public.subscriptions, text), private.days_left(public.subscriptions),
  private.reminder_due(public.subscriptions, jsonb), private.debit_profile(public.subscriptions, jsonb),
  private.has_other_tier_now(public.subscriptions), public.subscriptions_due(jsonb, integer),
  public.subscription_step(uuid, jsonb), private.renewal_values(public.subscriptions, public.payments, timestamptz),
  public.payment_debit_open(uuid, jsonb), public.payment_profile_save(uuid, jsonb),
  public.payment_profile_revoke(uuid) to service_role;
