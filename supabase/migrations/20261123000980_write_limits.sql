-- Limits on a user's writes through PostgREST, beside the backend's own limits: rows per hour and day, for each table
-- that a user may insert into or update. Sizes are checks of the columns; tests/integration/test_write_limits.py lists both.

create function private.count_rows(p_key text, p_rows integer, p_max_hits integer, p_seconds integer) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_hits integer;
begin
  -- The counter's row stays locked until the transaction ends, so parallel requests of one user are counted one by one.
  insert into public.rate_limits as r (key, hits) values (p_key, p_rows)
  on conflict (key) do update set
    hits = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then excluded.hits else r.hits + excluded.hits end,
    started_at = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then pg_catalog.now() else r.started_at end
  returning r.hits into v_hits;
  if v_hits > p_max_hits then
    raise sqlstate 'PT429' using message = 'too many rows', detail = pg_catalog.format('%s in %s seconds', p_max_hits, p_seconds);
  end if;
end;
$$;
comment on function private.count_rows(text, integer, integer, integer) is
  'Adds rows to a counter; raises PT429 (PostgREST returns 429) above p_max_hits in a window of p_seconds, which also '
  'undoes the count.';

create function private.limit_writes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_rows integer := least((select pg_catalog.count(*) from written), 1000000);
begin
  if v_rows > 0 then
    for i in 0 .. tg_nargs - 2 by 2 loop
      perform private.count_rows(
        p_key => pg_catalog.concat_ws(':', 'writes', tg_table_name, pg_catalog.lower(tg_op), tg_argv[i + 1], (select auth.uid())),
        p_rows => v_rows, p_max_hits => tg_argv[i]::integer, p_seconds => tg_argv[i + 1]::integer);
    end loop;
  end if;
  return null;
end;
$$;
comment on function private.limit_writes() is
  'Trigger per statement with pairs (rows, seconds) as arguments: limits the rows of the table that one user may '
  'insert, or update, in that time. A statement counts all its rows; one beyond the limit writes nothing.';

create function private.limit_rows() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_setting constant text := 'auto360.inserted_into_' || tg_table_name;
  v_rows integer := coalesce(nullif(pg_catalog.current_setting(v_setting, true), ''), '0')::integer + 1;
begin
  if v_rows > tg_argv[0]::integer then
    raise sqlstate 'PT429' using message = 'too many rows in one request';
  end if;
  perform pg_catalog.set_config(v_setting, v_rows::text, true);
  return new;
end;
$$;
comment on function private.limit_rows() is
  'Trigger per row: ends a request at the first excess row, before other triggers process thousands of rows that '
  'the count at the end of the statement would refuse. The counter lives as long as the transaction.';
create trigger listing_likes_limit_rows before insert on public.listing_likes
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger listing_saves_limit_rows before insert on public.listing_saves
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger reports_limit_rows before insert on public.reports
  for each row when (private.is_rest_user()) execute function private.limit_rows('20');
create trigger chat_threads_limit_rows before insert on public.chat_threads
  for each row when (private.is_rest_user()) execute function private.limit_rows('30');
create trigger chat_messages_limit_rows before insert on public.chat_messages
  for each row when (private.is_rest_user()) execute function private.limit_rows('30');
create trigger listing_likes_limit_insert after insert on public.listing_likes referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');
create trigger listing_saves_limit_insert after insert on public.listing_saves referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');
create trigger reports_limit_insert after insert on public.reports referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('20', '3600', '50', '86400');
create trigger chat_threads_limit_insert after insert on public.chat_threads referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('30', '3600', '100', '86400');

-- The backend's own limit is thirty messages a minute; direct writes have the same.
create trigger chat_messages_limit_insert after insert on public.chat_messages referencing new table as written
  for each statement when (private.is_rest_user())
  execute function private.limit_writes('30', '60', '300', '3600', '2000', '86400');
create trigger accounts_limit_update after update on public.accounts referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('30', '3600', '100', '86400');
create trigger business_accounts_limit_update after update on public.business_accounts referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('60', '3600', '200', '86400');
create trigger business_members_limit_update after update on public.business_members referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('60', '3600', '200', '86400');
create trigger listings_limit_update after update on public.listings referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');
create trigger listing_contacts_limit_update after update on public.listing_contacts referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');
create trigger car_details_limit_update after update on public.car_details referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');
create trigger horse_details_limit_update after update on public.horse_details referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');
create trigger real_estate_details_limit_update after update on public.real_estate_details referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');
create trigger chat_threads_limit_update after update on public.chat_threads referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('200', '3600', '1000', '86400');

-- Marking as read: a long conversation is one statement of many rows.
create trigger chat_messages_limit_update after update on public.chat_messages referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('5000', '3600', '20000', '86400');
create trigger notifications_limit_update after update on public.notifications referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('5000', '3600', '20000', '86400');
create trigger comments_limit_rows before insert on public.comments
  for each row when (private.is_rest_user()) execute function private.limit_rows('10');
create trigger comment_likes_limit_rows before insert on public.comment_likes
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger comment_reactions_limit_rows before insert on public.comment_reactions
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger comments_limit_insert after insert on public.comments referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('10', '60', '60', '3600', '200', '86400');
create trigger comments_limit_update after update on public.comments referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('60', '3600', '200', '86400');
create trigger comment_likes_limit_insert after insert on public.comment_likes referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');
create trigger comment_reactions_limit_insert after insert on public.comment_reactions referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');
create trigger user_behavior_limit_rows before insert on public.user_behavior
  for each row when (private.is_rest_user()) execute function private.limit_rows('200');
create trigger user_behavior_limit_insert after insert on public.user_behavior referencing new table as written
  for each statement when (private.is_rest_user())
  execute function private.limit_writes('200', '60', '3000', '3600', '20000', '86400');

revoke execute on function private.count_rows(text, integer, integer, integer) from public, anon, authenticated;
grant execute on function private.count_rows(text, integer, integer, integer) to service_role;
revoke execute on function private.limit_writes(), private.limit_rows() from public, anon, authenticated;
