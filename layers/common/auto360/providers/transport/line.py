"""Line to one server: what a client for any site does with cookies, redirects and addresses is left out.

For calls that are made thousands of times: half of the CPU of an exchange over `httpx.Client` is spent before and after
the transport.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_KEPT_ADDRESSES = 256
_COMMON = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "auto360"}


@dataclass(frozen=True)
class Reply:
    """Whole answer."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the parsed body. Raises ValueError, RecursionError."""
        return json.loads(self.content)


class ServerLine:
    """Sends to one server over a transport; `timeout` covers a whole exchange where the transport bounds it."""

    def __init__(
        self,
        base_url: str,
        transport: httpx.BaseTransport,
        *,
        timeout: httpx.Timeout,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._base, self._transport = base_url.rstrip("/"), transport
        self._always = _COMMON | dict(headers or {})
        self._extensions = {"timeout": timeout.as_dict()}
        self._addresses: dict[str, httpx.URL] = {}

    def send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> Reply:
        """Send and read the whole answer. `path` may have a query. Raises httpx.HTTPError."""
        request = httpx.Request(
            method,
            self._address(path),
            headers={**self._always, **headers},
            content=content,
            extensions=self._extensions,
        )
        response = self._transport.handle_request(request)
        stream = response.stream
        if not isinstance(stream, httpx.SyncByteStream):
            raise httpx.ReadError("a body that cannot be read here")
        try:
            return Reply(response.status_code, response.headers, b"".join(stream))
        finally:
            stream.close()

    def _address(self, path: str) -> httpx.URL:
        """Return an address; those without a query are few, so they are parsed once."""
        known = self._addresses.get(path)
        if known is not None:
            return known
        address = httpx.URL(self._base + path)
        if "?" not in path and len(self._addresses) < _KEPT_ADDRESSES:
            self._addresses[path] = address
        return address
