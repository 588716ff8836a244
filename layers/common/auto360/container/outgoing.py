"""Transport of every HTTP client: propagates the request id and records waiting times."""

import time
from collections.abc import Callable, Iterator

import httpx

from auto360.observability import request_context


class TracingTransport(httpx.BaseTransport):
    """Record the host of each call; paths may hold secrets."""

    def __init__(self, behind: httpx.BaseTransport) -> None:
        self._behind = behind

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send with `X-Request-ID`; failed calls are recorded as well."""
        if request_context.request_id():
            request.headers.setdefault("X-Request-ID", request_context.request_id())
        target, started_at = request.url.host, time.time()
        try:
            response = self._behind.handle_request(request)
        except Exception:
            request_context.note(target, status=0, started_at=started_at)
            raise
        status = response.status_code

        def over() -> None:
            request_context.note(target, status=status, started_at=started_at)

        response.stream = _NotedBody(response.stream, over)
        return response

    def close(self) -> None:
        self._behind.close()


class _NotedBody(httpx.SyncByteStream):
    """Response body that reports its end once, since reading its bytes takes time as well."""

    def __init__(self, behind: object, over: Callable[[], None]) -> None:
        if not isinstance(behind, httpx.SyncByteStream):
            raise TypeError("a body that cannot be read here")
        self._behind, self._over, self._is_over = behind, over, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._behind

    def close(self) -> None:
        self._behind.close()
        if not self._is_over:
            self._is_over = True
            self._over()
