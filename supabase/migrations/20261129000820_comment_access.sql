-- Who reads and writes comments, and how many.

create function private.may_see_comment(p_comment_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.comments c where c.id = p_comment_id
      and (not c.is_hidden or c.user_id = (select auth.uid())) and private.may_see_listing(p_listing_id => c.listing_id));
$$;
comment on function private.may_see_comment(uuid) is 'The select policy of comments, for what hangs on one.';
revoke execute on function private.may_comment(uuid, uuid, uuid), private.check_comment(), private.count_comments(),
  private.notify_of_comment(), private.count_comment_likes(), private.may_see_comment(uuid) from public, anon, authenticated;
grant execute on function private.may_see_comment(uuid) to anon, authenticated, service_role;
grant execute on function private.may_comment(uuid, uuid, uuid) to service_role;

alter table public.comments enable row level security;
grant select on public.comments to anon, authenticated;
grant insert (listing_id, user_id, parent_id, text) on public.comments to authenticated;
grant update (text, is_deleted) on public.comments to authenticated;
grant all on public.comments to service_role;
create policy comments_select_anon on public.comments for select to anon
  using (not is_hidden and private.may_see_listing(listing_id));
create policy comments_select on public.comments for select to authenticated
  using ((not is_hidden or user_id = (select auth.uid())) and private.may_see_listing(listing_id));
create policy comments_insert on public.comments for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy comments_update on public.comments for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

alter table public.comment_likes enable row level security;
grant select, delete on public.comment_likes to authenticated;
grant insert (comment_id, user_id) on public.comment_likes to authenticated;
grant all on public.comment_likes to service_role;
create policy comment_likes_select on public.comment_likes for select to authenticated
  using (user_id = (select auth.uid()));
create policy comment_likes_insert on public.comment_likes for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_comment(comment_id));
create policy comment_likes_delete on public.comment_likes for delete to authenticated
  using (user_id = (select auth.uid()));

-- The app counts emoji itself, also for guests.
alter table public.comment_reactions enable row level security;
grant select on public.comment_reactions to anon, authenticated;
grant delete on public.comment_reactions to authenticated;
grant insert (comment_id, user_id, emoji) on public.comment_reactions to authenticated;
grant all on public.comment_reactions to service_role;
create policy comment_reactions_select on public.comment_reactions for select to anon, authenticated
  using (private.may_see_comment(comment_id));
create policy comment_reactions_insert on public.comment_reactions for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_comment(comment_id));
create policy comment_reactions_delete on public.comment_reactions for delete to authenticated
  using (user_id = (select auth.uid()));

create trigger comments_limit_rows before insert on public.comments
  for each row when (private.is_rest_user()) execute function private.limit_rows('10');
create trigger comment_likes_limit_rows before insert on public.comment_likes
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger comment_reactions_limit_rows before insert on public.comment_reactions
  for each row when (private.is_rest_user()) execute function private.limit_rows('300');
create trigger comments_limit_insert after insert on public.comments referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('10', '60', '60', '3600', '200', '86400');
create trigger comments_limit_update after update on public.comments referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('60', '3600', '200', '86400');
create trigger comment_likes_limit_insert after insert on public.comment_likes referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');
create trigger comment_reactions_limit_insert after insert on public.comment_reactions referencing new table as written
  for each statement when (private.is_rest_user()) execute function private.limit_writes('300', '3600', '1000', '86400');

do $$
declare
  v_table text;
begin
  foreach v_table in array array['comments', 'comment_likes', 'comment_reactions'] loop
    execute pg_catalog.format('create policy %I on public.%I as restrictive for select to anon, authenticated '
      'using ((select private.embeds_are_bounded(%L)))', v_table || '_embeds_are_bounded', v_table, v_table);
    execute pg_catalog.format('create policy %I on public.%I as restrictive for all to authenticated '
      'using ((select private.session_is_live())) with check ((select private.session_is_live()))',
      v_table || '_live_session', v_table);
  end loop;
end;
$$;

alter publication supabase_realtime add table public.comments;
