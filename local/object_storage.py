"""Object storage: an S3 emulator. What is in it lasts as long as the run."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.folders import environ_for_tools
from local.ports import HOST
from local.probes import http_status
from local.processes import Child


@dataclass
class ObjectStorage:
    """moto's server, speaking S3."""

    port: int
    log: Path
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(self.port)]
        self.child = Child("S3", command, log=self.log, environ=environ_for_tools())

    def start(self) -> None:
        """Start it; `wait` tells when it answers."""
        self.child.start()

    def wait(self) -> None:
        """Wait for the first answer."""
        self.child.wait_until(lambda: http_status(self.port, "/moto-api/data.json") == 200, 60)

    def stop(self) -> None:
        """Stop it."""
        self.child.stop()
