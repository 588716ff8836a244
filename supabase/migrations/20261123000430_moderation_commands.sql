-- Commands and queries of moderators.

-- Every function locks the listing before its queue item, so that a decision and a change
-- by the seller wait for each other. p_version is the version shown to the moderator.

create function private.moderator_refusal(p_moderator_id uuid) returns text
language sql stable set search_path = '' as $$
  select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
    when u.role not in ('moderator', 'admin') then 'forbidden' end
  from (select p_moderator_id as id) as asked left join public.accounts u on u.id = asked.id;
$$;
comment on function private.moderator_refusal(uuid) is 'Returns the reason of a refusal to moderate, else null.';

create function private.queue_item(p_queue public.moderation_queue) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.to_jsonb(p_queue) || pg_catalog.jsonb_build_object(
    'rank', pg_catalog.array_position(array['urgent', 'high', 'normal', 'low'], p_queue.priority),
    'listing', pg_catalog.jsonb_build_object('id', l.id, 'category', l.category, 'title', l.title,
      'description', l.description, 'price', l.price, 'currency', l.currency, 'city', l.city, 'location', l.location,
      'status', l.status, 'moderation_status', l.moderation_status, 'thumbnail_url', l.thumbnail_url,
      'video_url', l.video_url, 'video_id', l.video_id, 'additional_images', l.additional_images,
      'details', private.full_details(l), 'created_at', l.created_at, 'seller', private.seller_card(l.seller_user_id)))
  from public.listings l where l.id = p_queue.listing_id;
$$;
comment on function private.queue_item(public.moderation_queue) is
  'Returns a queue item with all details for a moderator.';

create function public.moderation_list(
  p_moderator_id uuid, p_statuses text[], p_is_mine boolean, p_after_rank integer, p_after timestamptz, p_after_id uuid,
  p_limit integer
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.moderator_refusal(p_moderator_id);
  v_items jsonb;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select coalesce(pg_catalog.jsonb_agg(private.queue_item(page)), '[]') into v_items from (
    select q.* from public.moderation_queue q join public.listings l on l.id = q.listing_id and l.deleted_at is null
    where q.status in ('pending', 'in_review', 'escalated') and q.status = any (p_statuses)
      and (not p_is_mine or q.assigned_to = p_moderator_id)
      and (pg_catalog.array_position(array['urgent', 'high', 'normal', 'low'], q.priority), q.submitted_at, q.id)
        > (p_after_rank, p_after, p_after_id)
    order by pg_catalog.array_position(array['urgent', 'high', 'normal', 'low'], q.priority), q.submitted_at, q.id
    limit p_limit
  ) as page;
  return pg_catalog.jsonb_build_object('items', v_items);
end;
$$;
comment on function public.moderation_list(uuid, text[], boolean, integer, timestamptz, uuid, integer) is
  'Returns a page of the open queue {items}, most urgent and then oldest first. Reasons: forbidden, account_blocked, '
  'authentication_required.';

create function public.moderation_read(p_moderator_id uuid, p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select case when refusal.reason is not null then pg_catalog.jsonb_build_object('reason', refusal.reason)
    else coalesce((
      select private.queue_item(q) || pg_catalog.jsonb_build_object(
        'events', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('action', e.action, 'reason', e.reason,
            'details', e.details, 'moderator_id', e.moderator_id, 'created_at', e.created_at)
            order by e.created_at, e.id), '[]')
          from public.moderation_events e where e.listing_id = q.listing_id),
        'reports', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('reason', r.reason,
            'comment', r.comment, 'status', r.status, 'created_at', r.created_at) order by r.created_at), '[]')
          from public.reports r where r.target_type = 'listing' and r.target_id = q.listing_id))
      from public.moderation_queue q where q.listing_id = p_listing_id), '{"reason": "not_found"}') end
  from (select private.moderator_refusal(p_moderator_id) as reason) as refusal;
$$;
comment on function public.moderation_read(uuid, uuid) is
  'Returns one queue item with its history {…, events, reports}. Reasons: not_found, forbidden, account_blocked, '
  'authentication_required.';

create function private.is_party_to(p_user_id uuid, p_listing_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.listings l left join public.business_members m
      on m.business_id = l.business_id and m.user_id = p_user_id and m.status = 'active'
    where l.id = p_listing_id and (l.seller_user_id = p_user_id or m.id is not null));
$$;
comment on function private.is_party_to(uuid, uuid) is
  'Returns true for a listing of the staff member or of a business in which the staff member works.';

