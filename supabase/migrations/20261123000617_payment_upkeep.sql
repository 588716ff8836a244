-- Upkeep of payments, so that none depends on a webhook: queries at growing intervals, unprocessed webhooks,
-- and the comparison of our books with the bank's daily list.

create function private.next_check(p_checks integer, p_expires_at timestamptz, p_now timestamptz) returns timestamptz
language sql immutable set search_path = '' as $$
  select case when p_now < p_expires_at + interval '1 day' then least(
    p_now + pg_catalog.make_interval(mins => coalesce((array[2, 5, 10, 30])[p_checks + 1], 60)),
    case when p_now < p_expires_at then p_expires_at + interval '5 seconds' end) end;
$$;
comment on function private.next_check(integer, timestamptz, timestamptz) is
  'Returns the time of the next query to a bank: after 1, 2, 5, 10 and 30 minutes and then every hour, once right '
  'after the payment expires, and until a day after that; null for no more.';

create function public.payment_checks_due(p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select p.id, p.expires_at from public.payments p where p.next_check_at <= pg_catalog.now()
    order by p.next_check_at limit p_limit for no key update skip locked
  ), taken as (
    update public.payments p set checks = p.checks + 1,
      next_check_at = private.next_check(p.checks, coalesce(p.expires_at, p.created_at), pg_catalog.now())
    from due where p.id = due.id returning p.id, p.expires_at <= pg_catalog.now() as is_over, p.next_check_at is null as is_last
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('payment_id', t.id, 'is_over', t.is_over, 'is_last', t.is_last,
    'ask', private.attempts_to_ask(t.id, 10))), '[]') from taken t;
$$;
comment on function public.payment_checks_due(integer) is
  'Claims payments that are due for a query to their bank: [{payment_id, is_over, is_last, ask}]. Each goes to one '
  'caller and becomes due again after its pause, even if the caller crashes.';

create function public.payment_expire(p_payment_id uuid, p_actor jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_payment public.payments;
  v_event public.payment_webhook_events;
begin
  select p.* into v_payment from public.payments p where p.id = p_payment_id for no key update;
  if v_payment.state not in ('created', 'pending') or v_payment.expires_at > pg_catalog.now() then
    return false;
  end if;
  select e.* into v_event from public.payment_webhook_events e
  where e.payment_id = p_payment_id and e.trust = 'proof' and e.report ->> 'state' = 'paid' order by e.created_at limit 1;
  if v_event.id is not null then
    perform private.hold_payment(v_payment, v_event.attempt_id, 'unconfirmed', (v_event.report ->> 'amount_tyiyn')::bigint, p_actor);
    return false;
  end if;
  update public.payment_attempts a set state = 'expired' where a.payment_id = p_payment_id and a.state in ('created', 'pending');
  update public.payments p set state = 'expired' where p.id = p_payment_id;
  perform private.log_payment(v_payment, null, p_actor, 'expired', 'expired', null, null);
  return true;
end;
$$;
comment on function public.payment_expire(uuid, jsonb) is
  'Closes an expired payment after a query to the bank: returns true when this call did. Money that arrives later '
  'completes it. Holds the payment for a staff member when a signed webhook reported money that the bank never '
  'confirmed.';

create function public.payment_webhooks_open(p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with open as (
    select e.id from public.payment_webhook_events e
    where e.state = 'received' and e.updated_at < pg_catalog.now() - interval '1 minute'
    order by e.created_at limit p_limit for update skip locked
  ), taken as (
    update public.payment_webhook_events e set
      attempt_id = coalesce(e.attempt_id, (private.find_attempt(e.provider, (e.report ->> 'attempt_id')::uuid, e.report ->> 'provider_ref')).id)
    from open where e.id = open.id returning e.*
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event_id', t.id, 'bank', t.provider, 'trust', t.trust,
    'report', t.report, 'is_old', t.created_at < pg_catalog.now() - interval '1 day',
    'attempt', case when a.id is not null then pg_catalog.jsonb_build_object('attempt_id', a.id, 'provider_ref', a.provider_ref,
      'bank', a.provider, 'amount_tyiyn', a.amount_tyiyn) end) order by t.created_at), '[]')
  from taken t left join public.payment_attempts a on a.id = t.attempt_id;
$$;
comment on function public.payment_webhooks_open(integer) is
  'Claims stored webhooks left unprocessed by a process: [{event_id, bank, trust, report, attempt, is_old}]. Each '
  'goes to one caller for a minute. Looks up attempt again.';

create function public.payment_comparisons_due(p_banks text[], p_days integer) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select bank, (pg_catalog.now() at time zone 'Asia/Bishkek')::date - ago as day
    from pg_catalog.unnest(p_banks) as bank, pg_catalog.generate_series(1, p_days) as ago
    where extract(hour from pg_catalog.now() at time zone 'Asia/Bishkek') >= 4
  ), taken as (
    insert into public.payment_comparisons as c (provider, day) select w.bank, w.day from wanted w
    on conflict (provider, day) do update set updated_at = pg_catalog.now()
      where c.finished_at is null and c.updated_at < pg_catalog.now() - interval '15 minutes'
    returning c.provider, c.day
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bank', t.provider, 'day', t.day,
    'since', t.day::timestamp at time zone 'Asia/Bishkek', 'until', (t.day + 1)::timestamp at time zone 'Asia/Bishkek')
    order by t.day, t.provider), '[]') from taken t;
