"""Process that is copied as a snapshot is: `python -m tests.support.copied_process`.

Reads {"function", "warm", "events"} from its input: it loads the function, prepares it as the cloud does before a
snapshot, answers `warm`, and is then copied once for each event. Each copy answers its event and tells what it drew and
over which connections it spoke.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from auto360.providers.transport import channel
from local.paths import CHECKOUT
from tests.support.functions import load_handler


def main() -> None:
    """Answer the one request of the input."""
    request = json.loads(sys.stdin.read())
    before_snapshot = _as_in_the_cloud()
    output, handler = os.dup(1), load_handler(request["function"])
    os.dup2(2, 1)
    for prepare in before_snapshot:
        prepare()
    spoken = _noted_connections()
    told: list[dict[str, Any]] = []
    for event in request["warm"]:
        known = set(sys.modules)
        told.append({"status": handler(event, None)["statusCode"], "connections": list(spoken)})
        told[-1]["loaded"] = sorted(set(sys.modules) - known)
    told += [_told_by_a_copy(handler, event, spoken) for event in request["events"]]
    os.write(output, json.dumps(told).encode())


def _as_in_the_cloud() -> list[Callable[[], object]]:
    """Play the module of AWS's runtime; returns what is registered for the moment before a snapshot."""
    hooks, before = ModuleType("snapshot_restore_py"), list[Callable[[], object]]()
    hooks.__spec__ = ModuleSpec("snapshot_restore_py", None)
    vars(hooks)["register_before_snapshot"] = lambda call, *values: before.append(lambda: call(*values))
    vars(hooks)["register_after_restore"] = lambda call: None
    sys.modules["snapshot_restore_py"] = hooks
    return before


def _noted_connections() -> list[str]:
    spoken: list[str] = []
    send = channel.Channel.send

    def noted(self: channel.Channel, message: bytes, ends_at: float) -> None:
        plain: socket.socket = self._socket
        spoken.append(f"{plain.getsockname()[1]}-{plain.getpeername()[1]}")
        send(self, message, ends_at)

    channel.Channel.send = noted  # type: ignore[method-assign]
    return spoken


def _told_by_a_copy(handler: Any, event: dict[str, Any], spoken: list[str]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        spoken.clear()
        answer = handler(event, None)
        drawn = {"random": random.random(), "connections": spoken}
        os.write(writing, json.dumps({"status": answer["statusCode"], "body": answer["body"], **drawn}).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told: dict[str, Any] = json.loads(pipe.read())
    os.waitpid(child, 0)
    return told


def copies(function: str, *events: dict[str, Any], warm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the warm call and then each copy told; the process sees the environment of this one."""
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "layers" / "common")])
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.copied_process"],
        input=json.dumps({"function": function, "events": events, "warm": [warm]}),
        env={**os.environ, "PYTHONPATH": paths},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main()
