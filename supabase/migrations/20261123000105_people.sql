-- View of users for the app's direct reads, in place of the table of accounts.

-- Users as the app reads and edits them: one relation for the own row and for all others (docs/decisions/0100).

create view public.users with (security_invoker = true) as
select p.id, p.name, p.avatar_url, p.bio, p.city, p.is_verified, p.rating, p.total_sales, p.created_at, p.updated_at,
  a.phone, a.email, a.language, a.role, a.free_limit, a.paid_slots, a.expo_push_token, a.is_blocked, a.last_login_at,
  a.last_seen
from public.public_profiles p
-- Row security of accounts shows the caller's own row. Where no column of it is read, the planner drops the join.
left join public.accounts a on a.id = p.id;
comment on view public.users is
  'Public profiles, with the private columns of the caller''s own account; null for all others. Kept under this name '
  'because the app embeds users!seller_user_id and edits users.';
grant select on public.users to anon, authenticated, service_role;
grant update (name, avatar_url, bio, city, language, expo_push_token) on public.users to authenticated;

create function private.update_own_account() returns trigger
language plpgsql set search_path = '' as $$
declare
  v_changed text;
begin
  if tg_op <> 'UPDATE' or old.id is distinct from (select auth.uid()) then
    raise exception 'a profile is changed by its owner' using errcode = '42501';
  end if;
  -- Only changed columns: the view names all of them, and triggers on unchanged ones must not fire.
  select pg_catalog.string_agg(pg_catalog.quote_ident(n.key), ', ') into v_changed
  from pg_catalog.jsonb_each(pg_catalog.to_jsonb(new)) as n
  where n.value is distinct from pg_catalog.to_jsonb(old) -> n.key;
  if v_changed is not null then
    execute pg_catalog.format(
      'update public.accounts a set (%1$s) = row (%2$s) where a.id = $2', v_changed,
      pg_catalog.regexp_replace(v_changed, '([a-z_]+)', '$1.\1', 'g'))
    using new, old.id;
  end if;
  select u.* into new from public.users u where u.id = old.id;
  return new;
end;
$$;
comment on function private.update_own_account() is
  'Trigger of the view users: writes the changed columns into the caller''s account, with the caller''s rights.';

-- Also for inserts and deletes: without a trigger a view answers them with a server error.
create trigger users_update instead of insert or update or delete on public.users
  for each row execute function private.update_own_account();

revoke execute on function private.update_own_account() from public, anon, authenticated;
