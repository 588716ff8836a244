-- Changing, deleting, selling and bringing back a listing. A refusal is {"reason": <error code>}.

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
  'Locks a listing for a change by a user and says why he may not; null when he may. What he cannot see is not found. A '
  'deleted listing is found by those who could delete it, so that a repeated deletion is no error.';

create function private.changed_listing(p_listing public.listings, p_fields jsonb) returns public.listings
language plpgsql stable set search_path = '' as $$
declare
  v_new public.listings := pg_catalog.jsonb_populate_record(p_listing, p_fields - 'details');
begin
  v_new.details := pg_catalog.jsonb_strip_nulls((p_listing.details
    || private.own_details(p_listing.category, coalesce(p_fields -> 'details', '{}')))
    - '{vin,damage_report,health_notes}'::text[]);
  v_new.description := coalesce(v_new.description, '');
  v_new.additional_images := coalesce(v_new.additional_images, '{}');
  return v_new;
end;
$$;
comment on function private.changed_listing(public.listings, jsonb) is 'The listing as it will be, before it is written.';

create function private.update_refusal(p_listing public.listings) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_payer constant uuid :=
    coalesce(private.listing_payer(p_listing.seller_user_id, p_listing.business_id), p_listing.seller_user_id);
begin
  if p_listing.status in ('draft', 'rejected') then
    -- It will be shown anew, so it takes a place in the month.
    perform 1 from public.accounts u where u.id = v_payer for no key update;
  end if;
  return case
    when p_listing.deleted_at is not null then 'not_found'
    when p_listing.status in ('sold', 'archived', 'expired') then 'listing_not_active'
    when p_listing.status in ('draft', 'rejected')
      and private.posted_this_month(v_payer) >= private.listing_allowance(v_payer) then 'listing_limit_reached' end;
end;
$$;
comment on function private.update_refusal(public.listings) is 'Why a listing cannot be changed in its state, else null.';

create function private.shown_content(p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_array(l.title, l.description, l.city, l.location, l.latitude, l.longitude, l.thumbnail_url,
    l.video_thumbnail_url, l.additional_images, l.video_id, l.video_url, private.full_details(l))
  from public.listings l where l.id = p_listing_id;
$$;
comment on function private.shown_content(uuid) is 'All of a listing that people see and a moderator looks at; the price is not.';

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
  'Writes the fields that are named. The mirror of the details changes with the listing, so that the row is written once.';

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
    -- Whatever was written goes back with it.
    raise exception 'refused' using errcode = 'A3600';
  end if;
  perform private.publish(p_old.id, p_old.status = 'active', v_judgement);
  return null;
exception when sqlstate 'A3600' then
  return v_refusal;
end;
$$;
comment on function private.change_listing(public.listings, jsonb) is
  'Writes a change and submits what people see of it, or writes nothing and returns why. Price and phone are no content.';

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
  'Changes the fields that are named, null empties one: {listing}. Changed content is queued again and stays visible unless '
  'it breaks a rule; a rejected listing or a draft is submitted and waits. Reasons: not_found, forbidden, account_blocked, '
  'authentication_required, listing_not_active, listing_limit_reached, listing_refused (with rules), video_unavailable.';

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
comment on function private.write_contact(uuid, jsonb) is 'Sets the phone of a listing where one is named; null removes it.';

create function private.remove_listing(p_listing_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set deleted_at = pg_catalog.now() where l.id = p_listing_id and l.deleted_at is null;
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1
  where v.listing_id = p_listing_id and v.delete_requested_at is null and v.deleted_at is null;
$$;
comment on function private.remove_listing(uuid) is
  'Hides a listing for ever and requests the removal of its videos. Idempotent; the row remains until they are released.';

create function private.remove_instead_of_delete() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.remove_listing(old.id);
  return null;
end;
$$;
comment on function private.remove_instead_of_delete() is
  'Trigger: a seller who deletes a listing through PostgREST removes it as through the API; the row stays.';
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
  'Hides a listing for ever and asks for the removal of its videos: {id}. Again, it changes nothing. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required.';

create function public.listing_mark_sold(p_user_id uuid, p_listing_id uuid, p_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
  v_listing public.listings;
begin
  select l.* into v_listing from public.listings l where l.id = p_listing_id;
  v_reason := case when v_reason is not null then v_reason when v_listing.deleted_at is not null then 'not_found'
    when v_listing.status not in ('active', 'sold') then 'listing_not_active' end;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.listings l set status = 'sold', sold_at = pg_catalog.now(),
    delete_at = pg_catalog.now() + pg_catalog.make_interval(days => p_days)
  where l.id = p_listing_id and l.status = 'active';
  return (select pg_catalog.jsonb_build_object('id', l.id, 'status', l.status, 'sold_at', l.sold_at, 'delete_at', l.delete_at)
    from public.listings l where l.id = p_listing_id);
end;
$$;
comment on function public.listing_mark_sold(uuid, uuid, integer) is
  'Marks a listing as sold; it stays visible for p_days: {id, status, sold_at, delete_at}. Again, it answers the same. '
  'Reasons: not_found, forbidden, account_blocked, authentication_required, listing_not_active.';

create function private.bring_back(p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_judgement constant jsonb := private.judge(p_listing_id);
  v_refusal constant jsonb := private.refusal_by_rules(v_judgement);
begin
  if v_refusal is null then
    -- The time for which it was sold does not count, and no other is given.
    update public.listings l set status = 'active', sold_at = null, delete_at = null,
      expires_at = l.expires_at + (pg_catalog.now() - l.sold_at)
    where l.id = p_listing_id;
    perform private.publish(p_listing_id, true, v_judgement);
  end if;
  return v_refusal;
end;
$$;
comment on function private.bring_back(uuid) is 'Publishes a sold listing as a change is published, or returns why not.';

create function public.listing_reactivate(p_user_id uuid, p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
  v_listing public.listings;
  v_refusal jsonb;
begin
  select l.* into v_listing from public.listings l where l.id = p_listing_id;
  v_reason := case when v_reason is not null then v_reason when v_listing.deleted_at is not null then 'not_found'
    when v_listing.status = 'sold' and v_listing.delete_at <= pg_catalog.now() then 'listing_sale_final'
    when v_listing.status not in ('active', 'sold') then 'listing_not_sold' end;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif v_listing.status = 'sold' then
    v_refusal := private.bring_back(p_listing_id);
  end if;
  return coalesce(v_refusal, (select pg_catalog.jsonb_build_object('id', l.id, 'status', l.status)
    from public.listings l where l.id = p_listing_id));
end;
$$;
comment on function public.listing_reactivate(uuid, uuid) is
  'Takes a sale back while the listing is still visible: {id, status}; it is queued for the check and waits where it breaks a '
  'rule. Of an active listing it says that it is active: the app repeats calls after a time-out. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required, listing_not_sold, listing_sale_final, listing_refused (with rules).';

revoke execute on function private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), private.bring_back(uuid), private.write_contact(uuid, jsonb),
  private.remove_listing(uuid), private.remove_instead_of_delete(),
  public.listing_update(uuid, uuid, jsonb), public.listing_delete(uuid, uuid),
  public.listing_mark_sold(uuid, uuid, integer), public.listing_reactivate(uuid, uuid) from public, anon, authenticated;
grant execute on function private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), private.bring_back(uuid), private.write_contact(uuid, jsonb),
  private.remove_listing(uuid),
  public.listing_update(uuid, uuid, jsonb), public.listing_delete(uuid, uuid),
  public.listing_mark_sold(uuid, uuid, integer), public.listing_reactivate(uuid, uuid) to service_role;
