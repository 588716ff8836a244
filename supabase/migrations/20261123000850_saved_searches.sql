-- Saved searches: a query of the feed with notifications of its owner (docs/decisions/0140). The backend writes them.

create table public.saved_searches (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  query jsonb not null check (jsonb_typeof(query) = 'object' and octet_length(query::text) <= 2000),
  filter_hash text not null check (char_length(filter_hash) = 32),
  frequency text not null check (frequency in ('instant', 'daily', 'weekly')),
  key text check (char_length(key) <= 400),
  anchor text check (char_length(anchor) <= 100),
  matched_until timestamptz not null default now(),
  looked_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, filter_hash),
  check (key is null or anchor is null),
  check (frequency <> 'instant' or key is not null or anchor is not null)
);
comment on table public.saved_searches is 'Search with notifications of new matching listings. Written by the backend.';
comment on column public.saved_searches.query is 'The feed''s own query without order and page (docs/decisions/0140): see private.search_problem.';
comment on column public.saved_searches.filter_hash is 'Digest of the query without the case of words: the same filters are saved once.';
comment on column public.saved_searches.key is
  'Most selective filters, in the form of private.listing_keys. Without key and anchor a search is too broad to be '
  'matched with each listing: it is evaluated when its digest is due.';
comment on column public.saved_searches.anchor is 'Rarest lexeme of the text: a listing without it cannot match.';
comment on column public.saved_searches.matched_until is 'Time up to which a broad search was evaluated.';
comment on column public.saved_searches.looked_at is 'Time at which the owner last opened the listings.';
create index saved_searches_user_idx on public.saved_searches (user_id, created_at desc);
create index saved_searches_key_idx on public.saved_searches (key) where key is not null;
create index saved_searches_anchor_idx on public.saved_searches (anchor) where anchor is not null;
create trigger saved_searches_touch_updated_at before update on public.saved_searches
  for each row execute function private.touch_updated_at();
alter table public.saved_searches enable row level security;
grant select on public.saved_searches to authenticated;
grant all on public.saved_searches to service_role;
create policy saved_searches_select on public.saved_searches for select to authenticated
  using (user_id = (select auth.uid()));

create table public.search_hits (
  id uuid primary key default gen_random_uuid(),
  search_id uuid not null references public.saved_searches (id) on delete cascade,
  listing_id uuid not null references public.listings (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  digest_no integer check (digest_no >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (search_id, listing_id)
);
comment on table public.search_hits is 'New listing that matches a saved search, once each. Kept for 100 days.';
comment on column public.search_hits.digest_no is
  'Number of its notification; null while it waits, 0 if seen by the user before.';
create index search_hits_listing_idx on public.search_hits (listing_id);
create index search_hits_user_listing_idx on public.search_hits (user_id, listing_id);
create index search_hits_waiting_idx on public.search_hits (user_id) where digest_no is null;
create index search_hits_created_idx on public.search_hits (created_at);
create trigger search_hits_touch_updated_at before update on public.search_hits
  for each row execute function private.touch_updated_at();
alter table public.search_hits enable row level security;
grant all on public.search_hits to service_role;

create table public.search_schedules (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  frequency text not null check (frequency in ('instant', 'daily', 'weekly')),
  digest_no integer not null default 0 check (digest_no >= 0),
  next_at timestamptz,
  last_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, frequency)
);
comment on table public.search_schedules is
  'Time of the next notification of hits per user and frequency. Deleted only with its user: digest_no must not restart.';
comment on column public.search_schedules.next_at is 'Null while an instant search has no hit.';
comment on column public.search_schedules.last_at is 'Time of the last notification, from which the next one is computed.';
create index search_schedules_due_idx on public.search_schedules (next_at);
create trigger search_schedules_touch_updated_at before update on public.search_schedules
  for each row execute function private.touch_updated_at();
alter table public.search_schedules enable row level security;
grant all on public.search_schedules to service_role;

create table public.search_arrivals (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null unique references public.listings (id) on delete cascade,
  old_price numeric(12, 2) check (old_price between 1 and 999999999),
  state text not null default 'open' check (state in ('open', 'done')),
  arrived_at timestamptz not null default clock_timestamp(),
  matched_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.search_arrivals is
  'Listing that became visible, or cheaper, to be matched with saved searches. Written by triggers in the transaction of the event.';
comment on column public.search_arrivals.old_price is
  'Highest price since it was last matched, where only the price fell; null for a listing that became visible.';
create index search_arrivals_open_idx on public.search_arrivals (arrived_at) where state = 'open';
create index search_arrivals_matched_idx on public.search_arrivals (matched_at) where state = 'done';
create trigger search_arrivals_touch_updated_at before update on public.search_arrivals
  for each row execute function private.touch_updated_at();
alter table public.search_arrivals enable row level security;
grant all on public.search_arrivals to service_role;

create function private.note_arrival() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.search_arrivals as a (listing_id, old_price)
  values (new.id, case when tg_nargs > 0 and old.status = 'active' and not old.is_hidden and old.deleted_at is null then old.price end)
  on conflict (listing_id) do update set state = 'open', arrived_at = excluded.arrived_at,
    -- A listing still to be matched as new stays new.
    old_price = case when a.state = 'done' then excluded.old_price when a.old_price is not null and excluded.old_price is not null
      then greatest(a.old_price, excluded.old_price) end;
  return null;
end;
$$;
comment on function private.note_arrival() is
  'Trigger: queues a listing that became visible or cheaper; with an argument on update.';
create trigger listings_note_arrival_on_insert after insert on public.listings for each row
  when (new.status = 'active' and not new.is_hidden and new.deleted_at is null) execute function private.note_arrival();
create trigger listings_note_arrival_on_update after update of status, is_hidden, deleted_at, price on public.listings for each row
  when (new.status = 'active' and not new.is_hidden and new.deleted_at is null
    and (old.status <> 'active' or old.is_hidden or old.deleted_at is not null or new.price < old.price))
  execute function private.note_arrival('update');

revoke execute on function private.note_arrival() from public, anon, authenticated;
