-- Comments for the backend: the same tables and triggers as the app's own writes. A refusal is {"reason": <error code>}.

create function private.comment_view(p_comment public.comments) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.to_jsonb(p_comment) || pg_catalog.jsonb_build_object('user', (
    select pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url)
    from public.public_profiles p where p.id = p_comment.user_id));
$$;
comment on function private.comment_view(public.comments) is
  'Returns a comment with its author, as the API returns it.';

create function public.comments_page(
  p_listing_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer, p_viewer_id uuid default null,
  p_parent_id uuid default null
) returns jsonb
language sql stable set search_path = '' as $$
  select case when not coalesce((
      select private.shows_listing(p_listing => l, p_user_id => p_viewer_id) from public.listings l
      where l.id = p_listing_id), false) then '{"reason": "not_found"}'
    else pg_catalog.jsonb_build_object('comments', coalesce((
      select pg_catalog.jsonb_agg(private.comment_view(page) || pg_catalog.jsonb_build_object('is_liked', exists (
        select from public.comment_likes k where k.comment_id = page.id and k.user_id = p_viewer_id))
        order by page.created_at desc, page.id desc)
      from (
        select c.* from public.comments c
        where c.listing_id = p_listing_id and c.parent_id is not distinct from p_parent_id and not c.is_deleted
          and (not c.is_hidden or c.user_id = p_viewer_id) and (c.created_at, c.id) < (p_before, p_before_id)
        order by c.created_at desc, c.id desc limit p_limit
      ) as page), '[]')) end;
$$;
comment on function public.comments_page(uuid, timestamptz, uuid, integer, uuid, uuid) is
  'Returns a page of the comments of a listing, or of the replies to one, newest first: {comments}. Reason: '
  'not_found.';

create function public.comment_add(p_user_id uuid, p_listing_id uuid, p_parent_id uuid, p_text text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_comment public.comments;
  v_rules text;
begin
  if v_reason is null and not coalesce((
      select private.shows_listing(p_listing => l, p_user_id => p_user_id) from public.listings l
      where l.id = p_listing_id), false) then
    v_reason := 'not_found';
  elsif v_reason is null and not private.may_comment(
      p_user_id => p_user_id, p_listing_id => p_listing_id, p_parent_id => p_parent_id) then
    v_reason := 'forbidden';
  end if;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  -- The counters of writes through PostgREST: both interfaces share one allowance.
  perform private.count_rows(p_key => pg_catalog.concat_ws(':', 'writes:comments:insert', w.seconds, p_user_id),
    p_rows => 1, p_max_hits => w.max_hits, p_seconds => w.seconds)
  from (values (10, 60), (60, 3600), (200, 86400)) as w (max_hits, seconds);
  insert into public.comments (listing_id, user_id, parent_id, text)
  values (p_listing_id, p_user_id, p_parent_id, p_text) returning * into v_comment;
  return private.comment_view(v_comment);
exception
  when sqlstate 'PT429' then
    return '{"reason": "rate_limited"}';
  when sqlstate 'PT422' then
    get stacked diagnostics v_rules = pg_exception_detail;
    return pg_catalog.jsonb_build_object('reason', 'text_refused', 'rules', pg_catalog.string_to_array(v_rules, E'\n'));
end;
$$;
comment on function public.comment_add(uuid, uuid, uuid, text) is
  'Adds a comment and returns it; is_hidden while it waits for a moderator. Reasons: not_found, forbidden (no '
  'comments there, or blocked), text_refused (with rules), rate_limited, account_blocked, authentication_required.';

create function public.comment_remove(p_user_id uuid, p_comment_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  update public.comments c set is_deleted = true where c.id = p_comment_id and c.user_id = p_user_id and not c.is_deleted;
  return case when exists (select from public.comments c where c.id = p_comment_id and c.user_id = p_user_id)
    then pg_catalog.jsonb_build_object('id', p_comment_id) else '{"reason": "not_found"}' end;
end;
$$;
comment on function public.comment_remove(uuid, uuid) is
  'Deletes the caller''s own comment: {id}. Idempotent. Reason: not_found.';

create function public.comments_to_check(p_moderator_id uuid, p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce((
    select pg_catalog.jsonb_build_object('reason', r.reason)
    from (select private.moderator_refusal(p_moderator_id) as reason) as r where r.reason is not null),
    pg_catalog.jsonb_build_object('comments', (
      select coalesce(pg_catalog.jsonb_agg(private.comment_view(c) order by c.created_at, c.id), '[]') from (
        select h.* from public.comments h where h.is_hidden and not h.is_deleted
        order by h.created_at, h.id limit p_limit) as c)));
$$;
comment on function public.comments_to_check(uuid, integer) is
  'Returns the hidden comments, oldest first: {comments}. Reasons: forbidden, account_blocked, '
  'authentication_required.';

create function public.comment_decide(p_moderator_id uuid, p_comment_id uuid, p_is_shown boolean) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.moderator_refusal(p_moderator_id);
begin
  if v_reason is null and exists (select from public.comments c
      where c.id = p_comment_id and (c.user_id = p_moderator_id or private.is_party_to(p_moderator_id, c.listing_id))) then
    v_reason := 'forbidden';
  end if;
  if v_reason is null then
    update public.comments c set is_hidden = not p_is_shown, is_deleted = c.is_deleted or not p_is_shown
    where c.id = p_comment_id and not c.is_deleted;
    v_reason := case when not found then 'not_found' end;
  end if;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.reports r set status = case when p_is_shown then 'dismissed' else 'upheld' end,
    resolved_by = p_moderator_id, resolved_at = pg_catalog.now()
  where r.target_type = 'comment' and r.target_id = p_comment_id and r.status = 'pending';
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id)
  values (p_moderator_id, case when p_is_shown then 'comment.restore' else 'comment.remove' end, 'comment', p_comment_id::text);
  return pg_catalog.jsonb_build_object('id', p_comment_id);
end;
$$;
comment on function public.comment_decide(uuid, uuid, boolean) is
  'Shows a hidden comment again, or removes it for good, and closes the reports about it: {id}. Reasons: not_found, '
  'forbidden (also for the moderator''s own comments, and those below own listings), account_blocked, '
  'authentication_required.';

revoke execute on function private.comment_view(public.comments),
  public.comments_page(uuid, timestamptz, uuid, integer, uuid, uuid), public.comment_add(uuid, uuid, uuid, text),
  public.comment_remove(uuid, uuid), public.comments_to_check(uuid, integer),
  public.comment_decide(uuid, uuid, boolean) from public, anon, authenticated;
grant execute on function private.comment_view(public.comments),
  public.comments_page(uuid, timestamptz, uuid, integer, uuid, uuid), public.comment_add(uuid, uuid, uuid, text),
  public.comment_remove(uuid, uuid), public.comments_to_check(uuid, integer),
  public.comment_decide(uuid, uuid, boolean) to service_role;
