-- Makes a plain Postgres look like an empty Supabase project, as far as this repository uses one:
-- the roles, schemas, helper functions, storage tables, and default privileges that migrations rely on.
-- Run by a superuser before the migrations; running it again changes nothing.
-- Never run against a hosted project. Sets no password: whoever starts the database gives one to authenticator.

set client_min_messages = warning;

-- Roles ---------------------------------------------------------------------------------------------------------------
do $$
declare
  v_role record;
begin
  for v_role in select * from (values
    ('anon', 'nologin noinherit'),
    ('authenticated', 'nologin noinherit'),
    ('service_role', 'nologin noinherit bypassrls'),
    ('authenticator', 'login noinherit'),
    ('supabase_admin', 'nologin createrole createdb replication bypassrls'),
    ('supabase_auth_admin', 'nologin noinherit createrole'),
    ('supabase_storage_admin', 'nologin noinherit createrole'),
    ('supabase_realtime_admin', 'nologin noinherit'),
    ('supabase_replication_admin', 'nologin replication'),
    ('supabase_read_only_user', 'nologin bypassrls'),
    ('dashboard_user', 'nologin createrole createdb replication'),
    ('pgbouncer', 'nologin')
  ) as r (name, options) loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role.name) then
      execute format('create role %I %s', v_role.name, v_role.options);
    end if;
  end loop;
end;
$$;

grant anon, authenticated, service_role to authenticator;
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
    grant anon, authenticated, service_role to postgres;
  end if;
end;
$$;

-- The limits that hosted projects put on REST calls: long work must not go through PostgREST.
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

-- Schemas -------------------------------------------------------------------------------------------------------------
create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists storage;
create schema if not exists realtime;
create schema if not exists supabase_migrations;
grant usage on schema public, extensions, auth, storage, realtime to anon, authenticated, service_role;
grant usage, create on schema storage to supabase_storage_admin;
grant usage, create on schema auth to supabase_auth_admin;

-- As hosted: what is created in public is open to the API roles unless a migration closes it.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;

create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);

-- auth ----------------------------------------------------------------------------------------------------------------
create or replace function auth.jwt() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')
  )::jsonb;
$$;

create or replace function auth.uid() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub'
  )::uuid;
$$;

create or replace function auth.role() returns text
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role'
  );
$$;

create or replace function auth.email() returns text
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''), auth.jwt() ->> 'email'
  );
$$;
grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email() to anon, authenticated, service_role;

create table if not exists auth.users (
  id uuid primary key,
  email text unique,
  phone text unique,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
alter table auth.users enable row level security;

-- storage -------------------------------------------------------------------------------------------------------------
create table if not exists storage.buckets (
  id text primary key,
  name text not null unique,
  owner uuid,
  owner_id text,
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  type text not null default 'STANDARD',
  versioning_status text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  owner_id text,
  version text,
  metadata jsonb,
  user_metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now()
);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");

create or replace function storage.foldername(name text) returns text[]
language sql immutable set search_path = '' as $$
  select (pg_catalog.string_to_array(name, '/'))[1:pg_catalog.cardinality(pg_catalog.string_to_array(name, '/')) - 1];
$$;

create or replace function storage.filename(name text) returns text
language sql immutable set search_path = '' as $$
  select (pg_catalog.string_to_array(name, '/'))[pg_catalog.cardinality(pg_catalog.string_to_array(name, '/'))];
$$;

create or replace function storage.extension(name text) returns text
language sql immutable set search_path = '' as $$
  select case when storage.filename(name) like '%.%'
    then pg_catalog.reverse(pg_catalog.split_part(pg_catalog.reverse(storage.filename(name)), '.', 1)) end;
$$;

create or replace function storage.operation() returns text
language sql stable set search_path = '' as $$
  select pg_catalog.current_setting('storage.operation', true);
$$;

create or replace function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable set search_path = '' as $$
  select storage.operation() = expected_operation;
$$;

-- Deleting a row does not delete the file behind it, so hosted projects refuse it outside the Storage service.
create or replace function storage.protect_delete() returns trigger
language plpgsql set search_path = '' as $$
begin
  if coalesce(pg_catalog.current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using errcode = '42501';
  end if;
  return null;
end;
$$;
create or replace trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
create or replace trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.buckets owner to supabase_storage_admin;
alter table storage.objects owner to supabase_storage_admin;
do $$
begin
  -- Hosted projects let postgres add buckets and policies although it does not own the tables.
  if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
    grant supabase_storage_admin to postgres;
  end if;
end;
$$;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;

-- realtime ------------------------------------------------------------------------------------------------------------
do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end;
$$;

create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  event text,
  payload jsonb,
  private boolean default false,
  inserted_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  primary key (id, inserted_at)
);
alter table realtime.messages enable row level security;
grant select, insert on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text
language sql stable set search_path = '' as $$
  select nullif(pg_catalog.current_setting('realtime.topic', true), '');
$$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language sql volatile set search_path = '' as $$
  insert into realtime.messages (payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
$$;
grant execute on function realtime.topic(), realtime.send(jsonb, text, text, boolean) to anon, authenticated, service_role;
