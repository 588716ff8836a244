-- The feed and the search: one call per page. They run as the backend, not under row security, so each statement
-- repeats the condition of visibility word for word: that is also what lets the partial indexes serve it.

-- Loads pg_trgm, whose setting stands in a function's head: only then may a login without superuser rights name it.
select extensions.similarity('a', 'a');

create function private.listing_filters(p_query jsonb) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_where text := case when p_query ->> 'status' = 'sold'
    then 'l.status = ''sold'' and not l.is_hidden and l.deleted_at is null and l.delete_at > pg_catalog.now()'
    else 'l.status = ''active'' and not l.is_hidden and l.deleted_at is null' end;
  v_filter record;
begin
  for v_filter in
    select f.template, p_query ->> f.name as value
    from (values
      ('category', 'l.category = %L'), ('city', 'l.city = %L'), ('brand', 'l.brand = %L'), ('model', 'l.model = %L'),
      ('breed', 'l.breed = %L'), ('property_type', 'l.property_type = %L'), ('transmission', 'l.transmission = %L'),
      ('fuel_type', 'l.fuel_type = %L'), ('gender', 'l.gender = %L'), ('rooms', 'l.rooms = %L::integer'),
      ('price_min', 'l.price >= %L::numeric'), ('price_max', 'l.price <= %L::numeric'),
      ('year_min', 'l.year >= %L::integer'), ('year_max', 'l.year <= %L::integer'),
      ('area_min', 'l.area >= %L::numeric'), ('area_max', 'l.area <= %L::numeric'),
      ('seller', 'l.seller_user_id = %L::uuid'), ('business', 'l.business_id = %L::uuid')) as f (name, template)
    where p_query ->> f.name is not null
  loop
    v_where := v_where || ' and ' || pg_catalog.format(v_filter.template, v_filter.value);
  end loop;
  if p_query ->> 'match' = 'similar' then
    v_where := v_where || pg_catalog.format(
      ' and (l.title operator(extensions.%%>) %L or l.title operator(extensions.%%>) %L)',
      p_query ->> 'text', coalesce(p_query ->> 'latin', p_query ->> 'text'));
  elsif p_query ->> 'text' is not null then
    v_where := v_where || pg_catalog.format(
      ' and pg_catalog.to_tsvector(''russian'', l.title || '' '' || l.description)'
      ' @@ pg_catalog.websearch_to_tsquery(''russian'', %L)', p_query ->> 'text');
  end if;
  return v_where;
end;
$$;
comment on function private.listing_filters(jsonb) is
  'The conditions of a feed query on listings l. Every value is quoted as a literal; names come from this function alone.';

create function private.feed_has_bounds(p_query jsonb) returns boolean
language sql stable set search_path = '' as $$
  select p_query ->> 'text' is not null and (
    p_query ->> 'match' = 'similar'
    or pg_catalog.numnode(pg_catalog.websearch_to_tsquery('russian', p_query ->> 'text')) > 1
    or (p_query - '{text,latin,match,sort,after,limit,latitude,longitude,radius_km}'::text[]) <> '{}');
$$;
comment on function private.feed_has_bounds(jsonb) is
  'Whether the listings that match must be found before they are ordered. How many match several words, a word beside other '
  'filters, or a similar title cannot be estimated: taken for many, they would be looked for by walking through all '
  'listings in their order, reading every text on the way. One word alone is estimated well, and common ones are found '
  'soonest by that walk.';

create function private.feed_statement(p_query jsonb) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_place text := pg_catalog.format('pg_catalog.point(%L::double precision * 0.7451, %L::double precision)',
    (p_query ->> 'longitude')::double precision, (p_query ->> 'latitude')::double precision);
  v_point constant text :=
    'pg_catalog.point(l.longitude::double precision * 0.7451::double precision, l.latitude::double precision)';
  v_distance text := 'null::double precision';
  v_where text := private.listing_filters(p_query);
  v_after text := pg_catalog.format('(%L, %L::uuid)', p_query -> 'after' ->> 0, p_query -> 'after' ->> 1);
  v_key text := 'l.created_at';
  v_order text := '%s desc, l.id desc';
  v_beyond text := '<';
begin
  case p_query ->> 'sort'
    when 'price_asc' then v_key := 'l.price'; v_order := '%s, l.id'; v_beyond := '>';
    when 'price_desc' then v_key := 'l.price';
    when 'views' then v_key := 'l.views_count';
    when 'nearest' then
      v_distance := pg_catalog.format('(%s operator(pg_catalog.<->) %s)', v_point, v_place);
      v_key := v_distance; v_order := '%s, l.id'; v_beyond := '>';
      v_where := v_where || pg_catalog.format(
        ' and l.latitude is not null and %s operator(pg_catalog.<@) pg_catalog.circle(%s, %L::double precision / 111.2)',
        v_point, v_place, (p_query ->> 'radius_km')::double precision);
    else null;
  end case;
  if p_query -> 'after' is not null then
    v_where := v_where || pg_catalog.format(' and (%s, l.id) %s %s', v_key, v_beyond, v_after);
  end if;
  if private.feed_has_bounds(p_query) then
    return pg_catalog.format('select l.*, %s as distance from (select l.* from public.listings l where %s offset 0) l'
      ' order by ' || v_order || ' limit %s', v_distance, v_where, v_key, (p_query ->> 'limit')::integer);
  end if;
  return pg_catalog.format('select l.*, %s as distance from public.listings l where %s order by ' || v_order || ' limit %s',
    v_distance, v_where, v_key, (p_query ->> 'limit')::integer);