$$;
comment on function public.payment_comparisons_due(text[], integer) is
  'Claims days of the last p_days that have not been compared with a bank''s statement: [{bank, day, since, until}]. '
  'Each goes to one caller for a quarter of an hour. Returns nothing before 4:00 in Bishkek: statements need the '
  'night.';

create function public.payment_compare(p_provider text, p_listed jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(line.value || pg_catalog.jsonb_build_object('attempt_id', a.id) order by line.ordinality), '[]')
  from pg_catalog.jsonb_array_elements(p_listed) with ordinality as line
  left join private.find_attempt(p_provider, (line.value ->> 'attempt_id')::uuid, line.value ->> 'provider_ref') as a on true
  where (line.value ->> 'state' = 'paid' and coalesce(a.paid_tyiyn, 0) <> (line.value ->> 'amount_tyiyn')::bigint)
    or (line.value ->> 'state' = 'refunded' and not exists (
      select from public.payments p where p.id = a.payment_id and p.state = 'refunded'));
$$;
comment on function public.payment_compare(text, jsonb) is
  'Returns the lines of a bank''s statement that differ from our books, each with our attempt_id or null. A line is '
  '{attempt_id, provider_ref, state, amount_tyiyn, paid_at, transaction_id}.';

create function public.payment_comparison_finish(p_provider text, p_day date, p_listed jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_since constant timestamptz := p_day::timestamp at time zone 'Asia/Bishkek';
  v_until constant timestamptz := (p_day + 1)::timestamp at time zone 'Asia/Bishkek';
  v_row public.payment_comparisons;
begin
  with listed as (
    select line ->> 'provider_ref' as provider_ref, (line ->> 'amount_tyiyn')::bigint as tyiyn, (line ->> 'paid_at')::timestamptz as paid_at,
      (private.find_attempt(p_provider, (line ->> 'attempt_id')::uuid, line ->> 'provider_ref')).id as attempt_id
    from pg_catalog.jsonb_array_elements(p_listed) as line where line ->> 'state' in ('paid', 'refund_pending', 'refunded')
  ), ours as (
    select a.* from public.payment_attempts a where a.provider = p_provider and a.paid_tyiyn > 0
      and (a.id in (select l.attempt_id from listed l) or (a.paid_at >= v_since and a.paid_at < v_until))
  ), gaps as (
    select case when o.id is null then 'missing_here' when l.tyiyn is null then 'missing_there' else 'amount' end as kind,
      coalesce(l.provider_ref, o.provider_ref) as provider_ref, o.payment_id, l.tyiyn as listed_tyiyn, o.paid_tyiyn as ours_tyiyn
    from listed l full join ours o on o.id = l.attempt_id
    where l.tyiyn is distinct from o.paid_tyiyn and coalesce(l.paid_at, o.paid_at, v_since) >= v_since
      and coalesce(l.paid_at, o.paid_at, v_since) < v_until
  )
  update public.payment_comparisons c set finished_at = pg_catalog.now(),
    listed = (select pg_catalog.count(*) from listed l where l.paid_at >= v_since and l.paid_at < v_until),
    listed_tyiyn = (select coalesce(pg_catalog.sum(l.tyiyn), 0) from listed l where l.paid_at >= v_since and l.paid_at < v_until),
    ours = (select pg_catalog.count(*) from ours o where o.paid_at >= v_since and o.paid_at < v_until),
    ours_tyiyn = (select coalesce(pg_catalog.sum(o.paid_tyiyn), 0) from ours o where o.paid_at >= v_since and o.paid_at < v_until),
    gaps = (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g) order by g.kind, g.provider_ref), '[]') from gaps g)
  where c.provider = p_provider and c.day = p_day returning c.* into v_row;
  return pg_catalog.jsonb_build_object('listed', v_row.listed, 'ours', v_row.ours, 'gaps', pg_catalog.jsonb_array_length(v_row.gaps));
end;
$$;
comment on function public.payment_comparison_finish(text, date, jsonb) is
  'Records the comparison of a Bishkek day with the bank''s statement, after all lines were processed: {listed, ours, '
  'gaps}. The statement may reach beyond the day, since clocks differ; only the day counts.';

revoke execute on function private.next_check(integer, timestamptz, timestamptz), public.payment_checks_due(integer),
  public.payment_expire(uuid, jsonb), public.payment_webhooks_open(integer),
  public.payment_comparisons_due(text[], integer), public.payment_compare(text, jsonb),
  public.payment_comparison_finish(text, date, jsonb) from public, anon, authenticated;
grant execute on function private.next_check(integer, timestamptz, timestamptz), public.payment_checks_due(integer),
  public.payment_expire(uuid, jsonb), public.payment_webhooks_open(integer),
  public.payment_comparisons_due(text[], integer), public.payment_compare(text, jsonb),
  public.payment_comparison_finish(text, date, jsonb) to service_role;
