-- Re-encryption of banks' tokens: those under an older key are read and written again, row by row.

create function public.payment_profiles_stale(p_key_id text, p_limit integer, p_after uuid default null) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'id', f.id, 'token_encrypted', f.token_encrypted) order by f.id), '[]')
  from (
    select p.id, p.token_encrypted from public.payment_profiles p
    where pg_catalog.split_part(p.token_encrypted, '.', 2) <> p_key_id and (p_after is null or p.id > p_after)
    order by p.id limit p_limit
  ) f
$$;
comment on function public.payment_profiles_stale(text, integer, uuid) is
  'Returns tokens encrypted under another key than p_key_id, after an id: [{id, token_encrypted}].';

create function public.payment_profile_reencrypt(p_id uuid, p_old text, p_new text) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.payment_profiles f set token_encrypted = p_new where f.id = p_id and f.token_encrypted = p_old;
  return found;
end;
$$;
comment on function public.payment_profile_reencrypt(uuid, text, text) is
  'Replaces the ciphertext of a token by one under another key, unless it has changed meanwhile.';

revoke execute on function public.payment_profiles_stale(text, integer, uuid),
  public.payment_profile_reencrypt(uuid, text, text) from public, anon, authenticated;
grant execute on function public.payment_profiles_stale(text, integer, uuid),
  public.payment_profile_reencrypt(uuid, text, text) to service_role;
