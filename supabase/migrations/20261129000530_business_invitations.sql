-- Reading a team with its invitations, the invitations of a person, and taking one back.

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
  'The team {team} for its active members; owner and admins see the invited phones as well, of which nothing else is told, '
  'also once one is declined. Reason: not_found.';

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
  'The businesses that a user owns, works in or is invited to, by id or by phone, the newest first.';

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
  'Takes an invitation of a phone back: the owner any, admins those of sellers. Reasons: not_found, forbidden.';

revoke execute on function public.business_team(uuid, uuid), public.business_mine(uuid),
  public.business_withdraw_invitation(uuid, uuid, uuid) from public, anon, authenticated;
grant execute on function public.business_team(uuid, uuid), public.business_mine(uuid),
  public.business_withdraw_invitation(uuid, uuid, uuid) to service_role;
