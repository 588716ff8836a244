-- Surplus money is a column, so that the queue finds it by an index; and what the user can read of his own payment does
-- not say that a fraud rule held it.

alter table public.payments add column surplus_tyiyn bigint not null generated always as (
  greatest(paid_tyiyn - refunded_tyiyn - case when state in ('completed', 'partially_refunded') then amount_tyiyn else 0 end, 0)) stored;
comment on column public.payments.surplus_tyiyn is 'Money that bought nothing and has not gone back, in tyiyn; above zero it waits for a person.';
create index payments_surplus_idx on public.payments (updated_at) where surplus_tyiyn > 0;
drop index public.payments_overpaid_idx;

create or replace function private.surplus_tyiyn(p_payment public.payments) returns bigint
language sql immutable set search_path = '' as $$
  select p_payment.surplus_tyiyn;
$$;

alter table public.payments drop constraint payments_review_reason_check;
update public.payments set review_reason = 'routine' where review_reason = 'risk';
alter table public.payments add constraint payments_review_reason_check check (review_reason in ('underpaid',
  'late_and_paid_again', 'other_currency', 'test_money', 'unconfirmed', 'routine', 'transaction_reused', 'second_person', 'offer_used'));
comment on column public.payments.review_reason is
  'Why a person must look before anything is activated; stays when he has decided. The user can read it: routine is all that '
  'it says of a fraud rule, whose reasons are in payment_risk_decisions.';

create function private.is_used_offer(p_payment public.payments) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.payments o
    where o.offer_id = p_payment.offer_id and o.id <> p_payment.id and o.completed_at is not null);
$$;
comment on function private.is_used_offer(public.payments) is
  'Whether another payment has used the offer whose price this one has: orders of several banks may be open at once.';
revoke execute on function private.is_used_offer(public.payments) from public, anon, authenticated;
grant execute on function private.is_used_offer(public.payments) to service_role;

create or replace function private.review_reason(p_payment public.payments, p_total_tyiyn bigint) returns text
language sql stable set search_path = '' as $$
  select case
    when p_payment.state = 'manual_review' and p_payment.review_reason in ('late_and_paid_again', 'routine', 'second_person', 'transaction_reused', 'offer_used')
      then p_payment.review_reason
    when p_total_tyiyn < p_payment.amount_tyiyn then 'underpaid'
    when private.is_used_offer(p_payment) then 'offer_used'
    when p_payment.state in ('failed', 'expired', 'canceled') and exists (
      select from public.payments o where o.user_id = p_payment.user_id and o.id <> p_payment.id
        and o.state in ('completed', 'partially_refunded') and o.completed_at > p_payment.created_at) then 'late_and_paid_again'
    when exists (select from public.payment_risk_decisions d
      where d.payment_id = p_payment.id and d.decision = 'review' and not d.reasons && array['amount_mismatch', 'test_money', 'other_currency'])
      then 'routine' end;
$$;

create or replace function public.billing_queue(p_operator_id uuid, p_limit integer) returns jsonb
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
