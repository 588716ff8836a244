-- What the app hears of as it happens (audit 1.5). Realtime applies the select policies to each subscriber.
-- A filter on a deletion compares the old row: likes and saves, whose deletions the app filters by user, have the full
-- identity. What is sent of a deleted row is its primary key in any case, as row level security is on. Comments are added
-- with their table.

alter publication supabase_realtime add table public.chat_messages;
alter publication supabase_realtime add table public.chat_threads;
alter publication supabase_realtime add table public.notifications;
alter publication supabase_realtime add table public.listings;
alter publication supabase_realtime add table public.listing_likes;
alter publication supabase_realtime add table public.listing_saves;
