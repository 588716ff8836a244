"""Users, conversations and events of the measured requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.cold_start.services import Services
from benchmarks.feed.seeding import seed
from benchmarks.requests.past_logins import PAST_LOGINS
from benchmarks.requests.sides import Event

_SESSIONS = """
insert into public.auth_sessions (user_id, expires_at)
select a.id, now() + interval '1 day' from public.accounts a where a.id = any (
  array(select md5('big seller ' || n)::uuid from generate_series(%(first)s::int, %(last)s::int) as n))
returning id::text, user_id::text
"""
_PEOPLE = 800
_LOGINS = 20_000
_ANY_NUMBER = 1_000_000
_LISTINGS = """
select id::text from public.listings where status = 'active' and not is_hidden and seller_user_id not in (
  select user_id from public.auth_sessions) order by id limit %s
"""


@dataclass
class Scene:
    """Makes events; each caller has a separate address and network, below all limits."""

    services: Services
    tokens: list[str] = field(default_factory=list)
    listings: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    send_codes: Callable[[Sequence[str]], None] = lambda _: None
    _uploads: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def prepare(self, rows: int) -> None:
        """Make listings, people with open sessions, and a week of logins by others; lift a provider's limit."""
        # One round alone opens more uploads than the provider takes in a minute.
        self.services.turn("api_video", writes_per_minute=_ANY_NUMBER)
        with psycopg.connect(self.services.superuser_dsn) as connection:
            seed(connection, rows, tell=lambda _: None)
            connection.execute(PAST_LOGINS.encode(), {"logins": _LOGINS})
            last = max(20, rows // 12)
            people = connection.execute(_SESSIONS.encode(), {"first": max(1, last - _PEOPLE), "last": last}).fetchall()
            self.listings = [row[0] for row in connection.execute(_LISTINGS.encode(), [2000]).fetchall()]
        with psycopg.connect(self.services.superuser_dsn, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        self.users = [user for _, user in people]
        self.tokens = [self.services.keys.user_token(user, {"session_id": session}) for session, user in people]

    def conversations(self, number: int) -> list[str]:
        """Open a conversation about a listing for each of the first users; returns the ids."""
        with psycopg.connect(self.services.superuser_dsn, autocommit=True) as connection:
            opened = [
                connection.execute(
                    "select public.chat_open_thread(p_user_id => %s, p_listing_id => %s)", [user, listing]
                ).fetchone()
                for user, listing in zip(self.users[:number], self.listings, strict=False)
            ]
        return [row[0]["id"] for row in opened if row]

    def uploaders(self, number: int) -> list[str]:
        """Return tokens of users in turn: an hour's limit of uploads is small."""
        first, self._uploads = self._uploads, self._uploads + number
        return [self.tokens[place % len(self.tokens)] for place in range(first, first + number)]

    def event(self, method: str, path: str, body: Mapping[str, Any] | None = None, **more: Any) -> Event:
        """Return an event. `token`, `query` and `resource` may be given."""
        number = next(self._numbers)
        headers = {"Host": "bench.invalid", "Accept-Language": "ru", "User-Agent": "okhttp/4.12"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if "token" in more:
            headers["Authorization"] = f"Bearer {more['token']}"
        query = more.get("query", {})
        return {
            "version": "1.0",
            "resource": more.get("resource", path),
            "path": path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
            "pathParameters": {},
            "requestContext": {
                "identity": {"sourceIp": f"10.{number >> 8 & 255}.{number & 255}.7", "userAgent": "okhttp/4.12"},
                "httpMethod": method,
                "requestId": str(uuid4()),
            },
            "body": json.dumps(body) if body is not None else "",
            "isBase64Encoded": False,
        }

    def phones(self, number: int) -> list[str]:
        """Return unique numbers; few share a block of ten thousand."""
        taken = [next(self._numbers) for _ in range(number)]
        return [f"+996555{place % 100:02d}{place // 100:04d}" for place in taken]
