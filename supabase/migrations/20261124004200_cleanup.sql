-- What grows for ever without this: rows that have served their purpose. In batches, so that no lock lasts.

create index refresh_tokens_used_idx on public.refresh_tokens (used_at) where used_at is not null;

create function private.sweep_login(p_most integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  delete from public.verification_codes c where c.id in (select x.id from public.verification_codes x
    where x.expires_at < v_now - interval '14 days' limit p_most for update skip locked);
  kind := 'codes'; get diagnostics removed = row_count; return next;
  delete from public.login_failures f where f.id in (select x.id from public.login_failures x
    where x.created_at < v_now - interval '8 days' limit p_most for update skip locked);
  kind := 'login_failures'; get diagnostics removed = row_count; return next;
  delete from public.sms_limit_hits h where h.id in (select x.id from public.sms_limit_hits x
    where x.created_at < v_now - interval '2 days' limit p_most for update skip locked);
  kind := 'limit_hits'; get diagnostics removed = row_count; return next;
  delete from public.rate_limits r where r.key in (select x.key from public.rate_limits x
    where x.started_at < v_now - interval '1 day' limit p_most for update skip locked);
  kind := 'rate_limits'; get diagnostics removed = row_count; return next;
  delete from public.auth_sessions s where s.id in (select x.id from public.auth_sessions x
    where x.expires_at < v_now - interval '30 days' or x.revoked_at < v_now - interval '30 days'
    limit p_most for update skip locked);
  kind := 'sessions'; get diagnostics removed = row_count; return next;
  delete from public.refresh_tokens t where t.id in (select x.id from public.refresh_tokens x
    where x.used_at < v_now - interval '30 days' limit p_most for update skip locked);
  kind := 'tokens'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_login(integer) is
  'Codes two weeks after their end (the funnel of eight days is counted from them), failures after eight days (the longest lock is a week), limit hits after '
  'two (the longest limit is a day), counters after a day (the longest window is an hour), sessions with their tokens a '
  'month after their end, exchanged tokens after a month: one that old is beyond the idle limit, so nobody learns less.';

create function private.sweep_records(p_most integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  update public.sms_messages m set state = 'released' where m.id in (select x.id from public.sms_messages x
    where x.state = 'reserved' and x.created_at < v_now - interval '1 hour' limit p_most for update skip locked);
  kind := 'stray_sms'; get diagnostics removed = row_count; return next;
  delete from public.sms_messages m where m.id in (select x.id from public.sms_messages x
    where x.created_at < v_now - interval '180 days' limit p_most for update skip locked);
  kind := 'sms'; get diagnostics removed = row_count; return next;
  delete from public.idempotency_keys k where k.id in (select x.id from public.idempotency_keys x
    where x.expires_at < v_now limit p_most for update skip locked);
  kind := 'idempotency_keys'; get diagnostics removed = row_count; return next;
  delete from public.listing_views w where w.id in (select x.id from public.listing_views x
    where x.viewed_on < (v_now at time zone 'Asia/Bishkek')::date - 2 limit p_most for update skip locked);
  kind := 'listing_views'; get diagnostics removed = row_count; return next;
  delete from public.search_terms t where t.id in (select x.id from public.search_terms x
    where x.searched_on < (v_now at time zone 'Asia/Bishkek')::date - 61 limit p_most for update skip locked);
  kind := 'search_terms'; get diagnostics removed = row_count; return next;
  delete from public.user_behavior b where b.id in (select x.id from public.user_behavior x
    where x.created_at < v_now - interval '90 days' limit p_most for update skip locked);
  kind := 'behavior'; get diagnostics removed = row_count; return next;
  delete from public.behavior_days d where d.id in (select x.id from public.behavior_days x
    where x.day < (v_now at time zone 'Asia/Bishkek')::date - 400 limit p_most for update skip locked);
  kind := 'behavior_days'; get diagnostics removed = row_count; return next;
  delete from public.business_invitations i where i.id in (select x.id from public.business_invitations x
    where x.expires_at < v_now limit p_most for update skip locked);
  kind := 'invitations'; get diagnostics removed = row_count; return next;
  delete from public.supplier_balances b where b.id in (select x.id from public.supplier_balances x
    where x.measured_at < v_now - interval '400 days' limit p_most);
  kind := 'balances'; get diagnostics removed = row_count; return next;
  delete from public.alerts a where a.id in (select x.id from public.alerts x
    where x.closed_at < v_now - interval '180 days' and not exists (
      select from public.alert_events e where e.alert_id = x.id and e.state in ('due', 'failed'))
    limit p_most for update skip locked);
  kind := 'alerts'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_records(integer) is
  'SMS that were reserved and never handed over (a run that died) are released after an hour, SMS go after 180 days, answers '
  'to repeated requests and invited phones at their end, views after two days, searches after two months, behavior after 90 days, its days and balances after 400, closed '
  'alerts after 180 with nothing left to tell.';

create function private.sweep_listings(p_most integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.now();
begin
  with gone as (
    update public.listings l set deleted_at = v_now where l.id in (select x.id from public.listings x
      where x.status = 'sold' and x.delete_at <= v_now and x.deleted_at is null limit p_most for update skip locked)
    returning l.id), videos as (
    update public.videos v set delete_requested_at = v_now, version = v.version + 1 from gone
    where v.listing_id = gone.id and v.delete_requested_at is null and v.deleted_at is null)
  select 'sold_listings', count(*)::integer into kind, removed from gone;
  return next;
  update public.listings l set status = 'expired' where l.id in (select x.id from public.listings x
    where x.status = 'active' and x.expires_at <= v_now and x.deleted_at is null limit p_most for update skip locked);
  kind := 'expired_listings'; get diagnostics removed = row_count; return next;
  update public.listings l set is_boosted = false where l.id in (select x.id from public.listings x
    where x.is_boosted and x.boost_expires_at <= v_now limit p_most for update skip locked);
  kind := 'ended_boosts'; get diagnostics removed = row_count; return next;
  kind := 'shown_counters'; removed := private.show_counters(p_most); return next;
end;
$$;
comment on function private.sweep_listings(integer) is
  'Sold listings past delete_at disappear as if their seller had deleted them, with a request to remove their videos; active '
  'ones past their time expire; boosts end; numbers that have changed by a tenth are shown.';

create function public.cleanup_batch(p_most integer) returns jsonb
language sql volatile set search_path = '' set statement_timeout = '55s' as $$
  select pg_catalog.jsonb_object_agg(s.kind, s.removed) from (
    select * from private.sweep_login(p_most) union all select * from private.sweep_records(p_most)
    union all select * from private.sweep_listings(p_most)) as s;
$$;
comment on function public.cleanup_batch(integer) is
  'Removes up to p_most rows of each kind and tells how many {kind: count}; called again while a count is p_most.';

revoke execute on function private.sweep_login(integer), private.sweep_records(integer), private.sweep_listings(integer),
  public.cleanup_batch(integer) from public, anon, authenticated;
grant execute on function private.sweep_login(integer), private.sweep_records(integer), private.sweep_listings(integer),
  public.cleanup_batch(integer) to service_role;
