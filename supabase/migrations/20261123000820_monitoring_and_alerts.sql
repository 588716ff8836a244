-- Metrics of the service, alert rules as data, the alerts that they open and every message about them. Backend only.

create table public.alert_rules (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z][a-z0-9_]{1,63}$'),
  metric text not null check (metric ~ '^[a-z][a-z0-9_]{1,63}$'),
  comparison text not null check (comparison in ('above', 'below')),
  threshold numeric(20, 4) not null check (threshold <> 'NaN'),
  unit text not null default '' check (char_length(unit) <= 20),
  for_seconds integer not null default 0 check (for_seconds >= 0),
  severity text not null check (severity in ('critical', 'warning', 'info')),
  channels text[] not null check (channels <@ array['sms', 'email', 'webhook']),
  repeat_seconds integer not null default 3600 check (repeat_seconds > 0),
  runbook text not null check (char_length(runbook) between 1 and 200),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  title_ru text not null check (char_length(title_ru) <= 60),
  title_en text not null check (char_length(title_en) <= 60),
  clear_seconds integer not null default 120 check (clear_seconds >= 0),
  check (title_ru <> ''),
  check (title_en <> '')
);
comment on table public.alert_rules is
  'Alert rules with their channels. Changed by staff without a deployment.';
comment on column public.alert_rules.for_seconds is
  'Seconds for which the metric must be beyond the threshold before the alert opens.';
comment on column public.alert_rules.repeat_seconds is 'First repetition; doubled each time up to a day.';
comment on column public.alert_rules.runbook is 'Page in docs/runbooks.';
comment on column public.alert_rules.title_ru is 'Title of the alert in messages, in a few words.';
comment on column public.alert_rules.clear_seconds is
  'Seconds for which the metric must be back within the threshold before the alert closes.';
create trigger alert_rules_touch_updated_at before update on public.alert_rules
  for each row execute function private.touch_updated_at();
alter table public.alert_rules enable row level security;
grant all on public.alert_rules to service_role;

