-- The life of an alert: waiting, open, closed; its messages, each sent once. All decisions are made here under one lock,
-- so that monitors that run at the same moment open, repeat and close nothing twice.

create function private.is_beyond(p_comparison text, p_value numeric, p_threshold numeric) returns boolean
language sql immutable set search_path = '' as $$
  select case p_comparison when 'above' then p_value > p_threshold else p_value < p_threshold end;
$$;
comment on function private.is_beyond(text, numeric, numeric) is 'Whether a figure is where its rule does not want it.';

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
  'One message per channel of the rule and recipient {channel: [recipient]}; a repetition only where nothing is unsent. '
  'Where nobody is told, the event alone is noted.';

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
comment on function private.close_alert(uuid) is 'Closes an alert and tells everybody who was told of it.';

create function private.judge_readings(p_measured text[], p_readings jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
begin
  insert into public.alerts as a (rule_id, subject, value, beyond_since)
  select distinct on (r.id, x.subject) r.id, x.subject, x.value, v_now
  from public.alert_rules r
  join pg_catalog.jsonb_to_recordset(p_readings) as x(metric text, subject text, value numeric) on x.metric = r.metric
  where r.is_active and private.is_beyond(r.comparison, x.value, r.threshold)
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
    delete from public.alerts a using within w where a.id = w.id and a.state = 'waiting')
  update public.alerts a set within_since = coalesce(a.within_since, v_now), value = coalesce(w.value, a.value)
  from within w where a.id = w.id and a.state = 'open';
end;
$$;
comment on function private.judge_readings(text[], jsonb) is
  'Notes for each rule and subject whether the figure is beyond the threshold. A metric that was measured and has no '
  'reading for a subject is within; one that could not be measured changes nothing. A rule that was switched off is within.';

create function public.alerts_judge(p_measured text[], p_readings jsonb, p_recipients jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_alert record;
  v_now timestamptz;
  v_opened integer := 0;
  v_repeated integer := 0;
  v_closed integer := 0;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('alerts', 0));
  perform private.judge_readings(p_measured, p_readings);
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
    elsif v_alert.state = 'open' and (not v_alert.is_active
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
  'Compares the readings [{metric, subject, value}] of the metrics in p_measured with the rules, and makes the messages '
  'for p_recipients {sms: [], email: [], webhook: []}: {opened, repeated, closed}. Repetitions come at doubling distances '
  'up to a day, none while a person has silenced the alert.';

create function public.alert_messages_claim(p_most integer, p_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with claimed as (
    update public.alert_events e set tries = e.tries + 1,
      next_try_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_seconds)
    where e.id in (
      select d.id from public.alert_events d
      where d.state in ('due', 'failed') and d.next_try_at <= pg_catalog.clock_timestamp() and not exists (
        select from public.alert_events b where b.alert_id = d.alert_id and b.channel = d.channel
          and b.recipient = d.recipient and b.state in ('due', 'failed') and b.created_at < d.created_at)
      order by d.created_at limit p_most for update skip locked)
    returning e.*)
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'id', c.id, 'event', c.event, 'channel', c.channel, 'recipient', c.recipient, 'tries', c.tries,
    'alert_id', a.id, 'rule', r.code, 'title_ru', r.title_ru, 'title_en', r.title_en, 'severity', r.severity,
    'subject', a.subject, 'value', a.value, 'comparison', r.comparison, 'threshold', r.threshold, 'unit', r.unit,
    'opened_at', a.opened_at, 'closed_at', a.closed_at, 'runbook', r.runbook) order by c.created_at), '[]')
  from claimed c join public.alerts a on a.id = c.alert_id join public.alert_rules r on r.id = a.rule_id;
$$;
comment on function public.alert_messages_claim(integer, integer) is
  'Messages to send now, each given to one caller for p_seconds; who dies in between leaves them due. The messages about '
  'one alert reach a recipient in their order.';

create function public.alert_message_record(p_id uuid, p_failure text) returns void
language sql volatile set search_path = '' as $$
  update public.alert_events e set
    state = case when p_failure is null then 'sent' else 'failed' end,
    sent_at = case when p_failure is null then pg_catalog.clock_timestamp() end,
    failure_reason = pg_catalog.left(p_failure, 1000),
    next_try_at = case when p_failure is not null then pg_catalog.clock_timestamp()
      + least(interval '30 minutes', interval '30 seconds' * (2 ^ least(e.tries, 10))) end
  where e.id = p_id and e.state in ('due', 'failed');
$$;
comment on function public.alert_message_record(uuid, text) is
  'A message was taken by its channel, or failed (p_failure) and is tried again after a minute, doubling to half an hour, '
  'until it is taken.';

