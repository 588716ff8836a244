-- Words of a search. Names of makes and models are written in Latin letters and in Cyrillic, as they sound: a search finds
-- both.

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

revoke execute on function private.search_words(text), private.search_either(text, text[]),
  private.search_guess(text), private.search_excluded(text), private.search_wanted(text),
  private.search_exclusions(text), private.search_condition(jsonb) from public, anon, authenticated;
grant execute on function private.search_words(text), private.search_either(text, text[]), private.search_guess(text),
  private.search_excluded(text), private.search_wanted(text), private.search_exclusions(text),
  private.search_condition(jsonb) to service_role;
