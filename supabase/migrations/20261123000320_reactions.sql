-- Likes, saves and views of listings, with their counters.

create table public.listing_likes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  listing_id uuid not null references public.listings (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, listing_id)
);
comment on table public.listing_likes is 'Likes of listings by users. listing_counters is kept by a trigger.';
create index listing_likes_user_created_idx on public.listing_likes (user_id, created_at desc);
create index listing_likes_listing_id_idx on public.listing_likes (listing_id);
alter table public.listing_likes replica identity full;
create trigger listing_likes_touch_updated_at before update on public.listing_likes
  for each row execute function private.touch_updated_at();
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

create table public.listing_saves (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  listing_id uuid not null references public.listings (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  price_when_saved numeric(12, 2) check (price_when_saved between 1 and 999999999),
  lowest_price_told numeric(12, 2) check (lowest_price_told between 1 and 999999999),
  unique (user_id, listing_id)
);
comment on table public.listing_saves is 'Favourites of users. listing_counters is kept by a trigger.';
comment on column public.listing_saves.price_when_saved is 'Price in som when the user saved it; a drop is measured from it.';
comment on column public.listing_saves.lowest_price_told is 'Lowest price of which the user was notified: repeated rises and drops notify only once.';
create index listing_saves_user_created_idx on public.listing_saves (user_id, created_at desc);
create index listing_saves_listing_id_idx on public.listing_saves (listing_id, user_id);
alter table public.listing_saves replica identity full;
create trigger listing_saves_touch_updated_at before update on public.listing_saves
  for each row execute function private.touch_updated_at();
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

-- Separate from listings: a change of a listing is sent to every subscribed phone, and updates thirty indexes.
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
-- Free space on each page: 78 of 100 updates change no index, instead of 43.
) with (fillfactor = 80);
comment on table public.listing_counters is
  'Exact counters of a listing, which the backend returns. listings has the counters shown last.';
comment on column public.listing_counters.is_due is
  'True if a counter differs by more than a tenth from the one in listings.';
create index listing_counters_due_idx on public.listing_counters (listing_id) where is_due;
create trigger listing_counters_touch_updated_at before update on public.listing_counters
  for each row execute function private.touch_updated_at();
alter table public.listing_counters enable row level security;
grant all on public.listing_counters to service_role;

create function private.show_counters(p_limit integer) returns integer
language sql volatile set search_path = '' as $$
  with due as (
    select c.listing_id from public.listing_counters c where c.is_due
    order by c.listing_id limit p_limit for update skip locked
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
  'Updates the shown counters of up to p_limit listings that differ from the exact ones by more than a tenth; returns '
  'their number.';

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
comment on function private.count_likes() is
  'Trigger: increments the stored counter, so that parallel likes all count.';
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
comment on function private.count_saves() is
  'Trigger: increments the stored counter, so that parallel saves all count.';
create trigger listing_saves_count after insert or delete on public.listing_saves
  for each row execute function private.count_saves();

create function private.keep_saved_price() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.price_when_saved := (select l.price from public.listings l where l.id = new.listing_id);
  return new;
end;
$$;
comment on function private.keep_saved_price() is 'Trigger: keeps the price of a listing at the moment of saving.';
create trigger listing_saves_keep_price before insert on public.listing_saves
  for each row execute function private.keep_saved_price();

create table public.listing_views (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  viewer_digest bytea not null check (octet_length(viewer_digest) = 16),
  viewed_on date not null,
  slot smallint not null default 0 check (slot between 0 and 4),
  created_at timestamptz not null default now(),
  unique (listing_id, viewer_digest, viewed_on, slot)
);
comment on table public.listing_views is
  'View of a listing by a viewer on a day, one row each, so that a reload is not counted; swept after two days.';
comment on column public.listing_views.viewer_digest is
  'Keyed digest of the user, or of the network address; distinguishes viewers without identifying them.';
comment on column public.listing_views.slot is
  'At most five devices behind one address count per listing and day, each in a separate slot: user agents are easy to forge '
  '(docs/decisions/0073). 0 for a user.';
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
    -- In a fixed order, so that two batches never deadlock.
    select c.listing_id, c.views from counted c order by c.listing_id
    on conflict (listing_id) do update set views_count = n.views_count + excluded.views_count
  )
  select coalesce(pg_catalog.sum(c.views), 0)::integer from counted c;
$$;
comment on function public.record_listing_views(jsonb) is
  'Counts a batch [{"listing_id", "viewer" (32 hex digits), "device" (a number, null for a user), "viewed_on"}] of '
  'views that the backend has buffered; reading a listing writes nothing. Counts at most five devices per viewer, '
  'listing and day. Returns the number of new ones.';

create table public.listing_places (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  payer_id uuid not null references public.accounts (id) on delete cascade,
  taken_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.listing_places is
  'Payer and month against which each published listing counts. Stays when a business closes or changes its owner: that '
  'would otherwise free places. Kept by a trigger of listings.';
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
comment on function private.take_place() is 'Trigger: counts a published listing against the month of its payer.';
create trigger listings_take_place_on_insert after insert on public.listings
  for each row when (new.published_at is not null) execute function private.take_place();
create trigger listings_take_place_on_update after update of published_at on public.listings
  for each row when (new.published_at is not null and new.published_at is distinct from old.published_at)
  execute function private.take_place();

create function public.listing_react(p_user_id uuid, p_listing_id uuid, p_kind text, p_is_on boolean) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings := (select l from public.listings l where l.id = p_listing_id);
  v_table text := case p_kind when 'like' then 'listing_likes' else 'listing_saves' end;
  v_is_blocked boolean := (select u.is_blocked from public.accounts u where u.id = p_user_id);
begin
  if v_is_blocked is null then
    return '{"reason": "authentication_required"}';
  elsif v_is_blocked then
    return '{"reason": "account_blocked"}';
  elsif p_is_on and private.shows_listing(v_listing, p_user_id) is not true then
    return '{"reason": "not_found"}';
  elsif p_is_on then
    execute pg_catalog.format('insert into public.%I (user_id, listing_id) values ($1, $2) on conflict do nothing', v_table)
    using p_user_id, p_listing_id;
  else
    execute pg_catalog.format('delete from public.%I where user_id = $1 and listing_id = $2', v_table)
    using p_user_id, p_listing_id;
  end if;
  return coalesce((
    select pg_catalog.jsonb_build_object('id', l.id, 'likes_count', coalesce(c.likes_count, 0),
        'saves_count', coalesce(c.saves_count, 0))
      || case p_kind when 'like' then pg_catalog.jsonb_build_object('is_liked', p_is_on)
        else pg_catalog.jsonb_build_object('is_saved', p_is_on) end
    from public.listings l left join public.listing_counters c on c.listing_id = l.id
    where l.id = p_listing_id), '{"reason": "not_found"}');
end;
$$;
comment on function public.listing_react(uuid, uuid, text, boolean) is
  'Sets or removes a like or a save: {id, likes_count, saves_count, is_liked or is_saved}. Idempotent. Reactions to '
  'hidden listings can still be removed. Reasons: not_found, account_blocked, authentication_required.';

revoke execute on function private.show_counters(integer), public.record_listing_views(jsonb),
  public.listing_react(uuid, uuid, text, boolean) from public, anon, authenticated;
grant execute on function private.show_counters(integer), public.record_listing_views(jsonb),
  public.listing_react(uuid, uuid, text, boolean) to service_role;
revoke execute on function private.count_likes(), private.count_saves(), private.keep_saved_price(), private.take_place()
  from public, anon, authenticated;
