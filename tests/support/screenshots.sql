-- Invented figures for the pictures of the operations page.
insert into alerts (rule_id, state, value, subject, opened_at, next_message_at)
select id, 'open', case code when 'error_rate_critical' then 7.4 else 64 end, '', now() - interval '25 minutes', now()
from alert_rules where code in ('error_rate_critical', 'database_connections_warning');
insert into backup_runs (kind, state, bytes, files, object_key, started_at, finished_at, verified_at, keep_until, failure_reason)
select k.kind, k.state, k.bytes, k.files, k.kind || '/' || to_char(now() - n * interval '1 day', 'YYYY-MM-DD'),
  now() - n * interval '1 day' - interval '20 minutes', now() - n * interval '1 day',
  case when k.state = 'verified' then now() - n * interval '1 day' end, now() + (30 - n) * interval '1 day',
  case when k.state = 'failed' then 'The bucket does not answer.' end
from generate_series(0, 3) as n cross join (values ('database_daily', 'verified', 734003200::bigint, 61),
  ('videos', 'uploaded', 15032385536, 412), ('storage', 'uploaded', 88080384, 230), ('restore_drill', 'verified', null, null))
  as k (kind, state, bytes, files) where k.kind <> 'restore_drill' or n = 3;
update backup_runs set state = 'failed', failure_reason = 'The bucket does not answer.', verified_at = null
where id = (select id from backup_runs where kind = 'storage' order by started_at desc offset 1 limit 1);
insert into metrics_daily (day, metric, dimension, value)
select (now() at time zone 'Asia/Bishkek')::date - n, m.metric, m.dimension,
  round(m.base * (1 + 0.35 * sin(n / 3.0 + m.base) + 0.01 * (30 - n)))
from generate_series(1, 30) as n cross join (values ('active_users_day', '', 8200), ('active_users_month', '', 96000),
  ('registrations', '', 340), ('listings_created', 'category:car', 520), ('listings_created', 'category:horse', 90),
  ('listings_created', 'category:real_estate', 160), ('video_uploads', '', 610), ('sms_sent', 'purpose:login', 900),
  ('revenue_tyiyn', 'tier:basic', 420000), ('revenue_tyiyn', 'tier:premium', 650000), ('sms_cost_tyiyn', '', 180000),
  ('funnel_code_requested', '', 520), ('funnel_code_used', '', 430), ('funnel_registered', '', 340),
  ('funnel_first_listing', '', 95)) as m (metric, dimension, base)
on conflict do nothing;
insert into supplier_balances (supplier, balance, currency, price_tyiyn) values ('nikita', 48250.5, 'KGS', 185), ('smsc', 12900, 'KGS', 240);
insert into sms_messages (purpose, phone, state, supplier, supplier_message_id, parts, cost_tyiyn, created_at, accepted_at)
select 'login', '+99655500' || lpad((n * 37 % 10000)::text, 4, '0'), case when n % 19 = 0 then 'failed' else 'delivered' end,
  case when n % 7 = 0 then 'smsc' else 'nikita' end, 'shot' || n, 1, 185, now() - n * interval '40 minutes', now() - n * interval '40 minutes'
from generate_series(1, 900) as n;
insert into payments (user_id, payment_type, tier, period_days, amount_tyiyn, paid_tyiyn, state, payment_method, transaction_id,
  completed_at, created_at, review_reason, idempotency_key)
select (select id from accounts order by phone offset n % 11 limit 1), 'subscription', case when n % 3 = 0 then 'premium' else 'basic' end, 30,
  case when n % 3 = 0 then 50000 else 10000 end, case when n % 3 = 0 then 50000 else 10000 end,
  case when n = 5 then 'manual_review' else 'completed' end, (array['mbank', 'odengi', 'optima', 'bakai'])[1 + n % 4], 'TX' || 48210 + n,
  case when n <> 5 then now() - n * n * interval '35 minutes' end, now() - n * n * interval '35 minutes' - interval '3 minutes',
  case when n = 5 then 'underpaid' end, 'shot ' || n
from generate_series(1, 34) as n;
insert into job_leases (job, last_started_at, last_succeeded_at)
select name, now() - n * interval '4 minutes', now() - n * interval '3 minutes' from (values ('monitor', 0), ('cleanup', 9),
  ('payment_reconciler', 1), ('daily_metrics', 120), ('video_migrator', 30)) as t (name, n) on conflict (job) do nothing;
insert into payment_orphans (provider, provider_ref, amount_tyiyn) values ('mbank', 'MB-99120', 250000);
insert into push_campaigns (title, message, action_url, max_recipients)
values (array['Неделя скидок', 'Арзандатуу жумасы', 'A week of discounts'], array['Премиум дешевле до воскресенья.',
  'Премиум жекшембиге чейин арзан.', 'Premium for less until Sunday.'], 'app360://subscription', 5000);
