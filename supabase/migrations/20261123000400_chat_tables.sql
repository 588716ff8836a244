-- Conversations between a buyer and a seller about a listing, messages and blocks, with their policies.

create table public.chat_threads (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid references public.listings (id) on delete set null,
  buyer_id uuid not null references public.accounts (id) on delete cascade,
  seller_id uuid not null references public.accounts (id) on delete cascade,
  last_message text check (char_length(last_message) <= 100),
  last_message_at timestamptz,
  last_message_sender_id uuid references public.accounts (id) on delete set null,
  buyer_deleted_at timestamptz,
  seller_deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chat_threads_buyer_profile_fkey
    foreign key (buyer_id) references public.public_profiles (id) on delete no action,
  constraint chat_threads_seller_profile_fkey
    foreign key (seller_id) references public.public_profiles (id) on delete no action,
  unique (listing_id, buyer_id),
  check (buyer_id <> seller_id)
);
comment on table public.chat_threads is 'Conversation of a buyer and a seller about a listing; outlives the listing.';
comment on column public.chat_threads.last_message is 'First 100 characters of the newest message, kept by a trigger like last_message_at.';
comment on column public.chat_threads.buyer_deleted_at is
  'Time at which the buyer removed the conversation: it reappears with later messages. seller_deleted_at likewise.';
create index chat_threads_buyer_idx on public.chat_threads (buyer_id, last_message_at desc nulls last);
create index chat_threads_seller_idx on public.chat_threads (seller_id, last_message_at desc nulls last);
create index chat_threads_last_sender_idx on public.chat_threads (last_message_sender_id);
create index chat_threads_buyer_newest_idx on public.chat_threads
  (buyer_id, (coalesce(last_message_at, created_at)) desc, id desc);
create index chat_threads_seller_newest_idx on public.chat_threads
  (seller_id, (coalesce(last_message_at, created_at)) desc, id desc);
create trigger chat_threads_touch_updated_at before update on public.chat_threads
  for each row execute function private.touch_updated_at();
alter table public.chat_threads enable row level security;
grant select on public.chat_threads to authenticated;
grant insert (listing_id, buyer_id, seller_id) on public.chat_threads to authenticated;
grant update (buyer_deleted_at, seller_deleted_at) on public.chat_threads to authenticated;
grant all on public.chat_threads to service_role;
create policy chat_threads_select on public.chat_threads for select to authenticated
  using ((select auth.uid()) in (buyer_id, seller_id));
create policy chat_threads_update on public.chat_threads for update to authenticated
  using ((select auth.uid()) in (buyer_id, seller_id))
  with check ((select auth.uid()) in (buyer_id, seller_id));

create table public.chat_messages (
  id uuid primary key default gen_random_uuid(),
  thread_id uuid not null references public.chat_threads (id) on delete cascade,
  sender_id uuid not null references public.accounts (id) on delete cascade,
  message_type text not null default 'text' check (message_type in ('text', 'image', 'offer')),
  body text not null default '' check (char_length(body) <= 1000),
  image_url text check (char_length(image_url) <= 2048),
  offer_amount numeric(12, 2) check (offer_amount between 1 and 999999999 and offer_amount = trunc(offer_amount)),
  is_read boolean not null default false,
  read_at timestamptz,
  client_message_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chat_messages_sender_profile_fkey
    foreign key (sender_id) references public.public_profiles (id) on delete no action,
  unique (thread_id, sender_id, client_message_id),
  check (is_read = (read_at is not null)),
  check (case message_type
    when 'text' then btrim(body) <> '' and image_url is null and offer_amount is null
    when 'image' then image_url is not null and offer_amount is null
    else offer_amount is not null and image_url is null end)
);
comment on table public.chat_messages is
  'Text, picture or price offer. Only the other side marks it as read; sent content never changes.';
