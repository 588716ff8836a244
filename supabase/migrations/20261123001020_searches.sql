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
  'Adds a batch [{term, category, searched_on, searches}] of searches that the backend has gathered; null adds nothing.';

create function public.popular_searches(p_category text, p_days integer, p_least integer, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(popular) order by popular.searches desc, popular.term), '[]')
  from (
    select t.term, pg_catalog.sum(t.searches)::integer as searches
    from public.search_terms t
    where t.searched_on > (pg_catalog.now() at time zone 'Asia/Bishkek')::date - p_days
      and (p_category is null or t.category in (p_category, 'all'))
    group by t.term having pg_catalog.sum(t.searches) >= p_least
    order by 2 desc, 1 limit p_limit
  ) as popular;
$$;
comment on function public.popular_searches(text, integer, integer, integer) is
  'The terms searched most in p_days Bishkek days, [{term, searches}], each searched p_least times at least.';

revoke execute on function public.count_searches(jsonb), public.popular_searches(text, integer, integer, integer)
  from public, anon, authenticated;
grant execute on function public.count_searches(jsonb), public.popular_searches(text, integer, integer, integer)
  to service_role;
