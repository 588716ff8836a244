"""Addresses of a host. The resolver of the system has no time-out, so a thread resolves names."""

from __future__ import annotations

import queue
import re
import socket
import threading

# IP addresses need no resolver.
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def addresses_of(host: str, port: int, *, seconds: float | None) -> list[str]:
    """Return the addresses of a host. Raises TimeoutError, and OSError where there is no such name."""
    if _IPV4.fullmatch(host) or ":" in host:
        return [host]
    found: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(entry[4][0]) for entry in listed)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError("no name of a host"))

    threading.Thread(target=look_up, daemon=True, name="resolver").start()
    try:
        answer = found.get(timeout=None if seconds is None else max(seconds, 0.0))
    except queue.Empty:
        raise TimeoutError("the name was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer
