-- Comments below a listing, with replies, likes and emoji, and their policies. The app writes them through PostgREST, other
-- clients through the API; triggers hold the rules for both (docs/decisions/0102).

create table public.comments (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  parent_id uuid references public.comments (id) on delete cascade,
  text text not null check (char_length(text) between 1 and 1000),
  likes_count integer not null default 0 check (likes_count >= 0),
  replies_count integer not null default 0 check (replies_count >= 0),
  is_edited boolean not null default false,
  is_deleted boolean not null default false,
  is_hidden boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint comments_user_profile_fkey
    foreign key (user_id) references public.public_profiles (id) on delete no action
);
comment on table public.comments is 'Comments below a listing. A deleted one stays for its replies.';
comment on column public.comments.is_hidden is
  'Breaks a moderation rule or was reported, until a moderator decides: its author alone sees it.';
create index comments_listing_created_idx on public.comments (listing_id, created_at desc, id desc);
create index comments_parent_created_idx on public.comments (parent_id, created_at) where parent_id is not null;
create index comments_parent_idx on public.comments (parent_id);
create index comments_user_created_idx on public.comments (user_id, created_at desc);
create index comments_hidden_idx on public.comments (created_at) where is_hidden and not is_deleted;
create trigger comments_touch_updated_at before update of text, is_deleted, is_hidden on public.comments
  for each row execute function private.touch_updated_at();
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