-- Ages are told in hours, delays in minutes and seconds, money in som. A threshold is a number that people can check.
insert into public.alert_rules
  (code, metric, comparison, threshold, unit, for_seconds, clear_seconds, severity, channels, title_ru, title_en, runbook) values
  ('error_rate_critical', 'error_rate', 'above', 5, '%', 300, 120, 'critical', '{sms,email}', 'Ошибки запросов', 'Errors of requests', 'error-rate'),
  ('error_rate_warning', 'error_rate', 'above', 1, '%', 600, 120, 'warning', '{email}', 'Ошибки запросов', 'Errors of requests', 'error-rate'),
  ('response_time_critical', 'response_time', 'above', 2, 's', 300, 120, 'critical', '{sms,email}', 'Медленные ответы (95 %)', 'Slow answers (95th percentile)', 'response-time'),
  ('response_time_warning', 'response_time', 'above', 1, 's', 600, 120, 'warning', '{email}', 'Медленные ответы (95 %)', 'Slow answers (95th percentile)', 'response-time'),
  ('database_connections_critical', 'database_connections', 'above', 80, '%', 120, 120, 'critical', '{sms,email}', 'Соединения с базой', 'Database connections', 'database-connections'),
  ('database_connections_warning', 'database_connections', 'above', 60, '%', 120, 120, 'warning', '{email}', 'Соединения с базой', 'Database connections', 'database-connections'),
  ('disk_usage_critical', 'disk_usage', 'above', 90, '%', 0, 0, 'critical', '{sms,email}', 'Диск базы данных', 'Disk of the database', 'disk-usage'),
  ('disk_usage_warning', 'disk_usage', 'above', 70, '%', 0, 0, 'warning', '{email}', 'Диск базы данных', 'Disk of the database', 'disk-usage'),
  ('sms_failure_critical', 'sms_failure_rate', 'above', 20, '%', 0, 120, 'critical', '{sms,email}', 'SMS не уходят', 'SMS fail', 'sms-failure'),
  ('sms_failure_warning', 'sms_failure_rate', 'above', 5, '%', 600, 120, 'warning', '{email}', 'SMS не уходят', 'SMS fail', 'sms-failure'),
  ('sms_delivery_warning', 'sms_delivery_rate', 'below', 80, '%', 900, 300, 'warning', '{email}', 'Доставка SMS', 'SMS delivery', 'sms-delivery'),
  ('supplier_balance_critical', 'supplier_balance', 'below', 2000, 'som', 0, 0, 'critical', '{sms,email}', 'Баланс SMS', 'SMS balance', 'provider-balance'),
  ('supplier_balance_warning', 'supplier_balance', 'below', 6000, 'som', 0, 0, 'warning', '{email}', 'Баланс SMS', 'SMS balance', 'provider-balance'),
  ('backup_database_critical', 'backup_age_database', 'above', 30, 'h', 0, 0, 'critical', '{sms,email}', 'Нет копии базы', 'No database backup', 'backup-age'),
  ('backup_weekly_warning', 'backup_age_weekly', 'above', 192, 'h', 0, 0, 'warning', '{email}', 'Нет недельной копии', 'No weekly backup', 'backup-age'),
  ('backup_videos_critical', 'video_copy_gap', 'above', 6, 'h', 0, 0, 'critical', '{sms,email}', 'Видео без копии', 'Videos without a copy', 'backup-age'),
  ('pictures_waiting_warning', 'picture_waiting', 'above', 15, 'min', 0, 0, 'warning', '{email}', 'Фотографии не обрабатываются', 'Pictures are not encoded', 'pictures-waiting'),
  ('copies_unread_warning', 'copy_check_age', 'above', 35, 'd', 0, 0, 'warning', '{email}', 'Копии не перечитываются', 'Copies are not read again', 'backup-age'),
  ('backup_storage_critical', 'backup_age_storage', 'above', 3, 'h', 0, 0, 'critical', '{sms,email}', 'Нет копии файлов', 'No storage backup', 'backup-age'),
  ('backup_failed_warning', 'backup_failures', 'above', 0, '', 0, 0, 'warning', '{email}', 'Сбой копирования', 'A backup failed', 'backup-failed'),
  ('drill_age_warning', 'drill_age', 'above', 192, 'h', 0, 0, 'warning', '{email}', 'Нет проверки копий', 'No restore drill', 'restore-drill'),
  ('migration_stalled_warning', 'migration_stalled', 'above', 60, 'min', 0, 0, 'warning', '{email}', 'Перенос видео стоит', 'Video migration stands still', 'migration-stalled'),
  ('payments_stuck_critical', 'payments_stuck', 'above', 10, '', 900, 120, 'critical', '{sms,email}', 'Платежи застряли', 'Payments are stuck', 'payments-stuck'),
  ('payments_stuck_warning', 'payments_stuck', 'above', 0, '', 900, 120, 'warning', '{email}', 'Платежи застряли', 'Payments are stuck', 'payments-stuck'),
  ('code_conversion_critical', 'code_conversion', 'below', 50, '%', 600, 300, 'critical', '{sms,email}', 'Коды не вводят', 'Codes are not used', 'code-conversion'),
  ('sms_spend_critical', 'sms_spend', 'above', 19000, 'som', 0, 0, 'critical', '{sms,email}', 'Расход на SMS за день', 'SMS costs of the day', 'sms-spend'),
  ('sms_spend_warning', 'sms_spend', 'above', 15000, 'som', 0, 0, 'warning', '{email}', 'Расход на SMS за день', 'SMS costs of the day', 'sms-spend'),
  ('slow_query_warning', 'longest_query', 'above', 30, 's', 60, 120, 'warning', '{email}', 'Долгий запрос к базе', 'A slow query', 'slow-queries'),
  ('lock_wait_warning', 'longest_lock_wait', 'above', 10, 's', 60, 120, 'warning', '{email}', 'Ожидание блокировки', 'Waiting for a lock', 'lock-waits'),
  ('job_failing_warning', 'job_failing', 'above', 30, 'min', 0, 0, 'warning', '{email}', 'Задание не выполняется', 'A job keeps failing', 'job-failing'),
  ('source_down_warning', 'source_down', 'above', 0, '', 600, 120, 'warning', '{email}', 'Нет данных мониторинга', 'A source of figures is down', 'monitoring-source'),
  ('channel_down_warning', 'unsent_messages', 'above', 0, '', 900, 120, 'warning', '{email,webhook}', 'Оповещения не уходят', 'Alert messages do not go out', 'alert-channel'),
  ('memory_usage_warning', 'memory_usage', 'above', 80, '%', 300, 120, 'warning', '{email}', 'Память базы данных', 'Memory of the database', 'database-host'),
  ('cpu_load_warning', 'cpu_load', 'above', 80, '%', 600, 120, 'warning', '{email}', 'Процессор базы данных', 'CPU of the database', 'database-host'),
  ('supplier_silent_warning', 'supplier_silent', 'above', 30, 'min', 0, 0, 'warning', '{email}', 'SMS-оператор не отвечает', 'SMS supplier does not answer', 'sms-provider-down'),
  ('push_queue_critical', 'push_queue_age', 'above', 60, 'min', 300, 120, 'critical', '{sms,email}', 'Уведомления не уходят', 'Pushes do not go out', 'push-queue'),
  ('push_queue_warning', 'push_queue_age', 'above', 10, 'min', 300, 120, 'warning', '{email}', 'Уведомления не уходят', 'Pushes do not go out', 'push-queue'),
  ('push_credentials_critical', 'push_credentials', 'above', 0, '', 0, 0, 'critical', '{sms,email}', 'Ключи уведомлений отклонены', 'Push credentials are refused', 'push-credentials'),
  ('push_dead_warning', 'push_dead_share', 'above', 20, '%', 600, 300, 'warning', '{email}', 'Мёртвые адреса уведомлений', 'Dead push tokens', 'push-dead'),
  ('push_refused_warning', 'push_refused', 'above', 0, '', 0, 0, 'warning', '{email}', 'Уведомления отклонены', 'Pushes were refused', 'push-dead'),
  ('search_arrivals_warning', 'search_arrival_age', 'above', 15, 'min', 300, 120, 'warning', '{email}', 'Поиски не сверяются с новыми объявлениями', 'New listings are not matched with searches', 'search-arrivals'),
  ('video_start_failures_critical', 'video_start_failures', 'above', 10, '%', 300, 300, 'critical', '{sms,email}', 'Видео не открываются', 'Videos do not start', 'video-quality'),
  ('video_start_failures_warning', 'video_start_failures', 'above', 3, '%', 600, 300, 'warning', '{email}', 'Видео не открываются', 'Videos do not start', 'video-quality'),
  ('video_start_slow_warning', 'video_start_p95', 'above', 6, 's', 600, 300, 'warning', '{email}', 'Видео открываются медленно', 'Videos start slowly', 'video-quality'),
  ('cdn_hit_ratio_warning', 'cdn_hit_ratio', 'below', 80, '%', 0, 0, 'warning', '{email}', 'CDN редко отвечает из кеша', 'CDN hit ratio', 'cdn'),
  ('cdn_errors_warning', 'cdn_errors', 'above', 1, '%', 0, 0, 'warning', '{email}', 'Ошибки CDN', 'Errors of the CDN', 'cdn'),
  ('email_bounces_critical', 'email_bounce_share', 'above', 5, '%', 600, 300, 'critical', '{sms,email}', 'Письма возвращаются', 'E-mails bounce', 'email-bounces'),
  ('email_bounces_warning', 'email_bounce_share', 'above', 2, '%', 600, 300, 'warning', '{email}', 'Письма возвращаются', 'E-mails bounce', 'email-bounces'),
  ('email_complaints_warning', 'email_complaint_share', 'above', 0.1, '%', 600, 300, 'warning', '{email}', 'Жалобы на письма', 'Complaints about e-mails', 'email-bounces'),
  ('email_queue_warning', 'email_queue_age', 'above', 30, 'min', 300, 120, 'warning', '{email}', 'Письма не уходят', 'E-mails do not go out', 'email-queue'),
  ('registrations_surge_info', 'registrations_surge', 'above', 300, '%', 0, 0, 'info', '{}', 'Необычно много регистраций', 'Unusually many registrations', 'unusual-activity'),
  ('high_value_listings_info', 'high_value_listings', 'above', 0, '', 0, 0, 'info', '{}', 'Дорогие объявления за сутки', 'Valuable listings of a day', 'unusual-activity'),
  ('reports_surge_info', 'reports_surge', 'above', 300, '%', 0, 0, 'info', '{}', 'Необычно много жалоб', 'Unusually many reports', 'unusual-activity');

