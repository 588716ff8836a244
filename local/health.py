"""HTTP probe of a part of the stack, never through a proxy."""

from __future__ import annotations

import http.client

from local.ports import HOST


def http_status(port: int, path: str, *, seconds: float = 2) -> int | None:
    """Return the status of the answer, or None without an answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
