-- Periods bought by payments, scheduled one after another, the resulting subscription, and the listings that
-- its tier shows (docs/decisions/0036). Locks are always taken in one order: payment, user, subscription.

create function private.listing_allowance(p_payer_id uuid) returns integer
language sql stable set search_path = '' as $$
  select case when s.id is null then u.free_limit + u.paid_slots else s.listing_limit + u.paid_slots end
  from public.accounts u
  left join public.subscriptions s on s.user_id = u.id and (
    -- Two hours beyond the paid time: the hourly timer advances the subscription, without a gap between tiers.
    (s.status = 'active' and s.expires_at + interval '2 hours' > pg_catalog.now())
    or (s.status = 'grace' and s.grace_until > pg_catalog.now()))
  where u.id = p_payer_id;
$$;
comment on function private.listing_allowance(uuid) is
  'Returns listings per month: the free limit or that of the running tier, and paid slots. Null is unlimited.';

create function private.running_subscription(p_user_id uuid) returns public.subscriptions
language sql stable set search_path = '' as $$
  select s from public.subscriptions s where s.user_id = p_user_id and s.status in ('active', 'grace');
$$;
comment on function private.running_subscription(uuid) is
  'Returns the user''s subscription that has not ended, else null.';

create function private.fit_listings(p_user_id uuid) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_limit constant integer := private.listing_allowance(p_user_id);
  v_changed integer;
begin
  with ranked as (
    select l.id, pg_catalog.row_number() over (order by l.published_at desc nulls last, l.created_at desc, l.id) as place
    from public.listings l
    where l.status = 'active' and l.deleted_at is null and l.id in (
      select p.id from public.listings p where p.seller_user_id = p_user_id and p.business_id is null
      union all
      select p.id from public.listings p join public.business_accounts b on b.id = p.business_id
      where b.user_id = p_user_id))
  update public.listings l set is_hidden = (r.place > coalesce(v_limit, r.place))
  from ranked r where r.id = l.id and l.is_hidden <> (r.place > coalesce(v_limit, r.place));
  get diagnostics v_changed = row_count;
  return v_changed;
end;
$$;
comment on function private.fit_listings(uuid) is
  'Shows the newest active listings that the user''s tier allows, including those of the user''s businesses, and '
  'hides the others. A higher tier shows them again. Returns the number of changes.';

create function private.bought_seconds(p_payment public.payments) returns numeric
language sql immutable set search_path = '' as $$
  select p_payment.period_days * 86400 * (1 - greatest(p_payment.refunded_tyiyn - p_payment.overpaid_tyiyn, 0)::numeric
    / greatest(least(p_payment.paid_tyiyn, p_payment.amount_tyiyn), 1));
$$;
comment on function private.bought_seconds(public.payments) is
  'Returns the seconds bought by a payment: its period, less the refunded share of the price.';

create function private.schedule_period(p_period public.subscription_periods) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_at constant timestamptz := p_period.activated_at;
  v_seconds constant numeric := (select private.bought_seconds(p) from public.payments p where p.id = p_period.payment_id);
  -- At least the list price: an offer's price does not measure other payments.
  v_rate constant numeric := (select greatest(p.amount_tyiyn / (p.period_days * 86400.0), t.price_tyiyn / (t.period_days * 86400.0))
    from public.payments p join public.tiers t on t.code = p.tier where p.id = p_period.payment_id);
  v_rank constant smallint := (select t.position from public.tiers t where t.code = p_period.tier);
  v_highest smallint;
  v_last timestamptz;
  v_left numeric;
  v_credit numeric;
begin
  select pg_catalog.max(t.position), pg_catalog.max(s.ends_at),
    pg_catalog.sum(extract(epoch from s.ends_at - greatest(s.starts_at, v_at))),
    pg_catalog.sum(extract(epoch from s.ends_at - greatest(s.starts_at, v_at)) * p.amount_tyiyn / (p.period_days * 86400.0))
  into v_highest, v_last, v_left, v_credit
  from public.subscription_periods s
  join public.tiers t on t.code = s.tier join public.payments p on p.id = s.payment_id
  where s.subscription_id = p_period.subscription_id and s.revoked_at is null and s.ends_at > v_at
    and (s.activated_at, s.id) < (p_period.activated_at, p_period.id);
  if v_last is null then
    update public.subscription_periods s set starts_at = v_at, ends_at = v_at + pg_catalog.make_interval(secs => v_seconds::double precision)
    where s.id = p_period.id;
  elsif v_rank > v_highest then
    update public.subscription_periods s set starts_at = least(s.starts_at, v_at), ends_at = v_at
    where s.subscription_id = p_period.subscription_id and s.revoked_at is null and s.ends_at > v_at
      and (s.activated_at, s.id) < (p_period.activated_at, p_period.id);
    update public.subscription_periods s set starts_at = v_at,
      ends_at = v_at + pg_catalog.make_interval(secs => (v_seconds + least(v_credit / v_rate, v_left))::double precision)
    where s.id = p_period.id;
  else
    update public.subscription_periods s set starts_at = v_last, ends_at = v_last + pg_catalog.make_interval(secs => v_seconds::double precision)
    where s.id = p_period.id;
  end if;
