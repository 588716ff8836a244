-- Messages about alerts, each sent once.

create function public.alert_messages_claim(p_limit integer, p_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with claimed as (
    update public.alert_events e set tries = e.tries + 1,
      next_try_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_seconds)
    where e.id in (
      select d.id from public.alert_events d
      where d.state in ('due', 'failed') and d.next_try_at <= pg_catalog.clock_timestamp() and not exists (
        select from public.alert_events b where b.alert_id = d.alert_id and b.channel = d.channel
          and b.recipient = d.recipient and b.state in ('due', 'failed') and b.created_at < d.created_at)
      order by d.created_at limit p_limit for update skip locked)
    returning e.*)
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'id', c.id, 'event', c.event, 'channel', c.channel, 'recipient', c.recipient, 'tries', c.tries,
    'alert_id', a.id, 'rule', r.code, 'title_ru', r.title_ru, 'title_en', r.title_en, 'severity', r.severity,
    'subject', a.subject, 'value', a.value, 'comparison', r.comparison, 'threshold', r.threshold, 'unit', r.unit,
    'opened_at', a.opened_at, 'closed_at', a.closed_at, 'runbook', r.runbook) order by c.created_at), '[]')
  from claimed c join public.alerts a on a.id = c.alert_id join public.alert_rules r on r.id = a.rule_id;
$$;
comment on function public.alert_messages_claim(integer, integer) is
  'Claims messages to send now, each for one caller for p_seconds; a caller that dies leaves them due. Messages about '
  'one alert reach a recipient in order.';

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
  'Records that a channel accepted a message, or a failure (p_failure), after which it is retried after a minute, '
  'doubling to half an hour, until it is accepted.';

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
  'Reserves the SMS of an alert message, under the same id at every attempt: {state, open_circuits}. A state other '
  'than reserved means that a provider accepted it before.';

revoke execute on function public.alert_messages_claim(integer, integer), public.alert_message_record(uuid, text),
  public.alert_sms_reserve(uuid, text) from public, anon, authenticated;
grant execute on function public.alert_messages_claim(integer, integer), public.alert_message_record(uuid, text),
  public.alert_sms_reserve(uuid, text) to service_role;
