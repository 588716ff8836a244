-- Phones that receive pushes, and the outbox of pushes (docs/decisions/0136, 0137).

create table public.push_devices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  session_id uuid not null references public.auth_sessions (id) on delete cascade,
  provider text not null default 'expo' check (provider in ('expo')),
  token text not null unique check (token ~ '^(Exponent|Expo)PushToken\[[A-Za-z0-9_-]{10,100}\]$'),
  native_token text check (char_length(native_token) <= 4096),
  platform text check (platform in ('android', 'ios')),
  project text not null default '' check (char_length(project) <= 200),
  app_build integer check (app_build >= 0),
  channels text[] not null default '{}' check (cardinality(channels) <= 30),
  registered_at timestamptz not null default now(),
  backoff_until timestamptz,
  backoffs smallint not null default 0 check (backoffs >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.push_devices is
  'Phone of a user with its push token: the token suffices to write to the phone, so only the backend reads it.';
comment on column public.push_devices.token is 'Unique over all users: an iPhone keeps it through a reinstallation, so its next owner registers the same.';
comment on column public.push_devices.native_token is 'Token of FCM or APNs behind it: a change of provider needs no new app.';
comment on column public.push_devices.project is 'Expo project of the app; one request to Expo serves one project.';
comment on column public.push_devices.channels is
  'Android channels that this build has created: a push into another one is not shown.';
comment on column public.push_devices.backoff_until is
  'Nothing is sent until then: the phone received too many, or its token belongs to an app whose credentials are wrong.';
create unique index push_devices_token_idx on public.push_devices (split_part(token, '[', 2));
comment on index public.push_devices_token_idx is 'Expo accepts two names of one token: ExponentPushToken[x] and ExpoPushToken[x] are the same phone.';
create index push_devices_user_idx on public.push_devices (user_id, registered_at);
create index push_devices_session_idx on public.push_devices (session_id);
create trigger push_devices_touch_updated_at before update on public.push_devices
  for each row execute function private.touch_updated_at();
alter table public.push_devices enable row level security;
grant all on public.push_devices to service_role;

create table public.pushes (
  id uuid primary key default gen_random_uuid(),
  notification_id uuid not null references public.notifications (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  device_id uuid references public.push_devices (id) on delete set null,
  type text not null references public.notification_types (code) on delete restrict,
  subject text not null check (octet_length(subject) between 1 and 64),
  version text not null default '' check (char_length(version) <= 40),
  priority smallint not null check (priority between 1 and 9),
  state text not null default 'queued' check (state in
    ('queued', 'claimed', 'accepted', 'forwarded', 'dead', 'unknown', 'failed', 'expired', 'suppressed')),
  reason text not null default '' check (char_length(reason) <= 60),
  is_deferred boolean not null default false,
  not_before timestamptz not null,
  expires_at timestamptz not null,
  uncertain smallint not null default 0 check (uncertain between 0 and 2),
  tries smallint not null default 0 check (tries >= 0),
  claim uuid,
  claimed_at timestamptz,
  lease_until timestamptz,
  provider_ref text check (char_length(provider_ref) <= 100),
  refused_at timestamptz,
  accepted_at timestamptz,
  receipt_at timestamptz,
  receipt_tries smallint not null default 0 check (receipt_tries >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (notification_id, device_id, version)
);
comment on table public.pushes is 'Push of a notification to a phone, one row each, from the queue to its outcome. Kept for 30 days.';
comment on column public.pushes.subject is 'Collapse id and tag: a later push about it replaces the shown one. At most 64 bytes, by APNs.';
comment on column public.pushes.version is 'Message of a conversation, whose notification is renewed in place; else empty.';
comment on column public.pushes.state is
  'accepted: by the push service. forwarded: to Apple or Google, which is not yet a phone. unknown: perhaps sent, never again. '
  'dead: the token is no longer valid. suppressed: no longer wanted when it became due.';
comment on column public.pushes.uncertain is 'Sends that may have reached the phone, at most two.';
comment on column public.pushes.claim is 'Batch of the last claim, which identifies late results of an older batch.';
comment on column public.pushes.refused_at is 'Last refusal of our credentials by the provider for it.';
comment on column public.pushes.receipt_at is 'Next query for the receipt.';
create index pushes_due_idx on public.pushes (priority, not_before) where state = 'queued';
create index pushes_lease_idx on public.pushes (lease_until) where state = 'claimed';
create index pushes_receipt_idx on public.pushes (receipt_at) where state = 'accepted';
create index pushes_user_queued_idx on public.pushes (user_id) where state = 'queued';
create index pushes_user_idx on public.pushes (user_id);
create index pushes_device_subject_idx on public.pushes (device_id, subject, claimed_at);
create index pushes_type_created_idx on public.pushes (type, created_at);
create index pushes_refused_idx on public.pushes (refused_at) where refused_at is not null;
create index pushes_created_idx on public.pushes (created_at);
create trigger pushes_touch_updated_at before update on public.pushes
  for each row execute function private.touch_updated_at();
alter table public.pushes enable row level security;
grant all on public.pushes to service_role;

create table public.push_circuits (
  id uuid primary key default gen_random_uuid(),
  provider text not null unique check (provider in ('expo')),
  open_until timestamptz not null,
  reason text not null check (char_length(reason) <= 60),
  opened_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.push_circuits is
  'Push provider that refuses our credentials: its queue waits, and every 20 minutes a few pushes are tried. Deleted once one is forwarded.';
create trigger push_circuits_touch_updated_at before update on public.push_circuits
  for each row execute function private.touch_updated_at();
alter table public.push_circuits enable row level security;
grant all on public.push_circuits to service_role;

create function private.push_subject(p_type public.notification_types, p_data jsonb) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.left(p_type.area || ':' || case p_type.collapse_by when 'type' then p_type.code
    else coalesce(p_data ->> p_type.collapse_by, '') end, 64);
$$;
comment on function private.push_subject(public.notification_types, jsonb) is
  'Returns the subject of a push, its collapse id and tag, at most 64 bytes.';

create function private.staying_devices(p_user_id uuid) returns table (id uuid)
language sql volatile set search_path = '' as $$
  select d.id from public.push_devices d where d.user_id = p_user_id order by d.id for key share skip locked;
$$;
comment on function private.staying_devices(uuid) is
  'Locks and returns the phones of a user, except those being removed: a push to one of them would make its event fail '
  'as soon as the phone is deleted.';

create function private.queue_pushes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.pushes (notification_id, user_id, device_id, type, subject, version, priority, not_before, expires_at)
  select n.id, n.user_id, d.id, n.type, private.push_subject(t, n.data),
    coalesce(n.data ->> 'message_id', ''), t.priority, c.at + pg_catalog.make_interval(secs => t.hold_seconds),
    c.at + pg_catalog.make_interval(secs => t.life_seconds)
  from told n
  join public.notification_types t on t.code = n.type
  cross join lateral private.staying_devices(n.user_id) as d
  cross join (select pg_catalog.clock_timestamp() as at) as c
  where n.may_push and not n.is_read and private.wants(n.user_id, n.type, 'push')
  on conflict (notification_id, device_id, version) do nothing;
  return null;
end;
$$;
comment on function private.queue_pushes() is
  'Trigger per statement: queues a push of each new notification for each phone of its user, in one insert.';
create trigger notifications_queue_pushes after insert on public.notifications referencing new table as told
  for each statement execute function private.queue_pushes();

create function private.requeue_pushes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from told n join before b on b.id = n.id where n.data ->> 'message_id' is distinct from b.data ->> 'message_id') then
    return null;
  end if;
  -- The row of the notification is locked, so messages of one conversation are serialised here.
  with renewed as (
    select n.* from told n join before b on b.id = n.id
    where n.data ->> 'message_id' is distinct from b.data ->> 'message_id' and n.may_push and not n.is_read
  ), waiting as (
    update public.pushes p set version = r.data ->> 'message_id',
      expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => t.life_seconds)
    from renewed r join public.notification_types t on t.code = r.type
    where p.notification_id = r.id and p.state = 'queued' returning p.notification_id, p.device_id
  )
  insert into public.pushes (notification_id, user_id, device_id, type, subject, version, priority, not_before, expires_at)
  select r.id, r.user_id, d.id, r.type, private.push_subject(t, r.data),
    r.data ->> 'message_id', t.priority, pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => t.hold_seconds),
    pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => t.life_seconds)
  from renewed r
  join public.notification_types t on t.code = r.type
  cross join lateral private.staying_devices(r.user_id) as d
  where private.wants(r.user_id, r.type, 'push') and not exists (
    select from waiting w where w.notification_id = r.id and w.device_id = d.id)
  on conflict (notification_id, device_id, version) do nothing;
  return null;
end;
$$;
comment on function private.requeue_pushes() is
  'Trigger per statement: a conversation''s notification is renewed in place by each message. A waiting push gets the newest '
  'message; without one, a new push is queued.';
create trigger notifications_requeue_pushes after update on public.notifications referencing old table as before new table as told
  for each statement execute function private.requeue_pushes();

revoke execute on function private.queue_pushes(), private.requeue_pushes(), private.staying_devices(uuid),
  private.push_subject(public.notification_types, jsonb) from public, anon, authenticated;
grant execute on function private.staying_devices(uuid), private.push_subject(public.notification_types, jsonb) to service_role;
