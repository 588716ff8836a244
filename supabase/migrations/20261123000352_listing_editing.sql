-- Changes and deletion of listings. A refusal is {"reason": <error code>}.

create function private.lock_listing(p_listing_id uuid, p_user_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings;
begin
  select l.* into v_listing from public.listings l where l.id = p_listing_id for no key update;
  return case
    when v_listing.id is null then 'not_found'
    when not exists (select from public.accounts u where u.id = p_user_id) then 'authentication_required'
    when exists (select from public.accounts u where u.id = p_user_id and u.is_blocked) then 'account_blocked'
    when private.edits_listing(v_listing, p_user_id) then null
    when private.shows_listing(v_listing, p_user_id) then 'forbidden'
    else 'not_found' end;
end;
$$;
comment on function private.lock_listing(uuid, uuid) is
  'Locks a listing for a change by a user and returns the reason of a refusal, else null. An invisible listing is '
  'not_found. A deleted listing is found by users with the right to delete it, so that a repeated deletion is no error.';

create function private.changed_listing(p_listing public.listings, p_fields jsonb) returns public.listings
language plpgsql stable set search_path = '' as $$
declare
  v_new public.listings := pg_catalog.jsonb_populate_record(
    p_listing, private.without_moved_video(p_listing, p_fields) - 'details');
begin
  v_new.details := pg_catalog.jsonb_strip_nulls((p_listing.details
    || private.own_details(p_listing.category, coalesce(p_fields -> 'details', '{}')))
    - '{vin,damage_report,health_notes}'::text[]);
  v_new.description := coalesce(v_new.description, '');
  v_new.additional_images := coalesce(v_new.additional_images, '{}');
  return v_new;
end;
$$;
comment on function private.changed_listing(public.listings, jsonb) is
  'Returns the listing as it will be after a change, before writing it.';

create function private.update_refusal(p_listing public.listings) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_payer constant uuid :=
    coalesce(private.listing_payer(p_listing.seller_user_id, p_listing.business_id), p_listing.seller_user_id);
begin
  if p_listing.status in ('draft', 'rejected') then
    -- It will be published again, so it counts in this month.
    perform 1 from public.accounts u where u.id = v_payer for no key update;
  end if;
  return case
    when p_listing.deleted_at is not null then 'not_found'
    when p_listing.status in ('sold', 'archived', 'expired') then 'listing_not_active'
    when p_listing.status in ('draft', 'rejected')
      and private.posted_this_month(v_payer) >= private.listing_allowance(v_payer) then 'listing_limit_reached' end;
end;
$$;
comment on function private.update_refusal(public.listings) is
  'Returns the reason for which the state of a listing allows no change, else null.';

create function private.shown_content(p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_array(l.title, l.description, l.city, l.location, l.latitude, l.longitude, l.thumbnail_url,
    l.video_thumbnail_url, l.additional_images, l.video_id, l.video_url, private.full_details(l))
  from public.listings l where l.id = p_listing_id;
$$;
comment on function private.shown_content(uuid) is
  'Returns all public content of a listing, which a moderator checks; excludes the price.';

create function private.write_changes(p_old public.listings, p_fields jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_new constant public.listings := private.changed_listing(p_old, p_fields);
begin
  update public.listings l set title = v_new.title, description = v_new.description, price = v_new.price,
    city = v_new.city, location = v_new.location, latitude = v_new.latitude, longitude = v_new.longitude,
    video_url = v_new.video_url, video_player_url = v_new.video_player_url,
    video_thumbnail_url = v_new.video_thumbnail_url, thumbnail_url = v_new.thumbnail_url,
    video_trim_start = v_new.video_trim_start, video_trim_end = v_new.video_trim_end,
    video_original_duration = v_new.video_original_duration, video_trimmed_duration = v_new.video_trimmed_duration,
    additional_images = v_new.additional_images, details = v_new.details
  where l.id = p_old.id;
  perform private.write_details(p_old, coalesce(p_fields -> 'details', '{}'));
  perform private.write_contact(p_old.id, p_fields);
end;
$$;
comment on function private.write_changes(public.listings, jsonb) is
  'Writes the named fields. Updates the mirror of the details together with the listing, so that the row is written '
  'once.';

create function private.change_listing(p_old public.listings, p_fields jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_only_terms constant boolean := p_old.status in ('active', 'pending_review')
    and p_fields - '{price,phone_for_listing}'::text[] = '{}';
  v_before constant jsonb := case when not v_only_terms then private.shown_content(p_old.id) end;
  v_video_id constant text := nullif(p_fields ->> 'video_id', p_old.video_id);
  v_judgement jsonb;
  v_refusal jsonb;
begin
  if v_video_id is not null and not private.attach_video(p_old.id, v_video_id) then
    return '{"reason": "video_unavailable"}';
  end if;
  perform private.write_changes(p_old, p_fields);
  if v_only_terms or (p_old.status in ('active', 'pending_review') and v_before = private.shown_content(p_old.id)) then
    return null;
  end if;
  v_judgement := private.judge(p_old.id);
  v_refusal := private.refusal_by_rules(v_judgement);
  if v_refusal is not null then
    -- Everything written is rolled back with it.
    raise exception 'refused' using errcode = 'A3600';
  end if;
  perform private.publish(p_old.id, p_old.status = 'active', v_judgement);
  return null;
exception when sqlstate 'A3600' then
  return v_refusal;
end;
$$;
comment on function private.change_listing(public.listings, jsonb) is
  'Writes a change and submits changed content, or writes nothing and returns the reason. Price and phone are not '
  'content.';

create function public.listing_update(p_user_id uuid, p_listing_id uuid, p_fields jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
  v_old public.listings := (select l from public.listings l where l.id = p_listing_id);
  v_refusal jsonb;
begin
  v_reason := coalesce(v_reason, private.update_refusal(v_old));
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  v_refusal := private.change_listing(v_old, p_fields);
  return coalesce(v_refusal,
    pg_catalog.jsonb_build_object('listing', private.listing_view(p_listing_id, p_user_id)));
end;
$$;
comment on function public.listing_update(uuid, uuid, jsonb) is
  'Changes the named fields, null clears one: {listing}. Queues changed content again and keeps it visible unless it '
  'breaks a rule; submits a rejected listing or a draft, which waits. Reasons: not_found, forbidden, account_blocked, '
  'authentication_required, listing_not_active, listing_limit_reached, listing_refused (with rules), '
  'video_unavailable.';

create function private.write_contact(p_listing_id uuid, p_fields jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_fields ->> 'phone_for_listing' is not null then
    insert into public.listing_contacts as c (listing_id, phone_for_listing)
    values (p_listing_id, p_fields ->> 'phone_for_listing')
    on conflict (listing_id) do update set phone_for_listing = excluded.phone_for_listing;
  elsif p_fields ? 'phone_for_listing' then
    delete from public.listing_contacts c where c.listing_id = p_listing_id;
  end if;
end;
$$;
comment on function private.write_contact(uuid, jsonb) is
  'Sets the phone of a listing when one is named; null removes it.';

create function private.remove_instead_of_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.remove_listing(old.id);
  return null;
end;
$$;
comment on function private.remove_instead_of_delete() is
  'Trigger: turns a deletion through PostgREST into a removal as through the API; the row stays.';
create trigger listings_remove before delete on public.listings
  for each row when (private.is_rest_user()) execute function private.remove_instead_of_delete();

create function public.listing_delete(p_user_id uuid, p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  perform private.remove_listing(p_listing_id);
  return pg_catalog.jsonb_build_object('id', p_listing_id);
end;
$$;
comment on function public.listing_delete(uuid, uuid) is
  'Hides a listing for good and requests the removal of its videos: {id}. Idempotent. Reasons: not_found, forbidden, '
  'account_blocked, authentication_required.';

revoke execute on function private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), public.listing_update(uuid, uuid, jsonb),
  private.write_contact(uuid, jsonb), public.listing_delete(uuid, uuid) from public, anon, authenticated;
grant execute on function private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), public.listing_update(uuid, uuid, jsonb),
  private.write_contact(uuid, jsonb), public.listing_delete(uuid, uuid) to service_role;
revoke execute on function private.remove_instead_of_delete() from public, anon, authenticated;
