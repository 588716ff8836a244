-- Tables and policies of business accounts. Membership is read by policies through one helper that does
-- not pass through the policies of business_members itself; policies that did so recursed.

create function private.is_opening_hours(p_hours jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select case when pg_catalog.jsonb_typeof(p_hours) = 'object' then not exists (
    select from pg_catalog.jsonb_each(p_hours) as d (day, hours)
    where d.day not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
      or case when pg_catalog.jsonb_typeof(d.hours) = 'object' then (d.hours - array['from', 'to']) <> '{}'
        or coalesce(d.hours ->> 'from', '') !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
        or coalesce(d.hours ->> 'to', '') !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' else true end)
    else false end;
$$;
comment on function private.is_opening_hours(jsonb) is
  'Returns true for {"mon": {"from": "09:00", "to": "18:00"}, …} with known days, these two times and nothing else. '
  'Bounds the size.';

create table public.business_accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete restrict,
  name text not null check (char_length(name) between 2 and 255),
  category text check (category in ('car', 'horse', 'real_estate')),
  description text check (char_length(description) <= 1000),
  phone_public text check (phone_public ~ '^\+996[0-9]{9}$'),
  website text check (website ~ '^https://' and char_length(website) <= 2048),
  logo_url text check (char_length(logo_url) <= 2048),
  city text check (char_length(city) <= 100),
  address text check (char_length(address) <= 500),
  working_hours jsonb not null default '{}' check (private.is_opening_hours(working_hours)),
  is_verified boolean not null default false,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.business_accounts is
  'Dealer, breeder or agency. All fields of the account are public, including phone_public.';
comment on column public.business_accounts.user_id is
  'Owner. Changing it moves the role owner in business_members in the same statement.';
comment on column public.business_accounts.phone_public is
  'Phone number that the business publishes; not the login phone of a user.';
comment on column public.business_accounts.is_verified is 'Staff have approved the registration; kept by the trigger of business_registrations.';
comment on column public.business_accounts.working_hours is '{"mon": {"from": "09:00", "to": "18:00"}, …}';
create index business_accounts_user_id_idx on public.business_accounts (user_id);
create unique index business_accounts_one_per_owner_idx on public.business_accounts (user_id) where deleted_at is null;
comment on index public.business_accounts_one_per_owner_idx is
  'Limits a user to one owned business, independent of the tier: a tier sells listings and is bought by a user. Working in '
  'many is allowed.';
create trigger business_accounts_touch_updated_at before update on public.business_accounts
  for each row execute function private.touch_updated_at();
alter table public.business_accounts enable row level security;
grant select on public.business_accounts to anon, authenticated;

-- Addresses (website, logo_url) are checked against the allow-list by the backend, so they pass through it.
grant update (name, category, description, phone_public, city, address, working_hours)
  on public.business_accounts to authenticated;
grant all on public.business_accounts to service_role;
create policy business_accounts_select_anon on public.business_accounts for select to anon
  using (deleted_at is null);
create policy business_accounts_select on public.business_accounts for select to authenticated
  using (deleted_at is null);

create table public.business_registrations (
  business_id uuid primary key references public.business_accounts (id) on delete cascade,
  tax_id text check (tax_id ~ '^[0-9]{14}$'),
  email text check (char_length(email) <= 254 and email ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'),
  verification_status text not null default 'none'
    check (verification_status in ('none', 'pending', 'approved', 'rejected')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.business_registrations is
  'Private data of a business, which the backend shows to members only. One row per account, made by a trigger.';
comment on column public.business_registrations.tax_id is
  'INN, 14 digits. A claim until staff approve it: several accounts may claim one number, only one can be approved for it.';
create unique index business_registrations_tax_id_idx on public.business_registrations (tax_id)
  where verification_status = 'approved';
create trigger business_registrations_touch_updated_at before update on public.business_registrations
  for each row execute function private.touch_updated_at();
alter table public.business_registrations enable row level security;
grant all on public.business_registrations to service_role;

create function private.open_business_registration() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.business_registrations (business_id) values (new.id);
  return null;
end;
$$;
comment on function private.open_business_registration() is 'Trigger: creates the registration of a new account.';
create trigger business_accounts_open_registration after insert on public.business_accounts
  for each row execute function private.open_business_registration();

create function private.show_verification() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.business_accounts b set is_verified = (new.verification_status = 'approved')
  where b.id = new.business_id and b.is_verified <> (new.verification_status = 'approved');
  return null;
end;
$$;
comment on function private.show_verification() is
  'Trigger: copies the decision about the registration into the public mark "verified".';
create trigger business_registrations_show_verification after insert or update of verification_status
  on public.business_registrations for each row execute function private.show_verification();

create table public.business_members (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.business_accounts (id) on delete cascade,
  user_id uuid not null references public.accounts (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'seller')),
  status text not null default 'invited' check (status in ('invited', 'active')),
  invited_by uuid references public.accounts (id) on delete set null,
  accepted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (business_id, user_id),
  check (role <> 'owner' or status = 'active'),
  constraint business_members_profile_fkey
  foreign key (user_id) references public.public_profiles (id) on delete no action
);
comment on table public.business_members is
  'Membership of a user in a business. An invited user has no rights before accepting; leaving or declining deletes '
  'the row.';
comment on column public.business_members.role is
  'owner: everything; admin: all listings, the account, inviting sellers; seller: own listings.';
comment on constraint business_members_profile_fkey on public.business_members is
  'Lets a REST query embed the public profile of a member.';
create index business_members_user_id_idx on public.business_members (user_id, status);
create index business_members_invited_by_idx on public.business_members (invited_by);
create unique index business_members_one_owner_idx on public.business_members (business_id) where role = 'owner';
create trigger business_members_touch_updated_at before update on public.business_members
  for each row execute function private.touch_updated_at();
alter table public.business_members enable row level security;
grant select, delete on public.business_members to authenticated;
grant update (role, status) on public.business_members to authenticated;
grant all on public.business_members to service_role;

create table public.business_invitations (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.business_accounts (id) on delete cascade,
  phone text not null check (phone ~ '^\+996[0-9]{9}$'),
  role text not null check (role in ('admin', 'seller')),
  invited_by uuid references public.accounts (id) on delete set null,
  declined_at timestamptz,
  expires_at timestamptz not null default now() + interval '30 days',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (business_id, phone)
);
comment on table public.business_invitations is
  'Invitations of a phone number. Its account stays hidden until the invitation is accepted, so users cannot read them.';
comment on column public.business_invitations.declined_at is
  'Time of declining; hidden from the invited user since. The inviter still sees an open invitation, since declining requires '
  'an account.';
create index business_invitations_phone_idx on public.business_invitations (phone);
create index business_invitations_invited_by_idx on public.business_invitations (invited_by);
create trigger business_invitations_touch_updated_at before update on public.business_invitations
  for each row execute function private.touch_updated_at();
alter table public.business_invitations enable row level security;
grant all on public.business_invitations to service_role;

create function private.my_businesses(p_roles text[]) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.business_id
  from public.business_members m join public.business_accounts b on b.id = m.business_id
  where m.user_id = (select auth.uid()) and m.status = 'active' and m.role = any (p_roles) and b.deleted_at is null;
$$;
comment on function private.my_businesses(text[]) is
  'Returns open businesses in which the caller is an active member with one of p_roles. For policies of the form '
  '"business_id in (select private.my_businesses(…))", which run it once per statement.';
create policy business_accounts_update on public.business_accounts for update to authenticated
  using (deleted_at is null and id in (select private.my_businesses(array['owner', 'admin'])))
  with check (id in (select private.my_businesses(array['owner', 'admin'])));
create policy business_members_select on public.business_members for select to authenticated
  using (user_id = (select auth.uid())
    or business_id in (select private.my_businesses(array['owner', 'admin', 'seller'])));
create policy business_members_update on public.business_members for update to authenticated
  using (user_id = (select auth.uid()) or business_id in (select private.my_businesses(array['owner'])))
  with check (user_id = (select auth.uid()) or business_id in (select private.my_businesses(array['owner'])));
create policy business_members_delete on public.business_members for delete to authenticated
  using (role <> 'owner' and (
    user_id = (select auth.uid())
    or business_id in (select private.my_businesses(array['owner']))
    or (role = 'seller' and business_id in (select private.my_businesses(array['admin'])))));

create function private.keep_business_owner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    update public.business_members m set role = 'admin'
    where m.business_id = new.id and m.user_id = old.user_id and m.role = 'owner';
  end if;
  insert into public.business_members (business_id, user_id, role, status, accepted_at)
  values (new.id, new.user_id, 'owner', 'active', pg_catalog.now())
  on conflict (business_id, user_id) do update set role = 'owner', status = 'active',
    accepted_at = coalesce(business_members.accepted_at, excluded.accepted_at);
  return null;
end;
$$;
comment on function private.keep_business_owner() is
  'Trigger: makes the owner of an account its member with role owner; a former owner stays as admin.';
create trigger business_accounts_keep_owner_on_insert after insert on public.business_accounts
  for each row execute function private.keep_business_owner();
create trigger business_accounts_keep_owner_on_update after update of user_id on public.business_accounts
  for each row when (old.user_id is distinct from new.user_id) execute function private.keep_business_owner();

create function private.guard_business_member() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not private.is_rest_user() then
    return new;
  end if;
  if new.business_id <> old.business_id or new.user_id <> old.user_id then
    raise exception 'a membership cannot be moved' using errcode = '42501';
  end if;
  if new.status <> old.status and not (new.user_id = (select auth.uid()) and new.status = 'active') then
    raise exception 'only the invited person accepts an invitation' using errcode = '42501';
  end if;
  if new.role <> old.role and (
      old.role = 'owner' or new.role = 'owner'
      or new.business_id not in (select private.my_businesses(array['owner']))) then
    raise exception 'only the owner changes roles, and not his own' using errcode = '42501';
  end if;
  if new.status = 'active' and old.status = 'invited' then
    new.accepted_at := pg_catalog.now();
  end if;
  return new;
end;
$$;
comment on function private.guard_business_member() is
  'Trigger: limits changes through REST. Only the invited user activates a membership, only the owner changes roles '
  'other than the owner''s own, and no membership moves to another business or user.';
create trigger business_members_guard before update on public.business_members
  for each row execute function private.guard_business_member();

revoke execute on function private.is_opening_hours(jsonb), private.my_businesses(text[]) from public, anon;
grant execute on function private.is_opening_hours(jsonb), private.my_businesses(text[]) to authenticated, service_role;
revoke execute on function private.open_business_registration(), private.show_verification(),
  private.keep_business_owner(), private.guard_business_member() from public, anon, authenticated;