create function public.alert_sms_reserve(p_event_id uuid, p_phone text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_sms public.sms_messages;
begin
  insert into public.sms_messages as m (id, purpose, phone) values (p_event_id, 'alert', p_phone)
  on conflict (id) do update set state = case when m.state = 'released' then 'reserved' else m.state end
  returning * into v_sms;
  return pg_catalog.jsonb_build_object('state', v_sms.state, 'open_circuits', (
    select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
    where s.open_until > pg_catalog.now()));
end;
$$;
comment on function public.alert_sms_reserve(uuid, text) is
  'The SMS of an alert message, under the same id at every try: {state, open_circuits}. A state other than reserved means '
  'that a supplier took it before.';

create or replace function private.record_sms_delivery(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns bigint
language plpgsql volatile set search_path = '' as $$
declare
  v_reserved bigint;
begin
  select m.cost_tyiyn into v_reserved from public.sms_messages m
  where m.id = p_sms_id and m.state = 'reserved' for update;
  if not found then
    return null;
  end if;
  update public.sms_messages m set state = p_state, supplier = p_supplier, supplier_message_id = p_supplier_message_id,
    parts = p_parts, cost_tyiyn = coalesce(p_cost_tyiyn, v_reserved),
    accepted_at = case when p_state = 'accepted' then pg_catalog.clock_timestamp() end
  where m.id = p_sms_id;
  insert into public.sms_attempts
    (sms_message_id, position, supplier, supplier_message_id, outcome, supplier_code, duration_ms)
  select p_sms_id, a.position + (select count(*) from public.sms_attempts b where b.sms_message_id = p_sms_id),
    a.supplier, a.supplier_message_id, a.outcome, a.supplier_code, a.duration_ms
  from pg_catalog.jsonb_to_recordset(p_attempts)
    as a(position smallint, supplier text, supplier_message_id text, outcome text, supplier_code text, duration_ms integer);
  perform private.update_sms_circuits(p_attempts);
  return v_reserved;
end;
$$;

create function public.alert_silence(p_operator_id uuid, p_alert_id uuid, p_minutes integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_until timestamptz := pg_catalog.clock_timestamp() + pg_catalog.make_interval(mins => p_minutes);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.alerts a set silenced_until = v_until, silenced_by = p_operator_id,
    next_message_at = greatest(a.next_message_at, v_until)
  where a.id = p_alert_id and a.state = 'open';
  if not found then
    return '{"reason": "not_found"}';
  end if;
  insert into public.alert_events (alert_id, event, state) values (p_alert_id, 'silenced', 'noted');
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details)
  values (p_operator_id, 'alert.silence', 'alert', p_alert_id::text, pg_catalog.jsonb_build_object('minutes', p_minutes));
  return pg_catalog.jsonb_build_object('silenced_until', v_until);
end;
$$;
comment on function public.alert_silence(uuid, uuid, integer) is
  'No repetitions of an open alert for p_minutes: {silenced_until}. That it closes is still told. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required.';

create function public.alerts_list(p_operator_id uuid, p_most integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('alerts', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x) order by x.state = 'closed', x.opened_at desc), '[]') from (
      select a.id, r.code as rule, r.title_ru, r.title_en, r.severity, a.subject, a.state, a.value, r.comparison,
        r.threshold, r.unit, a.opened_at, a.closed_at, a.silenced_until, r.runbook,
        (select count(*) from public.alert_events e where e.alert_id = a.id and e.state in ('due', 'failed')) as unsent
      from public.alerts a join public.alert_rules r on r.id = a.rule_id where a.state <> 'waiting'
      order by a.state = 'closed', a.opened_at desc limit p_most) as x));
end;
$$;
comment on function public.alerts_list(uuid, integer) is
  'Open alerts and then the last closed ones {alerts}. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function private.is_beyond(text, numeric, numeric),
  private.add_alert_messages(uuid, text, jsonb), private.close_alert(uuid), private.judge_readings(text[], jsonb),
  public.alerts_judge(text[], jsonb, jsonb), public.alert_messages_claim(integer, integer),
  public.alert_message_record(uuid, text), public.alert_sms_reserve(uuid, text),
  public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer)
  from public, anon, authenticated;
grant execute on function private.is_beyond(text, numeric, numeric),
  private.add_alert_messages(uuid, text, jsonb), private.close_alert(uuid), private.judge_readings(text[], jsonb),
  public.alerts_judge(text[], jsonb, jsonb), public.alert_messages_claim(integer, integer),
  public.alert_message_record(uuid, text), public.alert_sms_reserve(uuid, text),
  public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer)
  to service_role;
