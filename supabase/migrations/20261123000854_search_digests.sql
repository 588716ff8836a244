-- Notifications of hits: one numbered notification per user and frequency (docs/decisions/0140).

create function public.search_digests_due(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', d.id, 'user_id', d.user_id) order by d.next_at), '[]')
  from (select c.id, c.user_id, c.next_at from public.search_schedules c where c.next_at <= pg_catalog.clock_timestamp()
    order by c.next_at limit p_limit) as d;
$$;
comment on function public.search_digests_due(integer) is
  'Returns up to p_limit due schedules [{id, user_id}], for search_digests_tell.';

create function private.settle_hits(p_schedule public.search_schedules, p_viewer bytea) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_until constant timestamptz := pg_catalog.clock_timestamp() + interval '3 seconds';
  v_search public.saved_searches;
begin
  for v_search in select s.* from public.saved_searches s where s.user_id = p_schedule.user_id and s.frequency = p_schedule.frequency
      and s.key is null and s.anchor is null order by s.matched_until, s.id loop
    -- The others of a user whose searches take long are evaluated for the next digest, from where they stand.
    exit when pg_catalog.clock_timestamp() >= v_until;
    perform private.match_broad_search(v_search, 100, least(v_until, pg_catalog.clock_timestamp() + interval '1 second'));
  end loop;
  -- What comes back into view arrives again; what was seen is not told any more.
  delete from public.search_hits h using public.listings l, public.saved_searches s
  where h.user_id = p_schedule.user_id and h.digest_no is null and l.id = h.listing_id and s.id = h.search_id
    and s.frequency = p_schedule.frequency and not private.is_news(h.user_id, l);
  update public.search_hits h set digest_no = 0 from public.saved_searches s
  where h.user_id = p_schedule.user_id and h.digest_no is null and s.id = h.search_id and s.frequency = p_schedule.frequency
    and (private.has_seen(h.user_id, h.listing_id, p_viewer)
      or exists (select from public.accounts u where u.id = h.user_id and u.is_blocked));
end;
$$;
comment on function private.settle_hits(public.search_schedules, bytea) is
  'Evaluates the broad searches of a schedule, then drops waiting hits that are deleted, own, blocked or seen. A blocked user gets no notification.';

create function private.tell_hits(p_schedule public.search_schedules, p_no integer) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_language constant text := (select u.language from public.accounts u where u.id = p_schedule.user_id);
  v_values jsonb;
begin
  with told as (
    update public.search_hits h set digest_no = p_no from public.saved_searches s
    where h.user_id = p_schedule.user_id and h.digest_no is null and s.id = h.search_id and s.frequency = p_schedule.frequency
    returning h.listing_id, h.created_at, s.id as search_id, s.name
  ), newest as (
    select distinct on (t.listing_id) t.listing_id, t.created_at, t.search_id, t.name, l.title
    from told t join public.listings l on l.id = t.listing_id order by t.listing_id, t.created_at desc, t.search_id
  )
  select pg_catalog.jsonb_build_object('frequency', p_schedule.frequency, 'digest_no', p_no, 'count', pg_catalog.count(*),
    'search_id', f.ids[1], 'search', f.names[1], 'action_url', 'app360://saved-searches/' || f.ids[1],
    'listing_ids', f.listings[1:5], 'listing', case when pg_catalog.count(*) = 1 then f.titles[1] else f.titles[1]
      || (array[' и ещё ', ' жана дагы ', ' and more: '])[private.language_place(v_language)] || pg_catalog.count(*) - 1 end)
  into v_values
  from newest n cross join (
    select pg_catalog.array_agg(o.search_id order by o.created_at desc, o.listing_id) as ids,
      pg_catalog.array_agg(o.name order by o.created_at desc, o.listing_id) as names,
      pg_catalog.array_agg(o.listing_id order by o.created_at desc, o.listing_id) as listings,
      pg_catalog.array_agg(o.title order by o.created_at desc, o.listing_id) as titles from newest o) as f
  group by f.ids, f.names, f.listings, f.titles;
  if v_values is null then
    return false;
  end if;
  perform private.enqueue_notification(p_schedule.user_id, 'saved_search', 'search:' || p_schedule.frequency || ':' || p_no, v_values);
  return true;
end;
$$;
comment on function private.tell_hits(public.search_schedules, integer) is
  'Assigns one number to all waiting hits of a schedule and notifies of their count and the first five. Returns false without hits '
  'and sends nothing then.';

create function private.tell_schedule(p_schedule public.search_schedules, p_viewer bytea) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_is_told boolean;
begin
  perform private.settle_hits(p_schedule, p_viewer);
  v_is_told := private.tell_hits(p_schedule, p_schedule.digest_no + 1);
  update public.search_schedules c set digest_no = c.digest_no + v_is_told::integer,
    last_at = case when v_is_told then pg_catalog.clock_timestamp() else c.last_at end,
    next_at = case when c.frequency <> 'instant' then private.next_digest_at(c.user_id, c.frequency, pg_catalog.clock_timestamp()) end
  where c.id = p_schedule.id;
  return v_is_told;
end;
$$;
comment on function private.tell_schedule(public.search_schedules, bytea) is
  'Settles the hits of a locked schedule, notifies of them and sets the next time; returns true where there was something to tell.';

create function public.search_digests_tell(p_viewers jsonb) returns jsonb
language plpgsql volatile set search_path = '' set statement_timeout = '15s' as $$
declare
  v_until constant timestamptz := pg_catalog.clock_timestamp() + interval '5 seconds';
  v_due record;
  v_told integer := 0;
  v_failed integer := 0;
begin
  for v_due in
    select c as schedule, v.viewer from pg_catalog.jsonb_to_recordset(p_viewers) as v (id uuid, viewer text)
    join public.search_schedules c on c.id = v.id
    where c.next_at <= pg_catalog.clock_timestamp() order by c.next_at, c.id for update of c skip locked
  loop
    -- What a few users' searches take is not waited for by all: the rest is due at the next call.
    exit when pg_catalog.clock_timestamp() >= v_until;
    begin
      v_told := v_told + private.tell_schedule(v_due.schedule, pg_catalog.decode(v_due.viewer, 'hex'))::integer;
    exception when others then
      v_failed := v_failed + 1;
      update public.search_schedules c set next_at = pg_catalog.clock_timestamp() + interval '1 hour' where c.id = (v_due.schedule).id;
    end;
  end loop;
  return pg_catalog.jsonb_build_object('told', v_told, 'failed', v_failed);
end;
$$;
comment on function public.search_digests_tell(jsonb) is
  'Notifies the users of schedules [{id, viewer (32 hex digits, see private.has_seen)}] whose time has come, each by one caller: number, '
  'hits and notification in one transaction, so that a repeat finds nothing to tell. Works for five seconds; a schedule that fails '
  'stops no other and is tried again in an hour. Returns {told, failed}.';

create function private.sweep_searches(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
begin
  delete from public.search_hits h where h.id in (select x.id from public.search_hits x
    where x.created_at < pg_catalog.now() - interval '100 days' limit p_limit for update skip locked);
  kind := 'search_hits'; get diagnostics removed = row_count; return next;
  delete from public.search_arrivals a where a.id in (select x.id from public.search_arrivals x
    where x.state = 'done' and x.matched_at < pg_catalog.now() - interval '10 days' limit p_limit for update skip locked);
  kind := 'search_arrivals'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_searches(integer) is 'Deletes hits after 100 days, matched arrivals after 10, which is longer than a week.';

revoke execute on function public.search_digests_due(integer), private.settle_hits(public.search_schedules, bytea),
  private.tell_schedule(public.search_schedules, bytea), private.tell_hits(public.search_schedules, integer), public.search_digests_tell(jsonb), private.sweep_searches(integer)
  from public, anon, authenticated;
grant execute on function public.search_digests_due(integer), private.settle_hits(public.search_schedules, bytea),
  private.tell_schedule(public.search_schedules, bytea), private.tell_hits(public.search_schedules, integer), public.search_digests_tell(jsonb), private.sweep_searches(integer) to service_role;
