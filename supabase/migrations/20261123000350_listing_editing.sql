-- Posting, changing, deleting, selling and reactivating listings.

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
comment on table public.idempotency_keys is
  'Result of a create, kept so that a repeat returns it instead of a second row.';
comment on column public.idempotency_keys.scope is
  'Operation, such as listings.create: one key may serve two operations.';
comment on column public.idempotency_keys.request_digest is 'SHA-256 of the body: the same key with another body is refused.';
create index idempotency_keys_expires_idx on public.idempotency_keys (expires_at);
create trigger idempotency_keys_touch_updated_at before update on public.idempotency_keys
  for each row execute function private.touch_updated_at();
alter table public.idempotency_keys enable row level security;
grant all on public.idempotency_keys to service_role;

-- Posting a listing: who may, how many in a month, once however often it is sent (docs/decisions/0012).

create function private.listing_payer(p_user_id uuid, p_business_id uuid) returns uuid
language sql stable set search_path = '' as $$
  select case when p_business_id is null then p_user_id else (
    select b.user_id from public.business_accounts b
    join public.business_members m on m.business_id = b.id and m.user_id = p_user_id and m.status = 'active'
    where b.id = p_business_id and b.deleted_at is null) end;
$$;
comment on function private.listing_payer(uuid, uuid) is
  'Returns the user against whose tier a listing counts: the seller, or the owner of the business. Null when the '
  'seller does not work there.';

create function private.posted_this_month(p_payer_id uuid) returns integer
language sql stable set search_path = '' as $$
  select pg_catalog.count(*)::integer from public.listing_places p join public.listings l on l.id = p.listing_id
  where p.payer_id = p_payer_id and p.taken_at >= pg_catalog.date_trunc('month', pg_catalog.now(), 'Asia/Bishkek')
    and l.status <> 'rejected';
$$;
comment on function private.posted_this_month(uuid) is
  'Counts listings posted since the first of the month in Bishkek, including those sold or deleted since: deleting '
  'frees no place. Rejected ones do not count.';

create function private.own_details(p_category text, p_details jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_object_agg(d.key, d.value), '{}')
  from pg_catalog.jsonb_each(p_details) as d
  join pg_catalog.pg_attribute a on a.attname = d.key
    and a.attrelid = pg_catalog.to_regclass('public.' || p_category || '_details') and a.attnum > 0 and not a.attisdropped
  where d.key not in ('listing_id', 'created_at', 'updated_at');
$$;
comment on function private.own_details(text, jsonb) is
  'Keeps only details that have a column in the category: nothing else is stored, and no other name reaches SQL.';

