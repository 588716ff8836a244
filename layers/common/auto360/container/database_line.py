"""Line to the database: propagates the request id and records waiting times."""

import time
from collections.abc import Mapping

from auto360.observability import request_context
from auto360.providers.transport.line import Line, Reply


class TracedLine:
    """`Line` that records the table or function of each call, failed ones as well."""

    def __init__(self, behind: Line) -> None:
        self._behind = behind

    def send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> Reply:
        """Send with `X-Request-ID`."""
        request_id, started_at, status = request_context.request_id(), time.time(), 0
        try:
            reply = self._behind.send(
                method, path, {**headers, "X-Request-ID": request_id} if request_id else headers, content
            )
            status = reply.status
        finally:
            # Paths are names of tables and functions; the query behind them may be personal.
            name = path.partition("?")[0].lstrip("/")
            request_context.note(f"database {name}", status=status, started_at=started_at)
        return reply
