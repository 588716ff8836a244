-- Matching backwards: from new listings to the saved searches that they match (docs/decisions/0140).

create function private.arrival_lexemes(p_ids uuid[]) returns table (listing_id uuid, lexeme text)
language sql stable set search_path = '' as $$
  with words as materialized (
    select l.id, w.lexeme from public.listings l cross join lateral pg_catalog.unnest(pg_catalog.tsvector_to_array(
      pg_catalog.to_tsvector('russian', l.title || ' ' || l.description))) as w (lexeme)
    where l.id = any (p_ids)
  ), forms as materialized (
    select distinct s.name, w.lexeme from public.search_spellings s
    cross join lateral pg_catalog.unnest(array[s.name, s.spelling, pg_catalog.replace(s.spelling, 'ё', 'е')]) as f (form)
    cross join lateral pg_catalog.unnest(pg_catalog.tsvector_to_array(pg_catalog.to_tsvector('russian', f.form))) as w (lexeme)
  )
  select w.id, w.lexeme from words w
  union
  select w.id, other.lexeme from words w join forms f on f.lexeme = w.lexeme join forms other on other.name = f.name;
$$;
comment on function private.arrival_lexemes(uuid[]) is
  'Returns the lexemes of listings, and those of every spelling of the names in them: they include the anchor of each search by '
  'words that may match.';

create function private.text_matches(p_query jsonb, p_ids uuid[]) returns setof uuid
language plpgsql stable set search_path = '' as $$
declare
  v_listings constant public.listings[] := array(select l from public.listings l where l.id = any (p_ids));
begin
  -- From an array, since planning for the table's thirty indexes is slow.
  return query execute 'select l.id from pg_catalog.unnest($1) as l where ' || private.search_condition(p_query || '{"match": "words"}')
  using v_listings;
end;
$$;
comment on function private.text_matches(jsonb, uuid[]) is 'Returns those of some listings that match the text of a search, by the feed''s own condition.';

create function private.is_news(p_user_id uuid, p_listing public.listings) returns boolean
language sql stable set search_path = '' as $$
  select p_listing.seller_user_id <> p_user_id and p_listing.status = 'active' and not p_listing.is_hidden and p_listing.deleted_at is null
    and not private.chat_blocked(p_user_id, p_listing.seller_user_id)
    and not exists (select from public.business_members m
      where m.business_id = p_listing.business_id and m.user_id = p_user_id and m.status = 'active');
$$;
comment on function private.is_news(uuid, public.listings) is
  'Returns true where a listing is shown, is not the user''s own nor of a business of the user, and neither side has blocked '
  'the other.';

create function private.has_seen(p_user_id uuid, p_listing_id uuid, p_viewer bytea) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.user_behavior b where b.user_id = p_user_id and b.listing_id = p_listing_id and b.event_type <> 'scroll_past')
    or exists (select from public.listing_saves s where s.user_id = p_user_id and s.listing_id = p_listing_id)
    or exists (select from public.listing_likes k where k.user_id = p_user_id and k.listing_id = p_listing_id)
    or exists (select from public.chat_threads t where t.buyer_id = p_user_id and t.listing_id = p_listing_id)
    or exists (select from public.listing_views v where v.listing_id = p_listing_id and v.viewer_digest = p_viewer)
    or exists (select from public.search_hits h where h.user_id = p_user_id and h.listing_id = p_listing_id and h.digest_no is not null);
$$;
comment on function private.has_seen(uuid, uuid, bytea) is
  'Returns true if a user has opened, saved, liked or written about a listing, or was notified of it for any search. p_viewer: the '
  'user''s fingerprint among views, which the database cannot compute.';

