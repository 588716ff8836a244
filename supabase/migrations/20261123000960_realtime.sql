-- Realtime events for the app (docs/reference/limits.md, 1.5). Realtime applies the select policies to each subscriber.
-- The default replica identity suffices: with row level security a deletion carries only the primary key,
-- with any identity, and old values are not compared here.

alter publication supabase_realtime add table public.chat_messages;
alter publication supabase_realtime add table public.chat_threads;
alter publication supabase_realtime add table public.notifications;
alter publication supabase_realtime add table public.listings;
alter publication supabase_realtime add table public.listing_likes;
alter publication supabase_realtime add table public.listing_saves;
