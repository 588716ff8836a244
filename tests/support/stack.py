"""Whole local stack in a process of its own, as `make up` runs it after the installation."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from local.function_environment import token_keys
from local.paths import CHECKOUT, DataFolder
from local.ports import Ports
from local.processes import die_with_parent
from local.secrets import Keyring
from tests.support.kept_connections import kept_connection
from tests.support.logs import delivered_codes_file, issued_tokens_file, log_folder
from tests.support.ports import own_ports
from tests.support.prepared import open_folder

READY_SECONDS = 90
_NOT_INHERITED = (
    "DATABASE_URL",
    "REDIS",
    "PORT",
    "AUTO360_DATA",
    "AUTO360_TEMPLATE",
    "AUTO360_MIN_FREE_MB",
    "WORKERS",
    "MAX_REQUESTS",
)
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class RunningStack:
    """Run, with what it printed."""

    data: Path
    ports: Ports
    printed: Path
    process: subprocess.Popen[bytes]
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the gateway."""
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def supabase_url(self) -> str:
        """Address of what a hosted Supabase project gives."""
        return f"http://127.0.0.1:{self.ports.supabase}"

    @property
    def output(self) -> str:
        """Return its output so far."""
        return self.printed.read_text(encoding="utf-8", errors="replace")

    @property
    def keyring(self) -> Keyring:
        """Return the secrets that the stack has made."""
        return Keyring.load_or_create(DataFolder(self.data).secrets)

    @property
    def dsn(self) -> str:
        """Return the address of the database, with the owner's login."""
        return f"postgresql://postgres:{self.keyring.postgres_password}@127.0.0.1:{self.ports.postgres}/postgres"

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Query the stack's database with the owner's rights."""
        with kept_connection(self.dsn) as connection:
            found = connection.execute(query.encode(), values)
            return found.fetchall() if found.description else []

    def user_token(self, user_id: str) -> str:
        """Return an access token of a user, with an open session."""
        query = "insert into auth_sessions (user_id, expires_at) values (%s, now() + '1 day') returning id::text"
        [(session,)] = self.rows(query, user_id)
        return token_keys(self.keyring).user_token(user_id, {"session_id": session})

    def inbox(self, phone: str) -> list[dict[str, str]]:
        """Return messages of the simulated phone, newest first."""
        found: list[dict[str, str]] = self.local(f"sms?phone={quote(phone)}")
        return found

    def turn(self, provider: str, mode: str, **settings: object) -> None:
        """Switch a simulator to another behaviour."""
        self.local(f"providers/{provider}", "PUT", {"mode": mode, **settings})

    def local(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Call one of the stack's own addresses."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_local/{path}", data=data, method=method)  # noqa: S310
        with _DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)

    def wait_until_ready(self) -> None:
        """Wait for the line that says so."""
        until = time.monotonic() + READY_SECONDS
        while "\nready after" not in self.output:
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"The stack did not become ready:\n{self.output}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT, seconds: float = 40) -> int:
        """Ask for the end, and give the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it without asking."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start_stack(data: Path, logs: Path, *, at: Ports | None = None, **extra: str) -> RunningStack:
    """Start a stack on free ports; its logs lie where the log scan looks."""
    chosen = at or own_ports()
    data.mkdir(parents=True, exist_ok=True)
    inside = DataFolder(data).logs
    logs.mkdir(parents=True, exist_ok=True)
    if not inside.is_symlink():
        inside.symlink_to(logs)
    environ = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    environ |= {
        "PORT": str(chosen.base),
        "AUTO360_DATA": str(data),
        "AUTO360_DELIVERED_CODES": str(delivered_codes_file()),
        "AUTO360_ISSUED_TOKENS": str(issued_tokens_file()),
        # Tests of limits and races send more at once than four processes take.
        "MAX_REQUESTS": "2000",
        **extra,
    }
    printed = logs / "printed.log"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "up"],
            cwd=CHECKOUT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tied_to(os.getpid()),  # noqa: PLW1509 - it calls one function of the system
        )
    return RunningStack(data, chosen, printed, process, extra)


def _tied_to(parent: int) -> Any:
    return lambda: die_with_parent(signal.SIGTERM, parent)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """Yield a running stack for the tests of a process; give them `@pytest.mark.xdist_group("stack")`."""
    folder = open_folder()
    running = start_stack(folder / "data", log_folder("stack"))
    try:
        running.wait_until_ready()
        yield running
        assert running.stop() == 0, running.output
    finally:
        running.kill()
        shutil.rmtree(folder, ignore_errors=True)
