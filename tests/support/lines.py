"""Line to a server that a test plays with httpx's transports."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from auto360.providers.transport.line import LineFailed, Reply


class PlayedLine:
    """`Line` over a transport of httpx, such as `MockTransport`."""

    def __init__(self, base_url: str, transport: httpx.BaseTransport) -> None:
        self._base, self._transport = base_url, transport

    def send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> Reply:
        """Send and read the whole answer."""
        request = httpx.Request(method, self._base + path, headers=headers, content=content)
        try:
            response = self._transport.handle_request(request)
            content = response.read()
        except httpx.HTTPError as error:
            raise LineFailed(type(error).__name__) from error
        return Reply(response.status_code, {name.lower(): text for name, text in response.headers.items()}, content)
