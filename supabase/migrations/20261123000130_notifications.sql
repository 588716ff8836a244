-- Notifications that the app shows, and the types of them. The backend writes both (docs/decisions/0135).

create table public.notification_types (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z][a-z_]{1,49}$'),
  area text not null check (area in
    ('chat', 'comments', 'moderation', 'payments', 'subscription', 'listings', 'favourites', 'searches', 'videos', 'business', 'reports',
     'account', 'news')),
  channels text[] not null check (channels <@ array['push', 'in_app', 'sms', 'email']),
  defaults text[] not null check (defaults <@ channels),
  quiet text not null check (quiet in ('send', 'passive', 'defer')),
  collapse_by text check (collapse_by ~ '^[a-z_]{1,30}$'),
  life_seconds integer not null check (life_seconds between 60 and 2419200),
  priority smallint not null default 5 check (priority between 1 and 9),
  is_urgent boolean not null default false,
  is_marketing boolean not null default false,
  is_capped boolean not null default true,
  is_security boolean not null default false,
  is_resent boolean not null default false,
  hold_seconds smallint not null default 0 check (hold_seconds between 0 and 600),
  gap_seconds smallint not null default 0 check (gap_seconds between 0 and 3600),
  veil text not null default 'never' check (veil in ('never', 'wished', 'always')),
  title text[] check (cardinality(title) = 3),
  message text[] check (cardinality(message) = 3),
  veiled text[] check (cardinality(veiled) = 3),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (not (is_security and 'email' = any (channels))),
  check (veil = 'never' or veiled is not null),
  check ((title is null) = (message is null))
);
comment on table public.notification_types is
  'Type of notification: its channels, its texts, and the rules of its push. Texts are in the order ru, ky, en.';
comment on column public.notification_types.area is 'Channel of the Android app to which its push belongs.';
comment on column public.notification_types.channels is 'Channels that a user may switch; on by default.';
comment on column public.notification_types.quiet is
  'In the user''s quiet hours: send as always, passive (no sound), or defer to their end.';
comment on column public.notification_types.collapse_by is
  'Field of data whose value, after the area, makes the collapse id and the tag: a newer push replaces the shown one. type: one per '
  'type; null: one per area.';
comment on column public.notification_types.life_seconds is 'Life of a push: afterwards it is not sent, and dropped by Apple and Google.';
comment on column public.notification_types.priority is 'Order of sending, 1 first.';
comment on column public.notification_types.is_urgent is 'Wakes a dozing phone.';
comment on column public.notification_types.is_marketing is 'Goes only to users with both optional consents.';
comment on column public.notification_types.is_capped is
  'Counts against the limit of three pushes per user and day; false for conversations, money and security (docs/decisions/0141).';
comment on column public.notification_types.is_security is
  'Goes to the proved e-mail address regardless of the user''s switches, and cannot be unsubscribed.';
comment on column public.notification_types.is_resent is
  'A push or e-mail whose outcome is unknown is sent once more, under the same collapse id and tag.';
comment on column public.notification_types.hold_seconds is 'Wait before sending: an event read meanwhile causes no push.';
comment on column public.notification_types.gap_seconds is 'At most one push about one subject and device in this time.';
comment on column public.notification_types.veil is
  'Rule for the text veiled on a locked screen in place of the message: never, by the user''s choice, or always.';
comment on column public.notification_types.title is 'Null where title and message are written by a user.';
create trigger notification_types_touch_updated_at before update on public.notification_types
  for each row execute function private.touch_updated_at();
alter table public.notification_types enable row level security;
grant all on public.notification_types to service_role;

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  from_user_id uuid references public.accounts (id) on delete set null,
  type text not null references public.notification_types (code) on delete restrict,
  title text not null check (char_length(title) between 1 and 200),
  message text not null default '' check (char_length(message) <= 1000),
  action_url text check (char_length(action_url) <= 2048),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  is_read boolean not null default false,
  dedupe_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  in_app boolean not null default true,
  may_push boolean not null default true,
  constraint notifications_from_profile_fkey
    foreign key (from_user_id) references public.public_profiles (id) on delete no action,
  unique (user_id, dedupe_key)
);
comment on table public.notifications is 'Notifications that the app lists. Written by the backend only.';
comment on column public.notifications.dedupe_key is
  'Subject, such as payment:<id>:completed: notified once, also for repeated events.';
comment on column public.notifications.in_app is
  'False if the user switched this type off in the app: the row is kept for its key, its push and its SMS.';
comment on column public.notifications.may_push is 'False for a notification without a push.';
create index notifications_user_created_idx on public.notifications (user_id, created_at desc, id desc) where in_app;
create index notifications_from_user_idx on public.notifications (from_user_id);
create index notifications_unread_idx on public.notifications (user_id) where not is_read and in_app;
create index notifications_type_created_idx on public.notifications (type, created_at desc);
create trigger notifications_touch_updated_at before update on public.notifications
  for each row execute function private.touch_updated_at();
alter table public.notifications enable row level security;
grant select on public.notifications to authenticated;
grant update (is_read) on public.notifications to authenticated;
grant all on public.notifications to service_role;
create policy notifications_select on public.notifications for select to authenticated
  using (user_id = (select auth.uid()) and in_app);
create policy notifications_update on public.notifications for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
