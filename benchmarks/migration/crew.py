"""Transferring processes: started, sampled, killed and restarted."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.paths import CHECKOUT

_COMMAND = (sys.executable, "-m", "tools.video_transfer", "run", "--quiet", "--minutes", "60")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_NOW = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_ENDED = re.compile(r"ended (.+)$")


@dataclass
class Worker:
    """Process and its output."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def memory(self) -> tuple[int, int]:
        """Present and highest memory in kilobytes; zeros after its end."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0, 0
        now, peak = _NOW.search(status), _PEAK.search(status)
        return (int(now[1]) if now else 0), (int(peak[1]) if peak else 0)

    def text(self) -> str:
        """Return its complete output."""
        self.output.seek(0)
        return self.output.read().decode("utf-8", "replace")


@dataclass
class Crew:
    """So many processes at a time. `ended` counts the reasons of their ends."""

    environ: dict[str, str]
    size: int
    dice: random.Random = field(default_factory=lambda: random.Random(360))  # noqa: S311
    workers: list[Worker] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    peak_kb: int = 0

    def keep_up(self) -> None:
        """Start missing ones; record memory, and the reasons of ended ones."""
        for worker in list(self.workers):
            self.peak_kb = max(self.peak_kb, worker.memory()[1])
            if worker.process.poll() is not None:
                self.workers.remove(worker)
                found = _ENDED.search(" ".join(worker.text().split()))
                self.ended[found[1] if found else f"code {worker.process.returncode}: {worker.text()[-300:]}"] += 1
                worker.output.close()
        while len(self.workers) < self.size:
            output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
            process = subprocess.Popen(
                _COMMAND, cwd=CHECKOUT, env=self.environ, stdout=output, stderr=subprocess.STDOUT
            )
            self.workers.append(Worker(process, output))

    def kill_one(self) -> None:
        """Kill a process, like a power cut."""
        worker = self.dice.choice(self.workers)
        self.peak_kb = max(self.peak_kb, worker.memory()[1])
        if worker.process.poll() is None:
            worker.process.send_signal(signal.SIGKILL)
            worker.process.wait()
            self.workers.remove(worker)
            worker.output.close()
            self.killed += 1

    def dismiss(self) -> None:
        """End all of them."""
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.kill()
            worker.process.wait()
            worker.output.close()
        self.workers.clear()
