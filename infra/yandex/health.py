"""Health check of a deployment from outside, through the gateway."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from infra.yandex.rules import path_parameters
from local.gateway.template import FunctionSpec

_TRIES = 5
_PAUSE_SECONDS = 3.0
_CALL_SECONDS = 15.0
# Stands for any parameter; a preflight looks nothing up.
_SOMETHING = "00000000-0000-4000-8000-000000000000"
Fetch = Callable[[str, str], tuple[int, bytes]]


class Unhealthy(Exception):
    """New versions do not work; the message has the request and its answer."""


@dataclass(frozen=True)
class HealthCheck:
    """`base` is the address of the gateway. `fetch` takes method and address, and gives status and body."""

    base: str
    fetch: Fetch
    pause: Callable[[float], None] = time.sleep

    def __call__(self, functions: Iterable[FunctionSpec]) -> int:
        """`/health` must say ok, and every HTTP function must answer a preflight: it imports and has its settings.

        Returns how many functions were asked. Raises Unhealthy.
        """
        status, body = self._asked("GET", "/health")
        if status != 200 or not _says_ok(body):
            raise Unhealthy(f"GET /health answered {status}: {body[:200].decode('utf-8', 'replace')}")
        asked = 0
        for function in functions:
            if function.routes:
                path = function.routes[0].path
                for name in path_parameters(path):
                    path = path.replace(f"{{{name}}}", _SOMETHING).replace(f"{{{name}+}}", _SOMETHING)
                status, _ = self._asked("OPTIONS", path)
                if status >= 400:
                    raise Unhealthy(f"{function.name} answered {status} to OPTIONS {path}.")
                asked += 1
        return asked

    def _asked(self, method: str, path: str) -> tuple[int, bytes]:
        """Ask a few times: a new version and a new gateway need some seconds."""
        status, body = 0, b""
        for turn in range(_TRIES):
            if turn:
                self.pause(_PAUSE_SECONDS)
            status, body = self.fetch(method, self.base + path)
            if 200 <= status < 400:
                break
        return status, body


def _says_ok(body: bytes) -> bool:
    try:
        return bool(json.loads(body)["data"]["status"] == "ok")
    except (ValueError, KeyError, TypeError):
        return False


def fetch(method: str, url: str) -> tuple[int, bytes]:
    """Return status and body of one request; status 0 without an answer."""
    request = urllib.request.Request(url, method=method)  # noqa: S310 - the gateway's own https address
    try:
        with urllib.request.urlopen(request, timeout=_CALL_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""
