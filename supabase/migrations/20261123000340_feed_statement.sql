-- Statement of a page of the feed or of a search. It runs as the backend, not under row security, so it repeats the
-- condition of visibility word for word: that is also what lets the partial indexes serve it.

create function private.filter_templates() returns table (name text, template text)
language sql immutable set search_path = '' as $$
  values ('category', 'l.category = %L'), ('city', 'l.city = %L'),
    ('brand', 'l.brand operator(extensions.=) %L::extensions.citext'),
    ('model', 'l.model operator(extensions.=) %L::extensions.citext'),
    ('breed', 'l.breed operator(extensions.=) %L::extensions.citext'), ('property_type', 'l.property_type = %L'),
    ('transmission', 'l.transmission = case %1$L when ''variator'' then ''cvt'' else %1$L end'),
    ('fuel_type', 'l.fuel_type = %L'), ('gender', 'l.gender = %L'), ('rooms', 'l.rooms = %L::integer'),
    ('price_min', 'l.price >= %L::numeric'), ('price_max', 'l.price <= %L::numeric'),
    ('year_min', 'l.year >= %L::integer'), ('year_max', 'l.year <= %L::integer'),
    ('area_min', 'l.area >= %L::numeric'), ('area_max', 'l.area <= %L::numeric'),
    ('seller', 'l.seller_user_id = %L::uuid'), ('business', 'l.business_id = %L::uuid');
$$;
comment on function private.filter_templates() is
  'Returns each filter of a feed query with its condition on listings l, where %L or %1$L stands for the value: the one '
  'home of filters, for the feed and for saved searches (docs/decisions/0140).';

create function private.circle_condition(p_latitude text, p_longitude text, p_radius text) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.format('l.latitude is not null and '
    'pg_catalog.point(l.longitude::double precision * 0.7451::double precision, l.latitude::double precision) '
    'operator(pg_catalog.<@) pg_catalog.circle(pg_catalog.point(%s::double precision * 0.7451, %s::double precision), '
    '%s::double precision / 111.2)', p_longitude, p_latitude, p_radius);
$$;
comment on function private.circle_condition(text, text, text) is
  'Builds the condition of nearness on listings l from three SQL expressions: latitude, longitude and kilometres.';

create function private.listing_filters(p_query jsonb) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_where text := case when p_query ->> 'status' = 'sold'
    then 'l.status = ''sold'' and not l.is_hidden and l.deleted_at is null and l.delete_at > pg_catalog.now()'
    else 'l.status = ''active'' and not l.is_hidden and l.deleted_at is null' end;
  v_filter record;
begin
  for v_filter in
    select f.template, p_query ->> f.name as value from private.filter_templates() as f where p_query ->> f.name is not null
  loop
    v_where := v_where || ' and ' || pg_catalog.format(v_filter.template, v_filter.value);
  end loop;
  if p_query ->> 'text' is null then
    return v_where;
  end if;
  return v_where || ' and ' || private.search_condition(p_query);
end;
$$;
comment on function private.listing_filters(jsonb) is
  'Builds the SQL conditions of a feed query on listings l. Quotes every value as a literal; column names come from '
  'private.filter_templates alone.';

create function private.feed_has_bounds(p_query jsonb) returns boolean
language sql stable set search_path = '' as $$
  select case
    when p_query ->> 'text' is not null then
      p_query ->> 'match' = 'similar'
      or pg_catalog.numnode(pg_catalog.websearch_to_tsquery('russian', p_query ->> 'text')) > 1
      or (p_query - '{text,latin,match,sort,after,limit,latitude,longitude,radius_km}'::text[]) <> '{}'
    when p_query ->> 'sort' = 'nearest' then
      p_query operator(pg_catalog.?|) array['city', 'brand', 'model', 'breed', 'property_type', 'transmission',
        'fuel_type', 'gender', 'rooms', 'seller', 'business', 'area_min', 'area_max']
    else false end;
$$;
comment on function private.feed_has_bounds(jsonb) is
  'Returns true when matching listings must be found before they are ordered. The planner overestimates matches of '
  'several words, of a word beside other filters, of similar titles, and of neighbours with a selective filter; it '
  'would then walk all listings in order and read every text. A single word is estimated well, and a common one is '
  'found fastest by that walk.';

create function private.feed_statement(p_query jsonb) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_place text := pg_catalog.format('pg_catalog.point(%L::double precision * 0.7451, %L::double precision)',
    (p_query ->> 'longitude')::double precision, (p_query ->> 'latitude')::double precision);
  v_point constant text :=
    'pg_catalog.point(l.longitude::double precision * 0.7451::double precision, l.latitude::double precision)';
  v_distance text := 'null::double precision';
  v_where text := private.listing_filters(case when p_query ? 'head' then p_query - 'text' else p_query end);
  v_head integer := (p_query ->> 'head')::integer;
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
      v_where := v_where || ' and ' || case when p_query ? 'by_filters' then pg_catalog.format(
          '%s operator(pg_catalog.<->) %s <= %L::double precision / 111.2',
          v_point, v_place, (p_query ->> 'radius_km')::double precision)
        else private.circle_condition(pg_catalog.quote_literal((p_query ->> 'latitude')::double precision),
          pg_catalog.quote_literal((p_query ->> 'longitude')::double precision),
          pg_catalog.quote_literal((p_query ->> 'radius_km')::double precision)) end;
    else null;
  end case;
  if p_query -> 'after' is not null then
    v_where := v_where || pg_catalog.format(' and (%s, l.id) %s %s', v_key, v_beyond, v_after);
  end if;
  if v_head is not null then
    return pg_catalog.format('select l.*, %s as distance from (select l.* from public.listings l where %s order by '
      || v_order || ' limit %s) l where %s order by ' || v_order || ' limit %s', v_distance, v_where, v_key, v_head,
      private.search_condition(p_query), v_key, (p_query ->> 'limit')::integer);
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
  'Builds the statement of one page: filters, order (newest unless "sort" says otherwise), the row after which it '
  'begins ("after": [value, id]) and "limit". "distance" is on the plane of listings_feed_nearest_idx. "head": search '
  'so many listings in order only. "by_filters": find neighbours by the other filters. Tests and the benchmark explain '
  'exactly this text.';

revoke execute on function private.filter_templates(), private.circle_condition(text, text, text),
  private.listing_filters(jsonb), private.feed_has_bounds(jsonb), private.feed_statement(jsonb)
  from public, anon, authenticated;
grant execute on function private.filter_templates(), private.circle_condition(text, text, text),
  private.listing_filters(jsonb), private.feed_has_bounds(jsonb), private.feed_statement(jsonb) to service_role;
