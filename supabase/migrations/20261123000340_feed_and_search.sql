-- Feed, search, and single listings as a viewer may see them. Run as the backend, not under row security.

create table public.search_terms (
  id uuid primary key default gen_random_uuid(),
  term text not null check (char_length(term) between 2 and 100),
  category text not null default 'all' check (category in ('all', 'car', 'horse', 'real_estate')),
  searched_on date not null,
  searches integer not null default 1 check (searches > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (searched_on, category, term)
);
comment on table public.search_terms is
  'Number of times a normalised search was made on a day: the source of popular searches. Names no person.';
create trigger search_terms_touch_updated_at before update on public.search_terms
  for each row execute function private.touch_updated_at();
alter table public.search_terms enable row level security;
grant all on public.search_terms to service_role;

-- Loads pg_trgm, whose setting stands in a function's head: only then may a login without superuser rights name it.
select extensions.similarity('a', 'a');

-- The feed and the search: one call per page. They run as the backend, not under row security, so each statement
-- repeats the condition of visibility word for word: that is also what lets the partial indexes serve it.

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
  -- Words that belong together are more frequent than their estimate, and few rows cost nothing.
  return case when v_rows <= 2 * v_max then least(v_max, greatest(300, pg_catalog.ceil(v_rows)))::integer end;
end;
$$;
comment on function private.feed_head(jsonb) is
  'Returns the number of listings, in order, among which a page of a search is worth looking for first; null where '
  'matches are so rare that the index of words or titles is faster.';

create function private.seller_card(p_user_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url, 'city', p.city,
      'is_verified', p.is_verified, 'rating', p.rating)
    from public.public_profiles p where p.id = p_user_id);
end;
$$;
comment on function private.seller_card(uuid) is 'Returns the public profile of a seller as shown on a listing.';

create function private.listing_flags(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object(
      'liked', coalesce((select pg_catalog.jsonb_agg(k.listing_id) from public.listing_likes k
        where k.user_id = p_viewer_id and k.listing_id = any (p_listing_ids)), '[]'),
      'saved', coalesce((select pg_catalog.jsonb_agg(s.listing_id) from public.listing_saves s
        where s.user_id = p_viewer_id and s.listing_id = any (p_listing_ids)), '[]')));
end;
$$;
comment on function private.listing_flags(uuid[], uuid) is
  'Returns the viewer''s likes and saves among these listings: {liked, saved}.';

create function public.listing_marks(p_listing_ids uuid[], p_viewer_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select private.listing_flags(p_listing_ids, p_viewer_id);
$$;
comment on function public.listing_marks(uuid[], uuid) is
  'Returns the marks of a signed-in viewer for a cached page: {liked, saved}.';

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

-- Searches, counted in batches, and what is searched for most.

create function public.count_searches(p_searches jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into public.search_terms as t (term, category, searched_on, searches)
  select s.term, s.category, s.searched_on, pg_catalog.sum(s.searches)
  from pg_catalog.jsonb_to_recordset(coalesce(p_searches, '[]')) as s
    (term text, category text, searched_on date, searches integer)
  group by s.term, s.category, s.searched_on
  -- In one order, so that two batches never wait for each other in a circle.
  order by s.searched_on, s.category, s.term
  on conflict (searched_on, category, term) do update set searches = t.searches + excluded.searches;
$$;
comment on function public.count_searches(jsonb) is
  'Adds a batch [{term, category, searched_on, searches}] of searches that the backend has buffered; null adds '
  'nothing.';

create function public.popular_searches(
  p_days integer, p_min_searches integer, p_limit integer, p_category text default null
) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(popular) order by popular.searches desc, popular.term), '[]')
  from (
    select t.term, pg_catalog.sum(t.searches)::integer as searches
    from public.search_terms t
    where t.searched_on > (pg_catalog.now() at time zone 'Asia/Bishkek')::date - p_days
      and (p_category is null or t.category in (p_category, 'all'))
    group by t.term having pg_catalog.sum(t.searches) >= p_min_searches
    order by 2 desc, 1 limit p_limit
  ) as popular;
$$;
comment on function public.popular_searches(integer, integer, integer, text) is
  'Returns the most frequent search terms of p_days Bishkek days, [{term, searches}], each searched at least p_min_searches '
  'times.';

-- One listing, as its reader may see it.

