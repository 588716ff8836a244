"""HTTP exchange with a bank: bounded in time and size, repeated only where that is safe."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, HttpUrl

from auto360.providers.payments import BankRefused, BankUncertain, BankUnreachable
from auto360.providers.transport import at_most
from auto360.providers.transport.exchange import RetryPolicy, Tries, Unanswered, send

_MAX_REPLY_BYTES = 1024 * 1024
_MAX_TRIES = 3
_FIRST_PAUSE_SECONDS = 0.2
_OWN_MACHINE = ("127.0.0.1", "localhost", "[::1]", "::1")


def _private_line(url: HttpUrl) -> HttpUrl:
    if url.scheme != "https" and url.host not in _OWN_MACHINE:
        raise ValueError("must be https://")
    return url


BankUrl = Annotated[HttpUrl, AfterValidator(_private_line)]
"""Address of a bank's interface: https, or a simulator on this machine."""


@dataclass(frozen=True)
class BankReply:
    """Answer of a bank; never 5xx or 429."""

    status: int
    body: bytes


class BankConnection:
    """Connection to one bank. `pause` and `jitter` (0 to 1) are injected for tests."""

    def __init__(
        self,
        http: httpx.Client,
        base_url: HttpUrl | str,
        *,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._http, self._base = http, str(base_url).rstrip("/")
        self._pause, self._jitter = pause, jitter

    def call(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        repeatable: bool,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> BankReply:
        """Send and read the answer, within `timeout` seconds for all tries together.

        A repeatable call is tried three times at most and ends in BankUnreachable. Another one is sent once: it ends
        in BankUnreachable when it cannot have arrived, and in BankUncertain when it may have.
        """
        policy = RetryPolicy(timeout, timeout, _MAX_TRIES if repeatable else 1, _FIRST_PAUSE_SECONDS)
        tries = Tries(policy, self._pause, self._jitter)
        request = self._http.build_request(
            method,
            self._base + path,
            headers=dict(headers or {}),
            params=params,
            content=content,
            data=form,
            extensions=at_most(_MAX_REPLY_BYTES),
        )
        while True:
            try:
                return self._once(request, tries.timeout())
            except Unanswered as failure:
                if failure.arrived and not repeatable:
                    raise BankUncertain(failure.code) from failure
                if not tries.wait():
                    raise BankUnreachable(failure.code) from failure

    def _once(self, request: httpx.Request, timeout: float) -> BankReply:
        request.extensions["timeout"] = httpx.Timeout(timeout).as_dict()
        response = send(self._http, request)
        if response.status_code >= 500 or response.status_code == 429:
            raise Unanswered(f"http_{response.status_code}", arrived=response.status_code != 429)
        return BankReply(response.status_code, response.content)


def require_success(reply: BankReply) -> bytes:
    """Return the body of a 2xx answer. Raises BankRefused: lasting for a key that is not accepted."""
    if not 200 <= reply.status < 300:
        raise BankRefused(f"http_{reply.status}", lasting=reply.status in (401, 403))
    return reply.body


def compact_json(value: Mapping[str, Any]) -> bytes:
    """Dump JSON without blanks, Cyrillic unescaped: signed bytes are sent bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def host_of(url: str) -> str:
    """Return the host of an https address in lower case; empty for anything else, or with a user or a port."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "https" or "@" in parts.netloc or parts.port is not None:
            return ""
    except ValueError:
        return ""
    return (parts.hostname or "").lower()
