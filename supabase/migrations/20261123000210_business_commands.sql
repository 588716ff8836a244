-- Commands and queries of business accounts, their members and invitations.

-- Business accounts as the backend changes them. Each function checks the caller's role and acts in one transaction; a
-- refusal is {"reason": <error code>}.

create function private.recheck_business() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.business_registrations r set verification_status = 'pending'
  where r.verification_status = 'approved'
    and r.business_id = (pg_catalog.to_jsonb(new) ->> case tg_table_name when 'business_accounts' then 'id' else 'business_id' end)::uuid;
  return null;
end;
$$;
comment on function private.recheck_business() is
  'Trigger: clears the mark "verified" when the name or tax id changes.';
create trigger business_accounts_recheck after update of name on public.business_accounts
  for each row when (new.name <> old.name) execute function private.recheck_business();
create trigger business_registrations_recheck after update of tax_id on public.business_registrations
  for each row when (new.tax_id is distinct from old.tax_id) execute function private.recheck_business();

create function private.user_refusal(p_user_id uuid) returns text
language plpgsql stable set search_path = '' as $$
begin
  return (
    select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked' end
    from (select p_user_id as id) as asked left join public.accounts u on u.id = asked.id);
end;
$$;
comment on function private.user_refusal(uuid) is
  'Returns the reason why this user may write nothing (account missing or blocked), else null.';

create function private.business_role(p_business_id uuid, p_user_id uuid) returns text
language sql stable set search_path = '' as $$
  select coalesce(m.role, 'none')
  from public.business_accounts b
  left join public.business_members m on m.business_id = b.id and m.user_id = p_user_id and m.status = 'active'
    and private.user_refusal(p_user_id) is null
  where b.id = p_business_id and b.deleted_at is null;
$$;
comment on function private.business_role(uuid, uuid) is
  'Returns the role of an active member who is not blocked, none for anybody else; null when the business does not '
  'exist.';

create function private.business_invitation(p_business_id uuid, p_user_id uuid) returns public.business_invitations
language sql stable set search_path = '' as $$
  select i.* from public.business_invitations i join public.accounts u on u.phone = i.phone
  where i.business_id = p_business_id and u.id = p_user_id and i.declined_at is null and i.expires_at > pg_catalog.now();
$$;
comment on function private.business_invitation(uuid, uuid) is
  'Returns the open invitation of this user''s phone, or a row of nulls.';

create function public.business_read(p_business_id uuid, p_user_id uuid default null) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
      'id', b.id, 'name', b.name, 'category', b.category, 'description', b.description,
      'phone_public', b.phone_public, 'website', b.website, 'logo_url', b.logo_url,
      'city', b.city, 'address', b.address, 'working_hours', b.working_hours, 'is_verified', b.is_verified,
      'created_at', b.created_at, 'updated_at', b.updated_at, 'my_role', coalesce(m.role, i.role),
      'my_status', coalesce(m.status, case when i.id is not null then 'invited' end),
      'owner', pg_catalog.jsonb_build_object('id', p.id, 'name', p.name, 'avatar_url', p.avatar_url))
    || case when m.status = 'active' then pg_catalog.jsonb_build_object(
        'tax_id', r.tax_id, 'email', r.email, 'verification_status', r.verification_status,
        'members_count', (select pg_catalog.count(*) from public.business_members n
                          where n.business_id = b.id and n.status = 'active'))
      else '{}' end
  from public.business_accounts b
  join public.business_registrations r on r.business_id = b.id
  join public.public_profiles p on p.id = b.user_id
  left join public.business_members m on m.business_id = b.id and m.user_id = p_user_id
  left join private.business_invitation(p_business_id => b.id, p_user_id => p_user_id) as i on i.id is not null
  where b.id = p_business_id and b.deleted_at is null;
$$;
comment on function public.business_read(uuid, uuid) is
  'Returns an account as p_user_id sees it (null: not signed in): members also see its tax id, e-mail, check and '
  'size. Returns null when it does not exist.';

create function private.is_tax_id_held(p_tax_id text, p_user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.business_registrations r join public.business_accounts b on b.id = r.business_id
    where r.tax_id = p_tax_id and r.verification_status = 'approved' and b.user_id <> p_user_id);
$$;
comment on function private.is_tax_id_held(text, uuid) is
  'Returns true when staff have approved this number for another user''s account. Unapproved claims do not count, so '
  'nobody can block another''s number.';

