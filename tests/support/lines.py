"""Lines to servers that a test plays with httpx's transports."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from auto360.providers.transport.line import LineFailed, Reply
from auto360.providers.transport.poster import LinePoster, Poster


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


class PlayedPoster:
    """`Poster` over a transport of httpx."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def post(self, url: str, content: bytes, *, content_type: str, seconds: float) -> Reply:
        """Post and read the whole answer."""
        line = PlayedLine("", self._transport)
        return line.send("POST", url, {"Content-Type": content_type}, content, seconds=seconds)


def poster_of(http: httpx.Client) -> Poster:
    """Return the poster of the container, or where a test plays the client's server one that plays it as well."""
    transport = http._transport
    if isinstance(transport, httpx.MockTransport):
        return PlayedPoster(transport)
    return LinePoster(max_bytes=64 * 1024)
