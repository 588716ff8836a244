-- The library supautils lets `postgres`, which owns no table of the platform, make policies on some of them and drop
-- triggers there. Plain Postgres has no such right: here the owners' roles are granted for one statement; a statement
-- about another table is refused, as by the owner check.

set client_min_messages = warning;

create schema local_platform;
comment on schema local_platform is 'Of the local imitation only.';

create function local_platform.owners() returns text
language sql immutable set search_path = '' as $$
  select 'supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin';
$$;

create function local_platform.acts_for_postgres() returns boolean
language sql stable set search_path = '' as $$
  select coalesce(nullif(pg_catalog.current_setting('role'), 'none'), session_user) = 'postgres'
    and not (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = 'postgres');
$$;

create function local_platform.require_granted(p_schema text, p_table text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if p_schema in ('auth', 'storage', 'realtime') and p_schema || '.' || p_table <> all (array[
    'auth.audit_log_entries', 'auth.identities', 'auth.refresh_tokens', 'auth.sessions', 'auth.users',
    'realtime.messages', 'storage.buckets', 'storage.migrations', 'storage.objects', 'storage.s3_multipart_uploads',
    'storage.s3_multipart_uploads_parts'])
  then
    raise exception 'must be owner of table %', p_table using errcode = '42501';
  end if;
end;
$$;

create function local_platform.lend() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  if local_platform.acts_for_postgres() then
    execute 'grant ' || local_platform.owners() || ' to postgres with admin false, inherit true, set false';
  end if;
end;
$$;

create function local_platform.take_back() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  if local_platform.acts_for_postgres() then
    perform local_platform.require_granted(c.relnamespace::regnamespace::text, c.relname)
    from pg_catalog.pg_event_trigger_ddl_commands() d
    join pg_catalog.pg_policy p on p.oid = d.objid and d.classid = 'pg_policy'::regclass
    join pg_catalog.pg_class c on c.oid = p.polrelid;
    execute 'revoke ' || local_platform.owners() || ' from postgres';
  end if;
end;
$$;

create function local_platform.look_at_dropped() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
  if local_platform.acts_for_postgres() then
    perform local_platform.require_granted(d.address_names[1], d.address_names[2])
    from pg_catalog.pg_event_trigger_dropped_objects() d where d.original and d.object_type in ('policy', 'trigger');
  end if;
end;
$$;

create event trigger local_platform_lend on ddl_command_start
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER') execute function local_platform.lend();
create event trigger local_platform_look_at_dropped on sql_drop
  when tag in ('DROP POLICY', 'DROP TRIGGER') execute function local_platform.look_at_dropped();
create event trigger local_platform_take_back on ddl_command_end
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER')
  execute function local_platform.take_back();
-- supautils holds in a restore as well, in which triggers rest.
alter event trigger local_platform_lend enable always;
alter event trigger local_platform_look_at_dropped enable always;
alter event trigger local_platform_take_back enable always;
