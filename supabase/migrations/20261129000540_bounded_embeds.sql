-- How much one request to PostgREST may embed. Embeds nest without end, and a list embedded in itself multiplies: a
-- request of a hundred bytes ran until its time-out and held a connection. PostgREST has no setting for this, and its
-- pre-request hook does not see the query; a policy does, since it is evaluated inside it.

create function private.names_are_bounded(p_query text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if pg_catalog.char_length(p_query) > 4000 and exists (
      select from pg_catalog.regexp_matches(p_query, '[.]"([^"]+)"(?![.])', 'g') as m (found)
      group by m.found having pg_catalog.count(*) > 20) then
    raise sqlstate 'PT400' using message = 'a column named too often';
  end if;
  return true;
end;
$$;
comment on function private.names_are_bounded(text) is
  'True, or PT400 for a query of PostgREST that names a column more than twenty times: under many names, one text is an '
  'answer of any size.';

create function private.embeds_are_bounded(p_table text) returns boolean
language plpgsql stable set search_path = '' as $$
declare
  v_query text := pg_catalog.current_query();
  -- The view users is read through public_profiles.
  v_from text := 'FROM "public"[.]"' || case p_table when 'public_profiles' then '(?:public_profiles|users)'
    else p_table end || '" ';
  v_joined constant text := ' *(LEFT JOIN LATERAL|INNER JOIN LATERAL)';
  v_times integer;
  v_most_times integer;
  v_most_resources integer := case when current_user = 'anon' then 3 else 6 end;
  v_most_lists integer := case when current_user = 'anon' then 0 else 2 end;
begin
  -- Only PostgREST sets request.method, and only a request that embeds joins laterally.
  if coalesce(pg_catalog.current_setting('request.method', true), '') = '' then
    return true;
  elsif pg_catalog.strpos(v_query, 'JOIN LATERAL') = 0 then
    return private.names_are_bounded(p_query => v_query);
  elsif pg_catalog.regexp_count(v_query, 'JOIN LATERAL') > v_most_resources then
    raise sqlstate 'PT400' using message = 'too many embedded resources';
  elsif pg_catalog.regexp_count(v_query, 'jsonb?_agg[(]"') > v_most_lists then
    raise sqlstate 'PT400' using message = 'too many embedded lists';
  elsif v_query ~ 'FROM "public"[.]"(accounts|users)" *AS' and v_query ~ 'jsonb?_agg[(]"' then
    raise sqlstate 'PT400' using message = 'a list embedded behind an embedded person';
  end if;
  v_times := pg_catalog.regexp_count(v_query, v_from || ' *AS')
    -- An exact count repeats the condition of an inner embed.
    - pg_catalog.regexp_count(v_query, 'SELECT 1 +' || v_from || ' *AS')
    + pg_catalog.regexp_count(v_query, v_from || v_joined);
  -- Two people of one row are embedded side by side: buyer and seller.
  v_most_times := case when p_table = 'public_profiles' and v_query !~ (v_from || v_joined)
    and v_query !~ 'jsonb?_agg[(]"' then 2 else 1 end;
  if v_times > v_most_times then
    raise sqlstate 'PT400' using message = 'a resource embedded in itself';
  end if;
  return private.names_are_bounded(p_query => v_query);
end;
$$;
comment on function private.embeds_are_bounded(text) is
  'Restrictive policies: true, or PT400 (HTTP 400) for a request to PostgREST that embeds more than three resources '
  '(signed in: six), any list (signed in: two), or this table twice; a person twice side by side, but with no list then, or a column '
  'more than twenty times. Evaluated once per query, before its first row.';
revoke execute on function private.names_are_bounded(text), private.embeds_are_bounded(text) from public;
grant execute on function private.names_are_bounded(text), private.embeds_are_bounded(text) to anon, authenticated, service_role;

-- Also the tables of which people see their own rows alone: a thousand likes times a thousand likes run to the time-out.
do $$
declare
  v_table text;
begin
  for v_table in
    select c.relname from pg_catalog.pg_class c
    where c.relkind in ('r', 'p') and c.relrowsecurity and c.relnamespace = 'public'::regnamespace
      and (pg_catalog.has_any_column_privilege('authenticated', c.oid, 'select')
        or pg_catalog.has_any_column_privilege('anon', c.oid, 'select'))
  loop
    execute pg_catalog.format('create policy %I on public.%I as restrictive for select to anon, authenticated '
      'using ((select private.embeds_are_bounded(%L)))', v_table || '_embeds_are_bounded', v_table, v_table);
  end loop;
end;
$$;
