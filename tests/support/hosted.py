"""Supabase project as it is hosted: a login that is no superuser, and things that the platform keeps to itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.migrations import Schema
from local.paths import MIGRATIONS, SUPABASE_BOOTSTRAP

# As Supabase gives them to `postgres`; its library supautils allows session_replication_role.
_LOGIN = """
create role hosted login nosuperuser createdb createrole replication bypassrls;
grant anon, authenticated, service_role, authenticator, supabase_storage_admin, pg_read_all_data, pg_monitor to hosted;
grant all on all tables in schema auth, storage to hosted with grant option;
grant usage, create on schema auth, storage, extensions to hosted;
grant usage on schema realtime to hosted;
grant set on parameter session_replication_role to hosted;
alter database postgres owner to hosted;
alter schema supabase_migrations owner to hosted;
alter table supabase_migrations.schema_migrations owner to hosted;
alter publication supabase_realtime owner to hosted;
alter default privileges for role hosted in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role hosted in schema public grant all on functions to anon, authenticated, service_role;
"""
# What the platform keeps to itself: a publication of its own, tables that the login may only read (one of them not even
# that), a policy on one of them. A type made in between gives enum values other numbers in each project.
_PLATFORM = """
create type storage.{filler} as enum ('a');
create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
alter table storage.buckets alter column type drop default;
alter table storage.buckets alter column type type storage.buckettype using type::storage.buckettype;
alter table storage.buckets alter column type set default 'STANDARD';
create publication supabase_realtime_messages_publication for table realtime.messages;
create table storage.buckets_vectors (id text primary key, type storage.buckettype not null default 'VECTOR');
create table storage.vector_indexes (id text primary key, bucket_id text references storage.buckets_vectors (id));
insert into storage.buckets_vectors (id) values ('{filler}');
insert into storage.vector_indexes (id, bucket_id) values ('one', '{filler}');
alter table storage.buckets_vectors enable row level security;
create policy of_the_platform on storage.buckets_vectors for select using (false);
create table auth.custom_oauth_providers (id text primary key);
insert into auth.custom_oauth_providers values ('{filler}');
revoke all on storage.buckets_vectors, storage.vector_indexes, auth.custom_oauth_providers from hosted;
grant select on storage.buckets_vectors, storage.vector_indexes to hosted, anon, authenticated;
revoke pg_read_all_data from hosted;
"""


@contextmanager
def hosted_project(filler: str = "first", *, migrated: bool = True) -> Iterator[tuple[str, str]]:
    """Yield a server whose migrations were applied by such a login; gives its address and the superuser's."""
    with embedded_postgres(Path(tempfile.gettempdir())) as superuser:
        Schema(superuser).bootstrap(SUPABASE_BOOTSTRAP)
        address = superuser.replace("postgres@", "hosted@")
        if migrated:
            run_script(superuser, _LOGIN)
            # The Supabase CLI applies all migrations in one session, in which the library is loaded early.
            run_script(superuser, "create extension pg_trgm with schema extensions")
            run_script(superuser, "alter role hosted set session_preload_libraries = 'pg_trgm'")
            Schema(address).migrate(MIGRATIONS)
            run_script(superuser, "alter role hosted reset session_preload_libraries")
        else:
            run_script(superuser, _LOGIN)
        run_script(superuser, _PLATFORM.format(filler=filler))
        yield address, superuser


def run_script(address: str, script: str) -> None:
    """Run statements at an address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(script.encode())


def one(address: str, query: str) -> Any:
    """Return the first column of the first row."""
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None
