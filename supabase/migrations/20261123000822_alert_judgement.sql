-- The life of an alert: waiting, open, closed. All decisions are made here under one lock, so that monitors that run at
-- the same moment open, repeat and close nothing twice.

create function private.is_beyond(p_comparison text, p_value numeric, p_threshold numeric) returns boolean
language sql immutable set search_path = '' as $$
  select case p_comparison when 'above' then p_value > p_threshold else p_value < p_threshold end;
$$;
comment on function private.is_beyond(text, numeric, numeric) is
  'Returns true when a metric is beyond the threshold of its rule.';

create function private.add_alert_messages(p_alert_id uuid, p_event text, p_recipients jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
begin
  insert into public.alert_events (alert_id, event, channel, recipient, state, next_try_at, created_at)
  select p_alert_id, p_event, c.channel, p.recipient, 'due', v_now, v_now
  from public.alerts a
  join public.alert_rules r on r.id = a.rule_id
  cross join unnest(r.channels) as c(channel)
  cross join lateral pg_catalog.jsonb_array_elements_text(coalesce(p_recipients -> c.channel, '[]')) as p(recipient)
  where a.id = p_alert_id and (p_event <> 'repeated' or not exists (
    select from public.alert_events e where e.alert_id = p_alert_id and e.channel = c.channel
      and e.recipient = p.recipient and e.state in ('due', 'failed')));
  if not found then
    insert into public.alert_events (alert_id, event, state, created_at) values (p_alert_id, p_event, 'noted', v_now);
  end if;
end;
$$;
comment on function private.add_alert_messages(uuid, text, jsonb) is
  'Adds one message per channel of the rule and recipient {channel: [recipient]}; adds a repetition only when nothing '
  'is unsent. Without recipients, records the event alone.';

create function private.close_alert(p_alert_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
begin
  update public.alerts a set state = 'closed', closed_at = v_now, next_message_at = null where a.id = p_alert_id;
  insert into public.alert_events (alert_id, event, channel, recipient, state, next_try_at, created_at)
  select distinct p_alert_id, 'closed', e.channel, e.recipient, 'due', v_now, v_now
  from public.alert_events e where e.alert_id = p_alert_id and e.channel is not null;
  if not found then
    insert into public.alert_events (alert_id, event, state, created_at) values (p_alert_id, 'closed', 'noted', v_now);
  end if;
end;
$$;
comment on function private.close_alert(uuid) is 'Closes an alert and notifies every recipient of its messages.';

create function public.alerts_judge(p_measured text[], p_readings jsonb, p_recipients jsonb) returns jsonb
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
  'Compares the samples [{metric, subject, value, weak}] of the metrics in p_measured with the rules, and adds the '
  'messages for p_recipients {sms: [], email: [], webhook: []}: {opened, repeated, closed}. Repeats at doubling '
  'intervals up to a day, never while the alert is silenced.';

-- A figure from a few requests or messages may close an alert and never opens one; and an alert closes only in a round in
-- which its figure was seen to be back, with that figure in the message.

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
  'Records metrics beyond the threshold for each rule and subject, and returns the alerts whose metric is within. A '
  'measured metric without a sample for a subject is within, with no value; an unmeasured one changes nothing, nor '
  'does a weak sample beyond the threshold. A rule that is switched off is within.';

revoke execute on function private.is_beyond(text, numeric, numeric), private.add_alert_messages(uuid, text, jsonb),
  private.close_alert(uuid), public.alerts_judge(text[], jsonb, jsonb), private.judge_readings(text[], jsonb)
  from public, anon, authenticated;
grant execute on function private.is_beyond(text, numeric, numeric), private.add_alert_messages(uuid, text, jsonb),
  private.close_alert(uuid), public.alerts_judge(text[], jsonb, jsonb), private.judge_readings(text[], jsonb)
  to service_role;
