-- Likes, saves, views, searches, reports, the keys that make a repeated create harmless, and places in the month's limit.

create table public.listing_likes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  listing_id uuid not null references public.listings (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, listing_id)
);
comment on table public.listing_likes is 'A user likes a listing. listing_counters is kept by a trigger.';
alter table public.listing_likes replica identity full;
create index listing_likes_user_created_idx on public.listing_likes (user_id, created_at desc);
create index listing_likes_listing_id_idx on public.listing_likes (listing_id);

create table public.listing_saves (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  listing_id uuid not null references public.listings (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, listing_id)
);
comment on table public.listing_saves is 'A user''s favourites. listing_counters is kept by a trigger.';
alter table public.listing_saves replica identity full;
create index listing_saves_user_created_idx on public.listing_saves (user_id, created_at desc);
create index listing_saves_listing_id_idx on public.listing_saves (listing_id);

create trigger listing_likes_touch_updated_at before update on public.listing_likes
  for each row execute function private.touch_updated_at();
create trigger listing_saves_touch_updated_at before update on public.listing_saves
  for each row execute function private.touch_updated_at();

-- Apart from listings: a change of a listing is sent to every phone that listens to them, and touches thirty indexes.
create table public.listing_counters (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  views_count integer not null default 0 check (views_count >= 0),
  likes_count integer not null default 0 check (likes_count >= 0),
  saves_count integer not null default 0 check (saves_count >= 0),
  comments_count integer not null default 0 check (comments_count >= 0),
  shown_views integer not null default 0,
  shown_likes integer not null default 0,
  shown_saves integer not null default 0,
  shown_comments integer not null default 0,
  is_due boolean not null generated always as (
    abs(views_count - shown_views) * 10 > shown_views or abs(likes_count - shown_likes) * 10 > shown_likes
    or abs(saves_count - shown_saves) * 10 > shown_saves
    or abs(comments_count - shown_comments) * 10 > shown_comments) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.listing_counters is
  'The exact numbers of a listing, which the backend answers. listings has the numbers that were last shown.';
comment on column public.listing_counters.is_due is 'A number is more than a tenth away from the one that listings shows.';
create index listing_counters_due_idx on public.listing_counters (listing_id) where is_due;
create trigger listing_counters_touch_updated_at before update on public.listing_counters
  for each row execute function private.touch_updated_at();
alter table public.listing_counters enable row level security;
grant all on public.listing_counters to service_role;

create function private.show_counters(p_most integer) returns integer
language sql volatile set search_path = '' as $$
  with due as (
    select c.listing_id from public.listing_counters c where c.is_due
    order by c.listing_id limit p_most for update skip locked
  ), counted as (
    update public.listing_counters c set shown_views = c.views_count, shown_likes = c.likes_count,
      shown_saves = c.saves_count, shown_comments = c.comments_count
    from due where c.listing_id = due.listing_id returning c.*
  ), shown as (
    update public.listings l set views_count = c.views_count, likes_count = c.likes_count, saves_count = c.saves_count,
      comments_count = c.comments_count
    from counted c where l.id = c.listing_id returning 1
  )
  select pg_catalog.count(*)::integer from shown;
$$;
comment on function private.show_counters(integer) is
  'Writes the numbers of up to p_most listings that are more than a tenth away from those shown; returns how many.';
revoke execute on function private.show_counters(integer) from public, anon, authenticated;
grant execute on function private.show_counters(integer) to service_role;

create function private.count_likes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into public.listing_counters as c (listing_id, likes_count) values (new.listing_id, 1)
    on conflict (listing_id) do update set likes_count = c.likes_count + 1;
  else
    update public.listing_counters c set likes_count = greatest(c.likes_count - 1, 0) where c.listing_id = old.listing_id;
  end if;
  return null;
end;
$$;
comment on function private.count_likes() is 'Trigger: adds to the stored number, so that parallel likes are all counted.';
create trigger listing_likes_count after insert or delete on public.listing_likes
  for each row execute function private.count_likes();

create function private.count_saves() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into public.listing_counters as c (listing_id, saves_count) values (new.listing_id, 1)
    on conflict (listing_id) do update set saves_count = c.saves_count + 1;
  else
    update public.listing_counters c set saves_count = greatest(c.saves_count - 1, 0) where c.listing_id = old.listing_id;
  end if;
  return null;
end;
$$;
comment on function private.count_saves() is 'Trigger: adds to the stored number, so that parallel saves are all counted.';
create trigger listing_saves_count after insert or delete on public.listing_saves
  for each row execute function private.count_saves();

alter table public.listing_likes enable row level security;
grant select, delete on public.listing_likes to authenticated;
grant insert (user_id, listing_id) on public.listing_likes to authenticated;
grant all on public.listing_likes to service_role;
create policy listing_likes_select on public.listing_likes for select to authenticated
  using (user_id = (select auth.uid()));
create policy listing_likes_insert on public.listing_likes for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_listing(listing_id));
create policy listing_likes_delete on public.listing_likes for delete to authenticated
  using (user_id = (select auth.uid()));

