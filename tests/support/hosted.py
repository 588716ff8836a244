"""Second Supabase project, with rows and objects that the platform keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

from local.migrations import Schema
from local.paths import MIGRATIONS
from local.postgres import Postgres
from local.secrets import Keyring
from local.supabase_project import prepare_project
from tests.support.database import whole_schema
from tests.support.logs import log_folder
from tests.support.ports import own_ports
from tests.support.prepared import Recipe, prepared_server

# Types that are made and dropped first give the platform's enums other numbers in each project.
_SHIFTED = "create type public.shift as enum ('a'); drop type public.shift;"
_PLATFORM = """
insert into storage.buckets_vectors (id) values ('{filler}');
insert into storage.vector_indexes (id, name, bucket_id, data_type, dimension, distance_metric)
  values ('one', 'one', '{filler}', 'float32', 3, 'cosine');
create policy of_the_platform on storage.buckets_vectors for select using (false);
insert into auth.custom_oauth_providers (provider_type, identifier, name, client_id, client_secret)
  values ('oauth2', '{filler}', 'x', 'x', 'x');
"""
# An option of new projects, which the dashboard offers.
AUTOMATIC_ROW_SECURITY = """
create function public.rls_auto_enable() returns event_trigger
language plpgsql security definer set search_path = 'pg_catalog' as $$
declare
  v_table record;
begin
  for v_table in select * from pg_event_trigger_ddl_commands()
    where object_type in ('table', 'partitioned table') and schema_name = 'public'
  loop
    execute format('alter table %s enable row level security', v_table.object_identity);
  end loop;
end;
$$;
alter function public.rls_auto_enable() owner to postgres;
create event trigger ensure_rls on ddl_command_end when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
  execute function public.rls_auto_enable();
"""


class Project(NamedTuple):
    """Addresses of a project: of its own login, and of the platform's superuser."""

    address: str
    superuser: str


@contextmanager
def hosted_project(
    name: str = "first", *, migrated: bool = True, platform: bool = True, automatic_row_security: bool = False
) -> Iterator[Project]:
    """Start a server with a project, whose migrations are applied by its own login.

    The first is the tests' own database; enums have other numbers in any other.
    """
    recipe = Recipe("schema", whole_schema) if name == "first" and migrated else _recipe(name, migrated=migrated)
    log = log_folder("hosted") / "postgres.log"
    with prepared_server(recipe, own_ports(), log) as (server, _):
        if platform:
            run_script(server.superuser_dsn, _PLATFORM.format(filler=name))
        if automatic_row_security:
            run_script(server.superuser_dsn, AUTOMATIC_ROW_SECURITY)
        yield Project(server.dsn, server.superuser_dsn)


def _recipe(name: str, *, migrated: bool) -> Recipe:
    def make(server: Postgres, keyring: Keyring) -> None:
        for _ in name:
            run_script(server.superuser_dsn, _SHIFTED)
        prepare_project(server.superuser_dsn, keyring)
        if migrated:
            Schema(server.dsn).migrate(MIGRATIONS)

    return Recipe(f"hosted-{name}" if migrated else f"hosted-{name}-empty", make)


def run_script(address: str, script: str) -> None:
    """Run statements at an address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(script.encode())


def one(address: str, query: str) -> Any:
    """Return the first column of the first row."""
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None
