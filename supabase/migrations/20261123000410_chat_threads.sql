-- Opening, listing and removal of conversations. A refusal is {"reason": <error code>}.

create function private.chat_blocked(p_one uuid, p_other uuid) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select exists (
      select from public.chat_blocks b where (b.blocker_id, b.blocked_id) in ((p_one, p_other), (p_other, p_one))));
end;
$$;
comment on function private.chat_blocked(uuid, uuid) is 'Returns true when either of the two has blocked the other.';

create function private.chat_person(p_user_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url,
      'is_verified', p.is_verified)
    from public.public_profiles p where p.id = p_user_id);
end;
$$;
comment on function private.chat_person(uuid) is
  'Returns the part of a profile that the other side of a conversation sees.';

create function private.chat_unread(p_thread public.chat_threads, p_user_id uuid) returns bigint
language sql stable set search_path = '' as $$
  select pg_catalog.count(*) from public.chat_messages m
  where m.thread_id = p_thread.id and not m.is_read
    and m.sender_id = case when p_user_id = p_thread.buyer_id then p_thread.seller_id else p_thread.buyer_id end
    and m.created_at > coalesce(
      case when p_user_id = p_thread.buyer_id then p_thread.buyer_deleted_at else p_thread.seller_deleted_at end,
      '-infinity');
$$;
comment on function private.chat_unread(public.chat_threads, uuid) is
  'Counts unread messages of the other side, without those that this side has removed.';

create function private.chat_thread_as_seen(p_thread public.chat_threads, p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'id', p_thread.id, 'listing_id', p_thread.listing_id,
    'buyer_id', p_thread.buyer_id, 'seller_id', p_thread.seller_id,
    'last_message', p_thread.last_message, 'last_message_at', p_thread.last_message_at,
    'last_message_sender_id', p_thread.last_message_sender_id, 'created_at', p_thread.created_at,
    'newest_at', coalesce(p_thread.last_message_at, p_thread.created_at),
    'listing', (
      select pg_catalog.jsonb_build_object('id', l.id, 'title', l.title, 'price', l.price, 'currency', l.currency,
        'thumbnail_url', coalesce(l.thumbnail_url, l.video_thumbnail_url), 'category', l.category, 'status', l.status)
      from public.listings l where l.id = p_thread.listing_id and l.deleted_at is null
        and (l.seller_user_id = p_user_id or (not l.is_hidden and l.status in ('active', 'sold', 'archived', 'expired')))),
    'buyer', private.chat_person(p_thread.buyer_id), 'seller', private.chat_person(p_thread.seller_id),
    'other', private.chat_person(o.id),
    'unread_count', private.chat_unread(p_thread, p_user_id),
    'is_blocked', exists (
      select from public.chat_blocks b where b.blocker_id = p_user_id and b.blocked_id = o.id))
  from (select case when p_user_id = p_thread.buyer_id then p_thread.seller_id else p_thread.buyer_id end as id) as o;
$$;
comment on function private.chat_thread_as_seen(public.chat_threads, uuid) is
  'Returns a conversation for one of its two sides: the listing while it is visible, the other side, the unread '
  'count, and the viewer''s block of the other. Ignores removed messages.';

