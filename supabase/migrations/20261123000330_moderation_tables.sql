-- Tables of moderation: queue, events, rules of texts. Moderators work through the backend; the seller sees the state and
-- the reason.

create table public.moderation_queue (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null unique references public.listings (id) on delete cascade,
  status text not null default 'pending'
    check (status in ('pending', 'in_review', 'escalated', 'approved', 'rejected')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  flags text[] not null default '{}',
  reports_count integer not null default 0 check (reports_count >= 0),
  assigned_to uuid references public.accounts (id) on delete set null,
  reason text check (char_length(reason) <= 1000),
  submitted_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((status in ('approved', 'rejected')) = (completed_at is not null)),
  check (status <> 'rejected' or reason is not null)
);
comment on table public.moderation_queue is
  'State of the newest check of a listing, one row per listing that was ever submitted.';
comment on column public.moderation_queue.flags is 'Codes of the broken rules; for moderators.';
comment on column public.moderation_queue.reason is 'Reason of the rejection, in words for the seller.';
comment on column public.moderation_queue.version is 'Grows with each submission, which identifies a decision about an older text.';
create index moderation_queue_open_idx on public.moderation_queue
  (array_position(array['urgent', 'high', 'normal', 'low'], priority), submitted_at)
  where status in ('pending', 'in_review', 'escalated');
create index moderation_queue_assigned_idx on public.moderation_queue (assigned_to, status);
create index moderation_queue_completed_idx on public.moderation_queue (completed_at desc);
create trigger moderation_queue_touch_updated_at before update on public.moderation_queue
  for each row execute function private.touch_updated_at();
alter table public.moderation_queue enable row level security;
grant select (id, listing_id, status, reason, submitted_at, completed_at) on public.moderation_queue to authenticated;
grant all on public.moderation_queue to service_role;
create policy moderation_queue_select on public.moderation_queue for select to authenticated
  using (listing_id = any (array(select private.my_listings())));

create table public.moderation_events (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  moderator_id uuid references public.accounts (id) on delete set null,
  action text not null check (action in
    ('submit', 'auto_flag', 'assign', 'release', 'approve', 'reject', 'escalate', 'report', 'hide', 'restore')),
  reason text check (char_length(reason) <= 1000),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  created_at timestamptz not null default now(),
  check (action <> 'reject' or reason is not null)
);
comment on table public.moderation_events is 'Append-only history of the checks of a listing.';
comment on column public.moderation_events.moderator_id is
  'Moderator who decided; null for automatic steps. Not shown to the seller.';
comment on column public.moderation_events.details is 'Rules and words that matched; for moderators only.';
create index moderation_events_listing_idx on public.moderation_events (listing_id, created_at desc);
create index moderation_events_moderator_idx on public.moderation_events (moderator_id, created_at desc);
create index moderation_events_action_idx on public.moderation_events (action, created_at desc);
alter table public.moderation_events enable row level security;
grant select (id, listing_id, action, reason, created_at) on public.moderation_events to authenticated;
grant select, insert on public.moderation_events to service_role;
create policy moderation_events_select on public.moderation_events for select to authenticated
  using (action in ('submit', 'approve', 'reject') and listing_id = any (array(select private.my_listings())));

create table public.moderation_rules (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z][a-z0-9_]{1,49}$'),
  kind text not null check (kind in ('word', 'phrase', 'pattern')),
  expression text not null check (char_length(expression) between 1 and 500),
  category text check (category in ('car', 'horse', 'real_estate')),
  effect text not null default 'flag' check (effect in ('flag', 'raise', 'refuse')),
  reason text not null check (char_length(reason) between 1 and 500),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.moderation_rules is 'Words and patterns that flag a listing, raise its priority or refuse it at once.';
comment on column public.moderation_rules.category is 'Null applies to all three.';
create trigger moderation_rules_touch_updated_at before update on public.moderation_rules
  for each row execute function private.touch_updated_at();
alter table public.moderation_rules enable row level security;
grant all on public.moderation_rules to service_role;

insert into public.moderation_rules (code, kind, expression, effect, reason) values
  ('prepayment', 'pattern', '(предоплат|аванс)\w*\s+(на|по)\s+карт', 'raise', 'Просит предоплату на карту'),
  ('foreign_link', 'pattern', '(https?\s?:\s?/\s?/|www\s?\.|\m[tw]a?\s?\.\s?me\M)', 'flag', 'Ссылка в тексте'),
  -- Ten digits that begin with 0, or nine behind 996, with up to three signs between them; the letter o counts as a zero.
  ('phone_in_text', 'pattern', '(\+?996|(?<![0-9])0|[oо](?=[2579]))([^[:alnum:]]{0,3}[0-9oо]){9}', 'flag', 'Телефон в тексте')
on conflict do nothing;