end;
$$;
comment on function private.feed_statement(jsonb) is
  'The statement of one page: filters, order (newest unless "sort" says otherwise), the row after which it begins '
  '("after": [value, id]) and "limit". "distance" is on the plane of listings_feed_nearest_idx. Tests and the benchmark '
  'explain exactly this text.';

create function private.seller_card(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url, 'city', p.city,
    'is_verified', p.is_verified, 'rating', p.rating)
  from public.public_profiles p where p.id = p_user_id;
$$;
comment on function private.seller_card(uuid) is 'The public profile of a seller as a listing shows it.';

create function private.listing_flags(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'liked', coalesce((select pg_catalog.jsonb_agg(k.listing_id) from public.listing_likes k
      where k.user_id = p_viewer_id and k.listing_id = any (p_listing_ids)), '[]'),
    'saved', coalesce((select pg_catalog.jsonb_agg(s.listing_id) from public.listing_saves s
      where s.user_id = p_viewer_id and s.listing_id = any (p_listing_ids)), '[]'));
$$;
comment on function private.listing_flags(uuid[], uuid) is 'Which of these listings the viewer likes and has saved: {liked, saved}.';

create function public.listing_marks(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select private.listing_flags(p_listing_ids, p_viewer_id);
$$;
comment on function public.listing_marks(uuid[], uuid) is 'What a signed-in viewer of a cached page needs besides it: {liked, saved}.';

create function private.feed_page(p_query jsonb) returns json
language plpgsql stable set search_path = '' set pg_trgm.word_similarity_threshold = '0.45' as $$
declare
  v_listings json;
begin
  -- The seller is looked up here rather than by private.seller_card: a call per row would take as long as the page. As
  -- json, not jsonb, for the same reason: it is handed on as it is. A join could change the order.
  execute 'select coalesce(pg_catalog.json_agg(p), ''[]'') from (select q.*, ('
    'select s from (select r.id, r.name, r.avatar_url, r.city, r.is_verified, r.rating from public.public_profiles r'
    ' where r.id = q.seller_user_id) s) as seller from (' || private.feed_statement(p_query) || ') q) p'
  into v_listings;
  return v_listings;
end;
$$;
comment on function private.feed_page(jsonb) is 'The listings of one page with their sellers, in their order.';

create function public.listing_feed(p_query jsonb, p_viewer_id uuid, p_searches jsonb) returns json
language plpgsql volatile set search_path = '' as $$
declare
  v_query jsonb := p_query;
  v_listings json;
begin
  if p_searches is not null then
    perform public.count_searches(p_searches);
  end if;
  v_listings := private.feed_page(v_query);
  -- Nobody's words match: look for titles that are nearly the same. Later pages say which of the two they continue.
  if v_query ->> 'match' = 'words' and v_query -> 'after' is null and v_listings::text = '[]' then
    v_query := v_query || '{"match": "similar"}';
    v_listings := private.feed_page(v_query);
  end if;
  return pg_catalog.json_build_object('listings', v_listings, 'match', v_query ->> 'match', 'marks',
    case when p_viewer_id is not null then private.listing_flags(
      array(select (l ->> 'id')::uuid from pg_catalog.json_array_elements(v_listings) as l), p_viewer_id) end);
end;
$$;
comment on function public.listing_feed(jsonb, uuid, jsonb) is
  'A page of the feed or of a search: {listings, match, marks}, the last {liked, saved} for a viewer. p_query: see '
  'private.feed_statement. p_searches: searches that the backend has gathered, see count_searches.';

revoke execute on function private.listing_filters(jsonb), private.feed_has_bounds(jsonb), private.feed_statement(jsonb),
  private.seller_card(uuid), private.listing_flags(uuid[], uuid), public.listing_marks(uuid[], uuid), private.feed_page(jsonb),
  public.listing_feed(jsonb, uuid, jsonb) from public, anon, authenticated;
grant execute on function private.listing_filters(jsonb), private.feed_has_bounds(jsonb), private.feed_statement(jsonb),
  private.seller_card(uuid), private.listing_flags(uuid[], uuid), public.listing_marks(uuid[], uuid), private.feed_page(jsonb),
  public.listing_feed(jsonb, uuid, jsonb) to service_role;
