-- Row level security of listings and their details.

-- Read and write access to a listing and its dependent rows.
-- A policy that reads a set of ids once ("= any (array(select …))") can use an index; one that calls a function per
-- row is for single rows and pages. Full-text, trigram and numeric comparisons are not leakproof, so under these
-- policies they use no index: feed and search run as functions of the backend that repeat the condition of visibility.

create function private.may_edit_listing(p_listing_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.listings l
    where l.id = p_listing_id and l.deleted_at is null and (
      (l.business_id is null and l.seller_user_id = (select auth.uid()))
      or l.business_id in (select private.my_businesses(array['owner', 'admin']))
      or (l.seller_user_id = (select auth.uid()) and l.business_id in (select private.my_businesses(array['seller']))))
  );
$$;
comment on function private.may_edit_listing(uuid) is
  'Returns true when the caller may edit a listing: the seller of a private one; of a business listing its owner and '
  'admins, and its seller while still a member.';

create function private.may_see_listing(p_listing_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.listings l
    where l.id = p_listing_id and (
      (not l.is_hidden and l.deleted_at is null
        and (l.status = 'active' or (l.status = 'sold' and l.delete_at > pg_catalog.now())))
      or (l.business_id is null and l.seller_user_id = (select auth.uid()))
      or l.business_id in (select private.my_businesses(array['owner', 'admin', 'seller'])))
  );
$$;
comment on function private.may_see_listing(uuid) is
  'Applies the select policies of listings, for tables that belong to one: as a subquery the policies would hash '
  'every visible listing.';

create function private.my_listings() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select l.id from public.listings l
  where l.business_id is null and l.seller_user_id = (select auth.uid())
  union all
  select l.id from public.listings l
  where l.business_id in (select private.my_businesses(array['owner', 'admin', 'seller']));
$$;
comment on function private.my_listings() is
  'Returns the caller''s private listings and those of businesses in which the caller works.';

create function private.guard_listing() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not private.is_rest_user() or new.status = old.status then
    return new;
  end if;
  if (old.status, new.status) not in (
      ('active', 'sold'), ('active', 'archived'), ('draft', 'archived'), ('rejected', 'archived'),
      ('expired', 'archived'), ('rejected', 'draft')) then
    raise exception 'a listing does not go from % to % without the backend', old.status, new.status
      using errcode = '42501';
  end if;
  if new.status = 'sold' then
    new.sold_at := pg_catalog.now();
    new.delete_at := pg_catalog.now() + interval '14 days';
  end if;
  return new;
end;
$$;
comment on function private.guard_listing() is
  'Trigger: allows the few status changes that a seller may make through REST. Excludes publishing, which is checked '
  'and counted.';
create trigger listings_guard before update of status on public.listings
  for each row execute function private.guard_listing();

create function private.take_app_columns() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.description := coalesce(new.description, '');
  if tg_op = 'UPDATE' and new.location is not distinct from old.location
      and new.location_text is distinct from old.location_text then
    new.location := new.location_text;
  end if;
  return new;
end;
$$;
comment on function private.take_app_columns() is
  'Trigger: adapts columns written by the app. Stores an empty description as null and reads the place from '
  'location_text.';

-- Their names sort before and after the triggers that clean, guard and compare.
create trigger listings_app_columns before insert or update of description, location, location_text on public.listings
  for each row execute function private.take_app_columns();

create function private.show_location() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.location_text := new.location;
  return new;
end;
$$;
comment on function private.show_location() is 'Trigger: copies the cleaned location into location_text.';
create trigger listings_show_location before insert or update of location, location_text on public.listings
  for each row execute function private.show_location();
create policy listings_update on public.listings for update to authenticated
  using (private.may_edit_listing(id))
  with check (private.may_edit_listing(id));
create policy listings_delete on public.listings for delete to authenticated
  using (private.may_edit_listing(id));
create policy listing_contacts_select on public.listing_contacts for select to authenticated
  using (listing_id = any (array(select private.my_listings())));
create policy listing_contacts_update on public.listing_contacts for update to authenticated
  using (private.may_edit_listing(listing_id)) with check (private.may_edit_listing(listing_id));
create policy car_details_select on public.car_details for select to anon, authenticated
  using (private.may_see_listing(listing_id));
create policy car_details_update on public.car_details for update to authenticated
  using (private.may_edit_listing(listing_id)) with check (private.may_edit_listing(listing_id));
create policy horse_details_select on public.horse_details for select to anon, authenticated
  using (private.may_see_listing(listing_id));
create policy horse_details_update on public.horse_details for update to authenticated
  using (private.may_edit_listing(listing_id)) with check (private.may_edit_listing(listing_id));
create policy real_estate_details_select on public.real_estate_details for select to anon, authenticated
  using (private.may_see_listing(listing_id));
create policy real_estate_details_update on public.real_estate_details for update to authenticated
  using (private.may_edit_listing(listing_id)) with check (private.may_edit_listing(listing_id));

revoke execute on function private.may_edit_listing(uuid), private.my_listings() from public, anon;
grant execute on function private.may_edit_listing(uuid), private.my_listings() to authenticated, service_role;
revoke execute on function private.may_see_listing(uuid) from public;
grant execute on function private.may_see_listing(uuid) to anon, authenticated, service_role;
revoke execute on function private.guard_listing(), private.take_app_columns(), private.show_location()
  from public, anon, authenticated;
