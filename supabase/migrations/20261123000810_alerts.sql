-- Alert rules as data, the alerts that they opened, and every message sent about them. Backend only.

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
  updated_at timestamptz not null default now()
);
comment on table public.alert_rules is 'When to tell whom (audit 9.2). Changed by operators without a deployment.';
comment on column public.alert_rules.for_seconds is 'How long the figure must be beyond the threshold before the alert opens.';
comment on column public.alert_rules.repeat_seconds is 'First repetition; doubled each time up to a day.';
comment on column public.alert_rules.runbook is 'Page in docs/runbooks.';
create trigger alert_rules_touch_updated_at before update on public.alert_rules
  for each row execute function private.touch_updated_at();
alter table public.alert_rules enable row level security;
grant all on public.alert_rules to service_role;

insert into public.alert_rules
  (code, metric, comparison, threshold, unit, for_seconds, severity, channels, runbook) values
  ('error_rate_critical', 'error_rate', 'above', 5, '%', 300, 'critical', '{sms,email}', 'error-rate'),
  ('error_rate_warning', 'error_rate', 'above', 1, '%', 600, 'warning', '{email}', 'error-rate'),
  ('response_time_critical', 'response_time', 'above', 2, 's', 300, 'critical', '{sms,email}', 'response-time'),
  ('response_time_warning', 'response_time', 'above', 1, 's', 600, 'warning', '{email}', 'response-time'),
  ('database_connections_critical', 'database_connections', 'above', 80, '%', 120, 'critical', '{sms,email}', 'database-connections'),
  ('database_connections_warning', 'database_connections', 'above', 60, '%', 120, 'warning', '{email}', 'database-connections'),
  ('disk_usage_critical', 'disk_usage', 'above', 90, '%', 0, 'critical', '{sms,email}', 'disk-usage'),
  ('disk_usage_warning', 'disk_usage', 'above', 70, '%', 0, 'warning', '{email}', 'disk-usage'),
  ('sms_failure_critical', 'sms_failure_rate', 'above', 20, '%', 0, 'critical', '{sms,email}', 'sms-failure');

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
  check ((state = 'closed') = (closed_at is not null)),
  check (state <> 'open' or opened_at is not null)
);
comment on table public.alerts is 'One occurrence of a rule: waiting until it has lasted long enough, then open, then closed.';
comment on column public.alerts.subject is 'What it is about where a rule watches several things, such as a supplier.';
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
comment on table public.alert_events is 'What happened to an alert and each message about it; a message stays due until its channel has taken it.';
comment on column public.alert_events.state is 'noted: an event without a message, such as silencing.';
create index alert_events_due_idx on public.alert_events (next_try_at) where state in ('due', 'failed');
create trigger alert_events_touch_updated_at before update on public.alert_events
  for each row execute function private.touch_updated_at();
alter table public.alert_events enable row level security;
grant all on public.alert_events to service_role;