create function private.write_details(p_listing public.listings, p_details jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_columns text := (
    select pg_catalog.string_agg(pg_catalog.quote_ident(d.key), ', ')
    from pg_catalog.jsonb_each(private.own_details(p_listing.category, p_details)) as d);
  v_required constant text[] := case p_listing.category when 'car' then array['brand', 'model']
    when 'horse' then array['breed'] else array['property_type'] end;
  v_written integer;
begin
  if v_columns is not null then
    execute pg_catalog.format('update public.%1$I d set (%2$s, updated_at) = (select %2$s, pg_catalog.now()'
      ' from pg_catalog.jsonb_populate_record(d, $1)) where d.listing_id = $2',
      p_listing.category || '_details', v_columns)
    using p_details, p_listing.id;
    get diagnostics v_written = row_count;
    if v_written = 0 and pg_catalog.jsonb_strip_nulls(p_details) ?& v_required then
      perform private.insert_details(p_listing, p_details);
    elsif v_written = 0 then
      update public.listings l set details = '{}' where l.id = p_listing.id and l.details <> '{}';
    end if;
  end if;
end;
$$;
comment on function private.write_details(public.listings, jsonb) is
  'Changes the named details; missing ones stay, null clears one. For a listing without details, inserts them when '
  'every required detail of the category is named, else stores none, in the mirror as well.';

create function private.insert_details(p_listing public.listings, p_details jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_columns constant text := (
    select pg_catalog.string_agg(pg_catalog.quote_ident(d.key), ', ')
    from pg_catalog.jsonb_each(private.own_details(p_listing.category, p_details)) as d);
begin
  execute pg_catalog.format('insert into public.%1$I (listing_id, %2$s)'
    ' select $2, %2$s from pg_catalog.jsonb_populate_record(null::public.%1$I, $1)',
    p_listing.category || '_details', v_columns)
  using p_details, p_listing.id;
end;
$$;
comment on function private.insert_details(public.listings, jsonb) is 'Inserts the first details of a listing.';

create function private.insert_listing(p_user_id uuid, p_fields jsonb) returns public.listings
language sql volatile set search_path = '' as $$
  insert into public.listings (seller_user_id, business_id, category, title, description, price, city, location,
    latitude, longitude, video_url, video_player_url, video_thumbnail_url, thumbnail_url, video_trim_start,
    video_trim_end, video_original_duration, video_trimmed_duration, additional_images, details)
  select p_user_id, f.business_id, f.category, f.title, coalesce(f.description, ''), f.price, f.city, f.location,
    f.latitude, f.longitude, f.video_url, f.video_player_url, f.video_thumbnail_url, f.thumbnail_url,
    f.video_trim_start, f.video_trim_end, f.video_original_duration, f.video_trimmed_duration,
    coalesce(f.additional_images, '{}'), pg_catalog.jsonb_strip_nulls(
      private.own_details(f.category, p_fields -> 'details') - '{vin,damage_report,health_notes}'::text[])
  from pg_catalog.jsonb_populate_record(null::public.listings, p_fields) as f
  returning *;
$$;
comment on function private.insert_listing(uuid, jsonb) is 'Inserts a draft with the fields that a seller may set.';

create function private.remembered_listing(p_user_id uuid, p_key text, p_digest bytea) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_known public.idempotency_keys;
  v_view jsonb;
begin
  select k.* into v_known from public.idempotency_keys k
  where k.user_id = p_user_id and k.scope = 'listings.create' and k.key = p_key;
  if not found then
    return null;
  end if;
  if v_known.expires_at > pg_catalog.now() then
    if v_known.request_digest <> p_digest then
      return '{"reason": "idempotency_key_reused"}';
    end if;
    v_view := private.listing_view((v_known.response_body ->> 'listing_id')::uuid, p_user_id);
    if v_view is not null then
      return pg_catalog.jsonb_build_object('listing', v_view, 'is_repeat', true);
    end if;
  end if;
  delete from public.idempotency_keys k where k.id = v_known.id;
  return null;
end;
$$;
comment on function private.remembered_listing(uuid, text, bytea) is
  'Returns the stored result of this idempotency key, or a refusal when it came with another body; null when it is '
  'new or too old, or its listing is gone.';

create function private.poster_refusal(p_user_id uuid, p_payer_id uuid) returns text
language plpgsql stable set search_path = '' as $$
begin
  return (
    select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
      when p_payer_id is null then 'forbidden' end
    from (select p_user_id as id) as asked left join public.accounts u on u.id = asked.id);
end;
$$;
comment on function private.poster_refusal(uuid, uuid) is
  'Returns the reason why this user may not post, alone or for a business, else null. p_payer_id: see '
  'private.listing_payer.';

create function private.post_listing(p_user_id uuid, p_fields jsonb, out id uuid, out refusal jsonb)
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings;
  v_judgement jsonb;
begin
  v_listing := private.insert_listing(p_user_id, p_fields);
  perform private.insert_details(v_listing, p_fields -> 'details');
  v_judgement := private.judge(v_listing.id);
  refusal := private.refusal_by_rules(v_judgement);
  if refusal is null and p_fields ->> 'video_id' is not null
      and not private.attach_video(v_listing.id, p_fields ->> 'video_id') then
    refusal := '{"reason": "video_unavailable"}';
  end if;
  if refusal is not null then
    -- Whatever was written for it goes back with it.
    raise exception 'refused' using errcode = 'A3600';
  end if;
  insert into public.listing_contacts (listing_id, phone_for_listing)
  select v_listing.id, p_fields ->> 'phone_for_listing' where p_fields ->> 'phone_for_listing' is not null;
  perform private.publish(v_listing.id, true, v_judgement);
  id := v_listing.id;
exception when sqlstate 'A3600' then
  null;
end;
$$;
comment on function private.post_listing(uuid, jsonb) is
  'Writes a listing with all its parts, or writes nothing and returns the reason.';

create function public.listing_create(p_user_id uuid, p_fields jsonb, p_key text, p_digest bytea) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_key constant text := coalesce(p_key, 'sha256:' || pg_catalog.encode(p_digest, 'hex'));
  v_payer constant uuid := private.listing_payer(p_user_id, (p_fields ->> 'business_id')::uuid);
  v_reason text;
  v_answer jsonb;
  v_listing_id uuid;
begin
  -- Both rows in one order: parallel posts of a person, or within the tier of a payer, wait for each other here.
  perform 1 from public.accounts u where u.id in (p_user_id, v_payer) order by u.id for no key update;
  v_reason := private.poster_refusal(p_user_id, v_payer);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  v_answer := private.remembered_listing(p_user_id, v_key, p_digest);
  if v_answer is not null then
    return v_answer;
  elsif private.posted_this_month(v_payer) >= private.listing_allowance(v_payer) then
    return '{"reason": "listing_limit_reached"}';
  end if;
  select posted.id, posted.refusal into v_listing_id, v_answer from private.post_listing(p_user_id, p_fields) as posted;
  if v_answer is not null then
    return v_answer;
  end if;
  insert into public.idempotency_keys (user_id, scope, key, request_digest, state, response_status, response_body, expires_at)
  values (p_user_id, 'listings.create', v_key, p_digest, 'finished', 201,
    pg_catalog.jsonb_build_object('listing_id', v_listing_id),
    pg_catalog.now() + case when p_key is null then interval '10 minutes' else interval '24 hours' end);
  return pg_catalog.jsonb_build_object('listing', private.listing_view(v_listing_id, p_user_id), 'is_repeat', false);
end;
$$;
comment on function public.listing_create(uuid, jsonb, text, bytea) is
  'Posts a listing: {listing, is_repeat}. Checks the month''s limit under a lock on the payer. p_key is the client''s '
  'Idempotency-Key, valid for a day; without one the same body within ten minutes is a repeat. Reasons: '
  'authentication_required, account_blocked, forbidden (no member of the business), listing_limit_reached, '
  'listing_refused (with rules), video_unavailable, idempotency_key_reused.';

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
  'Locks a listing for a change by a user and returns the reason of a refusal, else null. An invisible listing is '
  'not_found. A deleted listing is found by those who could delete it, so that a repeated deletion is no error.';

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
comment on function private.update_refusal(public.listings) is
  'Returns the reason why a listing cannot be changed in its state, else null.';

create function private.shown_content(p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_array(l.title, l.description, l.city, l.location, l.latitude, l.longitude, l.thumbnail_url,
    l.video_thumbnail_url, l.additional_images, l.video_id, l.video_url, private.full_details(l))
  from public.listings l where l.id = p_listing_id;
$$;
comment on function private.shown_content(uuid) is
  'Returns all content of a listing that people see and a moderator checks; excludes the price.';

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
  'Marks a listing as sold; it stays visible for p_days: {id, status, sold_at, delete_at}. Idempotent. Reasons: '
  'not_found, forbidden, account_blocked, authentication_required, listing_not_active.';

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
comment on function private.bring_back(uuid) is
  'Publishes a sold listing under the rules of a change, or returns the reason.';

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
  'Reactivates a sold listing while it is still visible: {id, status}; queues it for the check, and it waits when it '
  'breaks a rule. Returns an active listing as active: the app repeats requests after a time-out. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required, listing_not_sold, listing_sale_final, listing_refused (with '
  'rules).';

revoke execute on function private.listing_payer(uuid, uuid), private.posted_this_month(uuid),
  private.own_details(text, jsonb), private.write_details(public.listings, jsonb),
  private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid),
  private.post_listing(uuid, jsonb), public.listing_create(uuid, jsonb, text, bytea),
  private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), public.listing_update(uuid, uuid, jsonb),
  private.write_contact(uuid, jsonb), public.listing_delete(uuid, uuid),
  public.listing_mark_sold(uuid, uuid, integer), private.bring_back(uuid), public.listing_reactivate(uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.listing_payer(uuid, uuid), private.posted_this_month(uuid),
  private.own_details(text, jsonb), private.write_details(public.listings, jsonb),
  private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid),
  private.post_listing(uuid, jsonb), public.listing_create(uuid, jsonb, text, bytea),
  private.lock_listing(uuid, uuid), private.changed_listing(public.listings, jsonb),
  private.update_refusal(public.listings), private.shown_content(uuid), private.write_changes(public.listings, jsonb),
  private.change_listing(public.listings, jsonb), public.listing_update(uuid, uuid, jsonb),
  private.write_contact(uuid, jsonb), public.listing_delete(uuid, uuid),
  public.listing_mark_sold(uuid, uuid, integer), private.bring_back(uuid), public.listing_reactivate(uuid, uuid)
  to service_role;
revoke execute on function private.remove_instead_of_delete() from public, anon, authenticated;