create table public.alerts (
  id uuid primary key default gen_random_uuid(),
  rule_id uuid not null references public.alert_rules (id) on delete cascade,
  subject text not null default '' check (char_length(subject) <= 200),
  state text not null default 'waiting' check (state in ('waiting', 'open', 'closed')),
  value numeric(20, 4) check (value <> 'NaN'),
  beyond_since timestamptz not null default now(),
  opened_at timestamptz,
  closed_at timestamptz,
  silenced_until timestamptz,
  silenced_by uuid references public.accounts (id) on delete set null,
  messages_sent integer not null default 0 check (messages_sent >= 0),
  next_message_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  within_since timestamptz,
  check ((state = 'closed') = (closed_at is not null)),
  check (state <> 'open' or opened_at is not null)
);
comment on table public.alerts is
  'Occurrence of a rule: waiting until it has lasted long enough, then open, then closed.';
comment on column public.alerts.subject is 'Subject where a rule watches several things, such as a provider.';
comment on column public.alerts.within_since is
  'Time since which an open alert''s metric is back within the threshold.';
create unique index alerts_one_current_idx on public.alerts (rule_id, subject) where state <> 'closed';
create index alerts_rule_idx on public.alerts (rule_id, created_at desc);
create index alerts_silenced_by_idx on public.alerts (silenced_by);
create index alerts_next_message_idx on public.alerts (next_message_at) where state = 'open';
create trigger alerts_touch_updated_at before update on public.alerts
  for each row execute function private.touch_updated_at();
