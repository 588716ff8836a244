"""Lines to servers that a test plays with httpx's transports."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from auto360.providers.transport.line import LineFailed, Reply
from auto360.providers.transport.lines import Lines, ServerLines


class PlayedLine:
    """`Line` over a transport of httpx, such as `MockTransport`."""

    def __init__(self, base_url: str, transport: httpx.BaseTransport) -> None:
        self._base, self._transport = base_url, transport

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        seconds: float | None = None,
    ) -> Reply:
        """Send and read the whole answer."""
        request = httpx.Request(method, self._base + path, headers=headers, content=content)
        try:
            response = self._transport.handle_request(request)
            content = response.read()
        except httpx.HTTPError as error:
            raise LineFailed(type(error).__name__) from error
        return Reply(response.status_code, {name.lower(): text for name, text in response.headers.items()}, content)


class PlayedLines:
    """`Lines` over a client of httpx: over its transport, and past its hooks."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, seconds: float
    ) -> Reply:
        """Send and read the whole answer."""
        try:
            response = self._http.request(method, url, headers=dict(headers), content=content, timeout=seconds)
        except httpx.HTTPError as error:
            raise LineFailed(type(error).__name__) from error
        told = {name.lower(): text for name, text in response.headers.items()}
        return Reply(response.status_code, told, response.content)


def lines_of(http: httpx.Client, *, max_bytes: int = 8 * 1024 * 1024) -> Lines:
    """Return the lines of the container, or where a test plays the client's server or judges its answers, the client's.

    What is called goes over our own lines unless a test needs to see it here.
    """
    if isinstance(http._transport, httpx.MockTransport) or any(http.event_hooks.values()):
        return PlayedLines(http)
    return ServerLines(max_bytes=max_bytes)
