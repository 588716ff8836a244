-- Notifications that the app shows; the backend writes them.

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  from_user_id uuid references public.accounts (id) on delete set null,
  type text not null check (char_length(type) between 1 and 50),
  title text not null check (char_length(title) between 1 and 200),
  message text not null default '' check (char_length(message) <= 1000),
  action_url text check (char_length(action_url) <= 2048),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  is_read boolean not null default false,
  dedupe_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint notifications_from_profile_fkey
    foreign key (from_user_id) references public.public_profiles (id) on delete no action,
  unique (user_id, dedupe_key)
);
comment on table public.notifications is 'Notifications that the app lists. Written by the backend only.';
comment on column public.notifications.dedupe_key is
  'Subject, such as payment:<id>:completed: notified once, however often the event arrives.';
create index notifications_user_created_idx on public.notifications (user_id, created_at desc);
create index notifications_from_user_idx on public.notifications (from_user_id);
create index notifications_unread_idx on public.notifications (user_id) where not is_read;
create index notifications_type_created_idx on public.notifications (type, created_at desc);
create trigger notifications_touch_updated_at before update on public.notifications
  for each row execute function private.touch_updated_at();
alter table public.notifications enable row level security;
grant select on public.notifications to authenticated;
grant update (is_read) on public.notifications to authenticated;
grant all on public.notifications to service_role;
create policy notifications_select on public.notifications for select to authenticated
  using (user_id = (select auth.uid()));
create policy notifications_update on public.notifications for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