alter table public.alerts enable row level security;
grant all on public.alerts to service_role;

create table public.alert_events (
  id uuid primary key default gen_random_uuid(),
  alert_id uuid not null references public.alerts (id) on delete cascade,
  event text not null check (event in ('opened', 'repeated', 'closed', 'silenced')),
  channel text check (channel in ('sms', 'email', 'webhook')),
  recipient text check (char_length(recipient) <= 300),
  state text not null default 'due' check (state in ('due', 'sent', 'failed', 'noted')),
  tries integer not null default 0 check (tries >= 0),
  next_try_at timestamptz,
  sent_at timestamptz,
  failure_reason text check (char_length(failure_reason) <= 1000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (alert_id, event, channel, recipient, created_at),
  check ((channel is null) = (state = 'noted')),
  check ((state = 'sent') = (sent_at is not null))
);
comment on table public.alert_events is
  'History of an alert and each message about it; a message stays due until its channel has accepted it.';
comment on column public.alert_events.state is 'noted: an event without a message, such as silencing.';
create index alert_events_due_idx on public.alert_events (next_try_at) where state in ('due', 'failed');
create trigger alert_events_touch_updated_at before update on public.alert_events
  for each row execute function private.touch_updated_at();
alter table public.alert_events enable row level security;
grant all on public.alert_events to service_role;

create function public.health_check() returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST runs a volatile function in a transaction that may write, where the server has one to give.
  if pg_catalog.current_setting('transaction_read_only')::boolean then
    raise exception 'the database is read-only' using errcode = 'read_only_sql_transaction';
  end if;
  return pg_catalog.jsonb_build_object('at', pg_catalog.now());
end
$$;
comment on function public.health_check() is
  'Returns {at}; fails when the database does not respond, and with 25006 when it accepts no writes.';

-- The life of an alert: waiting, open, closed; its messages, each sent once. All decisions are made here under one lock,
-- so that monitors that run at the same moment open, repeat and close nothing twice.

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
  'Suppresses repetitions of an open alert for p_minutes: {silenced_until}. Its closing is still reported. Reasons: '
  'not_found, forbidden, account_blocked, authentication_required.';

create function public.alerts_list(p_operator_id uuid, p_limit integer) returns jsonb
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
      order by a.state = 'closed', a.opened_at desc limit p_limit) as x));
