-- Roles, removal, transfer and reading of a team. Every change locks the row of the business account first.

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
  'Makes another member admin or seller; owner only. Reasons: not_found, forbidden.';

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
  'Removes a member or an invitation: the owner removes all others, admins remove sellers, every member except the owner '
  'may leave. Reasons: not_found, forbidden, business_owner_stays.';

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
  'Makes an active member the owner; the former owner stays as admin. Idempotent. Reasons: not_found, forbidden, '
  'business_member_required, business_new_owner_has_one.';

create function public.business_team(p_user_id uuid, p_business_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  with viewer as materialized (
    select private.business_role(p_business_id => p_business_id, p_user_id => p_user_id) as role
  ), team as (
    select m.created_at, m.id, pg_catalog.jsonb_build_object(
      'user_id', m.user_id, 'role', m.role, 'status', m.status, 'accepted_at', m.accepted_at, 'created_at', m.created_at,
      'user', pg_catalog.jsonb_build_object(
        'id', p.id, 'name', p.name, 'avatar_url', p.avatar_url, 'is_verified', p.is_verified)) as entry
    from public.business_members m join public.public_profiles p on p.id = m.user_id
    where m.business_id = p_business_id
    union all
    select i.created_at, i.id, pg_catalog.jsonb_build_object(
      'invitation_id', i.id, 'phone', i.phone, 'role', i.role, 'status', 'invited', 'created_at', i.created_at)
    from public.business_invitations i
    where i.business_id = p_business_id and i.expires_at > pg_catalog.now()
      and (select v.role from viewer v) in ('owner', 'admin')
  )
  select case when v.role is null or v.role = 'none' then '{"reason": "not_found"}' else pg_catalog.jsonb_build_object(
    'team', (select pg_catalog.jsonb_agg(t.entry order by t.created_at, t.id) from team t)) end
  from (select (select w.role from viewer w) as role) as v;
$$;
comment on function public.business_team(uuid, uuid) is
  'Lists the team {team} for its active members. Owner and admins also see invited phones, without a sign of an '
  'account, even after one is declined. Reason: not_found.';

create function public.business_mine(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  with mine as (
    select m.business_id, m.role, m.status, m.accepted_at, m.created_at, m.id
    from public.business_members m where m.user_id = p_user_id
    union all
    select i.business_id, i.role, 'invited', null, i.created_at, i.id
    from public.business_invitations i join public.accounts u on u.phone = i.phone
    where u.id = p_user_id and i.declined_at is null and i.expires_at > pg_catalog.now()
      and not exists (
        select from public.business_members m where m.business_id = i.business_id and m.user_id = p_user_id)
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'role', n.role, 'status', n.status, 'accepted_at', n.accepted_at, 'created_at', n.created_at,
      'business', pg_catalog.jsonb_build_object('id', b.id, 'name', b.name, 'category', b.category,
        'logo_url', b.logo_url, 'city', b.city, 'is_verified', b.is_verified))
    order by n.created_at desc, n.id desc), '[]')
  from mine n join public.business_accounts b on b.id = n.business_id and b.deleted_at is null;
$$;
comment on function public.business_mine(uuid) is
  'Lists businesses that a user owns, works in or is invited to (by id or by phone), newest first.';

revoke execute on function public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid),
  public.business_team(uuid, uuid), public.business_mine(uuid) from public, anon, authenticated;
grant execute on function public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid),
  public.business_team(uuid, uuid), public.business_mine(uuid) to service_role;
