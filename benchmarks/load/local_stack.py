"""Local stack on the large database, started for one run, sampled, and broken on purpose in its middle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks.feed.home import big_folder
from benchmarks.load.watch import part_of
from local.errors import StackError
from local.function_environment import token_keys
from local.paths import CHECKOUT, DataFolder
from local.ports import HOST, Ports
from local.postgres import SUPERUSER
from local.secrets import Keyring


@dataclass(frozen=True)
class LocalStack:
    """Running stack: its process, its database with all rights, and the file of its samples."""

    pid: int
    ports: Ports
    keyring: Keyring
    samples_file: Path

    @property
    def dsn(self) -> str:
        return f"postgresql://{SUPERUSER}:{self.keyring.postgres_password}@{HOST}:{self.ports.postgres}/postgres"

    def token(self, user_id: str, session_id: str) -> str:
        """Return the access token of a seeded session, valid for an hour."""
        return token_keys(self.keyring).user_token(user_id, {"session_id": session_id})

    def samples(self) -> list[dict[str, Any]]:
        """Return the samples so far."""
        lines = self.samples_file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    async def break_something(self) -> None:
        """Cut every connection of PostgREST and kill half of the functions' processes, like a lost zone."""
        await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'")
        workers = [p for p in psutil.Process(self.pid).children(recursive=True) if part_of(p) == "functions"]
        for worker in workers[::2]:
            worker.kill()


@contextmanager
def local_stack(port: int) -> Iterator[LocalStack]:
    """Yield a separate stack on the large database; stops it in the end."""
    folder, ports = DataFolder(big_folder()), Ports(port)
    folder.root.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "AUTO360_DATA": str(folder.root), "PORT": str(port)}
    output = folder.root / "load-stack.log"
    with output.open("wb") as log, tempfile.NamedTemporaryFile(suffix=".jsonl") as samples:
        command = [sys.executable, "-m", "local", "up"]
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=log, stderr=subprocess.STDOUT)
        watcher = None
        try:
            _wait_until_ready(process, output)
            stack = LocalStack(process.pid, ports, Keyring.load_or_create(folder.secrets), Path(samples.name))
            watcher = _watch(stack)
            yield stack
        finally:
            if watcher is not None:
                watcher.kill()
                watcher.wait()
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + 180
    while "ready after" not in output.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > until:
            raise StackError(f"The local stack did not start:\n{output.read_text(encoding='utf-8')}")
        time.sleep(0.2)


def _watch(stack: LocalStack) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.load.watch"]
    with stack.samples_file.open("wb") as file:
        watcher = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=file)
    if watcher.stdin is not None:
        settings = {"stack": stack.pid, "generator": os.getpid(), "dsn": stack.dsn}
        watcher.stdin.write((json.dumps(settings) + "\n").encode())
        watcher.stdin.close()
    return watcher
