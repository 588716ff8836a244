-- A figure from a few requests or messages may close an alert and never opens one; and an alert closes only in a round in
-- which its figure was seen to be back, with that figure in the message.

drop function private.judge_readings(text[], jsonb);
create function private.judge_readings(p_measured text[], p_readings jsonb) returns uuid[]
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_within uuid[];
begin
  insert into public.alerts as a (rule_id, subject, value, beyond_since)
  select distinct on (r.id, x.subject) r.id, x.subject, x.value, v_now
  from public.alert_rules r
  join pg_catalog.jsonb_to_recordset(p_readings) as x(metric text, subject text, value numeric, weak boolean)
    on x.metric = r.metric
  where r.is_active and not coalesce(x.weak, false) and private.is_beyond(r.comparison, x.value, r.threshold)
  order by r.id, x.subject
  on conflict (rule_id, subject) where state <> 'closed' do update set value = excluded.value, within_since = null;

  with within as (
    select a.id, x.value from public.alerts a
    join public.alert_rules r on r.id = a.rule_id
    left join pg_catalog.jsonb_to_recordset(p_readings) as x(metric text, subject text, value numeric)
      on x.metric = r.metric and x.subject = a.subject
    where a.state <> 'closed' and (not r.is_active
      or (r.metric = any (p_measured) and not coalesce(private.is_beyond(r.comparison, x.value, r.threshold), false)))
  ), never_opened as (
    delete from public.alerts a using within w where a.id = w.id and a.state = 'waiting'
  ), calm as (
    update public.alerts a set within_since = coalesce(a.within_since, v_now), value = w.value
    from within w where a.id = w.id and a.state = 'open')
  select coalesce(pg_catalog.array_agg(w.id), '{}') into v_within from within w;
  return v_within;
end;
$$;
comment on function private.judge_readings(text[], jsonb) is
  'Notes for each rule and subject whether the figure is beyond the threshold, and returns the alerts whose figure is within. '
  'A metric that was measured and has no reading for a subject is within, with no figure; one that could not be measured '
  'changes nothing, nor does a weak reading beyond the threshold. A rule that was switched off is within.';

create or replace function public.alerts_judge(p_measured text[], p_readings jsonb, p_recipients jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_alert record;
  v_within uuid[];
  v_now timestamptz;
  v_opened integer := 0;
  v_repeated integer := 0;
  v_closed integer := 0;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('alerts', 0));
  v_within := private.judge_readings(p_measured, p_readings);
  v_now := pg_catalog.clock_timestamp();
  for v_alert in
    select a.id, a.state, a.within_since, a.beyond_since, a.silenced_until, a.next_message_at, a.messages_sent,
      r.for_seconds, r.clear_seconds, r.repeat_seconds, r.is_active
    from public.alerts a join public.alert_rules r on r.id = a.rule_id where a.state <> 'closed' order by a.created_at
  loop
    if v_alert.state = 'waiting' and v_alert.beyond_since <= v_now - pg_catalog.make_interval(secs => v_alert.for_seconds) then
      update public.alerts a set state = 'open', opened_at = v_now, messages_sent = 1,
        next_message_at = v_now + pg_catalog.make_interval(secs => v_alert.repeat_seconds) where a.id = v_alert.id;
      perform private.add_alert_messages(v_alert.id, 'opened', p_recipients);
      v_opened := v_opened + 1;
    elsif v_alert.state = 'open' and v_alert.id = any (v_within) and (not v_alert.is_active
        or v_alert.within_since <= v_now - pg_catalog.make_interval(secs => v_alert.clear_seconds)) then
      perform private.close_alert(v_alert.id);
      v_closed := v_closed + 1;
    elsif v_alert.state = 'open' and v_alert.within_since is null and v_alert.next_message_at <= v_now
        and coalesce(v_alert.silenced_until <= v_now, true) then
      update public.alerts a set messages_sent = a.messages_sent + 1, next_message_at = v_now + least(interval '1 day',
        pg_catalog.make_interval(secs => v_alert.repeat_seconds) * (2 ^ least(v_alert.messages_sent, 10)))
      where a.id = v_alert.id;
      perform private.add_alert_messages(v_alert.id, 'repeated', p_recipients);
      v_repeated := v_repeated + 1;
    end if;
  end loop;
  return pg_catalog.jsonb_build_object('opened', v_opened, 'repeated', v_repeated, 'closed', v_closed);
