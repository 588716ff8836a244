-- Gives a plain Postgres the refusals of a hosted Supabase project, as far as this repository needs them. These files
-- run once, in order, as a superuser other than `postgres`, before the first migration; never against a hosted project.
-- They set no password. docs/decisions/0090 lists the differences from the platform.

set client_min_messages = warning;

-- Roles belong to the server: they exist already for its second database.
do $$
declare
  v_role record;
begin
  for v_role in select * from (values
    ('anon', 'nologin inherit'),
    ('authenticated', 'nologin inherit'),
    ('service_role', 'nologin inherit bypassrls'),
    ('authenticator', 'login noinherit'),
    ('supabase_admin', 'login superuser createrole createdb replication bypassrls'),
    ('postgres', 'login createrole createdb replication bypassrls'),
    ('supabase_auth_admin', 'login noinherit'),
    ('supabase_storage_admin', 'login noinherit createrole'),
    ('supabase_realtime_admin', 'nologin noinherit'),
    ('supabase_replication_admin', 'login replication'),
    ('supabase_read_only_user', 'login bypassrls'),
    ('dashboard_user', 'nologin createrole createdb replication'),
    ('pgbouncer', 'login')
  ) as r (name, options) loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role.name) then
      execute format('create role %I %s', v_role.name, v_role.options);
    end if;
  end loop;
  if exists (select from pg_catalog.pg_roles where rolname = current_user and rolname = 'postgres') then
    raise warning 'This server belongs to the superuser postgres: it allows more than a hosted project.';
  end if;
end;
$$;

grant anon, authenticated, service_role to authenticator;
grant authenticator to supabase_storage_admin;
grant anon, authenticated, service_role to postgres with admin option;
-- Enough to change the settings of the role, as supautils allows; not enough to become it.
grant authenticator to postgres with admin true, inherit false, set false;
grant pg_read_all_data, pg_monitor, pg_signal_backend to postgres;
grant pg_read_all_data to supabase_read_only_user;

-- Statements have limits: of the database, and shorter ones of the roles that PostgREST takes on.
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;
alter role postgres set search_path = "$user", public, extensions;
do $$
begin
  execute format('alter database %I set statement_timeout = %L', current_database(), '120s');
  execute format('alter database %I owner to postgres', current_database());
  execute format('grant all on database %I to dashboard_user', current_database());
end;
$$;

-- Settings that supautils lets postgres change.
grant set on parameter session_replication_role, log_min_messages, log_lock_waits, track_io_timing to postgres;
grant set on parameter pgrst.db_pre_request, pgrst.db_schemas, pgrst.db_max_rows, pgrst.db_extra_search_path,
  pgrst.db_aggregates_enabled, pgrst.db_plan_enabled, pgrst.jwt_secret to postgres;

-- Schemas -------------------------------------------------------------------------------------------------------------
create schema extensions authorization postgres;
create schema graphql_public authorization supabase_admin;
create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
grant usage on schema public, extensions, graphql_public to postgres, anon, authenticated, service_role;
grant usage on schema storage, realtime to postgres with grant option;
grant usage on schema auth to postgres;
grant usage on schema auth, storage, realtime to anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant all on schema realtime to supabase_realtime_admin;

-- A project brings these; others are created by its migrations.
create extension if not exists pgcrypto with schema extensions;
do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_stat_statements') then
    create extension if not exists pg_stat_statements with schema extensions;
  end if;
end;
$$;
grant all on all tables in schema extensions to postgres with grant option;
grant all on all routines in schema extensions to postgres with grant option;

-- Since 30 October 2026 objects that postgres creates in public are closed to the API roles: of the former grants only the
-- rights that the API cannot use are left. Objects that supabase_admin creates are still open.
alter default privileges for role postgres in schema public
  grant truncate, references, trigger, maintain on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant update on sequences to anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