create function private.match_listings(p_ids uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_hits integer;
begin
  execute pg_catalog.format($match$
    with arrived as materialized (
      -- Separate, since planning each filter with each of thirty indexes takes longer than the query.
      select l.*, a.old_price, a.arrived_at from public.listings l join public.search_arrivals a on a.listing_id = l.id where l.id = any ($1)
    ), keys as materialized (
      select x.id as listing_id, k.key from public.listings x cross join lateral pg_catalog.unnest(private.listing_keys(x)) as k (key)
      where x.id = any ($1)
    ), passed as materialized (
      select s.id as search_id, s.user_id, s.query, l.id as listing_id
      from arrived l join keys k on k.listing_id = l.id join public.saved_searches s on s.key = k.key
      where l.arrived_at > s.created_at and (l.old_price is null or l.old_price > (s.query ->> 'price_max')::numeric) and %1$s
      union all
      select s.id, s.user_id, s.query, l.id
      from arrived l join private.arrival_lexemes($1) as w on w.listing_id = l.id join public.saved_searches s on s.anchor = w.lexeme
      where l.arrived_at > s.created_at and (l.old_price is null or l.old_price > (s.query ->> 'price_max')::numeric) and %1$s
    ), worded as (
      select p.search_id, p.user_id, p.listing_id from passed p where not p.query ? 'text'
      union all
      select t.search_id, t.user_id, m.listing_id from (
        select p.search_id, p.user_id, p.query, pg_catalog.array_agg(p.listing_id) as ids from passed p where p.query ? 'text'
        group by p.search_id, p.user_id, p.query) as t
      cross join lateral private.text_matches(t.query, t.ids) as m (listing_id)
    ), kept as materialized (
      -- Skips a search that is being deleted instead of waiting for it.
      select s.id from (select distinct w.search_id from worded w) as d cross join lateral (
        select x.id from public.saved_searches x where x.id = d.search_id for key share skip locked) as s
    )
    insert into public.search_hits (search_id, listing_id, user_id)
    select w.search_id, w.listing_id, w.user_id from worded w join public.listings l on l.id = w.listing_id
    join public.accounts u on u.id = w.user_id and not u.is_blocked
    where w.search_id in (select k.id from kept k) and private.is_news(w.user_id, l) and not private.has_seen(w.user_id, w.listing_id, null)
    order by w.search_id, w.listing_id
    on conflict (search_id, listing_id) do nothing $match$, private.search_conditions())
  using p_ids;
  get diagnostics v_hits = row_count;
  return v_hits;
end;
$$;
comment on function private.match_listings(uuid[]) is
  'Records the matches of these listings with saved searches, each once: candidates by key and anchor, then the feed''s conditions, without '
  'own, blocked or seen listings. Returns the number of new hits. Broad searches are matched by private.match_broad_search.';

create function private.match_broad_search(p_search public.saved_searches, p_limit integer, p_until timestamptz) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ids uuid[];
  v_found uuid[] := '{}';
  v_from integer := 1;
  v_hits integer;
begin
  execute pg_catalog.format($match$
    select array(select l.id from (
        select a.listing_id, a.matched_at, a.old_price from public.search_arrivals a
        -- What was committed late is met by looking back; a hit is recorded once.
        where a.state = 'done' and a.matched_at > greatest($1, $2 - interval '10 minutes') and a.arrived_at > $1
        order by a.matched_at desc limit 20000) as a
      -- One by one: with the filters in sight, the planner may read all listings for each arrival.
      cross join lateral (select x.* from public.listings x where x.id = a.listing_id offset 0) as l
      where (a.old_price is null or a.old_price > $3) and %s and %s
      order by a.matched_at desc limit %s) $match$, private.listing_filters(p_search.query - 'text'),
    case when p_search.query ? 'latitude' then private.circle_condition(pg_catalog.quote_literal(p_search.query ->> 'latitude'),
      pg_catalog.quote_literal(p_search.query ->> 'longitude'), pg_catalog.quote_literal(p_search.query ->> 'radius_km')) else 'true' end,
    case when p_search.query ? 'text' then 20000 else 10 * p_limit end)
  into v_ids using p_search.created_at, p_search.matched_until, (p_search.query ->> 'price_max')::numeric;
  if not p_search.query ? 'text' then
    v_found := v_ids;
  end if;
  -- To cut a text into words takes long: the newest first, as far as the time goes.
  while p_search.query ? 'text' and v_from <= pg_catalog.cardinality(v_ids) and pg_catalog.cardinality(v_found) < 2 * p_limit loop
    v_found := v_found || array(select private.text_matches(p_search.query, v_ids[v_from : v_from + 199]));
    v_from := v_from + 200;
    exit when pg_catalog.clock_timestamp() >= p_until;
  end loop;
  insert into public.search_hits (search_id, listing_id, user_id)
  select p_search.id, l.id, p_search.user_id from public.search_arrivals a join public.listings l on l.id = a.listing_id
  where a.listing_id = any (v_found) and private.is_news(p_search.user_id, l) and not private.has_seen(p_search.user_id, l.id, null)
  order by a.matched_at desc limit p_limit
  on conflict (search_id, listing_id) do nothing;
  get diagnostics v_hits = row_count;
  update public.saved_searches s set matched_until = pg_catalog.clock_timestamp() where s.id = p_search.id;
  return v_hits;
end;
$$;
comment on function private.match_broad_search(public.saved_searches, integer, timestamptz) is
  'Records which listings that arrived since the last time a broad search matches, at most p_limit, the newest first; returns how many. '
  'Looks at 20,000 arrivals, and into the texts of the first 200 at least, of others until p_until.';

create function public.search_match_step(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' set statement_timeout = '15s' as $$
declare
  v_ids uuid[];
  v_hits integer;
begin
  select pg_catalog.array_agg(o.listing_id) into v_ids from (
    select a.listing_id from public.search_arrivals a where a.state = 'open'
    order by a.arrived_at limit p_limit for update skip locked) as o;
  if v_ids is null then
    return '{"listings": 0, "hits": 0}';
  end if;
  v_hits := private.match_listings(v_ids);
  -- Waits for a running notification of this schedule, which has not included these hits.
  update public.search_schedules c
  set next_at = coalesce(c.next_at, greatest(pg_catalog.clock_timestamp(), c.last_at + interval '1 hour'))
  where c.id in (select x.id from public.search_schedules x
    where x.frequency = 'instant' and exists (
      select from public.search_hits h join public.saved_searches s on s.id = h.search_id
      where h.user_id = x.user_id and h.digest_no is null and h.listing_id = any (v_ids) and s.frequency = 'instant')
    -- In a fixed order, so that two steps never deadlock.
    order by x.id for update);
  update public.search_arrivals a set state = 'done', matched_at = pg_catalog.clock_timestamp() where a.listing_id = any (v_ids);
  return pg_catalog.jsonb_build_object('listings', pg_catalog.cardinality(v_ids), 'hits', v_hits);
end;
$$;
comment on function public.search_match_step(integer) is
  'Matches up to p_limit new listings, the oldest first, with all saved searches: {listings, hits}. Each listing is taken by '
  'one caller; a killed step is rolled back and repeated.';

create function private.search_metrics() returns table (metric text, subject text, value numeric)
language sql stable set search_path = '' as $$
  select 'search_arrival_age', '', coalesce(round((extract(epoch from pg_catalog.now() - min(a.arrived_at)) / 60)::numeric, 1), 0)
  from public.search_arrivals a where a.state = 'open';
$$;
comment on function private.search_metrics() is
  'Returns minutes for which the longest waiting listing has not been matched with saved searches.';

revoke execute on function private.arrival_lexemes(uuid[]), private.text_matches(jsonb, uuid[]), private.is_news(uuid, public.listings),
  private.has_seen(uuid, uuid, bytea), private.match_listings(uuid[]), private.match_broad_search(public.saved_searches, integer, timestamptz),
  public.search_match_step(integer), private.search_metrics() from public, anon, authenticated;
grant execute on function private.arrival_lexemes(uuid[]), private.text_matches(jsonb, uuid[]), private.is_news(uuid, public.listings),
  private.has_seen(uuid, uuid, bytea), private.match_listings(uuid[]), private.match_broad_search(public.saved_searches, integer, timestamptz),
  public.search_match_step(integer), private.search_metrics() to service_role;
