"""Database of its own for every test process: embedded Postgres with the whole schema, and PostgREST before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from local.function_environment import Addresses, function_environment, token_keys
from local.migrations import Schema
from local.paths import MIGRATIONS, SEED
from local.ports import HOST
from local.postgres import Postgres
from local.postgrest import PostgREST
from local.secrets import Keyring
from local.supabase_project import prepare_project
from local.tokens import TokenKeys
from tests.support.kept_connections import forget_connections, kept_connection
from tests.support.logs import log_folder
from tests.support.ports import own_ports
from tests.support.prepared import Recipe, prepared_server

NOBODY_LISTENS = f"http://{HOST}:9"


@dataclass(frozen=True)
class Database:
    """Addresses and keys of the database that a test process owns. `dsn` has the rights of a hosted project's login."""

    dsn: str
    rest_url: str
    keyring: Keyring
    keys: TokenKeys
    superuser_dsn: str

    @property
    def service_key(self) -> str:
        """API key that passes row security."""
        return self.keys.role_token("service_role")

    @property
    def anon_key(self) -> str:
        """API key of somebody who has not logged in."""
        return self.keys.role_token("anon")

    @property
    def jwks(self) -> str:
        """Public keys with which access tokens are checked."""
        return self.keys.public_jwks()

    @property
    def signing_key_pem(self) -> str:
        """Private key with which access tokens are signed."""
        return self.keys.signing_key_pem

    @property
    def key_id(self) -> str:
        """Id of the signing key."""
        return self.keys.signing_key_id

    @property
    def jwt_secret(self) -> str:
        """Return the shared secret of the API keys."""
        return self.keys.jwt_secret

    @property
    def environ(self) -> dict[str, str]:
        """Return a fresh copy of what a function finds in its environment; the providers' addresses lead nowhere."""
        addresses = Addresses(
            gateway=self.rest_url,
            postgrest=self.rest_url,
            simulators=NOBODY_LISTENS,
            s3=NOBODY_LISTENS,
            database=self.dsn,
        )
        return dict(_environment(self.keyring, addresses))

    def user_token(self, user_id: object, claims: Mapping[str, Any] | None = None) -> str:
        """Return an access token of this user, with an open session where the user exists."""
        session = {"session_id": str(uuid4()), **(claims or {})}
        with self.connect() as connection:
            connection.execute(
                """insert into auth_sessions (id, user_id, expires_at)
                   select %s, u.id, now() + interval '1 day' from accounts u where u.id = %s
                   on conflict (id) do nothing""",
                [session["session_id"], str(user_id)],
            )
        return self.keys.user_token(str(user_id), session)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection with the owner's rights, each statement its own transaction."""
        return kept_connection(self.dsn)

    def connect_as_platform(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection with rights that a hosted project gives to nobody."""
        return kept_connection(self.superuser_dsn)

    def load_seed(self) -> None:
        """Load the demonstration data, once."""
        Schema(self.dsn).seed(SEED)


@cache
def _environment(keyring: Keyring, addresses: Addresses) -> Mapping[str, str]:
    """Return the variables of a process, whose API keys take time to sign."""
    return function_environment(keyring, addresses, {})


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """Yield the database of this test process, with every migration applied and no data."""
    logs, ports = log_folder("database"), own_ports()
    with prepared_server(Recipe("schema", whole_schema), ports, logs / "postgres.log") as (server, keyring):
        keys = token_keys(keyring)
        login = f"postgresql://authenticator:{keyring.authenticator_password}@{HOST}:{ports.postgres}/postgres"
        rest = PostgREST(login, keys.postgrest_jwks(), ports.postgrest, ports.postgrest_admin, logs / "postgrest.log")
        try:
            rest.start()
            yield Database(server.dsn, rest.url, keyring, keys, server.superuser_dsn)
        finally:
            rest.stop()
            for dsn in (server.dsn, server.superuser_dsn):
                forget_connections(dsn)


def whole_schema(server: Postgres, keyring: Keyring) -> None:
    """Make a project with every migration and no data."""
    prepare_project(server.superuser_dsn, keyring)
    Schema(server.dsn).migrate(MIGRATIONS)
