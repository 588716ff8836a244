-- The nearest listings that pass a filter. How many listings lie in a circle cannot be estimated, and half the country
-- lives in one: so the circle begins small and grows until it holds a page.

-- Loads pg_trgm, whose setting stands in a function's head: only then may a login without superuser rights name it.
select extensions.similarity('a', 'a');

create or replace function private.feed_has_bounds(p_query jsonb) returns boolean
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
  'Whether the listings that match must be found before they are ordered. How many match several words, a word beside other '
  'filters, or a similar title cannot be estimated: taken for many, they would be looked for by walking through all '
  'listings in their order, reading every text on the way. One word alone is estimated well, and common ones are found '
  'soonest by that walk. The same holds for neighbours with a filter that few of them pass.';

create function private.feed_circle(p_query jsonb) returns json
language plpgsql stable set search_path = '' as $$
declare
  v_listings json;
  v_part double precision;
begin
  foreach v_part in array array[0.02, 1] loop
    execute 'select coalesce(pg_catalog.json_agg(p), ''[]'') from (select q.*, ('
      'select s from (select r.id, r.name, r.avatar_url, r.city, r.is_verified, r.rating from public.public_profiles r'
      ' where r.id = q.seller_user_id) s) as seller from (' || private.feed_statement(p_query || pg_catalog.jsonb_build_object(
        'radius_km', (p_query ->> 'radius_km')::double precision * v_part)) || ') q) p'
    into v_listings;
    exit when pg_catalog.json_array_length(v_listings) >= (p_query ->> 'limit')::integer;
  end loop;
  return v_listings;
end;
$$;
comment on function private.feed_circle(jsonb) is
  'A page of the nearest listings. A full page of a smaller circle is the page of the larger one.';

create or replace function private.feed_page(p_query jsonb) returns json
language plpgsql stable set search_path = '' set pg_trgm.word_similarity_threshold = '0.45' as $$
declare
  v_listings json;
begin
  if p_query ->> 'sort' = 'nearest' then
    return private.feed_circle(p_query);
  end if;
  -- The seller is looked up here rather than by private.seller_card: a call per row would take as long as the page. As
  -- json, not jsonb, for the same reason: it is handed on as it is. A join could change the order.
  execute 'select coalesce(pg_catalog.json_agg(p), ''[]'') from (select q.*, ('
    'select s from (select r.id, r.name, r.avatar_url, r.city, r.is_verified, r.rating from public.public_profiles r'
    ' where r.id = q.seller_user_id) s) as seller from (' || private.feed_statement(p_query) || ') q) p'
  into v_listings;
  return v_listings;
end;
$$;

revoke execute on function private.feed_circle(jsonb) from public, anon, authenticated;
grant execute on function private.feed_circle(jsonb) to service_role;
