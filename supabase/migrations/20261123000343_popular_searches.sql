-- Searches, counted in batches, and the most frequent ones.

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

revoke execute on function public.count_searches(jsonb), public.popular_searches(integer, integer, integer, text)
  from public, anon, authenticated;
grant execute on function public.count_searches(jsonb), public.popular_searches(integer, integer, integer, text)
  to service_role;
