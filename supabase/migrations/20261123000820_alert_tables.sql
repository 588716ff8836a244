-- Alert rules as data, the alerts that they open and every message about them. Backend only.

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
