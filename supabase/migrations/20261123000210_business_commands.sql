-- Commands and queries of business accounts. Each function checks the caller's role and acts in one transaction; a refusal
-- is {"reason": <error code>}.

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
  'Returns the reason of a refusal of all writes of this user (account missing or blocked), else null.';

create function private.business_role(p_business_id uuid, p_user_id uuid) returns text
language sql stable set search_path = '' as $$
  select coalesce(m.role, 'none')
  from public.business_accounts b
  left join public.business_members m on m.business_id = b.id and m.user_id = p_user_id and m.status = 'active'
    and private.user_refusal(p_user_id) is null
  where b.id = p_business_id and b.deleted_at is null;
$$;
comment on function private.business_role(uuid, uuid) is
  'Returns the role of an active member who is not blocked, none for all others; null when the business does not '
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
  'Returns an account for the viewer p_user_id (null: not signed in): members also see its tax id, e-mail, check and '
  'size. Returns null when it does not exist.';

create function private.is_tax_id_held(p_tax_id text, p_user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from public.business_registrations r join public.business_accounts b on b.id = r.business_id
    where r.tax_id = p_tax_id and r.verification_status = 'approved' and b.user_id <> p_user_id);
$$;
comment on function private.is_tax_id_held(text, uuid) is
  'Returns true when staff have approved this number for another user''s account. Unapproved claims do not count, so '
  'no user can block another''s number.';

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
  'Closes an account, owner only: invitations end, its tax id becomes free, and each listing stays with its seller. '
  'Reasons: not_found, forbidden.';

revoke execute on function private.recheck_business() from public, anon, authenticated;
revoke execute on function private.user_refusal(uuid), private.business_role(uuid, uuid),
  private.business_invitation(uuid, uuid), public.business_read(uuid, uuid), private.is_tax_id_held(text, uuid),
  public.business_create(uuid, jsonb), public.business_update(uuid, uuid, jsonb), public.business_delete(uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.user_refusal(uuid), private.business_role(uuid, uuid),
  private.business_invitation(uuid, uuid), public.business_read(uuid, uuid), private.is_tax_id_held(text, uuid),
  public.business_create(uuid, jsonb), public.business_update(uuid, uuid, jsonb), public.business_delete(uuid, uuid)
  to service_role;
