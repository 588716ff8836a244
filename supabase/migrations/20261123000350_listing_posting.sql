-- Posting of listings: permission, monthly limit, idempotency (docs/decisions/0012).

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
  'Keeps only details that have a column in the category: others are not stored, and no other name reaches SQL.';

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
  'new or too old, or its listing was deleted.';

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
  'Returns the reason of a refusal to post, alone or for a business, else null. p_payer_id: see '
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
    -- Its other rows are rolled back with it.
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
  -- Both rows in a fixed order: parallel posts of a user, or within the tier of a payer, wait for each other here.
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

revoke execute on function private.listing_payer(uuid, uuid), private.posted_this_month(uuid),
  private.own_details(text, jsonb), private.write_details(public.listings, jsonb),
  private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid),
  private.post_listing(uuid, jsonb), public.listing_create(uuid, jsonb, text, bytea) from public, anon, authenticated;
grant execute on function private.listing_payer(uuid, uuid), private.posted_this_month(uuid),
  private.own_details(text, jsonb), private.write_details(public.listings, jsonb),
  private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid),
  private.post_listing(uuid, jsonb), public.listing_create(uuid, jsonb, text, bytea) to service_role;
