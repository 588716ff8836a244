-- Extensions, the unexposed schema for helpers, and closed default privileges.

-- Extensions come before the default privileges below, so that their functions stay callable.
-- A later migration that adds one must grant its functions itself.
create extension if not exists btree_gist with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists unaccent with schema extensions;

do $$
begin
  -- Statistics of slow statements. Hosted projects allow it; elsewhere only a superuser may create it.
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_stat_statements') then
    create extension if not exists pg_stat_statements with schema extensions;
  end if;
exception when insufficient_privilege then
  raise notice 'pg_stat_statements is left out: not allowed here';
end;
$$;

-- Closed by default: a table or function belongs to its creator until its migration grants it by name.
-- This holds for service_role too, so that append-only tables are append-only for the backend.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

create schema private;
comment on schema private is 'Helpers of policies and triggers. Not exposed by PostgREST.';
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;
