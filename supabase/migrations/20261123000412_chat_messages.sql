-- Sending and reading of messages. Times inside a conversation are set under its row lock, so that messages, and the
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
  'Trigger: marks the notification of a conversation as read once its reader has read every message, through any interface.';
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

revoke execute on function private.chat_message_as_seen(public.chat_messages),
  private.chat_replay_of(uuid, uuid, jsonb, uuid, integer), public.chat_send(uuid, uuid, jsonb, uuid, integer),
  public.chat_messages_page(uuid, uuid, timestamptz, uuid, integer), public.chat_mark_read(uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.chat_message_as_seen(public.chat_messages),
  private.chat_replay_of(uuid, uuid, jsonb, uuid, integer), public.chat_send(uuid, uuid, jsonb, uuid, integer),
  public.chat_messages_page(uuid, uuid, timestamptz, uuid, integer), public.chat_mark_read(uuid, uuid)
  to service_role;
revoke execute on function private.notify_of_message(), private.read_notification_of_thread()
  from public, anon, authenticated;
