"""Lines to other servers: propagate the request id and record waiting times."""

import time
from collections.abc import Mapping

from auto360.observability import request_context
from auto360.providers.transport.line import Line, Reply


class TracedLine:
    """`Line` that records each call, failed ones as well: by its host, or without one by its table or function."""

    def __init__(self, behind: Line, host: str = "") -> None:
        self._behind, self._host = behind, host

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        seconds: float | None = None,
    ) -> Reply:
        """Send with `X-Request-ID`."""
        request_id, started_at, status = request_context.request_id(), time.time(), 0
        try:
            sent = {**headers, "X-Request-ID": request_id} if request_id else headers
            reply = self._behind.send(method, path, sent, content, seconds=seconds)
            status = reply.status
        finally:
            # Paths of the database name tables and functions; a query string, and other paths, may be personal.
            target = self._host or f"database {path.partition('?')[0].lstrip('/')}"
            request_context.note(target, status=status, started_at=started_at)
        return reply
