-- Views of users and their duration, as the app reports them, and sums per day.

-- Events in the app, received in batches: kept per user for 90 days, per day and listing without a user
-- for 400.

create table public.user_behavior (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  event_type text not null check (event_type in (
    'view', 'view_long', 'like', 'unlike', 'favorite', 'unfavorite', 'share', 'comment', 'chat_start', 'call', 'search',
    'filter_apply', 'scroll_past', 'video_watch', 'video_complete', 'price_check', 'seller_view')),
  listing_id uuid references public.listings (id) on delete set null,
  category text check (category in ('car', 'horse', 'real_estate')),
  metadata jsonb check (pg_column_size(metadata) <= 2048),
  created_at timestamptz not null default now()
);
comment on table public.user_behavior is
  'Events that the app sends each minute. Readable by their user and the backend; swept after 90 days.';
create index user_behavior_user_created_idx on public.user_behavior (user_id, created_at desc);
create index user_behavior_listing_idx on public.user_behavior (listing_id);
create index user_behavior_created_idx on public.user_behavior (created_at);
alter table public.user_behavior enable row level security;
grant select on public.user_behavior to authenticated;
grant insert (user_id, event_type, listing_id, category, metadata, created_at) on public.user_behavior to authenticated;
grant all on public.user_behavior to service_role;
create policy user_behavior_select on public.user_behavior for select to authenticated
  using (user_id = (select auth.uid()));
create policy user_behavior_insert on public.user_behavior for insert to authenticated
  with check (user_id = (select auth.uid()));

create table public.behavior_days (
  id uuid primary key default gen_random_uuid(),
  day date not null,
  event_type text not null check (char_length(event_type) between 1 and 20),
  listing_id uuid references public.listings (id) on delete cascade,
  events integer not null check (events > 0),
  created_at timestamptz not null default now(),
  unique nulls not distinct (day, event_type, listing_id)
);
comment on table public.behavior_days is 'Events per Bishkek day, kind and listing. Names no person; swept after 400 days.';
create index behavior_days_listing_idx on public.behavior_days (listing_id, day desc);
alter table public.behavior_days enable row level security;
grant all on public.behavior_days to service_role;

create function private.take_behavior() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- A phone's clock may be wrong, and a batch may have waited for the network.
  if new.created_at is null or new.created_at > pg_catalog.now() or new.created_at < pg_catalog.now() - interval '1 day' then
    new.created_at := pg_catalog.now();
  end if;
  if new.listing_id is not null and not exists (select from public.listings l where l.id = new.listing_id) then
    -- An unknown listing must not refuse the whole batch, which the app would repeat each minute.
    new.listing_id := null;
  end if;
  return new;
end;
$$;
comment on function private.take_behavior() is
  'Trigger: limits the time of an event to the last day and drops an unknown listing id.';
create trigger user_behavior_take before insert on public.user_behavior
  for each row execute function private.take_behavior();

create function private.add_behavior() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.behavior_days as d (day, event_type, listing_id, events)
  select (w.created_at at time zone 'Asia/Bishkek')::date, w.event_type, w.listing_id, pg_catalog.count(*)::integer
  from written w group by 1, 2, 3
  -- In a fixed order, so that two batches never deadlock.
  order by 1, 2, 3
  on conflict (day, event_type, listing_id) do update set events = d.events + excluded.events;
  return null;
end;
$$;
comment on function private.add_behavior() is 'Trigger per statement: adds a batch to its days.';
create trigger user_behavior_add after insert on public.user_behavior referencing new table as written
  for each statement execute function private.add_behavior();

revoke execute on function private.take_behavior(), private.add_behavior() from public, anon, authenticated;