end;
$$;
comment on function public.alerts_list(uuid, integer) is
  'Returns open alerts and then the last closed ones {alerts}. Reasons: forbidden, account_blocked, '
  'authentication_required.';

-- What the monitor measures in the database: the server itself, and what our own tables say about the service.

create function private.server_metrics(out connections_percent numeric, out longest_query numeric, out longest_lock_wait numeric)
language sql stable security definer set search_path = '' as $$
  select round(100.0 * count(*) / (
      pg_catalog.current_setting('max_connections')::integer
      - pg_catalog.current_setting('superuser_reserved_connections')::integer), 1),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.query_start))
      filter (where a.state = 'active' and a.pid <> pg_catalog.pg_backend_pid()), 0),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.state_change)) filter (where a.wait_event_type = 'Lock'), 0)
  from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend';
$$;
comment on function private.server_metrics() is
  'Returns connections in percent of those available to users, and seconds of the longest running statement and of '
  'the longest wait for a lock. Runs with its owner''s rights: others'' activity is hidden from service_role.';

create function private.slow_statements(p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_rows jsonb;
begin
  if pg_catalog.to_regclass('extensions.pg_stat_statements') is null then
    return '[]';
  end if;
  execute 'select coalesce(jsonb_agg(to_jsonb(s)), ''[]'') from (
      select left(query, 300) as statement, calls, round(mean_exec_time::numeric, 1) as mean_ms,
        round(max_exec_time::numeric, 1) as max_ms, round(total_exec_time::numeric, 1) as total_ms
      from extensions.pg_stat_statements where mean_exec_time > 100 order by total_exec_time desc limit $1) as s'
    into v_rows using p_limit;
  return v_rows;
exception when object_not_in_prerequisite_state then
  return '[]';
end;
$$;
comment on function private.slow_statements(integer) is
  'Returns statements that average more than 100 ms, the most expensive in total first; empty when pg_stat_statements '
  'is not loaded. Statements contain no values. Runs with its owner''s rights, as server_metrics does.';

