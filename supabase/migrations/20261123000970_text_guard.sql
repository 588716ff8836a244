-- Rules of texts for every interface: text written by the app through PostgREST is cleaned and checked as in the backend.
-- Triggers of listings skip text of the backend, which is cleaned and checked already.

create function private.refuse_words(p_category text, p_texts text[]) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_texts constant text[] := private.rule_texts(variadic p_texts);
  v_reasons text;
begin
  select pg_catalog.string_agg(r.reason, E'\n' order by r.code) into v_reasons from public.moderation_rules r
  where r.is_active and r.effect = 'refuse' and coalesce(r.category, p_category, '') = coalesce(p_category, '')
    and private.rule_matches(r.kind, r.expression, v_texts);
  if v_reasons is not null then
    raise exception 'text_refused' using errcode = 'PT422', detail = v_reasons;
  end if;
end;
$$;
comment on function private.refuse_words(text, text[]) is
  'Raises PT422, which PostgREST returns as 422, when texts break a rule of effect refuse; the detail holds the '
  'reasons, one per line. Rules of one category apply to texts of that category, rules without one to all.';

create function private.guard_texts() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_new constant jsonb := pg_catalog.to_jsonb(new);
  v_old constant jsonb := case when tg_op = 'UPDATE' then pg_catalog.to_jsonb(old) else '{}' end;
  v_texts jsonb := '{}';
  v_column text;
  v_form text;
  v_text text;
begin
  for v_column, v_form in
    select pg_catalog.split_part(a, ' ', 1), pg_catalog.substr(a, pg_catalog.strpos(a, ' ') + 1) from pg_catalog.unnest(tg_argv) as a
  loop
    continue when v_new ->> v_column is null or v_new ->> v_column = v_old ->> v_column;
    if pg_catalog.char_length(v_new ->> v_column) > 20000 then
      raise exception '% is too long', v_column using errcode = '23514';
    end if;
    v_text := case when v_form like 'line%' then private.clean_line(v_new ->> v_column)
      else private.clean_text(v_new ->> v_column) end;
    v_texts := v_texts || pg_catalog.jsonb_build_object(
      v_column, case when v_form like '% or null' then nullif(v_text, '') else v_text end);
  end loop;
  if v_texts <> '{}' then
    new := pg_catalog.jsonb_populate_record(new, v_texts);
    if tg_table_name not in ('chat_messages', 'reports') then
      perform private.refuse_words(
        case when tg_table_name like '%\_details' then pg_catalog.replace(tg_table_name, '_details', '')
          else v_new ->> 'category' end,
        array(select t.value from pg_catalog.jsonb_each_text(v_texts) as t));
    end if;
  end if;
  return new;
end;
$$;
comment on function private.guard_texts() is
  'Trigger with "<column> line|text [or null]" as arguments: cleans changed texts, empties texts without content, and '
  'refuses forbidden words in public texts. Private texts (chats, reports) are cleaned only.';
create trigger accounts_guard_texts before insert or update of name, bio, city on public.accounts
  -- Not for an account as a login makes it.
  for each row when ((new.name, new.bio, new.city) is distinct from ('Пользователь', null::text, null::text))
  execute function private.guard_texts('name line', 'bio text or null', 'city line or null');
create trigger business_accounts_guard_texts
  before insert or update of name, description, city, address on public.business_accounts
  for each row execute function private.guard_texts(
    'name line', 'description text or null', 'city line or null', 'address line or null');
create trigger chat_messages_guard_texts before insert on public.chat_messages
  for each row when (private.is_rest_user()) execute function private.guard_texts('body text');
create trigger reports_guard_texts before insert on public.reports
  for each row when (private.is_rest_user()) execute function private.guard_texts('comment text or null');

-- Their names sort before listings_guard and listings_keep_checked, which compare stored values.
create trigger listings_clean before insert or update of title, description, city, location, location_text on public.listings
  for each row when (private.is_rest_user()) execute function private.guard_texts(
    'title line', 'description text', 'city line or null', 'location line or null', 'location_text line or null');
create trigger car_details_clean before insert or update on public.car_details
  for each row when (private.is_rest_user()) execute function private.guard_texts(
    'brand line', 'model line', 'color line or null', 'body_type line or null', 'damage_report text or null');
create trigger horse_details_clean before insert or update on public.horse_details
  for each row when (private.is_rest_user()) execute function private.guard_texts(
    'breed line', 'color line or null', 'training line or null', 'purpose line or null', 'health_notes text or null');
create trigger real_estate_details_clean before insert or update on public.real_estate_details
  for each row when (private.is_rest_user()) execute function private.guard_texts('address line or null');

create function private.judge_direct_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_listing_id constant uuid :=
    (case when tg_op = 'DELETE' then pg_catalog.to_jsonb(old) else pg_catalog.to_jsonb(new) end ->> tg_argv[0])::uuid;
  v_status constant text := (select l.status from public.listings l where l.id = v_listing_id);
begin
  if tg_op = 'UPDATE' and pg_catalog.to_jsonb(old) - 'updated_at' = pg_catalog.to_jsonb(new) - 'updated_at' then
    return null;
  elsif v_status in ('active', 'pending_review') then
    perform private.publish(v_listing_id, v_status = 'active');
  end if;
  return null;
end;
$$;
comment on function private.judge_direct_change() is
  'Trigger with the column of the listing''s id as argument: checks content changed through REST; it waits '
  'when it breaks a rule.';
create trigger listings_rejudge after update of title, description, city, location, location_text on public.listings
  for each row when (private.is_rest_user() and (old.title, old.description, old.city, old.location)
    is distinct from (new.title, new.description, new.city, new.location))
  execute function private.judge_direct_change('id');
create trigger car_details_rejudge after insert or update or delete on public.car_details
  for each row when (private.is_rest_user()) execute function private.judge_direct_change('listing_id');
create trigger horse_details_rejudge after insert or update or delete on public.horse_details
  for each row when (private.is_rest_user()) execute function private.judge_direct_change('listing_id');
create trigger real_estate_details_rejudge after insert or update or delete on public.real_estate_details
  for each row when (private.is_rest_user()) execute function private.judge_direct_change('listing_id');
create trigger comments_clean before insert or update of text on public.comments
  for each row when (new.text <> '[Комментарий удалён]') execute function private.guard_texts('text text');

revoke execute on function private.refuse_words(text, text[]) from public, anon, authenticated;
grant execute on function private.refuse_words(text, text[]) to service_role;
revoke execute on function private.guard_texts(), private.judge_direct_change() from public, anon, authenticated;
