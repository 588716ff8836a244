"""`python -m local up` runs the stack until Ctrl-C; `python -m local reset` deletes its data."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from local.disk import START_MB, require_space
from local.errors import StackError, sentence_for
from local.paths import DataFolder
from local.ports import Ports, require_free

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(BaseException):
    """Stop was requested."""


def main() -> int:
    """Run the command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "up"
    data = DataFolder.from_environ(os.environ)
    try:
        if command == "up":
            return up(data)
        if command == "reset":
            return reset(data)
    except StackError as error:
        say(f"\n{error}", sys.stderr)
        return 1
    except OSError as error:
        say(f"\n{sentence_for(error, data.root)}", sys.stderr)
        return 1
    say("Usage: python -m local [up|reset]", sys.stderr)
    return 2


def up(data: DataFolder) -> int:
    """Start, print the addresses, and run until stopped."""
    for number in _SIGNALS:
        signal.signal(number, _stop)
    try:
        require_space(data.root, START_MB)
        data.create()
        with _held(data):
            return _run(data)
    except _Stopped:
        return 0


def _run(data: DataFolder) -> int:
    from local.secrets import Keyring
    from local.stack import Stack

    began, ports = time.monotonic(), Ports.from_environ(os.environ)
    stack = Stack(data, ports, Keyring.load_or_create(data.secrets), os.environ, say)
    unused = ([] if stack.has_redis else ["Redis"]) + ([] if stack.own_database else ["Postgres"])
    require_free(ports, unused=unused)
    say("Starting the local stack")
    try:
        stack.start()
        say("")
        for name, address in stack.shown_addresses().items():
            say(f"  {name:<16}{address}")
        say(f"\n  publishable key {stack.keyring.supabase_publishable_key}")
        say(f"  secret key      supabase_secret_key in {data.secrets}")
        say(f"\nready after {time.monotonic() - began:.1f} s · {stack.addresses.gateway} · Ctrl-C stops everything")
        stack.watch()
    except _Stopped:
        say("\nStopping …")
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
    say("Stopped.")
    return 0


def reset(data: DataFolder) -> int:
    """Delete the database and the other data of earlier runs; no files of others."""
    if not data.root.exists():
        say("Nothing to delete.")
        return 0
    with _held(data):
        if data.postgres_location.exists():
            from local.postgres_location import recorded_home

            home = recorded_home(data.postgres_location)
            if home is not None:
                shutil.rmtree(home)
        for path in (data.postgres, data.redis, data.s3, data.logs):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        for path in (data.postgres_location, data.secrets):
            path.unlink(missing_ok=True)
    say(f"Deleted the data in {data.root}. The next `make up` starts from zero.")
    return 0


@contextmanager
def _held(data: DataFolder) -> Iterator[None]:
    """Hold the data folder, so that two stacks never work in the same one."""
    with data.lock.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"The data folder {data.root} is in use by a running stack: stop it, or choose another"
                " folder with AUTO360_DATA and other ports with PORT."
            ) from None
        yield


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def say(line: str, stream: object = None) -> None:
    """Print a line to the terminal."""
    print(line, file=stream or sys.stdout, flush=True)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
