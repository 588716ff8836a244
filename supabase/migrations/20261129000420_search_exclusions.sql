-- Words that a search leaves out stay out, also where nothing matches and similar titles are looked for.

create function private.search_excluded(p_text text) returns text[]
language sql immutable set search_path = '' as $$
  select array(select pg_catalog.btrim(m.found[1], '-" ')
    from pg_catalog.regexp_matches(private.fold_text(p_text), '(?:^|\s)(-+\s*(?:"[^"]*"?|[^\s"]+))', 'g') as m (found)
    where pg_catalog.btrim(m.found[1], '-" ') <> '');
$$;
comment on function private.search_excluded(text) is 'The words and quotations that a search leaves out: behind a minus sign.';

create function private.search_wanted(p_text text) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.btrim(pg_catalog.translate(
    pg_catalog.regexp_replace(private.fold_text(p_text), '(^|\s)-+\s*("[^"]*"?|[^\s"]+)', ' ', 'g'), '"', ' '));
$$;
comment on function private.search_wanted(text) is 'A folded search without what it leaves out, for titles that are nearly the same.';

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
  'The conditions on listings l that hold whether words or similar titles are looked for: without what the search leaves out.';

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
  'The condition of a search on listings l: the words in either script, or titles that nearly match them, without what the '
  'search leaves out.';

revoke execute on function private.search_excluded(text), private.search_wanted(text), private.search_exclusions(text),
  private.search_condition(jsonb)
  from public, anon, authenticated;
grant execute on function private.search_excluded(text), private.search_wanted(text), private.search_exclusions(text),
  private.search_condition(jsonb)
  to service_role;
