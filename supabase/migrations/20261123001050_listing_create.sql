-- Posting a listing: who may, how many in a month, once however often it is sent (docs/decisions/0012).

create function private.listing_payer(p_user_id uuid, p_business_id uuid) returns uuid
language sql stable set search_path = '' as $$
  select case when p_business_id is null then p_user_id else (
    select b.user_id from public.business_accounts b
    join public.business_members m on m.business_id = b.id and m.user_id = p_user_id and m.status = 'active'
    where b.id = p_business_id and b.deleted_at is null) end;
$$;
comment on function private.listing_payer(uuid, uuid) is
  'Whose tier a listing counts against: the person''s, for a business its owner''s. Null when he does not work there.';

create function private.listing_allowance(p_payer_id uuid) returns integer
language sql stable set search_path = '' as $$
  select case when s.id is null then u.free_limit + u.paid_slots else s.listing_limit + u.paid_slots end
  from public.accounts u
  left join public.subscriptions s on s.user_id = u.id and (
    (s.status = 'active' and s.expires_at > pg_catalog.now()) or (s.status = 'grace' and s.grace_until > pg_catalog.now()))
  where u.id = p_payer_id;
$$;
comment on function private.listing_allowance(uuid) is
  'Listings a month: the free limit or the running tier''s, and the slots paid for. Null is unlimited.';

create function private.posted_this_month(p_payer_id uuid) returns integer
language sql stable set search_path = '' as $$
  select pg_catalog.count(*)::integer from public.listing_places p join public.listings l on l.id = p.listing_id
  where p.payer_id = p_payer_id and p.taken_at >= pg_catalog.date_trunc('month', pg_catalog.now(), 'Asia/Bishkek')
    and l.status <> 'rejected';
$$;
comment on function private.posted_this_month(uuid) is
  'Listings posted since the first of the month in Bishkek, also those sold or deleted since: deleting makes no room for '
  'more. A rejected one does not count.';

create function private.attach_video(p_listing_id uuid, p_video_id text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_seller uuid := (select l.seller_user_id from public.listings l where l.id = p_listing_id);
  v_video public.videos;
begin
  select v.* into v_video from public.videos v
  where v.provider = 'api_video' and v.provider_video_id = p_video_id for update;
  if v_video.owner_user_id <> v_seller or v_video.listing_id <> p_listing_id
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return false;
  end if;
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1
  where v.listing_id = p_listing_id and v.delete_requested_at is null and v.deleted_at is null
    and v.provider_video_id is distinct from p_video_id;
  insert into public.videos as v (owner_user_id, listing_id, provider, provider_video_id, state, next_check_at)
  values (v_seller, p_listing_id, 'api_video', p_video_id, 'processing', pg_catalog.now())
  on conflict (provider, provider_video_id) do update set listing_id = p_listing_id
    where v.owner_user_id = v_seller and coalesce(v.listing_id, p_listing_id) = p_listing_id
  returning * into strict v_video;
  update public.listings l set video_id = p_video_id, video_provider = 'api_video',
    video_status = case v_video.state when 'ready' then 'ready' when 'failed' then 'failed' else 'processing' end
  where l.id = p_listing_id;
  return true;
end;
$$;
comment on function private.attach_video(uuid, text) is
  'Gives a listing a video at api.video and releases the one it had. False when the video is another person''s, another '
  'listing''s, or on its way out.';

create function private.own_details(p_category text, p_details jsonb) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_object_agg(d.key, d.value), '{}')
  from pg_catalog.jsonb_each(p_details) as d
  join pg_catalog.pg_attribute a on a.attname = d.key
    and a.attrelid = pg_catalog.to_regclass('public.' || p_category || '_details') and a.attnum > 0 and not a.attisdropped
  where d.key not in ('listing_id', 'created_at', 'updated_at');
$$;
comment on function private.own_details(text, jsonb) is
  'Those of the details that a category has columns for: nothing else is stored, and no other name is run as SQL.';

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
  'Changes the details that are named; those that are missing stay, null empties one. A listing that has none gets them '
  'where all that its category requires are named, else it keeps none, in its mirror as well.';

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
comment on function private.insert_details(public.listings, jsonb) is 'The first details of a listing.';

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
comment on function private.insert_listing(uuid, jsonb) is 'A draft with the fields that a seller may give.';

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
  'The answer that this key got, a refusal when it came with another body, null when it is new, too old, or its listing gone.';

create function private.poster_refusal(p_user_id uuid, p_payer_id uuid) returns text
language sql stable set search_path = '' as $$
  select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
    when p_payer_id is null then 'forbidden' end
  from (select p_user_id as id) as asked left join public.accounts u on u.id = asked.id;
$$;
comment on function private.poster_refusal(uuid, uuid) is
  'Why this user may not post, for himself or for a business; null when he may. p_payer_id: see private.listing_payer.';

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
comment on function private.post_listing(uuid, jsonb) is 'Writes a listing with all that belongs to it, or nothing and why.';

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
  'Posts a listing: {listing, is_repeat}. The month''s limit is checked under a lock on the payer. p_key is the client''s '
  'Idempotency-Key, good for a day; without one the same body within ten minutes is a repetition. Reasons: '
  'authentication_required, account_blocked, forbidden (no member of the business), listing_limit_reached, '
  'listing_refused (with rules), video_unavailable, idempotency_key_reused.';

revoke execute on function private.listing_payer(uuid, uuid), private.listing_allowance(uuid),
  private.posted_this_month(uuid), private.attach_video(uuid, text), private.own_details(text, jsonb),
  private.write_details(public.listings, jsonb), private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid), private.post_listing(uuid, jsonb),
  public.listing_create(uuid, jsonb, text, bytea)
  from public, anon, authenticated;
grant execute on function private.listing_payer(uuid, uuid), private.listing_allowance(uuid),
  private.posted_this_month(uuid), private.attach_video(uuid, text), private.own_details(text, jsonb),
  private.write_details(public.listings, jsonb), private.insert_details(public.listings, jsonb), private.insert_listing(uuid, jsonb),
  private.remembered_listing(uuid, text, bytea), private.poster_refusal(uuid, uuid), private.post_listing(uuid, jsonb),
  public.listing_create(uuid, jsonb, text, bytea)
  to service_role;