create function public.business_create(p_user_id uuid, p_fields jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.user_refusal(p_user_id);
  v_business public.business_accounts;
  v_registration public.business_registrations;
  v_rules text;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif private.is_tax_id_held(p_fields ->> 'tax_id', p_user_id) then
    return '{"reason": "business_tax_id_taken"}';
  end if;
  insert into public.business_accounts (user_id, name, category, description, phone_public, website, logo_url, city,
    address, working_hours)
  select p_user_id, f.name, f.category, f.description, f.phone_public, f.website, f.logo_url, f.city,
    f.address, coalesce(f.working_hours, '{}')
  from pg_catalog.jsonb_populate_record(null::public.business_accounts, p_fields) as f
  on conflict do nothing returning * into v_business;
  if v_business.id is not null then
    update public.business_registrations r set tax_id = p_fields ->> 'tax_id', email = p_fields ->> 'email'
    where r.business_id = v_business.id;
    return public.business_read(v_business.id, p_user_id);
  end if;
  select b.* into v_business from public.business_accounts b where b.user_id = p_user_id and b.deleted_at is null;
  select r.* into v_registration from public.business_registrations r where r.business_id = v_business.id;
  if not pg_catalog.to_jsonb(v_business) || pg_catalog.to_jsonb(v_registration) @> p_fields then
    return '{"reason": "business_exists"}';
  end if;
  return public.business_read(v_business.id, p_user_id);
exception when sqlstate 'PT422' then
  get stacked diagnostics v_rules = pg_exception_detail;
  return pg_catalog.jsonb_build_object('reason', 'text_refused', 'rules', pg_catalog.string_to_array(v_rules, E'\n'));
end;
$$;
comment on function public.business_create(uuid, jsonb) is
  'Opens an account from {name, …}; a trigger makes its owner a member. Idempotent: the same request returns the same '
  'account. Reasons: business_exists, business_tax_id_taken, text_refused (with rules), account_blocked, '
  'authentication_required.';

create function public.business_update(p_user_id uuid, p_business_id uuid, p_fields jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_tax_id text;
  v_role text;
  v_rules text;
begin
  perform 1 from public.business_accounts b
  where b.id = p_business_id and b.deleted_at is null for no key update;
  select r.tax_id into v_tax_id from public.business_registrations r where r.business_id = p_business_id;
  v_role := private.business_role(p_business_id, p_user_id);
  if v_role is null then
    return '{"reason": "not_found"}';
  elsif v_role not in ('owner', 'admin')
      or (v_tax_id is not null and coalesce(p_fields ->> 'tax_id', v_tax_id) <> v_tax_id) then
    return '{"reason": "forbidden"}';
  elsif v_tax_id is null and private.is_tax_id_held(p_fields ->> 'tax_id', p_user_id) then
    return '{"reason": "business_tax_id_taken"}';
  end if;
  update public.business_accounts b set (name, category, description, phone_public, website, logo_url, city, address,
      working_hours) = (
    select f.name, f.category, f.description, f.phone_public, f.website, f.logo_url, f.city, f.address,
      coalesce(f.working_hours, '{}')
    from pg_catalog.jsonb_populate_record(b, p_fields) as f)
  where b.id = p_business_id;
  update public.business_registrations r set (tax_id, email) = (
    select coalesce(v_tax_id, f.tax_id), f.email from pg_catalog.jsonb_populate_record(r, p_fields) as f)
  where r.business_id = p_business_id;
  return public.business_read(p_business_id, p_user_id);
exception when sqlstate 'PT422' then
  get stacked diagnostics v_rules = pg_exception_detail;
  return pg_catalog.jsonb_build_object('reason', 'text_refused', 'rules', pg_catalog.string_to_array(v_rules, E'\n'));
end;
$$;
comment on function public.business_update(uuid, uuid, jsonb) is
  'Changes the named fields; null clears one. For owner and admins. A tax id can be set only once. Reasons: '
  'not_found, forbidden, business_tax_id_taken, text_refused (with rules).';

create function public.business_delete(p_user_id uuid, p_business_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_role text;
begin
  perform 1 from public.business_accounts b where b.id = p_business_id for no key update;
  v_role := private.business_role(p_business_id, p_user_id);
  if v_role is distinct from 'owner' then
    return pg_catalog.jsonb_build_object('reason', case when v_role is null then 'not_found' else 'forbidden' end);
  end if;
  update public.business_accounts b set deleted_at = pg_catalog.now() where b.id = p_business_id;
  update public.business_registrations r set verification_status = 'none' where r.business_id = p_business_id;
  delete from public.business_members m where m.business_id = p_business_id and m.status = 'invited';
  delete from public.business_invitations i where i.business_id = p_business_id;
  update public.listings l set business_id = null where l.business_id = p_business_id;
  return '{}';
end;
$$;
comment on function public.business_delete(uuid, uuid) is
  'Closes an account, owner only: invitations lapse, its tax id becomes free, and each listing stays with its seller. '
  'Reasons: not_found, forbidden.';

-- Who works in a business: invitation, acceptance, roles, removal, transfer. Every change of a team takes the row of
-- the account first, so that changes of one team follow each other. A refusal is {"reason": <error code>}.

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
  'Removes a member or an invitation: the owner removes anybody, admins remove sellers, every member except the owner '
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

revoke execute on function private.recheck_business() from public, anon, authenticated;
revoke execute on function private.user_refusal(uuid), private.business_role(uuid, uuid),
  private.business_invitation(uuid, uuid), public.business_read(uuid, uuid), private.is_tax_id_held(text, uuid),
  public.business_create(uuid, jsonb), public.business_update(uuid, uuid, jsonb), public.business_delete(uuid, uuid),
  private.lock_business(uuid, uuid), private.notify_about_business(uuid, uuid, uuid, text, text),
  private.business_size(uuid, text), private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid),
  public.business_team(uuid, uuid), public.business_mine(uuid), public.business_withdraw_invitation(uuid, uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.user_refusal(uuid), private.business_role(uuid, uuid),
  private.business_invitation(uuid, uuid), public.business_read(uuid, uuid), private.is_tax_id_held(text, uuid),
  public.business_create(uuid, jsonb), public.business_update(uuid, uuid, jsonb), public.business_delete(uuid, uuid),
  private.lock_business(uuid, uuid), private.notify_about_business(uuid, uuid, uuid, text, text),
  private.business_size(uuid, text), private.invite_phone(uuid, uuid, text, text),
  public.business_invite(uuid, uuid, uuid, text, text, integer, integer),
  public.business_answer_invitation(uuid, uuid, boolean), public.business_set_role(uuid, uuid, uuid, text),
  public.business_remove_member(uuid, uuid, uuid), public.business_transfer(uuid, uuid, uuid),
  public.business_team(uuid, uuid), public.business_mine(uuid), public.business_withdraw_invitation(uuid, uuid, uuid)
  to service_role;
