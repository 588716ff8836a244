-- Opening, reading and writing conversations, and blocking people.

-- Opening and listing conversations. A refusal is {"reason": <error code>}.

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
  'Returns a conversation for one of its two sides: the listing while it may be shown, the other side, the unread '
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
      -- Written out for each side: one short look into the index of unread messages per conversation.
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
  'which are newest_at and id. A removed conversation returns with a new message; a seller sees no empty '
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

-- Sending and reading messages. Times inside a conversation are given while its row is held, so that messages, and the
-- mark of a removal among them, have one order. A refusal is {"reason": <error code>}.

create function private.notify_of_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.notifications (user_id, from_user_id, type, title, message, action_url, data, dedupe_key, created_at)
  select case when new.sender_id = t.buyer_id then t.seller_id else t.buyer_id end, new.sender_id, 'chat_message',
    pg_catalog.left(p.name, 200), coalesce(t.last_message, ''), 'app360://chat/' || t.id,
    pg_catalog.jsonb_build_object('thread_id', t.id, 'listing_id', t.listing_id, 'message_id', new.id),
    'chat:' || t.id, new.created_at
  from public.chat_threads t
  join public.public_profiles p on p.id = new.sender_id
  where t.id = new.thread_id
  on conflict (user_id, dedupe_key) do update set from_user_id = excluded.from_user_id, title = excluded.title,
    message = excluded.message, data = excluded.data, in_app = excluded.in_app, is_read = false, created_at = excluded.created_at;
  return null;
end;
$$;
comment on function private.notify_of_message() is
  'Trigger: keeps one notification per conversation for the recipient and renews it with each message. Its name '
  'orders it after the trigger that keeps last_message.';
create trigger chat_messages_tell_recipient after insert on public.chat_messages
  for each row when (not new.is_read) execute function private.notify_of_message();

create function private.read_notification_of_thread() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.notifications n set is_read = true
  from (select distinct r.thread_id, case when r.sender_id = t.buyer_id then t.seller_id else t.buyer_id end as reader_id
    from written r join public.chat_threads t on t.id = r.thread_id where r.is_read) as d
  where n.user_id = d.reader_id and n.dedupe_key = 'chat:' || d.thread_id and not n.is_read and not exists (
    select from public.chat_messages m where m.thread_id = d.thread_id and m.sender_id <> d.reader_id and not m.is_read);
  return null;
end;
$$;
comment on function private.read_notification_of_thread() is
  'Trigger: marks the notification of a conversation as read once its reader has read every message, on every way.';
create trigger chat_messages_read_notification after update on public.chat_messages referencing new table as written
  for each statement execute function private.read_notification_of_thread();

create function private.chat_message_as_seen(p_message public.chat_messages) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object(
      'id', p_message.id, 'thread_id', p_message.thread_id, 'sender_id', p_message.sender_id,
      'message_type', p_message.message_type, 'body', p_message.body, 'image_url', p_message.image_url,
      'offer_amount', p_message.offer_amount, 'is_read', p_message.is_read, 'read_at', p_message.read_at,
      'client_message_id', p_message.client_message_id, 'created_at', p_message.created_at,
      'sender', private.chat_person(p_message.sender_id)));
end;
$$;
comment on function private.chat_message_as_seen(public.chat_messages) is
  'Returns a message with the public part of its sender.';

create function private.chat_replay_of(
  p_thread_id uuid, p_sender_id uuid, p_message jsonb, p_client_message_id uuid, p_replay_seconds integer
) returns public.chat_messages
language plpgsql stable set search_path = '' as $$
declare
  v_message public.chat_messages;
begin
  select m.* into v_message from public.chat_messages m
  where m.thread_id = p_thread_id and m.sender_id = p_sender_id and m.client_message_id = p_client_message_id
  union all
  (select n.* from (
      select m.* from public.chat_messages m
      where m.thread_id = p_thread_id order by m.created_at desc, m.id desc limit 1) as n
   where p_client_message_id is null and n.client_message_id is null and n.sender_id = p_sender_id
     and n.created_at > pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => p_replay_seconds)
     and pg_catalog.to_jsonb(n) @> p_message);
  return v_message;
