-- Likes, favourites and reports.

create function public.listing_react(p_user_id uuid, p_listing_id uuid, p_kind text, p_is_on boolean) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings := (select l from public.listings l where l.id = p_listing_id);
  v_table text := case p_kind when 'like' then 'listing_likes' else 'listing_saves' end;
  v_is_blocked boolean := (select u.is_blocked from public.accounts u where u.id = p_user_id);
begin
  if v_is_blocked is null then
    return '{"reason": "authentication_required"}';
  elsif v_is_blocked then
    return '{"reason": "account_blocked"}';
  elsif p_is_on and private.shows_listing(v_listing, p_user_id) is not true then
    return '{"reason": "not_found"}';
  elsif p_is_on then
    execute pg_catalog.format('insert into public.%I (user_id, listing_id) values ($1, $2) on conflict do nothing', v_table)
    using p_user_id, p_listing_id;
  else
    execute pg_catalog.format('delete from public.%I where user_id = $1 and listing_id = $2', v_table)
    using p_user_id, p_listing_id;
  end if;
  return coalesce((
    select pg_catalog.jsonb_build_object('id', l.id, 'likes_count', coalesce(c.likes_count, 0),
        'saves_count', coalesce(c.saves_count, 0))
      || case p_kind when 'like' then pg_catalog.jsonb_build_object('is_liked', p_is_on)
        else pg_catalog.jsonb_build_object('is_saved', p_is_on) end
    from public.listings l left join public.listing_counters c on c.listing_id = l.id
    where l.id = p_listing_id), '{"reason": "not_found"}');
end;
$$;
comment on function public.listing_react(uuid, uuid, text, boolean) is
  'Sets or takes back a like or a save; again, it changes nothing: {id, likes_count, saves_count, is_liked or is_saved}. '
  'What is not shown any more can still be taken back. Reasons: not_found, account_blocked, authentication_required.';

create function private.queue_report(p_listing_id uuid, p_reason text) returns void
language sql volatile set search_path = '' as $$
  insert into public.moderation_queue as q (listing_id, priority, reports_count) values (p_listing_id, 'high', 1)
  on conflict (listing_id) do update set reports_count = q.reports_count + 1,
    priority = case when q.reports_count >= 2 or q.priority = 'urgent' then 'urgent' else 'high' end,
    status = case when q.status in ('approved', 'rejected') then 'pending' else q.status end,
    submitted_at = case when q.status in ('approved', 'rejected') then pg_catalog.now() else q.submitted_at end,
    assigned_to = case when q.status in ('approved', 'rejected') then null else q.assigned_to end,
    completed_at = null, reason = null;
  insert into public.moderation_events (listing_id, action, details)
  values (p_listing_id, 'report', pg_catalog.jsonb_build_object('reason', p_reason));
$$;
comment on function private.queue_report(uuid, text) is
  'Begins the check of a reported listing anew with high priority, urgent from the third report on.';

create function public.listing_report(p_user_id uuid, p_listing_id uuid, p_reason text, p_comment text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings;
  v_is_blocked boolean := (select u.is_blocked from public.accounts u where u.id = p_user_id);
begin
  -- The listing before its place in the queue, as every other change takes them.
  select l.* into v_listing from public.listings l where l.id = p_listing_id for no key update;
  if v_is_blocked is null then
    return '{"reason": "authentication_required"}';
  elsif v_is_blocked then
    return '{"reason": "account_blocked"}';
  elsif private.shows_listing(v_listing, p_user_id) is not true then
    return '{"reason": "not_found"}';
  elsif private.edits_listing(v_listing, p_user_id) then
    return '{"reason": "forbidden"}';
  end if;
  insert into public.reports (reporter_id, target_type, target_id, reported_user_id, reason, comment)
  values (p_user_id, 'listing', p_listing_id, v_listing.seller_user_id, p_reason, p_comment)
  on conflict do nothing;
  return pg_catalog.jsonb_build_object('id', p_listing_id);
end;
$$;
comment on function public.listing_report(uuid, uuid, text, text) is
  'Reports a listing, once per user: {id}. The check begins anew with high priority, urgent from the third report on; the '
  'listing stays as it is. Reasons: not_found, forbidden (one''s own), account_blocked, authentication_required.';

revoke execute on function private.queue_report(uuid, text), public.listing_react(uuid, uuid, text, boolean), public.listing_report(uuid, uuid, text, text)
  from public, anon, authenticated;
grant execute on function private.queue_report(uuid, text), public.listing_react(uuid, uuid, text, boolean), public.listing_report(uuid, uuid, text, text)
  to service_role;
