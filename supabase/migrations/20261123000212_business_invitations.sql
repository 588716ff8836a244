-- Invitations to the team of a business. Every change of a team locks the row of the account first, which serialises
-- the changes of one team.

create function private.lock_business(p_business_id uuid, p_user_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
begin
  perform 1 from public.business_accounts b where b.id = p_business_id for no key update;
  return private.business_role(p_business_id, p_user_id);
end;
$$;
comment on function private.lock_business(uuid, uuid) is
  'Locks the account for this transaction and returns private.business_role.';

create function private.notify_about_business(
  p_business_id uuid, p_user_id uuid, p_from_user_id uuid, p_event text, p_event_key text
) returns void
language sql volatile set search_path = '' as $$
  select private.enqueue_notification(p_user_id, p_event, p_event || ':' || p_event_key, pg_catalog.jsonb_build_object(
    'business_id', b.id, 'business', b.name, 'from_user_id', p_from_user_id, 'action_url', 'app360://business/' || b.id))
  from public.business_accounts b where b.id = p_business_id;
$$;
comment on function private.notify_about_business(uuid, uuid, uuid, text, text) is
  'Notifies a user, in the user''s language, of business_invitation or business_ownership, once per p_event_key.';

create function private.business_size(p_business_id uuid, p_without_phone text) returns bigint
language sql stable set search_path = '' as $$
  select (select pg_catalog.count(*) from public.business_members m where m.business_id = p_business_id)
    + (select pg_catalog.count(*) from public.business_invitations i
       where i.business_id = p_business_id and i.phone is distinct from p_without_phone and i.expires_at > pg_catalog.now());
$$;
comment on function private.business_size(uuid, text) is
  'Counts members, invited users and invited phones, without this phone: a renewed invitation takes no second place.';

create function private.invite_phone(p_user_id uuid, p_business_id uuid, p_phone text, p_role text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_invitation public.business_invitations;
begin
  insert into public.business_invitations as i (business_id, phone, role, invited_by)
  values (p_business_id, p_phone, p_role, p_user_id)
  on conflict (business_id, phone) do update set role = excluded.role, invited_by = excluded.invited_by,
    declined_at = null, expires_at = excluded.expires_at
  returning i.* into v_invitation;
  perform private.notify_about_business(p_business_id, u.id, p_user_id, 'business_invitation', v_invitation.id::text)
  from public.accounts u
  where u.phone = p_phone and not exists (
    select from public.business_members m
    where m.business_id = p_business_id and m.user_id = u.id and m.status = 'active');
end;
$$;
comment on function private.invite_phone(uuid, uuid, text, text) is
  'Invites a phone for thirty days; renews an open invitation. Behaves the same for every number and notifies only '
  'its owner, if any.';

create function public.business_invite(
  p_user_id uuid, p_business_id uuid, p_invited_user_id uuid, p_invited_phone text, p_role text,
  p_max_members integer, p_invitations_per_day integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
  v_count jsonb;
  v_member public.business_members;
begin
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif v_role not in ('owner', 'admin') or (v_role = 'admin' and p_role <> 'seller') then
    return '{"reason": "forbidden"}';
  end if;
  v_count := public.rate_limit_hit('business_invitations:' || p_user_id, p_invitations_per_day, 86400);
  if (v_count ->> 'hits')::integer > p_invitations_per_day then
    return pg_catalog.jsonb_build_object('reason', 'rate_limited', 'retry_after', v_count -> 'reset_in');
  end if;
  select m.* into v_member from public.business_members m
  where m.business_id = p_business_id and m.user_id = p_invited_user_id;
  if v_member.status = 'active' then
    return '{"reason": "business_member_already"}';
  elsif v_member.id is not null then
    return '{}';
  elsif v_role = 'admin' and exists (select from public.business_invitations i
      where i.business_id = p_business_id and i.phone = p_invited_phone and i.role = 'admin'
        and i.expires_at > pg_catalog.now()) then
    return '{"reason": "forbidden"}';
  elsif private.business_size(p_business_id => p_business_id, p_without_phone => p_invited_phone) >= p_max_members then
    return '{"reason": "business_team_full"}';
  elsif p_invited_phone is not null then
    perform private.invite_phone(p_user_id, p_business_id, p_invited_phone, p_role);
    return '{}';
  elsif not exists (select from public.accounts u where u.id = p_invited_user_id) then
    return '{"reason": "not_found"}';
  end if;
  insert into public.business_members (business_id, user_id, role, status, invited_by)
  values (p_business_id, p_invited_user_id, p_role, 'invited', p_user_id) returning * into v_member;
  perform private.notify_about_business(p_business_id, p_invited_user_id, p_user_id, 'business_invitation', v_member.id::text);
  return '{}';
end;
$$;
comment on function public.business_invite(uuid, uuid, uuid, text, text, integer, integer) is
  'Invites a user by id, or a phone: the owner invites admins and sellers, admins invite sellers. For a phone, '
  'neither the result nor the team reveals an account. Reasons: not_found, forbidden, rate_limited (with '
  'retry_after), business_member_already, business_team_full.';

create function public.business_answer_invitation(p_user_id uuid, p_business_id uuid, p_accepts boolean) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
  v_invitation public.business_invitations := private.business_invitation(p_business_id, p_user_id);
  v_done boolean;
begin
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif p_accepts then
    if v_invitation.id is not null then
      insert into public.business_members (business_id, user_id, role, status, invited_by)
      values (p_business_id, p_user_id, v_invitation.role, 'invited', v_invitation.invited_by)
      on conflict (business_id, user_id) do nothing;
      delete from public.business_invitations i where i.id = v_invitation.id;
    end if;
    update public.business_members m set status = 'active', accepted_at = coalesce(m.accepted_at, pg_catalog.now())
    where m.business_id = p_business_id and m.user_id = p_user_id;
    v_done := found;
  else
    delete from public.business_members m
    where m.business_id = p_business_id and m.user_id = p_user_id and m.status = 'invited';
    v_done := found or v_invitation.id is not null;
    update public.business_invitations i set declined_at = pg_catalog.now() where i.id = v_invitation.id;
  end if;
  if not v_done then
    return '{"reason": "not_found"}';
  end if;
  return case when p_accepts then public.business_read(p_business_id, p_user_id) else '{}' end;
end;
$$;
comment on function public.business_answer_invitation(uuid, uuid, boolean) is
  'Accepts an invitation, which makes the caller a member, or declines and ends it. Idempotent. Reason: not_found.';

create function public.business_withdraw_invitation(
  p_user_id uuid, p_business_id uuid, p_invitation_id uuid
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
  v_given text := (select i.role from public.business_invitations i
                   where i.id = p_invitation_id and i.business_id = p_business_id);
begin
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif v_role not in ('owner', 'admin') then
    return '{"reason": "forbidden"}';
  elsif v_given is null then
    return '{"reason": "not_found"}';
  elsif v_role = 'admin' and v_given = 'admin' then
    return '{"reason": "forbidden"}';
  end if;
  delete from public.business_invitations i where i.id = p_invitation_id;
  return '{}';
end;
$$;
comment on function public.business_withdraw_invitation(uuid, uuid, uuid) is
  'Withdraws the invitation of a phone: the owner any, admins those of sellers. Reasons: not_found, forbidden.';

revoke execute on function private.lock_business(uuid, uuid),
  private.notify_about_business(uuid, uuid, uuid, text, text), private.business_size(uuid, text),
  private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_withdraw_invitation(uuid, uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.lock_business(uuid, uuid),
  private.notify_about_business(uuid, uuid, uuid, text, text), private.business_size(uuid, text),
  private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_withdraw_invitation(uuid, uuid, uuid)
  to service_role;
