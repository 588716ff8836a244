-- Saving, changing and listing saved searches. A refusal is {"reason": <error code>}.

create function private.search_view(p_search public.saved_searches) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p_search.id, 'name', p_search.name, 'query', p_search.query, 'frequency', p_search.frequency,
    'may_be_instant', p_search.key is not null or p_search.anchor is not null, 'looked_at', p_search.looked_at,
    'created_at', p_search.created_at, 'new_count', (select pg_catalog.count(*) from (
      select from public.search_hits h join public.listings l on l.id = h.listing_id
      where h.search_id = p_search.id and h.created_at > p_search.looked_at
        and l.status = 'active' and not l.is_hidden and l.deleted_at is null limit 100) as n));
$$;
comment on function private.search_view(public.saved_searches) is
  'Returns a saved search for its owner, with the number of hits since the owner last looked, at most 100.';

create function private.next_digest_at(p_user_id uuid, p_frequency text, p_after timestamptz) returns timestamptz
language plpgsql stable set search_path = '' as $$
declare
  v_settings public.notification_settings;
  v_spread constant interval := pg_catalog.make_interval(secs => pg_catalog.abs(pg_catalog.hashtext(p_user_id::text)::bigint) % 3600);
  v_zone text;
  v_local timestamp;
  v_at timestamptz;
begin
  select s.* into v_settings from public.notification_settings s where s.user_id = p_user_id;
  v_zone := coalesce(v_settings.time_zone, 'Asia/Bishkek');
  begin
    v_local := p_after at time zone v_zone;
  exception when invalid_parameter_value then
    -- A zone missing in this server's time zone data.
    v_zone := 'Asia/Bishkek';
    v_local := p_after at time zone v_zone;
  end;
  for v_days in 0 .. 8 loop
    v_at := (v_local::date + v_days + time '09:00' + v_spread) at time zone v_zone;
    exit when v_at > p_after and (p_frequency <> 'weekly' or extract(isodow from v_local::date + v_days) = 1);
  end loop;
  return coalesce(private.quiet_until(v_at,
    case when v_settings.user_id is null then '22:00' else v_settings.quiet_from end,
    case when v_settings.user_id is null then '08:00' else v_settings.quiet_to end, v_zone), v_at);
end;
$$;
comment on function private.next_digest_at(uuid, text, timestamptz) is
  'Returns the next time for a daily or weekly digest: between nine and ten in the user''s zone, spread by user, on Mondays for a '
  'weekly one, or the end of quiet hours at that time.';

create function private.schedule_search() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.search_schedules as c (user_id, frequency, next_at)
  values (new.user_id, new.frequency, case when new.frequency <> 'instant'
    then private.next_digest_at(new.user_id, new.frequency, pg_catalog.clock_timestamp()) end)
  on conflict (user_id, frequency) do nothing;
  update public.search_schedules c
  set next_at = coalesce(c.next_at, greatest(pg_catalog.clock_timestamp(), c.last_at + interval '1 hour'))
  where c.user_id = new.user_id and c.frequency = 'instant' and new.frequency = 'instant' and exists (
    select from public.search_hits h where h.search_id = new.id and h.digest_no is null);
  return null;
end;
$$;
comment on function private.schedule_search() is 'Trigger: schedules the notification of a search''s hits.';
create trigger saved_searches_schedule after insert or update of frequency on public.saved_searches
  for each row execute function private.schedule_search();

