-- Who works in a business: invitation, acceptance, roles, removal, transfer. Every change of a team takes the row of
-- the account first, so that changes of one team follow each other. A refusal is {"reason": <error code>}.

alter table public.business_members add constraint business_members_profile_fkey
  foreign key (user_id) references public.public_profiles (id) on delete no action;
comment on constraint business_members_profile_fkey on public.business_members is
  'Lets a REST query embed the public profile of a member.';

create function private.lock_business(p_business_id uuid, p_user_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
begin
  perform 1 from public.business_accounts b where b.id = p_business_id for no key update;
  return private.business_role(p_business_id, p_user_id);
end;
$$;
comment on function private.lock_business(uuid, uuid) is 'Takes the account for this transaction; returns private.business_role.';

create function private.notify_about_business(
  p_business_id uuid, p_user_id uuid, p_from_user_id uuid, p_event text, p_event_key text
) returns void
language sql volatile set search_path = '' as $$
  insert into public.notifications (user_id, from_user_id, type, title, message, action_url, data, dedupe_key)
  select u.id, p_from_user_id, p_event, pg_catalog.left(b.name, 200),
    case p_event || ' ' || u.language
      when 'business_invitation ky' then 'Сизди командага чакырышты.'
      when 'business_invitation en' then 'You are invited to the team.'
      when 'business_invitation ru' then 'Вас приглашают в команду.'
      when 'business_ownership ky' then 'Эми бул бизнестин ээси сизсиз.'
      when 'business_ownership en' then 'You are now the owner of this business.'
      else 'Теперь вы владелец этого бизнеса.' end,
    'app360://business/' || b.id, pg_catalog.jsonb_build_object('business_id', b.id), p_event || ':' || p_event_key
  from public.business_accounts b, public.accounts u
  where b.id = p_business_id and u.id = p_user_id
  on conflict (user_id, dedupe_key) do nothing;
$$;
comment on function private.notify_about_business(uuid, uuid, uuid, text, text) is
  'Notifies a user in his language of business_invitation or business_ownership, once per p_event_key.';

create function private.business_size(p_business_id uuid, p_without_phone text) returns bigint
language sql stable set search_path = '' as $$
  select (select pg_catalog.count(*) from public.business_members m where m.business_id = p_business_id)
    + (select pg_catalog.count(*) from public.business_invitations i
       where i.business_id = p_business_id and i.phone is distinct from p_without_phone and i.expires_at > pg_catalog.now());
$$;
comment on function private.business_size(uuid, text) is
  'Members, invited people and invited phones, without this phone: an invitation that is renewed takes no second place.';

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
  'Invites a phone for thirty days, again: renews it. Does the same for every number; only its owner, if any, is notified.';

create function public.business_invite(
  p_user_id uuid, p_business_id uuid, p_invited_user_id uuid, p_invited_phone text, p_role text,
  p_most_members integer, p_invitations_per_day integer
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
  elsif private.business_size(p_business_id => p_business_id, p_without_phone => p_invited_phone) >= p_most_members then
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
  'Invites a user by id, or whoever has a phone: the owner invites admins and sellers, admins sellers. Of a phone neither '
  'this answer nor the team tells whether it has an account. Reasons: not_found, forbidden, rate_limited (with '
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
  'The invited person joins (again: changes nothing) or declines, which ends the invitation for him. Reason: not_found.';

create function public.business_set_role(
  p_user_id uuid, p_business_id uuid, p_member_user_id uuid, p_role text
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
begin
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif v_role <> 'owner' or p_member_user_id = p_user_id then
    return '{"reason": "forbidden"}';
  end if;
  update public.business_members m set role = p_role
  where m.business_id = p_business_id and m.user_id = p_member_user_id and m.role <> 'owner';
  return case when found then '{}' else '{"reason": "not_found"}' end;
end;
$$;
comment on function public.business_set_role(uuid, uuid, uuid, text) is
  'The owner makes another member admin or seller. Reasons: not_found, forbidden.';

create function public.business_remove_member(
  p_user_id uuid, p_business_id uuid, p_member_user_id uuid
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
  v_target text;
begin
  select m.role into v_target from public.business_members m
  where m.business_id = p_business_id and m.user_id = p_member_user_id;
  if v_role is null or (v_role = 'none' and p_member_user_id = p_user_id and v_target is null) then
    return '{"reason": "not_found"}';
  elsif v_role = 'owner' and p_member_user_id = p_user_id then
    return '{"reason": "business_owner_stays"}';
  elsif p_member_user_id <> p_user_id and v_role not in ('owner', 'admin') then
    return '{"reason": "forbidden"}';
  elsif v_target is null then
    return '{"reason": "not_found"}';
  elsif p_member_user_id <> p_user_id and v_role = 'admin' and v_target <> 'seller' then
    return '{"reason": "forbidden"}';
  end if;
  delete from public.business_members m where m.business_id = p_business_id and m.user_id = p_member_user_id;
  return '{}';
end;
$$;
comment on function public.business_remove_member(uuid, uuid, uuid) is
  'Removes a member or an invitation: the owner anybody, admins sellers, everybody but the owner himself. Reasons: '
  'not_found, forbidden, business_owner_stays.';

create function public.business_transfer(p_user_id uuid, p_business_id uuid, p_new_owner_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text := private.lock_business(p_business_id, p_user_id);
  v_status text;
begin
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif v_role = 'admin'
      and exists (select from public.business_accounts b where b.id = p_business_id and b.user_id = p_new_owner_id) then
    return public.business_read(p_business_id, p_user_id);
  elsif v_role <> 'owner' then
    return '{"reason": "forbidden"}';
  end if;
  select m.status into v_status from public.business_members m
  where m.business_id = p_business_id and m.user_id = p_new_owner_id for update;
  if v_status is distinct from 'active' then
    return '{"reason": "business_member_required"}';
  end if;
  update public.business_accounts b set user_id = p_new_owner_id
  where b.id = p_business_id and b.user_id <> p_new_owner_id;
  if found then
    perform private.notify_about_business(p_business_id, p_new_owner_id, p_user_id, 'business_ownership',
      p_business_id || ':' || pg_catalog.clock_timestamp());
  end if;
  return public.business_read(p_business_id, p_user_id);
exception when unique_violation then
  return '{"reason": "business_new_owner_has_one"}';
end;
$$;
comment on function public.business_transfer(uuid, uuid, uuid) is
  'The owner hands the account to an active member and stays as admin; the same call again changes nothing. Reasons: '
  'not_found, forbidden, business_member_required, business_new_owner_has_one.';

revoke execute on function private.lock_business(uuid, uuid), private.notify_about_business(uuid, uuid, uuid, text, text),
  private.business_size(uuid, text), private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.lock_business(uuid, uuid), private.notify_about_business(uuid, uuid, uuid, text, text),
  private.business_size(uuid, text), private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid)
  to service_role;
