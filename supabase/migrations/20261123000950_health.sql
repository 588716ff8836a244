-- What the deep health check calls: it reaches the database, and the database accepts writes.

create function public.health_check() returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST runs a volatile function in a transaction that may write, where the server has one to give.
  if pg_catalog.current_setting('transaction_read_only')::boolean then
    raise exception 'the database is read-only' using errcode = 'read_only_sql_transaction';
  end if;
  return pg_catalog.jsonb_build_object('at', pg_catalog.now());
end
$$;
comment on function public.health_check() is
  'Returns {at}; fails when the database does not answer, and with 25006 when it accepts no writes.';
revoke execute on function public.health_check() from public, anon, authenticated;
grant execute on function public.health_check() to service_role;