create function private.decision_refusal(
  p_moderator_id uuid, p_queue public.moderation_queue, p_version integer
) returns text
language sql stable set search_path = '' as $$
  select case
    when p_queue.id is null then 'not_found'
    when private.is_party_to(p_moderator_id, p_queue.listing_id) then 'forbidden'
    when p_queue.version <> p_version then 'moderation_outdated'
    when p_queue.status in ('approved', 'rejected') then 'moderation_decided'
    when u.role <> 'admin' and p_queue.status = 'escalated' then 'forbidden'
    when u.role <> 'admin' and p_queue.status = 'in_review' and p_queue.assigned_to <> p_moderator_id
      then 'moderation_taken' end
  from public.accounts u where u.id = p_moderator_id;
$$;
comment on function private.decision_refusal(uuid, public.moderation_queue, integer) is
  'Returns the reason for which a moderator may not act on this queue item, else null: forbidden for the moderator''s own listings '
  'and those of the moderator''s businesses. An administrator may act on items assigned to others.';

create function public.moderation_act(
  p_moderator_id uuid, p_listing_id uuid, p_version integer, p_action text, p_reason text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.moderator_refusal(p_moderator_id);
  v_queue public.moderation_queue;
begin
  if v_reason is null then
    perform 1 from public.listings l where l.id = p_listing_id for no key update;
    select q.* into v_queue from public.moderation_queue q where q.listing_id = p_listing_id for update;
    v_reason := private.decision_refusal(p_moderator_id, v_queue, p_version);
  end if;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.moderation_queue q set
    status = case p_action when 'assign' then 'in_review' when 'release' then 'pending' when 'escalate' then 'escalated'
      when 'approve' then 'approved' else 'rejected' end,
    assigned_to = case when p_action in ('release', 'escalate') then null else p_moderator_id end,
    started_at = case when p_action = 'release' then null else coalesce(q.started_at, pg_catalog.now()) end,
    completed_at = case when p_action in ('approve', 'reject') then pg_catalog.now() end,
    reason = case p_action when 'reject' then p_reason end
  where q.id = v_queue.id returning q.* into v_queue;
  insert into public.moderation_events (listing_id, moderator_id, action, reason, details)
  values (p_listing_id, p_moderator_id, p_action, p_reason, pg_catalog.jsonb_build_object('version', p_version));
  perform private.apply_decision(p_moderator_id, p_listing_id, p_action);
  return private.queue_item(v_queue);
end;
$$;
comment on function public.moderation_act(uuid, uuid, integer, text, text) is
  'Performs assign, release, approve, reject (with p_reason) or escalate and returns the queue item afterwards. '
  'Reasons: not_found, forbidden, account_blocked, authentication_required, moderation_outdated (the listing has '
  'changed since p_version), moderation_decided, moderation_taken.';

create function private.apply_decision(p_moderator_id uuid, p_listing_id uuid, p_action text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if p_action in ('assign', 'release') then
    return;
  end if;
  update public.listings l set
    moderation_status = case p_action when 'approve' then 'approved' when 'reject' then 'rejected' else 'escalated' end,
    status = case when p_action = 'approve' and l.status = 'pending_review' then 'active'
      when p_action = 'reject' and l.status in ('active', 'pending_review', 'sold') then 'rejected' else l.status end,
    sold_at = case when p_action <> 'reject' or l.status = 'archived' then l.sold_at end,
    delete_at = case when p_action <> 'reject' or l.status = 'archived' then l.delete_at end
  where l.id = p_listing_id;
  if p_action <> 'escalate' then
    update public.reports r set status = case p_action when 'reject' then 'upheld' else 'dismissed' end,
      resolved_by = p_moderator_id, resolved_at = pg_catalog.now()
    where r.target_type = 'listing' and r.target_id = p_listing_id and r.status = 'pending';
    update public.moderation_queue q set reports_count = 0 where q.listing_id = p_listing_id and q.reports_count > 0;
  end if;
end;
$$;
comment on function private.apply_decision(uuid, uuid, text) is
  'Applies a decision to the listing and to the reports about it. Approval shows a waiting listing; rejection hides '
  'it, also when it is shown already.';

revoke execute on function private.moderator_refusal(uuid), private.queue_item(public.moderation_queue),
  public.moderation_list(uuid, text[], boolean, integer, timestamptz, uuid, integer),
  public.moderation_read(uuid, uuid), private.decision_refusal(uuid, public.moderation_queue, integer),
  private.is_party_to(uuid, uuid),
  public.moderation_act(uuid, uuid, integer, text, text), private.apply_decision(uuid, uuid, text)
  from public, anon, authenticated;
grant execute on function private.moderator_refusal(uuid), private.queue_item(public.moderation_queue),
  public.moderation_list(uuid, text[], boolean, integer, timestamptz, uuid, integer),
  public.moderation_read(uuid, uuid), private.decision_refusal(uuid, public.moderation_queue, integer),
  private.is_party_to(uuid, uuid),
  public.moderation_act(uuid, uuid, integer, text, text), private.apply_decision(uuid, uuid, text) to service_role;