create function private.searcher_refusal(p_user_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_is_blocked boolean;
begin
  -- Parallel requests of one user wait for each other here.
  select u.is_blocked into v_is_blocked from public.accounts u where u.id = p_user_id for no key update;
  return case when v_is_blocked is null then 'authentication_required' when v_is_blocked then 'account_blocked' end;
end;
$$;
comment on function private.searcher_refusal(uuid) is 'Locks a user and returns the reason of a refusal to write saved searches, else null.';

create function public.saved_search_create(p_user_id uuid, p_search jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason constant text := private.searcher_refusal(p_user_id);
  v_field constant text := private.search_problem(p_search -> 'query');
  v_query jsonb;
  v_search public.saved_searches;
  v_anchor text;
  v_key text;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif v_field is not null or coalesce(private.clean_line(p_search ->> 'name'), '') = '' then
    return pg_catalog.jsonb_build_object('reason', 'validation_failed', 'field', coalesce(v_field, 'name'));
  end if;
  v_query := private.canonical_search(p_search -> 'query');
  select s.* into v_search from public.saved_searches s where s.user_id = p_user_id and s.filter_hash = private.search_hash(v_query);
  if v_search.id is not null then
    return pg_catalog.jsonb_build_object('search', private.search_view(v_search), 'is_repeat', true);
  elsif (select pg_catalog.count(*) from public.saved_searches s where s.user_id = p_user_id) >= 20 then
    return '{"reason": "saved_search_limit_reached"}';
  end if;
  v_anchor := private.search_anchor(v_query ->> 'text');
  v_key := case when v_anchor is null then private.search_key(v_query) end;
  if p_search ->> 'frequency' = 'instant' and v_anchor is null and v_key is null then
    return '{"reason": "saved_search_too_broad"}';
  end if;
  insert into public.saved_searches (user_id, name, query, filter_hash, frequency, key, anchor)
  values (p_user_id, private.clean_line(p_search ->> 'name'), v_query, private.search_hash(v_query), p_search ->> 'frequency', v_key, v_anchor)
  returning * into v_search;
  return pg_catalog.jsonb_build_object('search', private.search_view(v_search), 'is_repeat', false);
end;
$$;
comment on function public.saved_search_create(uuid, jsonb) is
  'Saves a search {name, query, frequency}: {search, is_repeat}. The same filters again return the saved search, unchanged. At most '
  'twenty a user, counted under a lock on the user. Reasons: authentication_required, account_blocked, validation_failed (with the field), '
  'saved_search_limit_reached, saved_search_too_broad (for instant notifications, see private.search_key).';

create function public.saved_searches_list(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(private.search_view(s) order by s.created_at desc, s.id desc), '[]')
  from public.saved_searches s where s.user_id = p_user_id;
$$;
comment on function public.saved_searches_list(uuid) is 'Returns a user''s saved searches, newest first: see private.search_view.';

create function public.saved_search_update(p_user_id uuid, p_search_id uuid, p_changes jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason constant text := private.searcher_refusal(p_user_id);
  v_search public.saved_searches;
begin
  select s.* into v_search from public.saved_searches s where s.id = p_search_id and s.user_id = p_user_id for no key update;
  if v_reason is not null or v_search.id is null then
    return pg_catalog.jsonb_build_object('reason', coalesce(v_reason, 'not_found'));
  elsif private.clean_line(p_changes ->> 'name') = '' then
    return '{"reason": "validation_failed", "field": "name"}';
  elsif p_changes ->> 'frequency' = 'instant' and v_search.key is null and v_search.anchor is null then
    return '{"reason": "saved_search_too_broad"}';
  end if;
  update public.saved_searches s set name = coalesce(private.clean_line(p_changes ->> 'name'), s.name),
    frequency = coalesce(p_changes ->> 'frequency', s.frequency) where s.id = p_search_id returning s.* into v_search;
  return pg_catalog.jsonb_build_object('search', private.search_view(v_search));
end;
$$;
comment on function public.saved_search_update(uuid, uuid, jsonb) is
  'Changes name or frequency of a saved search: {search}. Idempotent. Reasons: not_found, authentication_required, account_blocked, '
  'validation_failed (with the field), saved_search_too_broad.';

create function public.saved_search_delete(p_user_id uuid, p_search_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  delete from public.saved_searches s where s.id = p_search_id and s.user_id = p_user_id;
  return pg_catalog.jsonb_build_object('id', p_search_id);
end;
$$;
comment on function public.saved_search_delete(uuid, uuid) is
  'Removes a user''s saved search with its hits: {id}. Idempotent, so that an unknown one is no error.';

create function public.saved_search_looked(p_user_id uuid, p_search_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_search public.saved_searches;
begin
  update public.saved_searches s set looked_at = pg_catalog.clock_timestamp()
  where s.id = p_search_id and s.user_id = p_user_id returning s.* into v_search;
  if v_search.id is null then
    return '{"reason": "not_found"}';
  end if;
  update public.search_hits h set digest_no = 0 where h.search_id = p_search_id and h.digest_no is null;
  return pg_catalog.jsonb_build_object('search', private.search_view(v_search));
end;
$$;
comment on function public.saved_search_looked(uuid, uuid) is
  'Records that a user has opened the listings of a saved search: {search}. Waiting hits count as seen. Idempotent. Reason: not_found.';

revoke execute on function private.schedule_search() from public, anon, authenticated;
revoke execute on function private.search_view(public.saved_searches), private.next_digest_at(uuid, text, timestamptz),
  private.searcher_refusal(uuid), public.saved_search_create(uuid, jsonb), public.saved_searches_list(uuid),
  public.saved_search_update(uuid, uuid, jsonb), public.saved_search_delete(uuid, uuid), public.saved_search_looked(uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.search_view(public.saved_searches), private.next_digest_at(uuid, text, timestamptz),
  private.searcher_refusal(uuid), public.saved_search_create(uuid, jsonb), public.saved_searches_list(uuid),
  public.saved_search_update(uuid, uuid, jsonb), public.saved_search_delete(uuid, uuid), public.saved_search_looked(uuid, uuid)
  to service_role;