create function private.edits_listing(p_listing public.listings, p_user_id uuid) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select (p_listing.business_id is null and p_listing.seller_user_id = p_user_id) or exists (
      select from public.business_members m
      where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active'
        and (m.role in ('owner', 'admin') or p_listing.seller_user_id = p_user_id)));
end;
$$;
comment on function private.edits_listing(public.listings, uuid) is
  'Applies the rule of private.may_edit_listing for the backend, which has no auth.uid().';

create function private.shows_listing(p_listing public.listings, p_user_id uuid) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select p_listing.deleted_at is null and (
      (not p_listing.is_hidden and (p_listing.status = 'active'
        or (p_listing.status = 'sold' and p_listing.delete_at > pg_catalog.now())))
      or (p_listing.business_id is null and p_listing.seller_user_id = p_user_id)
      or exists (select from public.business_members m
        where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active')));
end;
$$;
comment on function private.shows_listing(public.listings, uuid) is
  'Applies the rule of private.may_see_listing for the backend; returns false for a listing that its seller has '
  'deleted.';

create function private.full_details(p_listing public.listings) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce(case p_listing.category
      when 'car' then (select pg_catalog.to_jsonb(d) from public.car_details d where d.listing_id = p_listing.id)
      when 'horse' then (select pg_catalog.to_jsonb(d) from public.horse_details d where d.listing_id = p_listing.id)
      else (select pg_catalog.to_jsonb(d) from public.real_estate_details d where d.listing_id = p_listing.id)
    end - '{listing_id,created_at,updated_at}'::text[], '{}'));
end;
$$;
comment on function private.full_details(public.listings) is
  'Returns all details of a listing, including those outside its mirror.';

create function private.exact_counts(p_listing_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select coalesce((select pg_catalog.jsonb_build_object('views_count', c.views_count, 'likes_count', c.likes_count,
      'saves_count', c.saves_count, 'comments_count', c.comments_count)
    from public.listing_counters c where c.listing_id = p_listing_id), '{}'));
end;
$$;
comment on function private.exact_counts(uuid) is 'Returns the exact counters of a listing; {} before its first view.';

create function private.listing_view(p_listing_id uuid, p_viewer_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select (pg_catalog.to_jsonb(l) - '{deleted_at,is_hidden}'::text[]) || private.exact_counts(l.id)
      || pg_catalog.jsonb_build_object(
        'details', pg_catalog.jsonb_strip_nulls(private.full_details(l)),
        'phone_for_listing', c.phone_for_listing,
        'seller', private.seller_card(l.seller_user_id)
          || pg_catalog.jsonb_build_object('phone', c.phone_for_listing),
        'business', (select pg_catalog.jsonb_build_object('id', b.id, 'name', b.name, 'logo_url', b.logo_url,
            'is_verified', b.is_verified)
          from public.business_accounts b where b.id = l.business_id and b.deleted_at is null),
        'is_liked', exists (select from public.listing_likes k where k.listing_id = l.id and k.user_id = p_viewer_id),
        'is_saved', exists (select from public.listing_saves s where s.listing_id = l.id and s.user_id = p_viewer_id),
        'is_mine', private.edits_listing(l, p_viewer_id) is true)
      || case when private.edits_listing(l, p_viewer_id) then pg_catalog.jsonb_build_object('moderation', (
          select pg_catalog.jsonb_build_object('status', q.status, 'reason', q.reason, 'submitted_at', q.submitted_at,
            'completed_at', q.completed_at)
          from public.moderation_queue q where q.listing_id = l.id))
        else '{}' end
    from public.listings l
    left join public.listing_contacts c on c.listing_id = l.id and exists (
      select from public.accounts u where u.id = p_viewer_id and not u.is_blocked)
    where l.id = p_listing_id and private.shows_listing(l, p_viewer_id));
end;
$$;
comment on function private.listing_view(uuid, uuid) is
  'Returns a listing for a viewer, null when the viewer may not see it. Includes the phone for signed-in viewers, and '
  'state and reason of the check for those who may edit the listing.';

create function public.listing_read(p_listing_id uuid, p_viewer_id uuid default null) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return private.listing_view(p_listing_id, p_viewer_id);
end;
$$;
comment on function public.listing_read(uuid, uuid) is 'Returns private.listing_view for the backend.';

create function public.business_listings(
  p_business_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer, p_user_id uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  with viewer as materialized (
    select private.business_role(p_business_id, p_user_id) as role
  ), page as (
    select l.id, l.category, l.title, l.price, l.currency, l.city, l.status, l.thumbnail_url, l.video_thumbnail_url,
      l.views_count, l.likes_count, l.created_at, l.seller_user_id
    from public.listings l
    where l.business_id = p_business_id and l.deleted_at is null
      and (l.created_at, l.id) < (p_before, p_before_id)
      and ((select v.role <> 'none' from viewer v) or (not l.is_hidden
        and (l.status = 'active' or (l.status = 'sold' and l.delete_at > pg_catalog.now()))))
    order by l.created_at desc, l.id desc limit p_limit
  )
  select case when v.role is null then '{"reason": "not_found"}' else pg_catalog.jsonb_build_object('listings', coalesce(
    (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by p.created_at desc, p.id desc) from page p), '[]')) end
  from viewer v;
$$;
comment on function public.business_listings(uuid, timestamptz, uuid, integer, uuid) is
  'Returns a page of a business''s listings {listings}, newest first, after the listing (p_before, p_before_id): '
  'public ones, for members all. Reason: not_found.';

-- Names of makes and models are written in Latin letters and in Cyrillic, as they sound. A search finds both.

create table public.search_spellings (
  id uuid primary key default gen_random_uuid(),
  spelling text not null unique check (spelling = lower(spelling) and spelling ~ '^[а-яёңөү0-9-]{2,40}$'),
  name text not null check (name = lower(name) and char_length(name) between 2 and 40),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.search_spellings is
  'Cyrillic spellings of makes and models. Staff add rows without a deployment.';
comment on column public.search_spellings.name is 'Name in Latin letters, as sellers write it in a title.';
create index search_spellings_name_idx on public.search_spellings (name);
create trigger search_spellings_touch_updated_at before update on public.search_spellings
  for each row execute function private.touch_updated_at();
alter table public.search_spellings enable row level security;
grant all on public.search_spellings to service_role;

insert into public.search_spellings (spelling, name)
select s.spelling, n.name
from (values
  ('acura', '{акура}'), ('audi', '{ауди}'), ('bmw', '{бмв}'), ('byd', '{бид}'), ('changan', '{чанган}'), ('chery', '{чери}'),
  ('chevrolet', '{шевроле}'), ('citroen', '{ситроен}'), ('daewoo', '{дэу,деу,дэо}'), ('daihatsu', '{дайхатсу}'),
  ('ford', '{форд}'), ('geely', '{джили}'), ('haval', '{хавал,хавейл}'), ('honda', '{хонда}'),
  ('hyundai', '{хендай,хундай,хюндай,хёндэ,хендэ}'), ('infiniti', '{инфинити}'), ('isuzu', '{исузу,исудзу}'),
  ('jeep', '{джип}'), ('kia', '{киа}'), ('lada', '{лада}'), ('lexus', '{лексус}'), ('mazda', '{мазда}'),
  ('mercedes', '{мерседес,мерс}'), ('mitsubishi', '{митсубиси,мицубиси,митсубиши}'), ('nissan', '{ниссан,нисан}'),
  ('opel', '{опель}'), ('peugeot', '{пежо}'), ('porsche', '{порше}'), ('renault', '{рено}'), ('skoda', '{шкода}'),
  ('ssangyong', '{ссангйонг,санг-йонг}'), ('subaru', '{субару}'), ('suzuki', '{сузуки}'), ('tesla', '{тесла}'),
  ('toyota', '{тойота}'), ('volkswagen', '{фольксваген,фолксваген}'), ('volvo', '{вольво}'), ('zeekr', '{зикр}'),
  ('accent', '{акцент}'), ('accord', '{аккорд}'), ('avante', '{аванте}'), ('camry', '{камри}'), ('captiva', '{каптива}'),
  ('civic', '{цивик,сивик}'), ('cobalt', '{кобальт}'), ('corolla', '{королла,корола}'), ('cruiser', '{крузер,крузак}'),
  ('cruze', '{круз}'), ('elantra', '{элантра}'), ('estima', '{эстима}'), ('fit', '{фит}'), ('forester', '{форестер}'),
  ('golf', '{гольф}'), ('highlander', '{хайлендер}'), ('impreza', '{импреза}'), ('ipsum', '{ипсум}'), ('jetta', '{джетта}'),
  ('legacy', '{легаси}'), ('matiz', '{матиз}'), ('nexia', '{нексия}'), ('odyssey', '{одиссей}'), ('outback', '{аутбек}'),
  ('passat', '{пассат,пасат}'), ('porter', '{портер}'), ('prado', '{прадо}'), ('prius', '{приус}'), ('qashqai', '{кашкай}'),
  ('rio', '{рио}'), ('sienna', '{сиенна}'), ('solaris', '{солярис}'), ('sonata', '{соната}'), ('sorento', '{соренто}'),
  ('spark', '{спарк}'), ('sportage', '{спортейдж}'), ('sprinter', '{спринтер}'), ('stepwgn', '{степвагон,степ}'),
  ('tucson', '{туссан,тусан}'), ('tundra', '{тундра}'), ('vito', '{вито}'), ('wish', '{виш}'), ('x-trail', '{икстрейл}')
) as n (name, spellings), unnest(n.spellings::text[]) as s (spelling);

create function private.search_words(p_text text) returns tsquery
language plpgsql stable set search_path = '' as $$
declare
  v_folded constant text := private.fold_text(p_text);
  v_given tsquery := pg_catalog.websearch_to_tsquery('russian', v_folded);
  v_names tsquery;
  v_word record;
begin
  -- Quotes and words to leave out say exactly what is meant.
  if v_folded ~ '(^|\s)-|"' then
    return v_given;
  end if;
  for v_word in
    select w.word, array(
      select f.form from public.search_spellings s, pg_catalog.unnest(array[s.name, s.spelling]) as f (form)
      where s.name = any (array(select k.name from public.search_spellings k
          where w.word in (k.name, pg_catalog.replace(k.spelling, 'ё', 'е'))))
        and f.form <> w.word group by f.form order by f.form) as forms
    from pg_catalog.regexp_split_to_table(v_folded, '\s+') with ordinality as w (word, n) order by w.n
  loop
    v_names := coalesce(v_names operator(pg_catalog.&&) private.search_either(v_word.word, v_word.forms),
      private.search_either(v_word.word, v_word.forms));
  end loop;
  v_given := v_given operator(pg_catalog.||) coalesce(v_names, v_given);
  -- Titles are indexed as they are written: letters that folding changes are looked for as typed as well.
  return case when v_folded = pg_catalog.lower(p_text) then v_given
    else v_given operator(pg_catalog.||) pg_catalog.websearch_to_tsquery('russian', p_text) end;
end;
$$;
comment on function private.search_words(text) is
  'Builds the query of a search: its words as given, folded, or with every known name in any of its spellings.';

create function private.search_either(p_word text, p_forms text[]) returns tsquery
language plpgsql stable set search_path = '' as $$
declare
  v_query tsquery := pg_catalog.plainto_tsquery('russian', p_word);
  v_form text;
begin
  foreach v_form in array p_forms loop
    v_query := v_query operator(pg_catalog.||) pg_catalog.plainto_tsquery('russian', v_form);
  end loop;
  return v_query;
end;
$$;
comment on function private.search_either(text, text[]) is 'Builds a query for a word in any of its forms.';

create function private.search_guess(p_text text) returns text
language sql stable set search_path = '' as $$
  select pg_catalog.string_agg(coalesce(near.name, w.word), ' ' order by w.n)
  from pg_catalog.regexp_split_to_table(pg_catalog.lower(p_text), '\s+') with ordinality as w (word, n)
  left join lateral (
    select s.name from public.search_spellings s
    where pg_catalog.char_length(w.word) >= 4 and extensions.similarity(s.spelling, w.word) >= 0.35
      or s.spelling = w.word
    order by extensions.similarity(s.spelling, w.word) desc, s.spelling limit 1
  ) as near on true;
$$;
comment on function private.search_guess(text) is
  'Replaces each word that is, or nearly is, a known Cyrillic spelling by its Latin name: «тайота камри» becomes '
  'toyota camry. Similarity 0.35 tolerates one wrong letter in six.';

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

-- Words that a search leaves out stay out, also where nothing matches and similar titles are looked for.

create function private.search_excluded(p_text text) returns text[]
language sql immutable set search_path = '' as $$
  select array(select pg_catalog.btrim(m.found[1], '-" ')
    from pg_catalog.regexp_matches(private.fold_text(p_text), '(?:^|\s)(-+\s*(?:"[^"]*"?|[^\s"]+))', 'g') as m (found)
    where pg_catalog.btrim(m.found[1], '-" ') <> '');
$$;
comment on function private.search_excluded(text) is
  'Returns the words and quotations that a search excludes by a minus sign.';

create function private.search_wanted(p_text text) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.btrim(pg_catalog.translate(
    pg_catalog.regexp_replace(private.fold_text(p_text), '(^|\s)-+\s*("[^"]*"?|[^\s"]+)', ' ', 'g'), '"', ' '));
$$;
comment on function private.search_wanted(text) is
  'Returns a folded search without its excluded words, for matching similar titles.';

create function private.search_exclusions(p_text text) returns text
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.string_agg(pg_catalog.format(
      ' and not pg_catalog.to_tsvector(''russian'', l.title || '' '' || l.description) @@ %L::tsquery',
      pg_catalog.phraseto_tsquery('russian', e.words))
    -- A year is rarely part of the title.
    || case when e.words ~ '^(19|20)[0-9]{2}$' then pg_catalog.format(' and l.year is distinct from %L::integer', e.words)
      else '' end, ''), '')
  from pg_catalog.unnest(private.search_excluded(p_text)) as e (words)
  where pg_catalog.numnode(pg_catalog.phraseto_tsquery('russian', e.words)) > 0;
$$;
comment on function private.search_exclusions(text) is
  'Builds the conditions on listings l that drop excluded words, for word search and similar titles alike.';

create function private.search_condition(p_query jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when p_query ->> 'match' <> 'similar' then pg_catalog.format(
      'pg_catalog.to_tsvector(''russian'', l.title || '' '' || l.description) @@ %L::tsquery',
      private.search_words(p_query ->> 'text'))
    -- Nothing is similar to the absence of a word.
    when private.search_wanted(p_query ->> 'text') = '' then 'false'
    else (
      select pg_catalog.format('(%s)', pg_catalog.string_agg(
        distinct pg_catalog.format('l.title operator(extensions.%%>) %L', f.form), ' or '))
      from pg_catalog.unnest(array[private.search_wanted(p_query ->> 'text'),
        private.search_wanted(coalesce(p_query ->> 'latin', p_query ->> 'text')),
        private.search_guess(private.search_wanted(p_query ->> 'text'))]) as f (form)) end
    || private.search_exclusions(p_query ->> 'text');
$$;
comment on function private.search_condition(jsonb) is
  'Builds the condition of a search on listings l: words in either script, or similar titles, without excluded words.';

revoke execute on function private.filter_templates(), private.circle_condition(text, text, text),
  private.listing_filters(jsonb), private.feed_has_bounds(jsonb),
  private.feed_statement(jsonb), private.estimated_rows(text), private.feed_head(jsonb), private.feed_rows(text),
  private.seller_card(uuid), private.listing_flags(uuid[], uuid),
  public.listing_marks(uuid[], uuid), private.feed_page(jsonb), public.listing_feed(jsonb, uuid),
  public.count_searches(jsonb), public.popular_searches(integer, integer, integer, text),
  private.edits_listing(public.listings, uuid), private.shows_listing(public.listings, uuid),
  private.full_details(public.listings), private.exact_counts(uuid), private.listing_view(uuid, uuid),
  public.listing_read(uuid, uuid), public.business_listings(uuid, timestamptz, uuid, integer, uuid),
  private.search_words(text), private.search_either(text, text[]), private.search_guess(text),
  private.feed_circle(jsonb), private.search_excluded(text), private.search_wanted(text),
  private.search_exclusions(text), private.search_condition(jsonb) from public, anon, authenticated;
grant execute on function private.filter_templates(), private.circle_condition(text, text, text),
  private.listing_filters(jsonb), private.feed_has_bounds(jsonb),
  private.feed_statement(jsonb), private.estimated_rows(text), private.feed_head(jsonb), private.feed_rows(text),
  private.seller_card(uuid), private.listing_flags(uuid[], uuid),
  public.listing_marks(uuid[], uuid), private.feed_page(jsonb), public.listing_feed(jsonb, uuid),
  public.count_searches(jsonb), public.popular_searches(integer, integer, integer, text),
  private.edits_listing(public.listings, uuid), private.shows_listing(public.listings, uuid),
  private.full_details(public.listings), private.exact_counts(uuid), private.listing_view(uuid, uuid),
  public.listing_read(uuid, uuid), public.business_listings(uuid, timestamptz, uuid, integer, uuid),
  private.search_words(text), private.search_either(text, text[]), private.search_guess(text),
  private.feed_circle(jsonb), private.search_excluded(text), private.search_wanted(text),
  private.search_exclusions(text), private.search_condition(jsonb) to service_role;
