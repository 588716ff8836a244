-- The rules of audit 9.2 in the words of a person, those that its other chapters ask for, and what keeps an alert from
-- opening and closing every minute.

alter table public.alert_rules
  add column title_ru text not null default '' check (char_length(title_ru) <= 60),
  add column title_en text not null default '' check (char_length(title_en) <= 60),
  add column clear_seconds integer not null default 120 check (clear_seconds >= 0);
comment on column public.alert_rules.title_ru is 'What is wrong, in a few words, as it stands in messages.';
comment on column public.alert_rules.clear_seconds is 'How long the figure must be back within the threshold before the alert closes.';

alter table public.alerts add column within_since timestamptz;
comment on column public.alerts.within_since is 'Since when an open alert''s figure is back within the threshold.';

-- Ages are told in hours, delays in minutes and seconds, money in som. A threshold is a number that people can check.
insert into public.alert_rules
  (code, metric, comparison, threshold, unit, for_seconds, clear_seconds, severity, channels, runbook) values
  ('sms_failure_warning', 'sms_failure_rate', 'above', 5, '%', 600, 120, 'warning', '{email}', 'sms-failure'),
  ('sms_delivery_warning', 'sms_delivery_rate', 'below', 80, '%', 900, 300, 'warning', '{email}', 'sms-delivery'),
  ('supplier_balance_critical', 'supplier_balance', 'below', 2000, 'som', 0, 0, 'critical', '{sms,email}', 'provider-balance'),
  ('supplier_balance_warning', 'supplier_balance', 'below', 6000, 'som', 0, 0, 'warning', '{email}', 'provider-balance'),
  ('backup_database_critical', 'backup_age_database', 'above', 30, 'h', 0, 0, 'critical', '{sms,email}', 'backup-age'),
  ('backup_weekly_warning', 'backup_age_weekly', 'above', 192, 'h', 0, 0, 'warning', '{email}', 'backup-age'),
  ('backup_videos_critical', 'backup_age_videos', 'above', 13, 'h', 0, 0, 'critical', '{sms,email}', 'backup-age'),
  ('backup_storage_critical', 'backup_age_storage', 'above', 3, 'h', 0, 0, 'critical', '{sms,email}', 'backup-age'),
  ('backup_failed_warning', 'backup_failures', 'above', 0, '', 0, 0, 'warning', '{email}', 'backup-failed'),
  ('drill_age_warning', 'drill_age', 'above', 192, 'h', 0, 0, 'warning', '{email}', 'restore-drill'),
  ('migration_stalled_warning', 'migration_stalled', 'above', 60, 'min', 0, 0, 'warning', '{email}', 'migration-stalled'),
  ('payments_stuck_critical', 'payments_stuck', 'above', 10, '', 900, 120, 'critical', '{sms,email}', 'payments-stuck'),
  ('payments_stuck_warning', 'payments_stuck', 'above', 0, '', 900, 120, 'warning', '{email}', 'payments-stuck'),
  ('code_conversion_critical', 'code_conversion', 'below', 50, '%', 600, 300, 'critical', '{sms,email}', 'code-conversion'),
  ('sms_spend_critical', 'sms_spend', 'above', 19000, 'som', 0, 0, 'critical', '{sms,email}', 'sms-spend'),
  ('sms_spend_warning', 'sms_spend', 'above', 15000, 'som', 0, 0, 'warning', '{email}', 'sms-spend'),
  ('slow_query_warning', 'longest_query', 'above', 30, 's', 60, 120, 'warning', '{email}', 'slow-queries'),
  ('lock_wait_warning', 'longest_lock_wait', 'above', 10, 's', 60, 120, 'warning', '{email}', 'lock-waits'),
  ('job_failing_warning', 'job_failing', 'above', 30, 'min', 0, 0, 'warning', '{email}', 'job-failing'),
  ('source_down_warning', 'source_down', 'above', 0, '', 600, 120, 'warning', '{email}', 'monitoring-source'),
  ('channel_down_warning', 'unsent_messages', 'above', 0, '', 900, 120, 'warning', '{email,webhook}', 'alert-channel');

update public.alert_rules r set title_ru = t.ru, title_en = t.en
from (values
  ('error_rate', 'Ошибки запросов', 'Errors of requests'),
  ('response_time', 'Медленные ответы (95 %)', 'Slow answers (95th percentile)'),
  ('database_connections', 'Соединения с базой', 'Database connections'),
  ('disk_usage', 'Диск базы данных', 'Disk of the database'),
  ('sms_failure_rate', 'SMS не уходят', 'SMS fail'),
  ('sms_delivery_rate', 'Доставка SMS', 'SMS delivery'),
  ('supplier_balance', 'Баланс SMS', 'SMS balance'),
  ('backup_age_database', 'Нет копии базы', 'No database backup'),
  ('backup_age_weekly', 'Нет недельной копии', 'No weekly backup'),
  ('backup_age_videos', 'Нет копии видео', 'No video backup'),
  ('backup_age_storage', 'Нет копии файлов', 'No storage backup'),
  ('backup_failures', 'Сбой копирования', 'A backup failed'),
  ('drill_age', 'Нет проверки копий', 'No restore drill'),
  ('migration_stalled', 'Перенос видео стоит', 'Video migration stands still'),
  ('payments_stuck', 'Платежи застряли', 'Payments are stuck'),
  ('code_conversion', 'Коды не вводят', 'Codes are not used'),
  ('sms_spend', 'Расход на SMS за день', 'SMS costs of the day'),
  ('longest_query', 'Долгий запрос к базе', 'A slow query'),
  ('longest_lock_wait', 'Ожидание блокировки', 'Waiting for a lock'),
  ('job_failing', 'Задание не выполняется', 'A job keeps failing'),
  ('source_down', 'Нет данных мониторинга', 'A source of figures is down'),
  ('unsent_messages', 'Оповещения не уходят', 'Alert messages do not go out')
) as t(metric, ru, en) where r.metric = t.metric;
alter table public.alert_rules alter column title_ru drop default, alter column title_en drop default,
  add check (title_ru <> ''), add check (title_en <> '');
update public.alert_rules set clear_seconds = 0 where metric = 'disk_usage';
