-- Conversations between a buyer and a seller about a listing, blocks, and notifications.

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
comment on table public.chat_threads is 'One conversation of one buyer about one listing; outlives the listing.';
comment on column public.chat_threads.last_message is 'First 100 characters of the newest message, kept by a trigger like last_message_at.';
comment on column public.chat_threads.buyer_deleted_at is
  'The buyer removed the thread for himself: he sees it again with what was written later. seller_deleted_at likewise.';
create index chat_threads_buyer_idx on public.chat_threads (buyer_id, last_message_at desc nulls last);
create index chat_threads_seller_idx on public.chat_threads (seller_id, last_message_at desc nulls last);
create index chat_threads_last_sender_idx on public.chat_threads (last_message_sender_id);
create trigger chat_threads_touch_updated_at before update on public.chat_threads
  for each row execute function private.touch_updated_at();

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
comment on table public.chat_messages is 'A text, picture or price offer. Only the other side marks it as read; nobody changes what was said.';
comment on column public.chat_messages.offer_amount is 'In som, like listings.price.';
comment on column public.chat_messages.client_message_id is 'Chosen by the app, so that a repeated send does not appear twice.';
create index chat_messages_thread_created_idx on public.chat_messages (thread_id, created_at desc, id desc);
create index chat_messages_unread_idx on public.chat_messages (thread_id, sender_id) where not is_read;
create index chat_messages_sender_idx on public.chat_messages (sender_id, created_at desc);
create trigger chat_messages_touch_updated_at before update on public.chat_messages
  for each row execute function private.touch_updated_at();

create table public.chat_blocks (
  id uuid primary key default gen_random_uuid(),
  blocker_id uuid not null references public.accounts (id) on delete cascade,
  blocked_id uuid not null references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (blocker_id, blocked_id),
  check (blocker_id <> blocked_id)
);
comment on table public.chat_blocks is 'The blocker gets no more messages from the blocked, in any thread. The blocked is not told.';
create index chat_blocks_blocked_idx on public.chat_blocks (blocked_id);
create trigger chat_blocks_touch_updated_at before update on public.chat_blocks
  for each row execute function private.touch_updated_at();

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  from_user_id uuid references public.accounts (id) on delete set null,
  type text not null check (char_length(type) between 1 and 50),
  title text not null check (char_length(title) between 1 and 200),
  message text not null default '' check (char_length(message) <= 1000),
  action_url text check (char_length(action_url) <= 2048),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  is_read boolean not null default false,
  dedupe_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint notifications_from_profile_fkey
    foreign key (from_user_id) references public.public_profiles (id) on delete no action,
  unique (user_id, dedupe_key)
);
comment on table public.notifications is 'What the app shows in its list of news. Written by the backend only.';
comment on column public.notifications.dedupe_key is 'What it is about, such as payment:<id>:completed: told once, however often the event arrives.';
create index notifications_user_created_idx on public.notifications (user_id, created_at desc);
create index notifications_from_user_idx on public.notifications (from_user_id);
create index notifications_unread_idx on public.notifications (user_id) where not is_read;
create trigger notifications_touch_updated_at before update on public.notifications
  for each row execute function private.touch_updated_at();
