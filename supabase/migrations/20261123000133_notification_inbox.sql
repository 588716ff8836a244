-- The list of notifications in the app: pages, the unread counter, marks of reading.

create function public.notifications_page(p_user_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'unread', (select pg_catalog.count(*) from public.notifications u where u.user_id = p_user_id and not u.is_read and u.in_app),
    'notifications', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', n.id, 'type', n.type, 'title', n.title,
        'message', n.message, 'action_url', n.action_url, 'data', n.data, 'is_read', n.is_read, 'created_at', n.created_at,
        'from_user', (select pg_catalog.jsonb_build_object('id', f.id, 'name', f.name, 'avatar_url', f.avatar_url)
          from public.public_profiles f where f.id = n.from_user_id)) order by n.created_at desc, n.id desc), '[]')
      from (select x.* from public.notifications x where x.user_id = p_user_id and x.in_app
          and (x.created_at, x.id) < (p_before, p_before_id)
        order by x.created_at desc, x.id desc limit p_limit) as n));
$$;
comment on function public.notifications_page(uuid, timestamptz, uuid, integer) is
  'Returns a page of a user''s notifications, newest first, with the unread counter {unread, notifications}.';

create function public.notifications_unread(p_user_id uuid) returns bigint
language sql stable set search_path = '' as $$
  select pg_catalog.count(*) from public.notifications n where n.user_id = p_user_id and not n.is_read and n.in_app;
$$;
comment on function public.notifications_unread(uuid) is 'Counts a user''s unread notifications, by a partial index.';

create function public.notifications_mark_read(p_user_id uuid, p_ids uuid[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_read integer;
begin
  -- In a fixed order, so that two calls for one user never deadlock.
  with mine as (
    select n.id from public.notifications n
    where n.user_id = p_user_id and not n.is_read and (p_ids is null or n.id = any (p_ids)) order by n.id for no key update
  )
  update public.notifications n set is_read = true from mine m where n.id = m.id;
  get diagnostics v_read = row_count;
  return pg_catalog.jsonb_build_object('read', v_read, 'unread', public.notifications_unread(p_user_id));
end;
$$;
comment on function public.notifications_mark_read(uuid, uuid[]) is
  'Marks a user''s notifications as read, all of them when p_ids is null: {read, unread}. Idempotent.';

revoke execute on function public.notifications_page(uuid, timestamptz, uuid, integer), public.notifications_unread(uuid),
  public.notifications_mark_read(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.notifications_page(uuid, timestamptz, uuid, integer), public.notifications_unread(uuid),
  public.notifications_mark_read(uuid, uuid[]) to service_role;