alter table public.listing_saves enable row level security;
grant select, delete on public.listing_saves to authenticated;
grant insert (user_id, listing_id) on public.listing_saves to authenticated;
grant all on public.listing_saves to service_role;
create policy listing_saves_select on public.listing_saves for select to authenticated
  using (user_id = (select auth.uid()));
create policy listing_saves_insert on public.listing_saves for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_listing(listing_id));
create policy listing_saves_delete on public.listing_saves for delete to authenticated
  using (user_id = (select auth.uid()));

create table public.listing_views (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  viewer_digest bytea not null check (octet_length(viewer_digest) = 16),
  viewed_on date not null,
  slot smallint not null default 0 check (slot between 0 and 4),
  created_at timestamptz not null default now(),
  unique (listing_id, viewer_digest, viewed_on, slot)
);
comment on table public.listing_views is 'One row per listing, viewer and day, so that a reload counts nothing; swept after two days.';
comment on column public.listing_views.viewer_digest is 'Keyed digest of the user, or of the network address; tells viewers apart, not who they are.';
comment on column public.listing_views.slot is
  'Of devices behind one address at most five count for a listing and day, each in a slot of its own: what a device says of '
  'itself costs nothing (docs/decisions/0073). 0 for a user.';
create index listing_views_viewed_on_idx on public.listing_views (viewed_on);
alter table public.listing_views enable row level security;
grant all on public.listing_views to service_role;

create function public.record_listing_views(p_views jsonb) returns integer
language sql volatile set search_path = '' as $$
  with seen as (
    insert into public.listing_views (listing_id, viewer_digest, viewed_on, slot)
    select distinct v.listing_id, pg_catalog.decode(v.viewer, 'hex'), v.viewed_on, coalesce(v.device, 0) % 5
    from pg_catalog.jsonb_to_recordset(p_views) as v (listing_id uuid, viewer text, device integer, viewed_on date)
    join public.listings l on l.id = v.listing_id
    on conflict do nothing
    returning listing_id
  ), counted as (
    select s.listing_id, pg_catalog.count(*)::integer as views from seen s group by s.listing_id
  ), updated as (
    insert into public.listing_counters as n (listing_id, views_count)
    -- In one order, so that two batches never wait for each other in a circle.
    select c.listing_id, c.views from counted c order by c.listing_id
    on conflict (listing_id) do update set views_count = n.views_count + excluded.views_count
  )
  select coalesce(pg_catalog.sum(c.views), 0)::integer from counted c;
$$;
comment on function public.record_listing_views(jsonb) is
  'Counts a batch [{"listing_id", "viewer" (32 hex digits), "device" (a number, null for a user), "viewed_on"}] of views that '
  'the backend has gathered: reading a listing writes nothing. At most five devices of one viewer count for a listing and '
  'day. Returns how many were new.';
grant execute on function public.record_listing_views(jsonb) to service_role;

