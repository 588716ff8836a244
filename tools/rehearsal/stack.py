"""Local stack in a separate process, for the rehearsal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.function_environment import function_environment
from local.paths import CHECKOUT, DataFolder
from local.ports import HOST, Ports, free_base
from local.secrets import Keyring
from local.stack import Stack

_READY_SECONDS = 120
_NOT_INHERITED = ("DATABASE_URL", "PORT", "AUTO360_DATA", "AUTO360_TEMPLATE", "WORKERS")


class RehearsalFailed(Exception):
    """Difference from before; the message names it."""


@dataclass
class Region:
    """Stack and its data folder."""

    name: str
    data: Path
    ports: Ports
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, name: str, data: Path) -> Region:
        """Start it and wait until it answers. Raises RehearsalFailed."""
        data.mkdir(parents=True, exist_ok=True)
        ports = free_base(30000, 32000)
        environ = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
        environ |= {"PORT": str(ports.base), "AUTO360_DATA": str(data), "WORKERS": "2"}
        printed = data / "printed.log"
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "local", "up"], cwd=CHECKOUT, env=environ, stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _READY_SECONDS
        while b"\nready after" not in printed.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise RehearsalFailed(f"{name} did not start: {printed.read_text()[-500:]}")
            time.sleep(0.1)
        return cls(name, data, ports, process)

    @property
    def url(self) -> str:
        """Return the address of its API."""
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def keyring(self) -> Keyring:
        return Keyring.load_or_create(DataFolder(self.data).secrets)

    @property
    def dsn(self) -> str:
        """Return its database, with the owner's rights."""
        return f"postgresql://postgres:{self.keyring.postgres_password}@{HOST}:{self.ports.postgres}/postgres"

    def environ(self) -> dict[str, str]:
        """Return the environment of its functions, for commands."""
        stack = Stack(DataFolder(self.data), self.ports, self.keyring, {}, print)
        return function_environment(self.keyring, stack.addresses, {})

    def run_timer(self, function: str, payload: str = "") -> dict[str, Any]:
        """Run a timer now. Raises RehearsalFailed with the error of the job."""
        timers = httpx.get(f"{self.url}/_local/timers", trust_env=False, timeout=30).json()
        chosen = next(one for one in timers if one["function"] == function and payload in one["payload"])
        answer = httpx.post(self.url + chosen["run"], trust_env=False, timeout=600).json()
        if not answer["ok"]:
            raise RehearsalFailed(f"{function} {payload}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
