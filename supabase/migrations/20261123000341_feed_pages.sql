-- Pages of the feed and of a search, one call per page.

-- Loads pg_trgm, whose setting stands in a function's head: only then may a login without superuser rights name it.
select extensions.similarity('a', 'a');

create function private.estimated_rows(p_where text) returns double precision
language plpgsql volatile set search_path = '' as $$
declare
  v_plan json;
begin
  execute 'explain (format json) select from public.listings l where ' || p_where into v_plan;
  return (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision;
end;
$$;
comment on function private.estimated_rows(text) is
  'Returns the planner''s estimate of the listings l that pass these conditions. Volatile, since Postgres allows EXPLAIN '
  'in no other function; it changes nothing.';

create function private.feed_head(p_query jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_rows double precision;
  -- A title is compared in a third of the time in which a text is cut into words.
  v_max constant integer := case p_query ->> 'match' when 'similar' then 4000 else 2000 end;
begin
  if p_query ->> 'text' is null or not private.feed_has_bounds(p_query) then
    return null;
  end if;
  -- Twice as many as hold a page, where the matches lie evenly.
  v_rows := 2 * (p_query ->> 'limit')::integer * private.estimated_rows(private.listing_filters(p_query - 'text'))
    / greatest(1, private.estimated_rows(private.listing_filters(p_query)));
  -- Matches are not spread evenly over time: a scan that stops at a full page may go on for longer than estimated. Words
  -- that belong together are more frequent than their estimate.
  return case when v_rows <= 2 * v_max then v_max end;
end;
$$;
comment on function private.feed_head(jsonb) is
  'Returns the number of listings, in order, among which a page of a search is worth looking for first; null where '
  'matches are so rare that the index of words or titles is faster.';

create function private.feed_rows(p_statement text) returns json
language plpgsql stable set search_path = '' as $$
declare
  v_listings json;
begin
  -- The seller is looked up here rather than by private.seller_card: a call per row would take as long as the page. As
  -- json, not jsonb, for the same reason: it is handed on as it is. A join could change the order.
  execute 'select coalesce(pg_catalog.json_agg(p), ''[]'') from (select q.*, ('
    'select s from (select r.id, r.name, r.avatar_url, r.city, r.is_verified, r.rating from public.public_profiles r'
    ' where r.id = q.seller_user_id) s) as seller from (' || p_statement || ') q) p'
  into v_listings;
  return v_listings;
end;
$$;
comment on function private.feed_rows(text) is 'Returns the listings of a statement with their sellers, in order.';

create function private.feed_page(p_query jsonb) returns json
language plpgsql stable set search_path = '' set pg_trgm.word_similarity_threshold = '0.45' as $$
declare
  v_listings json;
  v_head integer;
begin
  if p_query ->> 'sort' = 'nearest' then
    return private.feed_circle(p_query);
  end if;
  v_head := private.feed_head(p_query);
  if v_head is not null then
    v_listings := private.feed_rows(private.feed_statement(
      p_query || pg_catalog.jsonb_build_object('head', v_head)));
    -- A full page of the first listings in order is the page.
    if pg_catalog.json_array_length(v_listings) >= (p_query ->> 'limit')::integer then
      return v_listings;
    end if;
  end if;
  return private.feed_rows(private.feed_statement(p_query));
end;
$$;
comment on function private.feed_page(jsonb) is
  'Returns the listings of one page with their sellers, in order. Looks for a common match among the first listings.';

create function public.listing_feed(p_query jsonb, p_viewer_id uuid default null) returns json
language plpgsql stable set search_path = '' as $$
declare
  -- Called by GET, PostgREST 12 gives the document as the text that it is in the address.
  v_query jsonb := case pg_catalog.jsonb_typeof(p_query) when 'string' then (p_query #>> '{}')::jsonb else p_query end;
  v_listings json;
begin
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
comment on function public.listing_feed(jsonb, uuid) is
  'Returns a page of the feed or of a search: {listings, match, marks}; marks is {liked, saved} for a viewer. '
  'p_query: see private.feed_statement.';

-- The nearest listings that pass a filter. How many listings lie in a circle cannot be estimated, and half the country
-- lives in one: so the circle begins small and grows until it holds a page.

create function private.feed_circle(p_query jsonb) returns json
language plpgsql stable set search_path = '' as $$
declare
  v_listings json;
  v_part double precision;
begin
  -- A circle in another city is empty, and its index says so at once.
  if private.feed_has_bounds(p_query) and private.estimated_rows(private.listing_filters(p_query))
      < (case when p_query ? 'city' then 1000 else 5000 end) then
    return private.feed_rows(private.feed_statement(p_query || '{"by_filters": true}'));
  end if;
  foreach v_part in array array[0.02, 1] loop
    v_listings := private.feed_rows(private.feed_statement(p_query || pg_catalog.jsonb_build_object(
      'radius_km', (p_query ->> 'radius_km')::double precision * v_part)));
    exit when pg_catalog.json_array_length(v_listings) >= (p_query ->> 'limit')::integer;
  end loop;
  return v_listings;
end;
$$;
comment on function private.feed_circle(jsonb) is
  'Returns a page of the nearest listings. Sorts all that pass selective filters; otherwise tries a smaller circle '
  'first: when it fills the page, the larger circle has the same page.';

revoke execute on function private.estimated_rows(text), private.feed_head(jsonb), private.feed_rows(text),
  private.feed_page(jsonb), public.listing_feed(jsonb, uuid), private.feed_circle(jsonb)
  from public, anon, authenticated;
grant execute on function private.estimated_rows(text), private.feed_head(jsonb), private.feed_rows(text),
  private.feed_page(jsonb), public.listing_feed(jsonb, uuid), private.feed_circle(jsonb) to service_role;