comment on column public.chat_messages.offer_amount is 'In som, like listings.price.';
comment on column public.chat_messages.client_message_id is 'Chosen by the app, so that a repeated send does not appear twice.';
create index chat_messages_thread_created_idx on public.chat_messages (thread_id, created_at desc, id desc);
create index chat_messages_unread_idx on public.chat_messages (thread_id, sender_id) where not is_read;
create index chat_messages_sender_idx on public.chat_messages (sender_id, created_at desc);
-- For daily metrics: messages are stored in the order of time, so a small BRIN index suffices.
create index chat_messages_day_idx on public.chat_messages using brin (created_at);
create trigger chat_messages_touch_updated_at before update on public.chat_messages
  for each row execute function private.touch_updated_at();
alter table public.chat_messages enable row level security;
grant select on public.chat_messages to authenticated;

-- The existing app writes texts and offers directly. Addresses of pictures go through the backend, which checks them.
grant insert (thread_id, sender_id, message_type, body, offer_amount, client_message_id)
  on public.chat_messages to authenticated;
grant update (is_read, read_at) on public.chat_messages to authenticated;
grant all on public.chat_messages to service_role;

create table public.chat_blocks (
  id uuid primary key default gen_random_uuid(),
  blocker_id uuid not null references public.accounts (id) on delete cascade,
  blocked_id uuid not null references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (blocker_id, blocked_id),
  check (blocker_id <> blocked_id),
  constraint chat_blocks_blocked_profile_fkey
  foreign key (blocked_id) references public.public_profiles (id) on delete no action
);
comment on table public.chat_blocks is
  'Block of a user: the blocked user''s messages no longer reach the blocker, in any conversation. The blocked user is '
  'not notified.';
comment on constraint chat_blocks_blocked_profile_fkey on public.chat_blocks is
  'Lets a REST query embed the public profile of the blocked user.';
create index chat_blocks_blocked_idx on public.chat_blocks (blocked_id);
create trigger chat_blocks_touch_updated_at before update on public.chat_blocks
  for each row execute function private.touch_updated_at();
alter table public.chat_blocks enable row level security;
grant select on public.chat_blocks to authenticated;
grant all on public.chat_blocks to service_role;
create policy chat_blocks_select on public.chat_blocks for select to authenticated
  using (blocker_id = (select auth.uid()));

-- Read and write access to conversations.

create function private.my_threads() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select t.id from public.chat_threads t where t.buyer_id = (select auth.uid())
  union all
  select t.id from public.chat_threads t where t.seller_id = (select auth.uid());
$$;
comment on function private.my_threads() is 'Returns the conversations in which the caller is the buyer or the seller.';
create policy chat_messages_select on public.chat_messages for select to authenticated
  using (thread_id = any (array(select private.my_threads())));
create policy chat_messages_update on public.chat_messages for update to authenticated
  using (sender_id <> (select auth.uid()) and thread_id = any (array(select private.my_threads())))
  with check (sender_id <> (select auth.uid()) and thread_id = any (array(select private.my_threads())));

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
comment on function private.may_write_to_thread(uuid) is
  'Returns true when the caller takes part in this conversation and neither side has blocked the other.';
create policy chat_messages_insert on public.chat_messages for insert to authenticated
  with check (sender_id = (select auth.uid()) and private.may_write_to_thread(thread_id));

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
comment on function private.may_open_thread(uuid, uuid) is
  'Returns true when the listing is visible, belongs to that seller, and neither side has blocked the other.';
create policy chat_threads_insert on public.chat_threads for insert to authenticated
  with check (buyer_id = (select auth.uid()) and private.may_open_thread(listing_id, seller_id));

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
comment on function private.guard_chat_thread() is 'Trigger: lets each side set only its own mark of removal.';
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
comment on function private.mark_message_read() is
  'Trigger: sets read_at to the database''s time and keeps read messages read.';
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
comment on function private.remember_last_message() is
  'Trigger: stores the newest message on the conversation, so that the list reads no messages.';
create trigger chat_messages_remember_last after insert on public.chat_messages
  for each row execute function private.remember_last_message();

revoke execute on function private.my_threads(), private.may_write_to_thread(uuid),
  private.may_open_thread(uuid, uuid) from public, anon;
grant execute on function private.my_threads(), private.may_write_to_thread(uuid), private.may_open_thread(uuid, uuid)
  to authenticated, service_role;
revoke execute on function private.guard_chat_thread(), private.mark_message_read(), private.remember_last_message()
  from public, anon, authenticated;
