"""A hosted project's login is no superuser: dump, restore and proofs must do with what it may."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from auto360.dumps.embedded import embedded_postgres
from auto360.dumps.postgres import PostgresSource, connected, facts_of
from auto360.dumps.restore import PostgresTarget
from local.folders import MIGRATIONS, SEED, SUPABASE_BOOTSTRAP
from local.migrations import Schema
from tests.support.backup import SCHEMAS

# As Supabase gives them to `postgres` (facts on backups, §2.2); its supautils allows session_replication_role.
_LOGIN = """
create role hosted login nosuperuser createdb createrole replication bypassrls;
grant anon, authenticated, service_role, authenticator, supabase_storage_admin, pg_read_all_data, pg_monitor to hosted;
grant all on all tables in schema auth, storage, realtime to hosted with grant option;
grant usage, create on schema auth, storage, realtime, extensions to hosted;
grant set on parameter session_replication_role to hosted;
alter database postgres owner to hosted;
alter schema supabase_migrations owner to hosted;
alter table supabase_migrations.schema_migrations owner to hosted;
alter publication supabase_realtime owner to hosted;
alter default privileges for role hosted in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role hosted in schema public grant all on functions to anon, authenticated, service_role;
create extension pg_trgm with schema extensions;
create extension pgcrypto with schema extensions;
create extension unaccent with schema extensions;
"""


@contextmanager
def hosted_project() -> Iterator[tuple[str, str]]:
    """A server whose migrations were applied by such a login; gives its address and the superuser's."""
    with embedded_postgres(Path(tempfile.gettempdir())) as superuser:
        Schema(superuser).bootstrap(SUPABASE_BOOTSTRAP)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(_LOGIN)
            # The Supabase CLI applies all migrations in one session, in which the library is loaded early.
            connection.execute("alter role hosted set session_preload_libraries = 'pg_trgm'")
        address = superuser.replace("postgres@", "hosted@")
        Schema(address).migrate(MIGRATIONS)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("alter role hosted reset session_preload_libraries")
        yield address, superuser


def test_a_hosted_project_is_dumped_and_restored_by_its_own_login() -> None:
    with hosted_project() as (old, _), hosted_project() as (new, _):
        Schema(old).seed(SEED)
        with PostgresSource(old, SCHEMAS).snapshot() as snapshot:
            tables, cluster, archive = snapshot.tables(), snapshot.cluster(), b"".join(snapshot.dump())
        PostgresTarget(new).into_project(lambda: iter([archive]), schemas=SCHEMAS, tables=tables, cluster=cluster)
        with connected(new) as connection:
            assert facts_of(connection, SCHEMAS) == tables
            rows = connection.execute("select count(*) from pg_publication_tables").fetchone()
        assert rows == (4,)


def test_one_table_is_restored_by_a_hosted_projects_login() -> None:
    with hosted_project() as (project, _):
        Schema(project).seed(SEED)
        with PostgresSource(project, SCHEMAS).snapshot() as snapshot:
            tables, archive = snapshot.tables(), b"".join(snapshot.dump())
        with psycopg.connect(project, autocommit=True) as connection:
            connection.execute("delete from public.listing_saves")
        target = PostgresTarget(project)
        target.table_beside(
            lambda: iter([archive]), "public.listing_saves", tables["public.listing_saves"], add_missing=True
        )
        with connected(project) as connection:
            assert facts_of(connection, SCHEMAS)["public.listing_saves"] == tables["public.listing_saves"]