create table public.search_terms (
  id uuid primary key default gen_random_uuid(),
  term text not null check (char_length(term) between 2 and 100),
  category text not null default 'all' check (category in ('all', 'car', 'horse', 'real_estate')),
  searched_on date not null,
  searches integer not null default 1 check (searches > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (searched_on, category, term)
);
comment on table public.search_terms is 'How often a normalised search was made on a day: the source of popular searches. Names no person.';
create trigger search_terms_touch_updated_at before update on public.search_terms
  for each row execute function private.touch_updated_at();
alter table public.search_terms enable row level security;
grant all on public.search_terms to service_role;

create table public.idempotency_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  scope text not null check (char_length(scope) between 1 and 100),
  key text not null check (char_length(key) between 1 and 255),
  request_digest bytea not null check (octet_length(request_digest) = 32),
  state text not null default 'started' check (state in ('started', 'finished')),
  response_status smallint check (response_status between 200 and 599),
  response_body jsonb,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, scope, key),
  check ((state = 'finished') = (response_status is not null))
);
comment on table public.idempotency_keys is 'The answer to a create, kept so that a repetition gets it again instead of a second row.';
comment on column public.idempotency_keys.scope is 'The operation, such as listings.create: one key may serve two operations.';
comment on column public.idempotency_keys.request_digest is 'SHA-256 of the body: the same key with another body is refused.';
create index idempotency_keys_expires_idx on public.idempotency_keys (expires_at);
create trigger idempotency_keys_touch_updated_at before update on public.idempotency_keys
  for each row execute function private.touch_updated_at();
alter table public.idempotency_keys enable row level security;
grant all on public.idempotency_keys to service_role;

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  reporter_id uuid not null references public.accounts (id) on delete cascade,
  target_type text not null check (target_type in ('listing', 'user', 'message', 'business', 'comment')),
  target_id uuid not null,
  reported_user_id uuid references public.accounts (id) on delete set null,
  reason text not null check (reason in
    ('inappropriate', 'spam', 'fraud', 'duplicate', 'misleading', 'fake_price', 'stolen', 'other')),
  comment text check (char_length(comment) <= 1000),
  status text not null default 'pending' check (status in ('pending', 'upheld', 'dismissed')),
  resolved_by uuid references public.accounts (id) on delete set null,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (reporter_id, target_type, target_id)
);
comment on table public.reports is 'A user reports a listing, message, comment, person or business: raises the priority of its check, hides nothing by itself.';
comment on column public.reports.target_id is 'Id in the table that target_type names; no foreign key, as the report outlives its target.';
create index reports_target_idx on public.reports (target_type, target_id);
create index reports_reported_user_idx on public.reports (reported_user_id);
create index reports_resolved_by_idx on public.reports (resolved_by);
create index reports_pending_idx on public.reports (created_at) where status = 'pending';
create trigger reports_touch_updated_at before update on public.reports
  for each row execute function private.touch_updated_at();
alter table public.reports enable row level security;
grant select (id, reporter_id, target_type, target_id, reported_user_id, reason, comment, status, created_at)
  on public.reports to authenticated;
grant insert (reporter_id, target_type, target_id, reported_user_id, reason, comment, status)
  on public.reports to authenticated;
grant all on public.reports to service_role;
create policy reports_select on public.reports for select to authenticated
  using (reporter_id = (select auth.uid()));
create policy reports_insert on public.reports for insert to authenticated
  with check (reporter_id = (select auth.uid()) and status = 'pending');

create table public.listing_places (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  payer_id uuid not null references public.accounts (id) on delete cascade,
  taken_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.listing_places is
  'Whose month each published listing counts against, since when. It stays when a business closes or changes hands: that would '
  'make room for more. Kept by a trigger of listings.';
create index listing_places_payer_idx on public.listing_places (payer_id, taken_at);
create trigger listing_places_touch_updated_at before update on public.listing_places
  for each row execute function private.touch_updated_at();
alter table public.listing_places enable row level security;
grant all on public.listing_places to service_role;

create function private.take_place() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.listing_places as p (listing_id, payer_id, taken_at)
  values (new.id, coalesce(private.listing_payer(new.seller_user_id, new.business_id), new.seller_user_id), new.published_at)
  on conflict (listing_id) do update set payer_id = excluded.payer_id, taken_at = excluded.taken_at;
  return null;
end;
$$;
comment on function private.take_place() is 'Trigger: a listing that is published takes a place in the month of its payer.';
create trigger listings_take_place_on_insert after insert on public.listings
  for each row when (new.published_at is not null) execute function private.take_place();
create trigger listings_take_place_on_update after update of published_at on public.listings
  for each row when (new.published_at is not null and new.published_at is distinct from old.published_at)
  execute function private.take_place();
revoke execute on function private.take_place() from public, anon, authenticated;
