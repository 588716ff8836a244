-- Who may read and write in a conversation.

create function private.my_threads() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select t.id from public.chat_threads t where t.buyer_id = (select auth.uid())
  union all
  select t.id from public.chat_threads t where t.seller_id = (select auth.uid());
$$;
comment on function private.my_threads() is 'The threads in which the caller is the buyer or the seller.';

create function private.may_write_to_thread(p_thread_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.chat_threads t
    where t.id = p_thread_id and (select auth.uid()) in (t.buyer_id, t.seller_id)
      and not exists (
        select from public.chat_blocks b
        where (b.blocker_id, b.blocked_id) in ((t.buyer_id, t.seller_id), (t.seller_id, t.buyer_id)))
  );
$$;
comment on function private.may_write_to_thread(uuid) is 'The caller takes part in this thread and neither side has blocked the other.';

create function private.may_open_thread(p_listing_id uuid, p_seller_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.listings l
    where l.id = p_listing_id and l.seller_user_id = p_seller_id
      and l.status = 'active' and not l.is_hidden and l.deleted_at is null
      and not exists (
        select from public.chat_blocks b
        where (b.blocker_id, b.blocked_id) in
          ((p_seller_id, (select auth.uid())), ((select auth.uid()), p_seller_id)))
  );
$$;
comment on function private.may_open_thread(uuid, uuid) is 'The listing is visible, belongs to that seller, and neither side has blocked the other.';
grant execute on function private.my_threads(), private.may_write_to_thread(uuid),
  private.may_open_thread(uuid, uuid) to authenticated, service_role;

create function private.guard_chat_thread() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
begin
  if not private.is_rest_user() then
    return new;
  end if;
  if (new.buyer_deleted_at is distinct from old.buyer_deleted_at and v_me <> old.buyer_id)
      or (new.seller_deleted_at is distinct from old.seller_deleted_at and v_me <> old.seller_id) then
    raise exception 'a thread is removed for oneself only' using errcode = '42501';
  end if;
  return new;
end;
$$;
comment on function private.guard_chat_thread() is 'Trigger: each side sets its own mark of removal only.';
create trigger chat_threads_guard before update on public.chat_threads
  for each row execute function private.guard_chat_thread();

create function private.mark_message_read() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.is_read then
    new.is_read := true;
    new.read_at := old.read_at;
  elsif new.is_read then
    new.read_at := pg_catalog.now();
  end if;
  return new;
end;
$$;
comment on function private.mark_message_read() is 'Trigger: read_at is the database''s time, and what was read stays read.';
create trigger chat_messages_mark_read before update of is_read, read_at on public.chat_messages
  for each row execute function private.mark_message_read();

create function private.remember_last_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.chat_threads t set
    last_message = pg_catalog.left(case new.message_type
      when 'image' then coalesce(nullif(new.body, ''), 'Фото')
      when 'offer' then coalesce(nullif(new.body, ''), pg_catalog.trim_scale(new.offer_amount)::text || ' сом')
      else new.body end, 100),
    last_message_at = new.created_at,
    last_message_sender_id = new.sender_id
  where t.id = new.thread_id and (t.last_message_at is null or t.last_message_at <= new.created_at);
  return null;
end;
$$;
comment on function private.remember_last_message() is 'Trigger: the thread list shows the newest message without reading messages.';
create trigger chat_messages_remember_last after insert on public.chat_messages
  for each row execute function private.remember_last_message();

alter table public.chat_threads enable row level security;
grant select on public.chat_threads to authenticated;
grant insert (listing_id, buyer_id, seller_id) on public.chat_threads to authenticated;
grant update (buyer_deleted_at, seller_deleted_at) on public.chat_threads to authenticated;
grant all on public.chat_threads to service_role;
create policy chat_threads_select on public.chat_threads for select to authenticated
  using ((select auth.uid()) in (buyer_id, seller_id));
create policy chat_threads_insert on public.chat_threads for insert to authenticated
  with check (buyer_id = (select auth.uid()) and private.may_open_thread(listing_id, seller_id));
create policy chat_threads_update on public.chat_threads for update to authenticated
  using ((select auth.uid()) in (buyer_id, seller_id))
  with check ((select auth.uid()) in (buyer_id, seller_id));

alter table public.chat_messages enable row level security;
grant select on public.chat_messages to authenticated;
-- The existing app writes past the backend: texts and offers. Addresses of pictures go through the backend, which checks them.
grant insert (thread_id, sender_id, message_type, body, offer_amount, client_message_id)
  on public.chat_messages to authenticated;
grant update (is_read, read_at) on public.chat_messages to authenticated;
grant all on public.chat_messages to service_role;
create policy chat_messages_select on public.chat_messages for select to authenticated
  using (thread_id = any (array(select private.my_threads())));
create policy chat_messages_insert on public.chat_messages for insert to authenticated
  with check (sender_id = (select auth.uid()) and private.may_write_to_thread(thread_id));
create policy chat_messages_update on public.chat_messages for update to authenticated
  using (sender_id <> (select auth.uid()) and thread_id = any (array(select private.my_threads())))
  with check (sender_id <> (select auth.uid()) and thread_id = any (array(select private.my_threads())));

alter table public.chat_blocks enable row level security;
grant select on public.chat_blocks to authenticated;
grant all on public.chat_blocks to service_role;
create policy chat_blocks_select on public.chat_blocks for select to authenticated
  using (blocker_id = (select auth.uid()));

alter table public.notifications enable row level security;
grant select on public.notifications to authenticated;
grant update (is_read) on public.notifications to authenticated;
grant all on public.notifications to service_role;
create policy notifications_select on public.notifications for select to authenticated
  using (user_id = (select auth.uid()));
create policy notifications_update on public.notifications for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