end;
$$;
comment on function private.schedule_period(public.subscription_periods) is
  'Places a period behind the earlier ones. A higher tier starts at once, and the rest of a lower one is converted '
  'into time of the higher by its price, never into more time; the same or a lower tier follows when the paid time '
  'ends.';

create function private.settle_subscription(p_subscription_id uuid) returns public.subscriptions
language plpgsql volatile set search_path = '' as $$
declare
  v_period public.subscription_periods;
  v_current public.subscription_periods;
  v_end timestamptz;
  v_subscription public.subscriptions;
begin
  for v_period in select s.* from public.subscription_periods s
    where s.subscription_id = p_subscription_id and s.revoked_at is null order by s.activated_at, s.id
  loop
    perform private.schedule_period(v_period);
  end loop;
  select pg_catalog.max(s.ends_at) into v_end from public.subscription_periods s
  where s.subscription_id = p_subscription_id and s.revoked_at is null;
  select s.* into v_current from public.subscription_periods s
  where s.subscription_id = p_subscription_id and s.revoked_at is null and s.ends_at > s.starts_at
  order by (s.starts_at <= pg_catalog.clock_timestamp() and s.ends_at > pg_catalog.clock_timestamp()) desc, s.ends_at desc limit 1;
  update public.subscriptions s set
    tier = coalesce(v_current.tier, s.tier),
    listing_limit = case when v_current.id is null then s.listing_limit else v_current.listing_limit end,
    next_tier = nullif(s.next_tier, coalesce(v_current.tier, s.tier)),
    reminded_days = case when v_end is distinct from s.expires_at then '{}' else s.reminded_days end,
    expires_at = greatest(coalesce(v_end, pg_catalog.clock_timestamp()), s.started_at + interval '1 second'),
    status = case when v_end > pg_catalog.clock_timestamp() then 'active' else 'expired' end,
    grace_until = case when v_end > pg_catalog.clock_timestamp() then null else s.grace_until end,
    ended_at = case when v_end > pg_catalog.clock_timestamp() then null else coalesce(s.ended_at, pg_catalog.clock_timestamp()) end,
    version = s.version + 1
  where s.id = p_subscription_id returning s.* into v_subscription;
  return v_subscription;
end;
$$;
comment on function private.settle_subscription(uuid) is
  'Schedules all periods that were not revoked, in the order of purchase, and updates the subscription accordingly. '
  'A refunded payment has no effect on the result.';

create function private.activate(p_payment public.payments) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_now constant timestamptz := pg_catalog.clock_timestamp();
  v_subscription public.subscriptions;
begin
  perform 1 from public.accounts u where u.id = p_payment.user_id for no key update;
  select s.* into v_subscription from public.subscriptions s
  where s.user_id = p_payment.user_id and s.status in ('active', 'grace') for update;
  if v_subscription.id is null then
    insert into public.subscriptions (user_id, tier, listing_limit, started_at, expires_at)
    values (p_payment.user_id, p_payment.tier, p_payment.listing_limit, v_now,
      v_now + pg_catalog.make_interval(days => p_payment.period_days))
    returning * into v_subscription;
  end if;
  insert into public.subscription_periods (subscription_id, payment_id, tier, listing_limit, starts_at, ends_at, activated_at)
  values (v_subscription.id, p_payment.id, p_payment.tier, p_payment.listing_limit, v_now, v_now, v_now);
  -- A new payment withdraws the cancellation.
  update public.subscriptions s set cancelled_at = null,
    auto_renew = p_payment.keep_card or (s.auto_renew and s.cancelled_at is null)
  where s.id = v_subscription.id;
  perform private.settle_subscription(v_subscription.id);
  perform private.fit_listings(p_payment.user_id);
  return v_subscription.id;
end;
$$;
comment on function private.activate(public.payments) is
  'Converts a paid payment into time of its tier, once: subscription_periods is unique per payment. Returns the '
  'subscription.';

create function private.shrink_period(p_payment public.payments, p_all boolean) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_subscription_id uuid;
begin
  perform 1 from public.accounts u where u.id = p_payment.user_id for no key update;
  select s.id into v_subscription_id from public.subscriptions s
  where s.id = (select p.subscription_id from public.subscription_periods p where p.payment_id = p_payment.id)
    and s.status in ('active', 'grace') for update;
  update public.subscription_periods p set revoked_at = pg_catalog.clock_timestamp()
  where p.payment_id = p_payment.id and p.revoked_at is null and p_all;
  if v_subscription_id is not null then
    perform private.settle_subscription(v_subscription_id);
    perform private.fit_listings(p_payment.user_id);
  end if;
end;
$$;
comment on function private.shrink_period(public.payments, boolean) is
  'Revokes the time of a refunded payment: all of it, or the part that is no longer paid for. Leaves an ended '
  'subscription as it was.';

revoke execute on function private.listing_allowance(uuid), private.running_subscription(uuid),
  private.fit_listings(uuid), private.bought_seconds(public.payments),
  private.schedule_period(public.subscription_periods), private.settle_subscription(uuid),
  private.activate(public.payments), private.shrink_period(public.payments, boolean) from public, anon, authenticated;
grant execute on function private.listing_allowance(uuid), private.running_subscription(uuid),
  private.fit_listings(uuid), private.bought_seconds(public.payments),
  private.schedule_period(public.subscription_periods), private.settle_subscription(uuid),
  private.activate(public.payments), private.shrink_period(public.payments, boolean) to service_role;
