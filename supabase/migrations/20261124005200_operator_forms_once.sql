-- A form about money counts once, however often its button is pressed.

create function public.operator_form_once(p_operator_id uuid, p_key uuid) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.idempotency_keys (user_id, scope, key, request_digest, expires_at)
  values (p_operator_id, 'operations.form', p_key::text, pg_catalog.sha256(pg_catalog.uuid_send(p_key)),
          pg_catalog.now() + interval '1 day')
  on conflict do nothing;
  return found;
end;
$$;
comment on function public.operator_form_once(uuid, uuid) is
  'True for the first time that an operator sends the form with this key, false for every other time.';

revoke execute on function public.operator_form_once(uuid, uuid) from public, anon, authenticated;
grant execute on function public.operator_form_once(uuid, uuid) to service_role;
