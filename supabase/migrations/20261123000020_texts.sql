-- Texts of users: cleaned before they are stored, folded before they are compared. auto360/core/text.py holds the same
-- rules in Python; tests/integration/test_texts_in_sql_and_python.py compares the two (docs/decisions/0076).

create function private.without_unseen(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  -- Controls but blanks, format characters, fillers that show nothing, private use, noncharacters, planes without letters.
  -- Unassigned characters elsewhere stay: newer emoji are among them.
  select pg_catalog.regexp_replace(p_text, '[\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u0600-\u0605\u061C'
    '\u06DD\u070F\u0890-\u0891\u08E2\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u206F'
    '\u3164\uE000-\uF8FF\uFDD0-\uFDEF\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFC\uFFFE\uFFFF\U000110BD\U000110CD'
    '\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D159\U0001D173-\U0001D17A\U0001FFFE\U0001FFFF\U0002FFFE\U0002FFFF'
    '\U0003FFFE-\U0010FFFF]', '', 'g');
$$;
comment on function private.without_unseen(text) is
  'Drops invisible characters. Keeps joiners and variation selectors, which emoji need.';

create function private.single_blanks(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select pg_catalog.regexp_replace(p_text, '[\t \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u2800\u3000]+', ' ', 'g');
$$;
comment on function private.single_blanks(text) is 'Collapses every run of blanks into one space; keeps line breaks.';

create function private.clean_text(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  v_tag constant text := '</?[A-Za-z!?][^<>]*>';
  v_text text := pg_catalog.replace(pg_catalog.replace(pg_catalog.normalize(p_text, 'NFC'), E'\r\n', E'\n'), E'\r', E'\n');
begin
  v_text := private.single_blanks(private.without_unseen(v_text));
  if v_text ~ '[\u200D\uFE0E\uFE0F]' then
    v_text := pg_catalog.regexp_replace(v_text, '(?<![\u00A9\u00AE\u203C-\u3299\U0001F000-\U0001FAFF#*0-9])[\uFE0E\uFE0F]'
      '|(?<=[#*0-9])[\uFE0E\uFE0F](?!\u20E3)', '', 'g');
    v_text := pg_catalog.regexp_replace(v_text, '(?<![\u00A9\u00AE\u203C-\u3299\U0001F000-\U0001FAFF\uFE0E\uFE0F])\u200D'
      '|\u200D(?![\u00A9\u00AE\u203C-\u3299\U0001F000-\U0001FAFF])', '', 'g');
  end if;
  if v_text ~ '<[/A-Za-z!?]' then
    for v_round in 1..3 loop
      v_text := pg_catalog.regexp_replace(v_text, v_tag, ' ', 'g');
    end loop;
    if v_text ~ v_tag then
      v_text := pg_catalog.regexp_replace(v_text, '<(?=[/A-Za-z!?])', '', 'g');
    end if;
  end if;
  v_text := pg_catalog.regexp_replace(private.single_blanks(pg_catalog.normalize(v_text, 'NFC')), ' ?\n ?', E'\n', 'g');
  return pg_catalog.btrim(pg_catalog.regexp_replace(v_text, '\n{3,}', E'\n\n', 'g'), E' \n');
end;
$$;
comment on function private.clean_text(text) is
  'Cleans a text for storage and display: NFC, no control characters, no invisible characters outside emoji, no tags, '
  'single blanks.';

create function private.clean_line(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(private.clean_text(p_text), '[ \n]+', ' ', 'g'), ' ');
$$;
comment on function private.clean_line(text) is 'Applies private.clean_text and joins the lines into one.';

create function private.ascii_digits(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  v_zeros constant integer[] := array[1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664,
    3792, 3872, 4160, 4240, 6112, 6160, 6470, 6608, 6784, 6800, 6992, 7088, 7232, 7248, 42528, 43216, 43264, 43472, 43504,
    43600, 44016, 66720, 68912, 69734, 69872, 69942, 70096, 70384, 70736, 70864, 71248, 71360, 71472, 71904, 72016, 72784,
    73040, 73120, 92768, 92864, 93008, 123200, 123632, 125264];
  v_text text := p_text;
  v_found record;
begin
  for v_found in
    select d.letter, pg_catalog.ascii(d.letter) - z.zero as value
    from (select distinct m.found[1] as letter from pg_catalog.regexp_matches(p_text, '[^\u0001-\u065F]', 'g') as m (found)) as d
    join pg_catalog.unnest(v_zeros) as z (zero) on pg_catalog.ascii(d.letter) between z.zero and z.zero + 9
  loop
    v_text := pg_catalog.replace(v_text, v_found.letter, v_found.value::text);
  end loop;
  return v_text;
end;
$$;
comment on function private.ascii_digits(text) is 'Replaces decimal digits of every script by 0-9.';

create function private.unframed(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select pg_catalog.translate(p_text, '⓿⓵⓶⓷⓸⓹⓺⓻⓼⓽❶❷❸❹❺❻❼❽❾➀➁➂➃➄➅➆➇➈➊➋➌➍➎➏➐➑➒🄋🄌'
    '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉'
    '🇦🇧🇨🇩🇪🇫🇬🇭🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿', '012345678912345678912345678912345678900'
    'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz');
$$;
comment on function private.unframed(text) is
  'Replaces digits and letters in black circles, in squares and as halves of flags by plain ones: Unicode has no '
  'decomposition for them.';

create function private.in_cyrillic(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select pg_catalog.translate(p_text, 'abcehkmoptxy', 'авсенкмортху');
$$;
comment on function private.in_cyrillic(text) is
  'Replaces Latin letters that look like Cyrillic ones in a folded text.';

create function private.in_latin(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select pg_catalog.translate(p_text, 'авсенкмортху', 'abcehkmoptxy');
$$;
comment on function private.in_latin(text) is 'Replaces Cyrillic letters that look like Latin ones in a folded text.';

create function private.in_one_script(p_word text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select case
    when not (w.only_cyrillic or w.only_latin) then case when w.cyrillic > w.latin then private.in_cyrillic(p_word)
      else private.in_latin(p_word) end
    when w.only_latin and w.only_cyrillic then p_word
    when w.only_cyrillic then private.in_cyrillic(p_word) else private.in_latin(p_word) end
  from (select p_word ~ '[бгджзийлпфцчшщъыьэюяңөү]' as only_cyrillic, p_word ~ '[dfgijlnqrsuvwz]' as only_latin,
    pg_catalog.char_length(pg_catalog.regexp_replace(p_word, '[^а-яңөү]', '', 'g')) as cyrillic,
    pg_catalog.char_length(pg_catalog.regexp_replace(p_word, '[^a-z]', '', 'g')) as latin) as w;
$$;
comment on function private.in_one_script(text) is
  'Converts a folded word of mixed Latin and Cyrillic letters into one script: that of its letters without a twin in '
  'the other script, else that of most letters. Returns it unchanged when both scripts have letters without a twin.';

create function private.fold_text(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  -- Independent of the caller's collation: a name of the catalogue beside it would use "C", which covers ASCII alone.
  v_text text collate pg_catalog."default" := p_text;
begin
  if v_text ~ '[^\n -~А-Яа-яЁёҢңӨөҮү]' then
    v_text := pg_catalog.normalize(private.without_unseen(pg_catalog.normalize(v_text, 'NFKD')), 'NFKD');
    v_text := pg_catalog.regexp_replace(v_text,
      '[\u200D\uFE0E\uFE0F\u0300-\u0305\u0307-\u036F\u0483-\u0489\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]', '', 'g');
    v_text := private.unframed(private.ascii_digits(pg_catalog.regexp_replace(v_text, '(?<![иИ])\u0306', '', 'g')));
    v_text := pg_catalog.translate(pg_catalog.lower(v_text), 'ςαβεζηικμνορτυχіјѕԁԛԝһӏєıɑɡłøđʙᴀᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'
      '‐‑‒–—―−⁃⁄∕⧸。“”„‟«»', 'σabezhikmnoptyxijsdqwhlеiaglodbacdeghijklmnoprstuvwyz--------///.""""""');
    v_text := pg_catalog.normalize(v_text, 'NFC');
  else
    v_text := pg_catalog.translate(pg_catalog.lower(v_text), 'ё', 'е');
  end if;
  if v_text ~ '[a-z][а-яңөү]|[а-яңөү][a-z]' then
    select pg_catalog.string_agg(case when m.found[1] ~ '[a-z]' and m.found[1] ~ '[а-яңөү]'
      then private.in_one_script(m.found[1]) else m.found[1] end, '' order by m.n) into v_text
    from pg_catalog.regexp_matches(v_text, '[a-zа-яңөү]+|[^a-zа-яңөү]+', 'g') with ordinality as m (found, n);
  end if;
  return pg_catalog.btrim(pg_catalog.regexp_replace(private.single_blanks(v_text), '[ \n\r]+', ' ', 'g'), ' ');
end;
$$;
comment on function private.fold_text(text) is
  'Normalizes a text for comparison, never for display, so that lookalikes become equal: small letters, no accents '
  'except й, ASCII digits, dashes and quotes, no invisible characters, each word in one script, single blanks.';

revoke execute on function private.without_unseen(text), private.single_blanks(text), private.clean_text(text),
  private.clean_line(text), private.ascii_digits(text), private.unframed(text), private.in_cyrillic(text),
  private.in_latin(text), private.in_one_script(text), private.fold_text(text) from public, anon, authenticated;
grant execute on function private.without_unseen(text), private.single_blanks(text), private.clean_text(text),
  private.clean_line(text), private.ascii_digits(text), private.unframed(text), private.in_cyrillic(text),
  private.in_latin(text), private.in_one_script(text), private.fold_text(text) to service_role;