create table public.comment_likes (
  id uuid primary key default gen_random_uuid(),
  comment_id uuid not null references public.comments (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (comment_id, user_id)
);
comment on table public.comment_likes is 'Likes of comments by users. comments.likes_count is kept by a trigger.';
create index comment_likes_user_idx on public.comment_likes (user_id);
alter table public.comment_likes enable row level security;
grant select, delete on public.comment_likes to authenticated;
grant insert (comment_id, user_id) on public.comment_likes to authenticated;
grant all on public.comment_likes to service_role;
create policy comment_likes_select on public.comment_likes for select to authenticated
  using (user_id = (select auth.uid()));
create policy comment_likes_delete on public.comment_likes for delete to authenticated
  using (user_id = (select auth.uid()));

-- Text in a reaction would bypass the rules of comments: disguised digits, framed letters, flags that spell a word, invisible
-- characters. One emoji is a symbol with its color, several joined ones, or one flag; no keycaps and no framed letters.
create function private.is_emoji(p_text text) returns boolean
language sql immutable set search_path = '' as $$
  select p_text ~ pg_catalog.format('^(?:%1$s(?:\u200d%1$s)*|[\U0001f1e6-\U0001f1ff]{2})$',
    '[\u203c\u2049\u2194-\u21aa\u231a-\u23ff\u25aa-\u2775\u2794-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\U0001f300-\U0001faff]'
    '[\U0001f3fb-\U0001f3ff]?\ufe0f?');
$$;
comment on function private.is_emoji(text) is 'Returns true for a single emoji, also one of several joined symbols or a flag.';

create table public.comment_reactions (
  id uuid primary key default gen_random_uuid(),
  comment_id uuid not null references public.comments (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  emoji text not null check (char_length(emoji) <= 16 and private.is_emoji(emoji)),
  created_at timestamptz not null default now(),
  unique (comment_id, user_id, emoji)
);
comment on table public.comment_reactions is 'Emoji of a user at a comment; each emoji once.';
create index comment_reactions_user_idx on public.comment_reactions (user_id);

-- The app counts emoji itself, also for guests.
alter table public.comment_reactions enable row level security;
grant select on public.comment_reactions to anon, authenticated;
grant delete on public.comment_reactions to authenticated;
grant insert (comment_id, user_id, emoji) on public.comment_reactions to authenticated;
grant all on public.comment_reactions to service_role;
create policy comment_reactions_delete on public.comment_reactions for delete to authenticated
  using (user_id = (select auth.uid()));

create function private.may_comment(p_user_id uuid, p_listing_id uuid, p_parent_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.listings l
    where l.id = p_listing_id and l.status = 'active' and not l.is_hidden and l.deleted_at is null
      and not exists (select from public.chat_blocks b
        where b.blocker_id = l.seller_user_id and b.blocked_id = p_user_id)
      and (p_parent_id is null or exists (select from public.comments c
        where c.id = p_parent_id and c.listing_id = l.id and not c.is_deleted and not c.is_hidden
          and not exists (select from public.chat_blocks b
            where b.blocker_id = c.user_id and b.blocked_id = p_user_id))));
$$;
comment on function private.may_comment(uuid, uuid, uuid) is
  'Returns true when the listing is shown, the answered comment belongs to it, and neither its author nor the '
  'seller has blocked the user.';

create function private.check_comment() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    if not private.may_comment(p_user_id => new.user_id, p_listing_id => new.listing_id, p_parent_id => new.parent_id) then
      raise exception 'nothing to comment here' using errcode = '42501';
    end if;
  elsif old.is_deleted then
    raise exception 'a deleted comment stays as it is' using errcode = '42501';
  elsif new.is_deleted then
    new.text := '[Комментарий удалён]';
    return new;
  elsif new.text <> old.text then
    new.is_edited := true;
  else
    return new;
  end if;
  -- Refusing rules were applied by the trigger that cleans; the others send the comment to a moderator.
  new.is_hidden := new.is_hidden or exists (
    select from public.moderation_rules r where r.is_active and r.category is null
      and private.rule_matches(r.kind, r.expression, private.rule_texts(new.text)));
  return new;
end;
$$;
comment on function private.check_comment() is
  'Trigger: checks permission to comment, limits a deletion to its mark, and sends listed words to a moderator.';
create trigger comments_guard before insert or update of text, is_deleted on public.comments
  for each row execute function private.check_comment();

create function private.count_comments() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_row constant public.comments := case when tg_op = 'DELETE' then old else new end;
  v_before constant integer := case when tg_op <> 'INSERT' and not old.is_deleted and not old.is_hidden then 1 else 0 end;
  v_after constant integer := case when tg_op <> 'DELETE' and not new.is_deleted and not new.is_hidden then 1 else 0 end;
begin
  if v_after <> v_before then
    update public.comments c set replies_count = greatest(c.replies_count + v_after - v_before, 0) where c.id = v_row.parent_id;
    if tg_op = 'DELETE' then
      update public.listing_counters c set comments_count = greatest(c.comments_count - 1, 0)
      where c.listing_id = v_row.listing_id;
    else
      insert into public.listing_counters as c (listing_id, comments_count) values (v_row.listing_id, v_after)
      on conflict (listing_id) do update set comments_count = greatest(c.comments_count + v_after - v_before, 0);
    end if;
  end if;
  return null;
end;
$$;
comment on function private.count_comments() is 'Trigger: counts public comments per listing and per answered comment.';
create trigger comments_count after insert or delete or update of text, is_deleted, is_hidden on public.comments
  for each row execute function private.count_comments();

create function private.notify_of_comment() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_notifications('comment', (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('user_id', a.id, 'about', 'comment:' || new.id, 'values',
      pg_catalog.jsonb_build_object('listing_id', new.listing_id, 'comment_id', new.id, 'text', pg_catalog.left(new.text, 200),
        'from_user_id', new.user_id)))
    from public.accounts a
    where a.id <> new.user_id and a.id in (
      select l.seller_user_id from public.listings l where l.id = new.listing_id
      union select c.user_id from public.comments c where c.id = new.parent_id)));
  return null;
end;
$$;
comment on function private.notify_of_comment() is
  'Trigger: notifies the seller and the author of the answered comment.';
create trigger comments_notify after insert on public.comments
  for each row when (not new.is_hidden) execute function private.notify_of_comment();

create function private.count_comment_likes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.comments c set likes_count = greatest(c.likes_count + case tg_op when 'INSERT' then 1 else -1 end, 0)
  where c.id = case tg_op when 'INSERT' then new.comment_id else old.comment_id end;
  return null;
end;
$$;
comment on function private.count_comment_likes() is
  'Trigger: increments the stored counter, so that parallel likes all count.';
create trigger comment_likes_count after insert or delete on public.comment_likes
  for each row execute function private.count_comment_likes();

create function private.may_see_comment(p_comment_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.comments c where c.id = p_comment_id
      and (not c.is_hidden or c.user_id = (select auth.uid())) and private.may_see_listing(p_listing_id => c.listing_id));
$$;
comment on function private.may_see_comment(uuid) is
  'Applies the select policy of comments, for tables that belong to one.';
create policy comment_likes_insert on public.comment_likes for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_comment(comment_id));
create policy comment_reactions_select on public.comment_reactions for select to anon, authenticated
  using (private.may_see_comment(comment_id));
create policy comment_reactions_insert on public.comment_reactions for insert to authenticated
  with check (user_id = (select auth.uid()) and private.may_see_comment(comment_id));

alter publication supabase_realtime add table public.comments;

revoke execute on function private.may_comment(uuid, uuid, uuid) from public, anon, authenticated;
grant execute on function private.may_comment(uuid, uuid, uuid) to service_role;
revoke execute on function private.check_comment(), private.count_comments(), private.notify_of_comment(),
  private.count_comment_likes() from public, anon, authenticated;
revoke execute on function private.may_see_comment(uuid) from public;
grant execute on function private.may_see_comment(uuid) to anon, authenticated, service_role;
revoke execute on function private.is_emoji(text) from public, anon;
grant execute on function private.is_emoji(text) to authenticated, service_role;