-- On Sundays the weekly backup takes the daily one's place, so either keeps the database safe; and money that waits for a
-- person is as stuck as an order that nobody asks about.
create function private.backup_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  with kinds(metric, kinds, states) as (values
    ('backup_age_database', array['database_daily', 'database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_weekly', array['database_weekly'], array['uploaded', 'verified', 'swept']),
    ('backup_age_storage', array['storage'], array['uploaded', 'verified', 'swept']),
    ('drill_age', array['restore_drill'], array['verified', 'swept']))
  select k.metric, '', round((extract(epoch from pg_catalog.now() - coalesce(
      (select max(b.started_at) from public.backup_runs b where b.kind = any (k.kinds) and b.state = any (k.states)),
      (select min(r.created_at) from public.alert_rules r))) / 3600)::numeric, 2)
  from kinds k
  union all
  select 'video_copy_gap', '', (public.video_copy_status() ->> 'oldest_hours')::numeric
  union all
  select 'copy_check_age', '', coalesce(round((extract(epoch from pg_catalog.now()
    - min(coalesce(c.verified_at, c.copied_at))) / 86400)::numeric, 2), 0) from public.backup_copies c
  union all
  select 'backup_failures', latest.kind, case when latest.state = 'failed' then 1 else 0 end from (
    select distinct on (b.kind) b.kind, b.state from public.backup_runs b where b.state <> 'running'
    order by b.kind, b.started_at desc) as latest;
$$;
comment on function private.backup_metrics() is
  'Returns hours since the newest good backup and drill began (before the first one, since the database was set up), '
  'the age in hours of the oldest video without a verified replica, and the days for which a replica was not read.';

create function private.work_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'payments_stuck', '', (
    (select count(*) from public.payments p where p.next_check_at < pg_catalog.now() - interval '15 minutes')
    + (select count(*) from public.payments p where p.state = 'manual_review' and p.updated_at < pg_catalog.now() - interval '1 day')
    + (select count(*) from public.payment_webhook_events e where e.state in ('received', 'failed') and e.updated_at < pg_catalog.now() - interval '15 minutes')
    + (select count(*) from public.payment_orphans o where o.state = 'open' and o.created_at < pg_catalog.now() - interval '1 day')
    + (select count(*) from public.refunds r where r.state in ('approved', 'processing') and r.updated_at < pg_catalog.now() - interval '1 day')
  )::numeric
  union all
  select 'migration_stalled', '', case when exists (
      select from public.video_migrations m where m.state in ('planned', 'copying', 'uploaded', 'ready')
        and coalesce(m.next_try_at <= pg_catalog.now(), true))
      and not exists (select from public.job_leases j where j.job = 'video_migrator' and j.paused_at is not null)
      and not exists (select from public.video_migration_days d where d.started >= d.allowed
        and d.day = (pg_catalog.now() at time zone 'Asia/Bishkek')::date)
    then round((extract(epoch from pg_catalog.now() - (select max(m.updated_at) from public.video_migrations m)) / 60)::numeric, 1)
    else 0 end
  union all
  select 'job_failing', j.job, round((extract(epoch from pg_catalog.now()
    - coalesce(j.last_succeeded_at, j.created_at)) / 60)::numeric, 1)
  from public.job_leases j where j.last_error is not null and j.paused_at is null
  union all
  select 'picture_waiting', '', coalesce(round((extract(epoch from pg_catalog.now() - min(p.received_at)) / 60)::numeric, 1), 0)
  from public.pictures p where p.state in ('awaiting', 'received')
  union all
  select 'unsent_messages', e.channel, count(*)::numeric from public.alert_events e
  where e.state = 'failed' group by e.channel;
$$;
comment on function private.work_metrics() is
  'Returns overdue payments (orders and webhooks of banks after 15 minutes; reviews, orphans and refunds after a '
  'day), minutes since an active video transfer progressed, minutes since a failing job last succeeded, minutes since '
  'the longest waiting picture was received, and alert messages that a channel did not accept.';

create function public.database_report(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
    'connections_percent', (select s.connections_percent from private.server_metrics() as s),
    'slow_statements', private.slow_statements(20),
    'tables', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.n_live_tup as rows, pg_catalog.pg_total_relation_size(s.relid) as bytes,
          s.n_dead_tup as dead_rows, s.last_autovacuum
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public'
        order by pg_catalog.pg_total_relation_size(s.relid) desc limit 20) as t),
    'missing_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.seq_scan as sequential_scans, s.seq_tup_read as rows_read, s.idx_scan as index_scans
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public' and s.n_live_tup > 10000
          and s.seq_scan > 100 and s.seq_tup_read / s.seq_scan > 5000
        order by s.seq_tup_read desc limit 20) as t),
    'unused_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.indexrelname as "index", pg_catalog.pg_relation_size(s.indexrelid) as bytes
        from pg_catalog.pg_stat_user_indexes s join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
        where s.schemaname = 'public' and s.idx_scan = 0 and not i.indisunique
          and pg_catalog.pg_relation_size(s.indexrelid) > 1048576
        order by pg_catalog.pg_relation_size(s.indexrelid) desc limit 20) as t));
