-- Blocks of users, and reports about users and messages. A refusal is {"reason": <error code>}.

create function public.chat_block(p_user_id uuid, p_other_user_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if p_user_id = p_other_user_id then
    return '{"reason": "forbidden"}';
  elsif not exists (select from public.accounts u where u.id = p_other_user_id) then
    return '{"reason": "not_found"}';
  elsif not exists (select from public.accounts u where u.id = p_user_id) then
    return '{"reason": "authentication_required"}';
  end if;
  insert into public.chat_blocks (blocker_id, blocked_id) values (p_user_id, p_other_user_id)
  on conflict (blocker_id, blocked_id) do nothing;
  return '{}';
end;
$$;
comment on function public.chat_block(uuid, uuid) is
  'Blocks a user for the caller. Idempotent. Reasons: not_found, forbidden (oneself), authentication_required.';

create function public.chat_unblock(p_user_id uuid, p_other_user_id uuid) returns jsonb
language sql volatile set search_path = '' as $$
  delete from public.chat_blocks b where b.blocker_id = p_user_id and b.blocked_id = p_other_user_id;
  select '{}'::jsonb;
$$;
comment on function public.chat_unblock(uuid, uuid) is 'Removes the caller''s own block. Idempotent.';

create function public.chat_report(
  p_user_id uuid, p_target_type text, p_target_id uuid, p_reason text, p_comment text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_reported uuid;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif p_target_type = 'user' then
    select u.id into v_reported from public.accounts u where u.id = p_target_id;
  else
    select m.sender_id into v_reported from public.chat_messages m
    join public.chat_threads t on t.id = m.thread_id and p_user_id in (t.buyer_id, t.seller_id)
    where m.id = p_target_id;
  end if;
  if v_reported is null then
    return '{"reason": "not_found"}';
  elsif v_reported = p_user_id then
    return '{"reason": "forbidden"}';
  end if;
  insert into public.reports (reporter_id, target_type, target_id, reported_user_id, reason, comment)
  values (p_user_id, p_target_type, p_target_id, v_reported, p_reason, p_comment)
  on conflict (reporter_id, target_type, target_id) do nothing;
  return '{}';
end;
$$;
comment on function public.chat_report(uuid, text, uuid, text, text) is
  'Reports a user, or a message of the caller''s own conversations; the first report of a subject stays. Reasons: '
  'not_found, forbidden (oneself), account_blocked, authentication_required.';

revoke execute on function public.chat_block(uuid, uuid), public.chat_unblock(uuid, uuid),
  public.chat_report(uuid, text, uuid, text, text) from public, anon, authenticated;
grant execute on function public.chat_block(uuid, uuid), public.chat_unblock(uuid, uuid),
  public.chat_report(uuid, text, uuid, text, text) to service_role;