with told as (
  insert into notifications (user_id, type, title, created_at)
  select (select id from accounts order by phone offset n % 11 limit 1), t.type, 'Т', now() - n % 3 * interval '1 day'
  from generate_series(1, 60) as n cross join (values ('chat_message'), ('moderation_approved'), ('payment_completed'), ('price_drop')) as t (type)
  returning id, user_id, type, created_at
)
insert into pushes (notification_id, user_id, type, subject, priority, state, not_before, expires_at, uncertain, created_at, accepted_at)
select t.id, t.user_id, t.type, t.type || ':', 5, (array['forwarded', 'forwarded', 'forwarded', 'accepted', 'dead', 'unknown',
    'forwarded', 'suppressed', 'forwarded', 'forwarded'])[1 + (row_number() over ()) % 10], t.created_at, t.created_at + interval '1 day', 1,
  t.created_at, t.created_at + (row_number() over ()) % 13 * interval '0.9 seconds'
from told t;
insert into quality_days (day, provider, os, network, kind, batches, reports, attempts, starts, exits, start_failures, failed_network,
  failed_timeout, failed_decoder, failed_missing, failed_refused, failed_other, bad_views, play_ms, stall_ms, stalls,
  start_histogram, stall_histogram)
select (now() at time zone 'Asia/Bishkek')::date - n, p.name, o.os, w.network, k.kind, k.views / 4, k.views, k.views * 10,
  k.views * 10 - p.bad, 30, p.bad / 2, p.bad / 4, p.bad / 4, 2, p.bad / 8, 1, 1, p.bad * 3, k.views * 90000, k.views * p.bad * 4, k.views / 3,
  private.histogram_of(array_agg(b), array_agg((k.views * 10 * exp(-((b - p.middle - w.slower - n % 3) ^ 2) / 90.0) / 16.8)::integer)),
  private.histogram_of(array[0, 30, 45], array[k.views * 9, k.views / 2, k.views / 3])
from generate_series(1, 13) as n cross join (values ('api_video', 38, 60), ('yandex', 35, 48)) as p (name, middle, bad)
cross join (values ('android'), ('ios')) as o (os) cross join (values ('wifi', 0), ('cellular', 5)) as w (network, slower)
cross join (values ('feed', 1100), ('detail', 240)) as k (kind, views) cross join generate_series(1, 93) as b
group by n, p.name, p.middle, p.bad, o.os, w.network, w.slower, k.kind, k.views;
insert into quality_drops (hour, reason, shard, dropped)
values (now(), 'repeated', 0, 41), (now(), 'unsampled', 0, 12), (now(), 'unreadable', 0, 3);
insert into metrics_daily (day, metric, value)
select (now() at time zone 'Asia/Bishkek')::date - n, 'cdn_' || m.metric, m.base * (1 + case when m.base > 1 then 0.02 * n else 0 end)
from generate_series(1, 13) as n cross join (values ('requests', 2840000), ('origin_requests', 340000), ('bytes', 412000000000),
  ('origin_bytes', 21000000000), ('error_share', 0.0021), ('origin_error_share', 0.011)) as m (metric, base);
update accounts set email = 'driver' || right(phone, 4) || '@example.com', email_verified_at = now()
where id in (select id from accounts order by phone limit 11);
with told as (
  insert into notifications (user_id, type, title, created_at)
  select (select id from accounts where email is not null order by phone offset n % 11 limit 1), t.type, 'Т', now() - n % 3 * interval '1 day'
  from generate_series(1, 45) as n
  cross join (values ('payment_completed'), ('payment_refunded'), ('security_new_device'), ('saved_search')) as t (type)
  returning id, user_id, type, created_at
)
insert into emails (user_id, kind, type, notification_id, address, priority, is_resent, state, uncertain, expires_at, created_at, accepted_at)
select t.user_id, 'notification', t.type, t.id, u.email, 5, false, (array['delivered', 'delivered', 'delivered', 'delivered', 'bounced',
    'delivered', 'complained', 'delivered', 'unknown', 'suppressed', 'delivered', 'delivered', 'failed'])[1 + (row_number() over ()) % 13],
  1, t.created_at + interval '1 day', t.created_at, t.created_at
from told t join accounts u on u.id = t.user_id;
insert into email_stops (address_digest, reason, stopped_at)
select sha256(convert_to('stopped ' || n, 'UTF8')), case when n % 4 = 0 then 'complained' else 'bounced' end, now() from generate_series(1, 9) as n;