end;
$$;
comment on function public.alerts_judge(text[], jsonb, jsonb) is
  'Compares the readings [{metric, subject, value, weak}] of the metrics in p_measured with the rules, and makes the '
  'messages for p_recipients {sms: [], email: [], webhook: []}: {opened, repeated, closed}. Repetitions come at doubling '
  'distances up to a day, none while a person has silenced the alert.';

drop function public.monitoring_metrics(bigint);
drop function private.sms_metrics();
create function private.sms_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  select 'sms_failure_rate', '', round(100.0 * count(*) filter (where m.state in ('released', 'failed')) / count(*), 1),
    count(*) < 10
  from public.sms_messages m
  where m.created_at > pg_catalog.now() - interval '30 minutes' and m.purpose <> 'alert' and (m.supplier_message_id is not null
    or exists (select from public.sms_attempts a where a.sms_message_id = m.id and a.outcome <> 'bad_number'))
  having count(*) > 0
  union all
  select 'sms_delivery_rate', d.operator, round(100.0 * sum(d.delivered) / sum(d.accepted), 1), sum(d.accepted) < 20
  from private.sms_deliveries(pg_catalog.now() - interval '2 hours', pg_catalog.now() - interval '10 minutes') as d
  group by d.operator
  union all
  (select distinct on (b.supplier) 'supplier_balance', b.supplier, b.balance, false from public.supplier_balances b
   order by b.supplier, b.measured_at desc)
  union all
  select 'sms_spend', '', coalesce(sum(m.cost_tyiyn), 0) / 100.0, false from public.sms_messages m
  where m.created_at >= pg_catalog.date_trunc('day', pg_catalog.now() at time zone 'Asia/Bishkek') at time zone 'Asia/Bishkek'
  union all
  select 'code_conversion', '', round(100.0 * count(*) filter (where c.used_at is not null) / count(*), 1), count(*) < 20
  from public.verification_codes c
  where c.created_at between pg_catalog.now() - interval '40 minutes' and pg_catalog.now() - interval '10 minutes'
  having count(*) > 0;
$$;
comment on function private.sms_metrics() is
  'SMS and login codes. Rates need enough messages to open an alert: 10 for failures, 20 per operator for deliveries, 20 '
  'codes for conversion (facts on SMS login, 5.4); codes are given ten minutes to be used.';

create function public.monitoring_metrics(p_disk_bytes bigint) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
    select 'database_connections' as metric, '' as subject, s.connections_percent as value, false as weak
    from private.server_metrics() as s
    union all select 'longest_query', '', round(s.longest_query, 1), false from private.server_metrics() as s
    union all select 'longest_lock_wait', '', round(s.longest_lock_wait, 1), false from private.server_metrics() as s
    union all select 'disk_usage', '',
      round(100.0 * pg_catalog.pg_database_size(pg_catalog.current_database()) / p_disk_bytes, 1), false
    union all select * from private.sms_metrics()
    union all select b.*, false from private.backup_metrics() as b
    union all select w.*, false from private.work_metrics() as w) as f;
$$;
comment on function public.monitoring_metrics(bigint) is
  'Everything that the database can tell the monitor [{metric, subject, value, weak}]; p_disk_bytes is the size of its disk.';

revoke execute on function private.judge_readings(text[], jsonb), private.sms_metrics(), public.monitoring_metrics(bigint)
  from public, anon, authenticated;
grant execute on function private.judge_readings(text[], jsonb), private.sms_metrics(), public.monitoring_metrics(bigint)
  to service_role;
