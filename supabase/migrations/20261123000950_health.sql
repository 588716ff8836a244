-- What the deep health check asks: that a call reaches the database and that it takes writes.

create function public.health_check() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('at', pg_catalog.now(), 'read_only', pg_catalog.pg_is_in_recovery());
$$;
comment on function public.health_check() is 'Answers {at, read_only}; fails when the database does not answer.';
revoke execute on function public.health_check() from public, anon, authenticated;
grant execute on function public.health_check() to service_role;
