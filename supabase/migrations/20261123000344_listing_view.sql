-- Single listings and a business's listings, as a viewer may see them.

create function private.seller_card(p_user_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url, 'city', p.city,
      'is_verified', p.is_verified, 'rating', p.rating)
    from public.public_profiles p where p.id = p_user_id);
end;
$$;
comment on function private.seller_card(uuid) is 'Returns the public profile of a seller as shown on a listing.';

create function private.listing_flags(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object(
      'liked', coalesce((select pg_catalog.jsonb_agg(k.listing_id) from public.listing_likes k
        where k.user_id = p_viewer_id and k.listing_id = any (p_listing_ids)), '[]'),
      'saved', coalesce((select pg_catalog.jsonb_agg(s.listing_id) from public.listing_saves s
        where s.user_id = p_viewer_id and s.listing_id = any (p_listing_ids)), '[]')));
end;
$$;
comment on function private.listing_flags(uuid[], uuid) is
  'Returns the viewer''s likes and saves among these listings: {liked, saved}.';

create function public.listing_marks(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select private.listing_flags(p_listing_ids, p_viewer_id);
$$;
comment on function public.listing_marks(uuid[], uuid) is
  'Returns the marks of a signed-in viewer for a cached page: {liked, saved}.';

create function private.edits_listing(p_listing public.listings, p_user_id uuid) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select (p_listing.business_id is null and p_listing.seller_user_id = p_user_id) or exists (
      select from public.business_members m
      where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active'
        and (m.role in ('owner', 'admin') or p_listing.seller_user_id = p_user_id)));
end;
$$;
comment on function private.edits_listing(public.listings, uuid) is
  'Applies the rule of private.may_edit_listing for the backend, which has no auth.uid().';

create function private.shows_listing(p_listing public.listings, p_user_id uuid) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select p_listing.deleted_at is null and (
      (not p_listing.is_hidden and (p_listing.status = 'active'
        or (p_listing.status = 'sold' and p_listing.delete_at > pg_catalog.now())))
      or (p_listing.business_id is null and p_listing.seller_user_id = p_user_id)
      or exists (select from public.business_members m
        where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active')));
end;
$$;
comment on function private.shows_listing(public.listings, uuid) is
  'Applies the rule of private.may_see_listing for the backend; returns false for a listing that its seller has '
  'deleted.';

create function private.full_details(p_listing public.listings) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(case p_listing.category
      when 'car' then (select pg_catalog.to_jsonb(d) from public.car_details d where d.listing_id = p_listing.id)
      when 'horse' then (select pg_catalog.to_jsonb(d) from public.horse_details d where d.listing_id = p_listing.id)
      else (select pg_catalog.to_jsonb(d) from public.real_estate_details d where d.listing_id = p_listing.id)
    end - '{listing_id,created_at,updated_at}'::text[], '{}'));
end;
$$;
comment on function private.full_details(public.listings) is
  'Returns all details of a listing, including those outside its mirror.';

create function private.exact_counts(p_listing_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce((select pg_catalog.jsonb_build_object('views_count', c.views_count, 'likes_count', c.likes_count,
      'saves_count', c.saves_count, 'comments_count', c.comments_count)
    from public.listing_counters c where c.listing_id = p_listing_id), '{}'));
end;
$$;
comment on function private.exact_counts(uuid) is 'Returns the exact counters of a listing; {} before its first view.';

create function private.listing_view(p_listing_id uuid, p_viewer_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
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
    where l.id = p_listing_id and private.shows_listing(l, p_viewer_id));
end;
$$;
comment on function private.listing_view(uuid, uuid) is
  'Returns a listing for a viewer, null when the viewer may not see it. Includes the phone for signed-in viewers, and '
  'state and reason of the check for those who may edit the listing.';

create function public.listing_read(p_listing_id uuid, p_viewer_id uuid default null) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return private.listing_view(p_listing_id, p_viewer_id);
end;
$$;
comment on function public.listing_read(uuid, uuid) is 'Returns private.listing_view for the backend.';

create function public.business_listings(
  p_business_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer, p_user_id uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  with viewer as materialized (
    select private.business_role(p_business_id, p_user_id) as role
  ), page as (
    select l.id, l.category, l.title, l.price, l.currency, l.city, l.status, l.thumbnail_url, l.video_thumbnail_url,
      l.views_count, l.likes_count, l.created_at, l.seller_user_id
    from public.listings l
    where l.business_id = p_business_id and l.deleted_at is null
      and (l.created_at, l.id) < (p_before, p_before_id)
      and ((select v.role <> 'none' from viewer v) or (not l.is_hidden
        and (l.status = 'active' or (l.status = 'sold' and l.delete_at > pg_catalog.now()))))
    order by l.created_at desc, l.id desc limit p_limit
  )
  select case when v.role is null then '{"reason": "not_found"}' else pg_catalog.jsonb_build_object('listings', coalesce(
    (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by p.created_at desc, p.id desc) from page p), '[]')) end
  from viewer v;
$$;
comment on function public.business_listings(uuid, timestamptz, uuid, integer, uuid) is
  'Returns a page of a business''s listings {listings}, newest first, after the listing (p_before, p_before_id): '
  'public ones, for members all. Reason: not_found.';

revoke execute on function private.seller_card(uuid), private.listing_flags(uuid[], uuid),
  public.listing_marks(uuid[], uuid), private.edits_listing(public.listings, uuid),
  private.shows_listing(public.listings, uuid), private.full_details(public.listings), private.exact_counts(uuid),
  private.listing_view(uuid, uuid), public.listing_read(uuid, uuid),
  public.business_listings(uuid, timestamptz, uuid, integer, uuid) from public, anon, authenticated;
grant execute on function private.seller_card(uuid), private.listing_flags(uuid[], uuid),
  public.listing_marks(uuid[], uuid), private.edits_listing(public.listings, uuid),
  private.shows_listing(public.listings, uuid), private.full_details(public.listings), private.exact_counts(uuid),
  private.listing_view(uuid, uuid), public.listing_read(uuid, uuid),
  public.business_listings(uuid, timestamptz, uuid, integer, uuid) to service_role;
