-- Limits of saved searches, and the keys that find a saved search from a listing (docs/decisions/0140).

create function private.search_problem(p_query jsonb) returns text
language sql immutable set search_path = '' as $$
  select case when pg_catalog.jsonb_typeof(p_query) is distinct from 'object' or p_query = '{}' then 'filters'
    when pg_catalog.octet_length(p_query::text) > 2000 then 'filters'
    else coalesce((
      select e.key from pg_catalog.jsonb_each(p_query) as e
      left join (values ('category', 'string', 1, 20), ('city', 'string', 1, 100), ('brand', 'string', 1, 100), ('model', 'string', 1, 100),
        ('breed', 'string', 1, 100), ('property_type', 'string', 1, 20), ('transmission', 'string', 1, 100),
        ('fuel_type', 'string', 1, 100), ('gender', 'string', 1, 100), ('seller', 'string', 36, 36), ('business', 'string', 36, 36),
        ('text', 'string', 2, 100), ('rooms', 'integer', 0, 100), ('year_min', 'integer', 1900, 2100), ('year_max', 'integer', 1900, 2100),
        ('price_min', 'number', 0, 999999999), ('price_max', 'number', 0, 999999999), ('area_min', 'number', 0, 9999999),
        ('area_max', 'number', 0, 9999999), ('latitude', 'number', -90, 90), ('longitude', 'number', -180, 180),
        ('radius_km', 'number', 0, 500)) as f (name, kind, low, high) on f.name = e.key
      where case when f.name is null then true
        when f.kind = 'string' then case when pg_catalog.jsonb_typeof(e.value) <> 'string' then true
          else pg_catalog.char_length(e.value #>> '{}') not between f.low and f.high end
        when pg_catalog.jsonb_typeof(e.value) <> 'number' then true
        when f.kind = 'integer' and pg_catalog.trunc(e.value::numeric) <> e.value::numeric then true
        else e.value::numeric not between f.low and f.high end
      order by e.key limit 1),
    case when p_query ->> 'category' not in ('car', 'horse', 'real_estate') then 'category'
      when p_query ? 'seller' and private.as_uuid(p_query ->> 'seller') is null then 'seller'
      when p_query ? 'business' and private.as_uuid(p_query ->> 'business') is null then 'business'
      when (p_query ? 'latitude') <> (p_query ? 'longitude') or (p_query ? 'latitude') <> (p_query ? 'radius_km') then 'latitude'
      when (p_query ->> 'radius_km')::numeric = 0 then 'radius_km'
      -- Each word costs each listing that is compared.
      when (select pg_catalog.count(*) from pg_catalog.regexp_matches(p_query ->> 'text', '[[:alnum:]]+', 'g')) > 15 then 'text' end) end;
$$;
comment on function private.search_problem(jsonb) is
  'Returns the field by which a query cannot be saved, else null. Only filters of the feed in the feed''s types may be in it: no '
  'order, no page, no sold listings, no more than fifteen words; "filters" for an empty one and for one above 2,000 bytes.';

create function private.canonical_search(p_query jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_object_agg(e.key, case pg_catalog.jsonb_typeof(e.value)
    when 'number' then pg_catalog.to_jsonb(pg_catalog.trim_scale(e.value::numeric)) else e.value end)
  from pg_catalog.jsonb_each(p_query) as e;
$$;
comment on function private.canonical_search(jsonb) is 'Returns a query with every number in its shortest form.';

create function private.search_hash(p_query jsonb) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.md5(pg_catalog.jsonb_object_agg(e.key, case when e.key in ('brand', 'model', 'breed', 'text')
    then pg_catalog.to_jsonb(pg_catalog.lower(e.value #>> '{}')) else e.value end)::text)
  from pg_catalog.jsonb_each(private.canonical_search(p_query)) as e;
$$;
comment on function private.search_hash(jsonb) is
  'Returns the digest of a query, equal for queries that differ only in the case of words that the feed ignores.';

create function private.brand_key(p_brand text) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.lower((private.brand_forms(p_brand::extensions.citext))[1]::text);
$$;
comment on function private.brand_key(text) is 'Returns the canonical name of a brand.';

create function private.listing_keys(p_listing public.listings) returns text[]
language sql stable set search_path = '' as $$
  select pg_catalog.array_remove(array[
    'seller|' || p_listing.seller_user_id, 'business|' || p_listing.business_id,
    'model|' || b.name || '|' || m.name || '|' || p_listing.city, 'model|' || b.name || '|' || m.name || '|*',
    'brand|' || b.name || '|' || p_listing.city, 'brand|' || b.name || '|*',
    'breed|' || r.name || '|' || p_listing.city, 'breed|' || r.name || '|*',
    'property|' || p_listing.property_type || '|' || p_listing.city], null)
  from (select private.brand_key(p_listing.brand::text) as name) as b,
    (select pg_catalog.lower(p_listing.model::text) as name) as m, (select pg_catalog.lower(p_listing.breed::text) as name) as r;
$$;
comment on function private.listing_keys(public.listings) is
  'Returns the keys under which a listing is looked up among saved searches; private.search_key returns the same form.';

create function private.search_key(p_query jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when p_query ? 'seller' then 'seller|' || pg_catalog.lower(p_query ->> 'seller')
    when p_query ? 'business' then 'business|' || pg_catalog.lower(p_query ->> 'business')
    when p_query ? 'brand' and p_query ? 'model' then
      'model|' || private.brand_key(p_query ->> 'brand') || '|' || pg_catalog.lower(p_query ->> 'model') || '|' || c.city
    when p_query ? 'brand' then 'brand|' || private.brand_key(p_query ->> 'brand') || '|' || c.city
    when p_query ? 'breed' then 'breed|' || pg_catalog.lower(p_query ->> 'breed') || '|' || c.city
    when p_query ? 'property_type' and p_query ? 'city' then 'property|' || (p_query ->> 'property_type') || '|' || c.city end
  from (select coalesce(p_query ->> 'city', '*') as city) as c;
$$;
comment on function private.search_key(jsonb) is
  'Returns the key of a query, null for one that is too broad: seller, business, brand, breed, or property type with city make it '
  'narrow enough.';

create function private.search_anchor(p_text text) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_folded constant text := private.fold_text(p_text);
  v_typed constant text[] := pg_catalog.regexp_split_to_array(pg_catalog.lower(p_text), '\s+');
  v_max constant double precision := greatest(1000, 0.05 * (select c.reltuples from pg_catalog.pg_class c
    where c.oid = 'public.listings'::pg_catalog.regclass));
  v_anchor text;
begin
  -- Signs with another meaning than all words: alternatives, exclusions, quotations, markup.
  if v_folded is null or v_folded ~ '(^|\s)-|(^|\s)or(\s|$)|[^a-zа-яңөү0-9 .,-]' then
    return null;
  end if;
  select w.lexeme into v_anchor from (
    select f.word, (pg_catalog.tsvector_to_array(pg_catalog.to_tsvector('russian', f.word)))[1] as lexeme
    from pg_catalog.regexp_split_to_table(v_folded, '\s+') as f (word)
    -- A word changed by folding is also searched for as typed.
    where f.word ~ '^[a-zа-яңөү0-9]+$' and f.word = any (v_typed)
      and pg_catalog.numnode(pg_catalog.plainto_tsquery('russian', f.word)) = 1) as w
  cross join lateral (select private.estimated_rows(pg_catalog.format(
    'pg_catalog.to_tsvector(''russian'', l.title || '' '' || l.description) @@ %L::tsquery',
    pg_catalog.quote_literal(w.lexeme))) as listings) as n
  where n.listings <= v_max
  order by n.listings, pg_catalog.char_length(w.lexeme) desc, w.lexeme limit 1;
  return v_anchor;
end;
$$;
comment on function private.search_anchor(text) is
  'Returns the rarest lexeme that every match of a text contains, by the planner''s statistics; null where every word is '
  'common (in a twentieth of all listings, if these are more than a thousand) or the text has alternatives or exclusions.';

create function private.search_conditions() returns text
language sql stable set search_path = '' as $$
  select private.listing_filters('{}') || ' and (s.query ->> ''latitude'' is null or ('
    || private.circle_condition('(s.query ->> ''latitude'')', '(s.query ->> ''longitude'')', '(s.query ->> ''radius_km'')') || ')) and '
    || pg_catalog.string_agg(pg_catalog.format('(%s is null or %s)', v.value,
      pg_catalog.replace(pg_catalog.replace(f.template, '%1$L', v.value), '%L', v.value)), ' and ' order by f.name)
  from private.filter_templates() as f
  cross join lateral (select pg_catalog.format('(s.query ->> %L)', f.name) as value) as v;
$$;
comment on function private.search_conditions() is
  'Builds the feed''s conditions on listings l with the values of saved searches s, except the text: from the templates of the '
  'feed, for many searches at once.';

revoke execute on function private.search_problem(jsonb), private.canonical_search(jsonb), private.search_hash(jsonb),
  private.brand_key(text), private.listing_keys(public.listings), private.search_key(jsonb), private.search_anchor(text),
  private.search_conditions() from public, anon, authenticated;
grant execute on function private.search_problem(jsonb), private.canonical_search(jsonb), private.search_hash(jsonb),
  private.brand_key(text), private.listing_keys(public.listings), private.search_key(jsonb), private.search_anchor(text),
  private.search_conditions() to service_role;
