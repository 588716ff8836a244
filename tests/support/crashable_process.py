"""Process that runs functions and can be killed at any step: `python -m tests.support.crashable_process`.

It has one thread and answers on one line each request: {"function", "event", "step", "environ"}. For each it makes a
child, as a cloud makes an instance; it dies before or after its message of this number to the database or a bank.
What a child had to import, its successors find imported.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import httpx

from auto360.providers.transport.line import ServerLine
from auto360.providers.transport.tls import tls_context
from local.paths import CHECKOUT
from tests.support.functions import load_handler

_KILLED = 9


def main() -> None:
    """Serve until the input ends."""
    tls_context()
    for line in sys.stdin:
        request = json.loads(line)
        handler = load_handler(request["function"])
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(1)
            os.environ.clear()
            os.environ.update(request["environ"])
            end = partial(_end, writing, frozenset(sys.modules))
            _die_at(request["step"], end)
            handler(request["event"], None)
            end(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            imported = pipe.read().split()
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _KILLED
        for name in imported:
            with suppress(ImportError):
                importlib.import_module(name)
        print(json.dumps({"killed": killed}), flush=True)
    os._exit(0)


def _end(pipe: int, known: frozenset[str], code: int) -> NoReturn:
    """Tell which modules this process has imported, and end it as if it were killed: nothing is tidied up."""
    os.write(pipe, " ".join(sorted(set(sys.modules) - known)).encode())
    os._exit(code)


def _die_at(step: int, end: Callable[[int], NoReturn]) -> None:
    steps = iter(range(1, 1000))

    def mortal(send: Callable[..., Any]) -> Callable[..., Any]:
        def send_or_die(*args: Any, **options: Any) -> Any:
            if next(steps) == step:
                end(_KILLED)
            reply = send(*args, **options)
            if next(steps) == step:
                end(_KILLED)
            return reply

        return send_or_die

    # Providers are called through clients, the database through its line.
    for sender in (httpx.Client, ServerLine):
        sender.send = mortal(sender.send)  # type: ignore[method-assign]


@dataclass
class Mortal:
    """Process, as tests use it; each call sees the environment that the test has at that moment."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls) -> Mortal:
        """Start it."""
        paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "layers" / "common")])
        command = [sys.executable, "-m", "tests.support.crashable_process"]
        environ = {**os.environ, "PYTHONPATH": paths}
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environ, cwd=CHECKOUT))

    def dies(self, step: int, function: str, event: dict[str, Any]) -> bool:
        """Run a function with an event; true when it was killed at this step, false when it came to its end."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError
        request = {"step": step, "function": function, "event": event, "environ": dict(os.environ)}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        killed: bool = json.loads(self.process.stdout.readline())["killed"]
        return killed

    def stop(self) -> None:
        """End it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


if __name__ == "__main__":
    main()
