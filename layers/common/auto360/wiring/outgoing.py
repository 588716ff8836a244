"""The transport of every HTTP client: it hands the request's id on, and notes whom we waited for."""

import re
import time

import httpx

from auto360 import calls

# Below this part of a path lie names of tables and functions, never anything personal.
_DATABASE_NAME = re.compile(r"(?:^|/)((?:rpc/)?[a-z_0-9]+)$")


class NotingTransport(httpx.BaseTransport):
    """Notes the host of each call; for the database the table or function as well. Paths elsewhere may hold secrets."""

    def __init__(self, behind: httpx.BaseTransport, *, is_database: bool = False) -> None:
        self._behind, self._is_database = behind, is_database

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it with `X-Request-ID`; an answer that never comes is noted as well."""
        if calls.request_id():
            request.headers.setdefault("X-Request-ID", calls.request_id())
        started_at, status = time.time(), 0
        try:
            response = self._behind.handle_request(request)
            status = response.status_code
            return response
        finally:
            calls.note(self._target(request.url), status=status, started_at=started_at)

    def close(self) -> None:
        """Close the connections."""
        self._behind.close()

    def _target(self, url: httpx.URL) -> str:
        if self._is_database:
            name = _DATABASE_NAME.search(url.path)
            return f"database {name[1] if name else ''}".strip()
        return url.host