end;
$$;
comment on function private.chat_replay_of(uuid, uuid, jsonb, uuid, integer) is
  'Finds the message that this one repeats: by the id that the sender chose, else the newest of the conversation when '
  'it is equal, of the same sender, and at most p_replay_seconds old.';

create function public.chat_send(
  p_user_id uuid, p_thread_id uuid, p_message jsonb, p_client_message_id uuid, p_replay_seconds integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_thread public.chat_threads;
  v_message public.chat_messages;
begin
  select t.* into v_thread from public.chat_threads t
  where t.id = p_thread_id and p_user_id in (t.buyer_id, t.seller_id) for no key update;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif v_thread.id is null then
    return '{"reason": "not_found"}';
  end if;
  v_message := private.chat_replay_of(p_thread_id, p_user_id, p_message, p_client_message_id, p_replay_seconds);
  if v_message.id is not null then
    return case when pg_catalog.to_jsonb(v_message) @> p_message then private.chat_message_as_seen(v_message)
      else '{"reason": "idempotency_key_reused"}' end;
  elsif private.chat_blocked(v_thread.buyer_id, v_thread.seller_id) then
    return '{"reason": "chat_blocked"}';
  end if;
  insert into public.chat_messages (thread_id, sender_id, message_type, body, image_url, offer_amount,
    client_message_id, created_at)
  select p_thread_id, p_user_id, m.message_type, coalesce(m.body, ''), m.image_url, m.offer_amount,
    p_client_message_id, pg_catalog.clock_timestamp()
  from pg_catalog.jsonb_populate_record(null::public.chat_messages, p_message) as m
  returning * into v_message;
  return private.chat_message_as_seen(v_message);
end;
$$;
comment on function public.chat_send(uuid, uuid, jsonb, uuid, integer) is
  'Writes {message_type, body, image_url, offer_amount} into a conversation; a repeat returns the first message. '
  'Reasons: not_found, chat_blocked, idempotency_key_reused, account_blocked, authentication_required.';

create function public.chat_messages_page(
  p_user_id uuid, p_thread_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer
) returns jsonb
language sql stable set search_path = '' as $$
  with thread as materialized (
    select t.id, case when t.buyer_id = p_user_id then t.buyer_deleted_at else t.seller_deleted_at end as removed_at
    from public.chat_threads t where t.id = p_thread_id and p_user_id in (t.buyer_id, t.seller_id)
  ), page as (
    select m.* from public.chat_messages m
    where m.thread_id = (select t.id from thread t)
      and m.created_at > coalesce((select t.removed_at from thread t), '-infinity')
      and (m.created_at, m.id) < (p_before, p_before_id)
    order by m.created_at desc, m.id desc limit p_limit
  )
  select case when not exists (select from thread) then '{"reason": "not_found"}'
    else pg_catalog.jsonb_build_object('messages', coalesce((
      select pg_catalog.jsonb_agg(private.chat_message_as_seen(p::public.chat_messages) order by p.created_at desc, p.id desc)
      from page p), '[]')) end;
$$;
comment on function public.chat_messages_page(uuid, uuid, timestamptz, uuid, integer) is
  'Returns a page of a conversation {messages}, newest first, after the message (p_before, p_before_id), without '
  'messages that this side has removed. Reason: not_found.';

create function public.chat_mark_read(p_user_id uuid, p_thread_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_read integer;
begin
  perform 1 from public.chat_threads t
  where t.id = p_thread_id and p_user_id in (t.buyer_id, t.seller_id) for no key update;
  if not found then
    return '{"reason": "not_found"}';
  end if;
  update public.chat_messages m set is_read = true
  where m.thread_id = p_thread_id and m.sender_id <> p_user_id and not m.is_read;
  get diagnostics v_read = row_count;
  update public.notifications n set is_read = true
  where n.user_id = p_user_id and n.dedupe_key = 'chat:' || p_thread_id and not n.is_read;
  return pg_catalog.jsonb_build_object('read', v_read);
end;
$$;
comment on function public.chat_mark_read(uuid, uuid) is
  'Marks messages of the other side, and their notification, as read: {read}. Reason: not_found.';

-- Blocking a person, and reporting a person or a message. A refusal is {"reason": <error code>}.

create function public.chat_block(p_user_id uuid, p_other_user_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if p_user_id = p_other_user_id then
    return '{"reason": "forbidden"}';
  elsif not exists (select from public.accounts u where u.id = p_other_user_id) then
    return '{"reason": "not_found"}';
  elsif not exists (select from public.accounts u where u.id = p_user_id) then
    return '{"reason": "authentication_required"}';
  end if;
  insert into public.chat_blocks (blocker_id, blocked_id) values (p_user_id, p_other_user_id)
  on conflict (blocker_id, blocked_id) do nothing;
  return '{}';
end;
$$;
comment on function public.chat_block(uuid, uuid) is
  'Blocks a user for the caller. Idempotent. Reasons: not_found, forbidden (oneself), authentication_required.';

create function public.chat_unblock(p_user_id uuid, p_other_user_id uuid) returns jsonb
language sql volatile set search_path = '' as $$
  delete from public.chat_blocks b where b.blocker_id = p_user_id and b.blocked_id = p_other_user_id;
  select '{}'::jsonb;
$$;
comment on function public.chat_unblock(uuid, uuid) is 'Removes the caller''s own block. Idempotent.';

create function public.chat_report(
  p_user_id uuid, p_target_type text, p_target_id uuid, p_reason text, p_comment text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_reported uuid;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif p_target_type = 'user' then
    select u.id into v_reported from public.accounts u where u.id = p_target_id;
  else
    select m.sender_id into v_reported from public.chat_messages m
    join public.chat_threads t on t.id = m.thread_id and p_user_id in (t.buyer_id, t.seller_id)
    where m.id = p_target_id;
  end if;
  if v_reported is null then
    return '{"reason": "not_found"}';
  elsif v_reported = p_user_id then
    return '{"reason": "forbidden"}';
  end if;
  insert into public.reports (reporter_id, target_type, target_id, reported_user_id, reason, comment)
  values (p_user_id, p_target_type, p_target_id, v_reported, p_reason, p_comment)
  on conflict (reporter_id, target_type, target_id) do nothing;
  return '{}';
end;
$$;
comment on function public.chat_report(uuid, text, uuid, text, text) is
  'Reports a user, or a message of the caller''s own conversations; the first report of a subject stays. Reasons: '
  'not_found, forbidden (oneself), account_blocked, authentication_required.';

revoke execute on function private.chat_blocked(uuid, uuid), private.chat_person(uuid),
  private.chat_unread(public.chat_threads, uuid), private.chat_thread_as_seen(public.chat_threads, uuid),
  public.chat_open_thread(uuid, uuid), public.chat_threads_page(uuid, timestamptz, uuid, integer),
  public.chat_remove_thread(uuid, uuid), private.chat_message_as_seen(public.chat_messages),
  private.chat_replay_of(uuid, uuid, jsonb, uuid, integer), public.chat_send(uuid, uuid, jsonb, uuid, integer),
  public.chat_messages_page(uuid, uuid, timestamptz, uuid, integer), public.chat_mark_read(uuid, uuid),
  public.chat_block(uuid, uuid), public.chat_unblock(uuid, uuid), public.chat_report(uuid, text, uuid, text, text)
  from public, anon, authenticated;
grant execute on function private.chat_blocked(uuid, uuid), private.chat_person(uuid),
  private.chat_unread(public.chat_threads, uuid), private.chat_thread_as_seen(public.chat_threads, uuid),
  public.chat_open_thread(uuid, uuid), public.chat_threads_page(uuid, timestamptz, uuid, integer),
  public.chat_remove_thread(uuid, uuid), private.chat_message_as_seen(public.chat_messages),
  private.chat_replay_of(uuid, uuid, jsonb, uuid, integer), public.chat_send(uuid, uuid, jsonb, uuid, integer),
  public.chat_messages_page(uuid, uuid, timestamptz, uuid, integer), public.chat_mark_read(uuid, uuid),
  public.chat_block(uuid, uuid), public.chat_unblock(uuid, uuid), public.chat_report(uuid, text, uuid, text, text)
  to service_role;
revoke execute on function private.notify_of_message(), private.read_notification_of_thread() from public, anon, authenticated;
