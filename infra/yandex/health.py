"""Health check of a deployment from outside, through the gateway."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from infra import smoke
from infra.yandex.rules import path_parameters
from local.gateway.template import FunctionSpec

_TRIES = 5
_PAUSE_SECONDS = 3.0
# Stands for any parameter; a preflight queries nothing.
_SOMETHING = "00000000-0000-4000-8000-000000000000"


class Unhealthy(Exception):
    """New versions fail; the message has the request and its answer."""


@dataclass(frozen=True)
class HealthCheck:
    """`base` is the address of the gateway."""

    base: str
    send: smoke.Send
    pause: Callable[[float], None] = time.sleep

    def __call__(self, functions: Iterable[FunctionSpec]) -> int:
        """Require of every HTTP function an answer to a preflight, so that it imports and has its settings.

        Requires the expected answers to the smoke calls too.

        Returns the number of queried functions. Raises Unhealthy.
        """
        asked = 0
        for function in functions:
            if function.routes:
                path = function.routes[0].path
                for name in path_parameters(path):
                    path = path.replace(f"{{{name}}}", _SOMETHING).replace(f"{{{name}+}}", _SOMETHING)
                status = self._preflight(path)
                if not 200 <= status < 400:
                    raise Unhealthy(f"{function.name} answered {status} to OPTIONS {path}.")
                asked += 1
        faults = smoke.run(self.base, self.send, pause=self.pause)
        if faults:
            raise Unhealthy(" ".join(faults))
        return asked

    def _preflight(self, path: str) -> int:
        """Retry a few times: a new version and a new gateway need some seconds."""
        status = 0
        for turn in range(_TRIES):
            if turn:
                self.pause(_PAUSE_SECONDS)
            status = self.send("OPTIONS", self.base + path, {}, None).status
            if 200 <= status < 400:
                break
        return status
