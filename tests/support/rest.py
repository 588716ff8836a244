"""PostgREST as one person sees it: requests with a user's own token, past the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.plain_http import plain_client


@dataclass(frozen=True)
class RestUser:
    """Person, or nobody, before PostgREST."""

    http: httpx.Client
    token: str
    id: str = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request with the person's token."""
        return self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}", **headers})

    def rows(self, path: str) -> Any:
        """Read rows; fails unless PostgREST answers 200."""
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass(frozen=True)
class Rest:
    """Makes people who talk to PostgREST directly."""

    database: Database
    http: httpx.Client

    @property
    def anybody(self) -> RestUser:
        """Return a client with the public key alone."""
        return RestUser(self.http, self.database.anon_key)

    def user(self, user_id: str | None = None) -> RestUser:
        """Return a new user, or the one with this id."""
        identity = user_id or new_user_id(self.database)
        return RestUser(self.http, self.database.user_token(identity), identity)


@pytest.fixture
def rest(database: Database) -> Iterator[Rest]:
    """PostgREST of the test database."""
    with plain_client(base_url=database.rest_url, timeout=30) as http:
        yield Rest(database, http)
