-- One listing, as its reader may see it.

create function private.edits_listing(p_listing public.listings, p_user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select (p_listing.business_id is null and p_listing.seller_user_id = p_user_id) or exists (
    select from public.business_members m
    where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active'
      and (m.role in ('owner', 'admin') or p_listing.seller_user_id = p_user_id));
$$;
comment on function private.edits_listing(public.listings, uuid) is
  'The rule of private.may_edit_listing for calls of the backend, which has no auth.uid().';

create function private.shows_listing(p_listing public.listings, p_user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select p_listing.deleted_at is null and (
    (not p_listing.is_hidden and (p_listing.status = 'active'
      or (p_listing.status = 'sold' and p_listing.delete_at > pg_catalog.now())))
    or (p_listing.business_id is null and p_listing.seller_user_id = p_user_id)
    or exists (select from public.business_members m
      where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active'));
$$;
comment on function private.shows_listing(public.listings, uuid) is
  'The rule of private.may_see_listing for calls of the backend; a listing that its seller has deleted is shown to nobody.';

create function private.full_details(p_listing public.listings) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(case p_listing.category
    when 'car' then (select pg_catalog.to_jsonb(d) from public.car_details d where d.listing_id = p_listing.id)
    when 'horse' then (select pg_catalog.to_jsonb(d) from public.horse_details d where d.listing_id = p_listing.id)
    else (select pg_catalog.to_jsonb(d) from public.real_estate_details d where d.listing_id = p_listing.id)
  end - '{listing_id,created_at,updated_at}'::text[], '{}');
$$;
comment on function private.full_details(public.listings) is 'The details of a listing, with those that its mirror leaves out.';

create function private.exact_counts(p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce((select pg_catalog.jsonb_build_object('views_count', c.views_count, 'likes_count', c.likes_count,
    'saves_count', c.saves_count, 'comments_count', c.comments_count)
  from public.listing_counters c where c.listing_id = p_listing_id), '{}');
$$;
comment on function private.exact_counts(uuid) is 'The exact numbers of a listing; {} where nobody has seen it yet.';

create function private.listing_view(p_listing_id uuid, p_viewer_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select (pg_catalog.to_jsonb(l) - '{deleted_at,is_hidden}'::text[]) || private.exact_counts(l.id)
    || pg_catalog.jsonb_build_object(
      'details', pg_catalog.jsonb_strip_nulls(private.full_details(l)),
      'phone_for_listing', c.phone_for_listing,
      'seller', private.seller_card(l.seller_user_id)
        || pg_catalog.jsonb_build_object('phone', c.phone_for_listing),
      'business', (select pg_catalog.jsonb_build_object('id', b.id, 'name', b.name, 'logo_url', b.logo_url,
          'is_verified', b.is_verified)
        from public.business_accounts b where b.id = l.business_id and b.deleted_at is null),
      'is_liked', exists (select from public.listing_likes k where k.listing_id = l.id and k.user_id = p_viewer_id),
      'is_saved', exists (select from public.listing_saves s where s.listing_id = l.id and s.user_id = p_viewer_id),
      'is_mine', private.edits_listing(l, p_viewer_id) is true)
    || case when private.edits_listing(l, p_viewer_id) then pg_catalog.jsonb_build_object('moderation', (
        select pg_catalog.jsonb_build_object('status', q.status, 'reason', q.reason, 'submitted_at', q.submitted_at,
          'completed_at', q.completed_at)
        from public.moderation_queue q where q.listing_id = l.id))
      else '{}' end
  from public.listings l
  left join public.listing_contacts c on c.listing_id = l.id and exists (
    select from public.accounts u where u.id = p_viewer_id and not u.is_blocked)
  where l.id = p_listing_id and private.shows_listing(l, p_viewer_id);
$$;
comment on function private.listing_view(uuid, uuid) is
  'A listing for a viewer, null where he may not see it. The phone is for signed-in viewers; state and reason of the check '
  'are for those who may change the listing.';

create function public.listing_read(p_listing_id uuid, p_viewer_id uuid, p_views jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if p_views is not null then
    perform public.record_listing_views(p_views);
  end if;
  return private.listing_view(p_listing_id, p_viewer_id);
end;
$$;
comment on function public.listing_read(uuid, uuid, jsonb) is
  'private.listing_view for the backend. p_views: views that the backend has gathered, counted on this occasion.';

revoke execute on function private.exact_counts(uuid), private.edits_listing(public.listings, uuid), private.shows_listing(public.listings, uuid),
  private.full_details(public.listings), private.listing_view(uuid, uuid), public.listing_read(uuid, uuid, jsonb)
  from public, anon, authenticated;
grant execute on function private.exact_counts(uuid), private.edits_listing(public.listings, uuid), private.shows_listing(public.listings, uuid),
  private.full_details(public.listings), private.listing_view(uuid, uuid), public.listing_read(uuid, uuid, jsonb)
  to service_role;