end;
$$;
comment on function public.database_report(uuid) is
  'Returns size, slow statements, largest tables, tables scanned sequentially too often (an index is missing), and '
  'indexes over 1 MB unused since statistics began. For administrators. Reasons: forbidden, account_blocked, '
  'authentication_required.';

-- Operators read the rules of alerts and change them, with a trace; and an index for what the monitor asks every minute.

create function public.alert_rules_list(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('rules', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) - array['id', 'created_at'] order by r.severity, r.code), '[]')
    from public.alert_rules r));
end;
$$;
comment on function public.alert_rules_list(uuid) is
  'Returns every rule {rules}. Reasons: forbidden, account_blocked, authentication_required.';

create function public.alert_rule_change(p_operator_id uuid, p_code text, p_changes jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_before public.alert_rules;
  v_after public.alert_rules;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select r.* into v_before from public.alert_rules r where r.code = p_code for update;
  if not found then
    return '{"reason": "not_found"}';
  end if;
  update public.alert_rules r set
    threshold = coalesce((p_changes ->> 'threshold')::numeric, r.threshold),
    for_seconds = coalesce((p_changes ->> 'for_seconds')::integer, r.for_seconds),
    is_active = coalesce((p_changes ->> 'is_active')::boolean, r.is_active),
    channels = case when p_changes ? 'channels'
      then array(select pg_catalog.jsonb_array_elements_text(p_changes -> 'channels')) else r.channels end
  where r.code = p_code returning * into v_after;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details)
  values (p_operator_id, 'alert_rule.change', 'alert_rule', p_code, pg_catalog.jsonb_build_object(
    'before', pg_catalog.jsonb_build_object('threshold', v_before.threshold, 'for_seconds', v_before.for_seconds,
      'is_active', v_before.is_active, 'channels', v_before.channels), 'changes', p_changes));
  return pg_catalog.jsonb_build_object('rule', pg_catalog.to_jsonb(v_after) - array['id', 'created_at']);
end;
$$;
comment on function public.alert_rule_change(uuid, text, jsonb) is
  'Changes threshold, for_seconds, is_active or channels of a rule: {rule}. For administrators; the audit log keeps '
  'the former values. Reasons: not_found, forbidden, account_blocked, authentication_required.';

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
  'Returns metrics of SMS and login codes. Rates need enough messages to open an alert: 10 for failures, 20 per '
  'mobile network for deliveries, 20 codes for conversion (docs/reference/sms-login.md, 5.4); codes are given ten '
  'minutes to be used.';

-- Rules about the database's machine (above 80 %), and about an SMS supplier that does not answer while the
-- other one carries everything, which no failure rate shows.

create function private.supplier_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'supplier_silent', s.supplier,
    round((extract(epoch from pg_catalog.now() - max(s.answered_at)) / 60)::numeric, 1)
  from (
    select b.supplier, max(b.measured_at) as answered_at from public.supplier_balances b group by b.supplier
    union all
    select a.supplier, max(a.created_at) from public.sms_attempts a
    where a.outcome = 'accepted' and a.created_at > pg_catalog.now() - interval '1 day' group by a.supplier) as s
  group by s.supplier;
$$;
comment on function private.supplier_metrics() is
  'Returns minutes since an SMS provider accepted a message or reported its balance, which is queried every ten '
  'minutes.';

-- Shown on the operations page and nowhere else (docs/reference/limits.md, 9.2): many registrations, valuable listings, unusual activity.
-- Rules of the severity info have no channel: their alerts are seen, nobody is rung.