create function public.chat_open_thread(p_user_id uuid, p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_listing public.listings;
  v_thread public.chat_threads;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select t.* into v_thread from public.chat_threads t where t.listing_id = p_listing_id and t.buyer_id = p_user_id;
  if v_thread.id is not null then
    return private.chat_thread_as_seen(v_thread, p_user_id);
  end if;
  select l.* into v_listing from public.listings l where l.id = p_listing_id and l.deleted_at is null;
  if v_listing.seller_user_id = p_user_id then
    return '{"reason": "chat_own_listing"}';
  elsif v_listing.id is null or v_listing.status <> 'active' or v_listing.is_hidden then
    return '{"reason": "not_found"}';
  elsif private.chat_blocked(p_user_id, v_listing.seller_user_id) then
    return '{"reason": "chat_blocked"}';
  end if;
  insert into public.chat_threads (listing_id, buyer_id, seller_id)
  values (p_listing_id, p_user_id, v_listing.seller_user_id)
  on conflict (listing_id, buyer_id) do nothing;
  select t.* into v_thread from public.chat_threads t where t.listing_id = p_listing_id and t.buyer_id = p_user_id;
  return private.chat_thread_as_seen(v_thread, p_user_id);
end;
$$;
comment on function public.chat_open_thread(uuid, uuid) is
  'Opens the conversation of this buyer about this listing, or returns the existing one. Reasons: not_found, '
  'chat_own_listing, chat_blocked, account_blocked, authentication_required.';

create function public.chat_threads_page(
  p_user_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer
) returns jsonb
language sql stable set search_path = '' as $$
  with mine as (
    (select t.* from public.chat_threads t
     where t.buyer_id = p_user_id and (t.buyer_deleted_at is null or t.last_message_at > t.buyer_deleted_at)
       and (coalesce(t.last_message_at, t.created_at), t.id) < (p_before, p_before_id)
     order by coalesce(t.last_message_at, t.created_at) desc, t.id desc limit p_limit)
    union all
    (select t.* from public.chat_threads t
     where t.seller_id = p_user_id and t.last_message_at is not null
       and (t.seller_deleted_at is null or t.last_message_at > t.seller_deleted_at)
       and (coalesce(t.last_message_at, t.created_at), t.id) < (p_before, p_before_id)
     order by coalesce(t.last_message_at, t.created_at) desc, t.id desc limit p_limit)
  ), page as (
    select t.* from mine t order by coalesce(t.last_message_at, t.created_at) desc, t.id desc limit p_limit
  )
  select pg_catalog.jsonb_build_object(
    'threads', coalesce((
      select pg_catalog.jsonb_agg(private.chat_thread_as_seen(p::public.chat_threads, p_user_id)
        order by coalesce(p.last_message_at, p.created_at) desc, p.id desc)
      from page p), '[]'),
    'unread_total', (
      -- One subquery for each side: an index lookup of unread messages per conversation.
      select coalesce(pg_catalog.sum(s.unread), 0) from (
        select (select pg_catalog.count(*) from public.chat_messages m
                where m.thread_id = b.id and m.sender_id = b.seller_id and not m.is_read
                  and m.created_at > coalesce(b.buyer_deleted_at, '-infinity')) as unread
        from public.chat_threads b where b.buyer_id = p_user_id
        union all
        select (select pg_catalog.count(*) from public.chat_messages m
                where m.thread_id = c.id and m.sender_id = c.buyer_id and not m.is_read
                  and m.created_at > coalesce(c.seller_deleted_at, '-infinity'))
        from public.chat_threads c where c.seller_id = p_user_id) as s));
$$;
comment on function public.chat_threads_page(uuid, timestamptz, uuid, integer) is
  'Returns a page of a user''s conversations {threads, unread_total}, newest first, after (p_before, p_before_id), '
  'which are newest_at and id. A removed conversation returns with a new message; sellers see no empty '
  'conversation.';

create function public.chat_remove_thread(p_user_id uuid, p_thread_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  perform 1 from public.chat_threads t
  where t.id = p_thread_id and p_user_id in (t.buyer_id, t.seller_id) for no key update;
  if not found then
    return '{"reason": "not_found"}';
  end if;
  update public.chat_threads t set
    buyer_deleted_at = case when t.buyer_id = p_user_id then pg_catalog.clock_timestamp() else t.buyer_deleted_at end,
    seller_deleted_at = case when t.seller_id = p_user_id then pg_catalog.clock_timestamp() else t.seller_deleted_at end
  where t.id = p_thread_id;
  return '{}';
end;
$$;
comment on function public.chat_remove_thread(uuid, uuid) is
  'Removes a conversation, with its messages so far, for this side only. Reason: not_found.';

revoke execute on function private.chat_blocked(uuid, uuid), private.chat_person(uuid),
  private.chat_unread(public.chat_threads, uuid), private.chat_thread_as_seen(public.chat_threads, uuid),
  public.chat_open_thread(uuid, uuid), public.chat_threads_page(uuid, timestamptz, uuid, integer),
  public.chat_remove_thread(uuid, uuid) from public, anon, authenticated;
grant execute on function private.chat_blocked(uuid, uuid), private.chat_person(uuid),
  private.chat_unread(public.chat_threads, uuid), private.chat_thread_as_seen(public.chat_threads, uuid),
  public.chat_open_thread(uuid, uuid), public.chat_threads_page(uuid, timestamptz, uuid, integer),
  public.chat_remove_thread(uuid, uuid) to service_role;
