-- What is written past the backend is cleaned as well: others read it through Realtime as it is stored.

create function private.clean_direct_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.body := private.clean_text(new.body);
  return new;
end;
$$;
comment on function private.clean_direct_message() is 'Trigger: texts that come through REST are cleaned as the backend cleans its own.';

create function private.clean_text(p_text text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  -- Controls but the line break, invisible format characters but the joiner of emoji, private use.
  v_dropped constant text := '[\u0001-\u0009\u000B-\u001F\u007F-\u009F\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890-\u0891\u08E2'
    '\u180E\u200B-\u200C\u200E-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uE000-\uF8FF\uFEFF'
    '\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U00013438\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A'
    '\U000E0001\U000E0020-\U000E007F\U000F0000-\U000FFFFD\U00100000-\U0010FFFD]';
  v_tag constant text := '</?[A-Za-z!?][^<>]*>';
  v_blanks constant text := '[ \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+';
  v_text text := pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
    pg_catalog.normalize(p_text, 'NFC'), E'\r\n', E'\n'), E'\r', E'\n'), E'\t', ' ');
begin
  v_text := pg_catalog.regexp_replace(v_text, v_dropped, '', 'g');
  for v_round in 1..3 loop
    v_text := pg_catalog.regexp_replace(v_text, v_tag, ' ', 'g');
  end loop;
  if v_text ~ v_tag then
    v_text := pg_catalog.regexp_replace(v_text, '<(?=[/A-Za-z!?])', '', 'g');
  end if;
  v_text := pg_catalog.regexp_replace(pg_catalog.normalize(v_text, 'NFC'), v_blanks, ' ', 'g');
  v_text := pg_catalog.regexp_replace(v_text, ' ?\n ?', E'\n', 'g');
  return pg_catalog.btrim(pg_catalog.regexp_replace(v_text, '\n{3,}', E'\n\n', 'g'), E' \n');
end;
$$;
comment on function private.clean_text(text) is
  'A text as the backend''s own cleaning leaves it: NFC, no control or invisible characters, no tags, single blanks.';

revoke execute on function private.clean_direct_message(), private.clean_text(text) from public, anon, authenticated;
grant execute on function private.clean_text(text) to service_role;
create trigger chat_messages_clean_direct before insert on public.chat_messages
  for each row when (private.is_rest_user()) execute function private.clean_direct_message();
