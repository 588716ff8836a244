"""Access matrix on a real database: the scene in place, and requests of each role through PostgREST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.integration.access_case import Case, Role
from tests.integration.access_scene import (
    Connection,
    Scene,
    insert,
    keys_of,
    leaving_no_trace,
    primary_keys,
)
from tests.support.database import Database
from tests.support.plain_http import plain_client

SCENE = Scene()
FILLED_BY_TRIGGERS = (
    *("business_members", "business_registrations", "public_profiles", "moderation_queue", "moderation_events"),
)


@dataclass
class Trial:
    """Database from inside, and from outside as each role sees it."""

    database: Database
    connection: Connection
    rest: httpx.Client
    keys: dict[str, str]
    tokens: dict[str, str]

    def send(self, case: Case, role: Role, method: str, key: str = "", body: Any = None) -> httpx.Response:
        """Send a request about the row with this key, or about no row yet."""
        column = self.keys[case.table]
        row = {column: f"eq.{key}"} if key else {}
        only = {"select": column} if method == "GET" else {}
        headers = {"Authorization": f"Bearer {self._token(case, role)}"}
        return self.rest.request(method, f"/{case.table}", params={**row, **only}, json=body, headers=headers)

    def given_row(self, case: Case) -> str:
        """Insert the row of the case with the owner's rights and return its key."""
        before = self.rows(case)
        insert(self.connection, case.table, {**case.row(SCENE), **case.extra})
        (key,) = self.rows(case) - before
        for table, row in case.also(SCENE, key):
            insert(self.connection, table, row)
        return key

    def rows(self, case: Case) -> set[str]:
        """Return the keys in the table of the case."""
        return keys_of(self.connection, case.table, self.keys[case.table])

    def stored(self, case: Case, key: str) -> Any:
        """Return the row as it lies in the database, or nothing."""
        query = sql.SQL("select to_jsonb(t) from public.{} t where {}::text = %s").format(
            sql.Identifier(case.table), sql.Identifier(self.keys[case.table])
        )
        row = self.connection.execute(query, [key]).fetchone()
        return row[0] if row else None

    def is_gone(self, case: Case, key: str) -> bool:
        """Return True if the row is deleted, or marked as removed in tables that keep it."""
        row = self.stored(case, key)
        return row is None or row.get("deleted_at") is not None

    @contextmanager
    def as_new(self, case: Case) -> Iterator[Trial]:
        """Yield the scene, and leave the tables of the case as they were."""
        self.clear()
        watched = tuple({case.table, *FILLED_BY_TRIGGERS})
        with leaving_no_trace(self.connection, only=watched, keys=self.keys):
            yield self

    def clear(self) -> None:
        """Remove what the scene's own triggers wrote and a case wants to write itself."""
        self.connection.execute("delete from public.public_profiles where id = %s", [SCENE.without_profile])
        self.connection.execute("delete from public.business_registrations where business_id = %s", [SCENE.business])
        self.connection.execute(
            "delete from public.moderation_queue where listing_id = any (%s)", [[SCENE.car, SCENE.business_car]]
        )

    def _token(self, case: Case, role: Role) -> str:
        if role == "anon":
            return self.database.anon_key
        if role == "service":
            return self.database.service_key
        person = {"owner": case.owner(SCENE), "other": SCENE.other, "member": SCENE.member}[role]
        return self.tokens.get(person) or self.database.user_token(person)


@pytest.fixture(scope="module")
def populated(database: Database) -> Iterator[Trial]:
    """Yield the scene in place."""
    with (
        psycopg.connect(database.dsn, autocommit=True) as connection,
        leaving_no_trace(connection),
        plain_client(base_url=database.rest_url, timeout=10) as rest,
    ):
        for table, row in SCENE.rows():
            insert(connection, table, row)
        # Their sessions are part of the scene: a case that removes what it wrote must not end them.
        people = [str(row["id"]) for table, row in SCENE.rows() if table == "accounts"]
        tokens = {person: database.user_token(person) for person in people}
        yield Trial(database, connection, rest, primary_keys(connection), tokens)


@pytest.fixture
def trial(populated: Trial, case: Case) -> Iterator[Trial]:
    """Yield the scene, and afterwards the tables as they were."""
    with populated.as_new(case) as trial:
        yield trial