create function private.activity_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  with days as (
    select 'registrations_surge' as metric, count(*) filter (where u.created_at > pg_catalog.now() - interval '1 day') as today,
      count(*) filter (where u.created_at <= pg_catalog.now() - interval '1 day') / 14.0 as usual
    from public.accounts u where u.created_at > pg_catalog.now() - interval '15 days'
    union all
    select 'reports_surge', count(*) filter (where r.created_at > pg_catalog.now() - interval '1 day'),
      count(*) filter (where r.created_at <= pg_catalog.now() - interval '1 day') / 14.0
    from public.reports r where r.created_at > pg_catalog.now() - interval '15 days')
  select d.metric, '', round(100 * d.today / d.usual, 1), d.today < 20 from days d where d.usual > 0
  union all
  select 'high_value_listings', l.category, count(*)::numeric, false from public.listings l
  where l.created_at > pg_catalog.now() - interval '1 day' and l.price >= 50000000 and l.deleted_at is null and l.status <> 'draft'
  group by l.category;
$$;
comment on function private.activity_metrics() is
  'Returns registrations and reports of 24 hours in percent of a usual day of the two weeks before (weak below 20), '
  'and listings of 24 hours for 50 million som or more.';

create function public.monitoring_metrics(p_disk_bytes bigint default null) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
    select 'database_connections' as metric, '' as subject, s.connections_percent as value, false as weak
    from private.server_metrics() as s
    union all select 'longest_query', '', round(s.longest_query, 1), false from private.server_metrics() as s
    union all select 'longest_lock_wait', '', round(s.longest_lock_wait, 1), false from private.server_metrics() as s
    union all select 'disk_usage', '',
      round(100.0 * pg_catalog.pg_database_size(pg_catalog.current_database()) / p_disk_bytes, 1), false
    where p_disk_bytes is not null
    union all select * from private.sms_metrics()
    union all select * from private.activity_metrics()
    union all select * from private.push_metrics()
    union all select * from private.quality_metrics()
    union all select s.*, false from private.search_metrics() as s
    union all select * from private.email_metrics()
    union all select p.*, false from private.supplier_metrics() as p
    union all select b.*, false from private.backup_metrics() as b
    union all select w.*, false from private.work_metrics() as w) as f);
end;
$$;
comment on function public.monitoring_metrics(bigint) is
  'Returns all metrics that the database can measure [{metric, subject, value, weak}]; p_disk_bytes is the size of '
  'its disk, null when another source reports its use.';

revoke execute on function public.health_check(), private.is_beyond(text, numeric, numeric),
  private.add_alert_messages(uuid, text, jsonb), private.close_alert(uuid), public.alerts_judge(text[], jsonb, jsonb),
  public.alert_messages_claim(integer, integer), public.alert_message_record(uuid, text),
  public.alert_sms_reserve(uuid, text), public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer),
  private.server_metrics(), private.slow_statements(integer), private.backup_metrics(), private.work_metrics(),
  public.database_report(uuid), public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb),
  private.judge_readings(text[], jsonb), private.sms_metrics(), private.supplier_metrics(),
  private.activity_metrics(), public.monitoring_metrics(bigint) from public, anon, authenticated;
grant execute on function public.health_check(), private.is_beyond(text, numeric, numeric),
  private.add_alert_messages(uuid, text, jsonb), private.close_alert(uuid), public.alerts_judge(text[], jsonb, jsonb),
  public.alert_messages_claim(integer, integer), public.alert_message_record(uuid, text),
  public.alert_sms_reserve(uuid, text), public.alert_silence(uuid, uuid, integer), public.alerts_list(uuid, integer),
  private.server_metrics(), private.slow_statements(integer), private.backup_metrics(), private.work_metrics(),
  public.database_report(uuid), public.alert_rules_list(uuid), public.alert_rule_change(uuid, text, jsonb),
  private.judge_readings(text[], jsonb), private.sms_metrics(), private.supplier_metrics(),
  private.activity_metrics(), public.monitoring_metrics(bigint) to service_role;
