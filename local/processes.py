"""Child processes that never outlive their parent; their output goes into a log file."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from local.errors import NO_SPACE_MARK, StackError, no_space

_SET_PARENT_DEATH_SIGNAL = 1
_LOG_LIMIT = 20_000_000
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """Unix account by number."""

    uid: int
    gid: int


def die_with_parent(death_signal: int = signal.SIGTERM, parent: int | None = None) -> None:
    """Ask the kernel to signal this process when its parent ends, for any reason (Linux only)."""
    if _libc is None:
        return
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(death_signal), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def _tied_to_this_process(death_signal: int) -> Callable[[], None]:
    parent = os.getpid()
    return lambda: die_with_parent(death_signal, parent)


@dataclass
class Child:
    """Program of the stack."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environ: Mapping[str, str]
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path = Path("/")
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    def start(self) -> None:
        """Start it in a separate session, so that Ctrl-C reaches only the stack, which stops its parts in order."""
        _trim(self.log)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environ),
                cwd=self.folder,
                start_new_session=True,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                preexec_fn=_tied_to_this_process(self.stop_signal),  # noqa: PLW1509 - it calls one system function
            )

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process else None

    def ended(self) -> int | None:
        """Return the exit code if it has ended."""
        return self._process.poll() if self._process else None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for readiness; fail with a sentence if it ends or takes too long."""
        until = time.monotonic() + seconds
        while not ready():
            if self.ended() is not None:
                ready()  # it may have ended meanwhile, which gives a better sentence
                self.fail(f"ended at once with code {self.ended()}")
            if time.monotonic() > until:
                self.fail(f"was not ready within {seconds:.0f} seconds")
            time.sleep(0.03)

    def fail(self, what: str) -> NoReturn:
        """Raise the sentence for a failed program."""
        said = self.said()
        if NO_SPACE_MARK in said:
            raise no_space(self.log.parent)
        raise StackError(f"{self.name} {what}; its log is {self.log}.")

    def said(self) -> str:
        """Return its output since the start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read(200_000).decode("utf-8", "replace")

    def stop(self, seconds: float = 10) -> None:
        """Request its end, then force it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self.stop_signal)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _trim(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
