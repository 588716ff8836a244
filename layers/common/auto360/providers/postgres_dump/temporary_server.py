"""Temporary Postgres server for a drill, in a folder that is deleted afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auto360.providers.postgres_dump import DumpFailed
from auto360.providers.postgres_dump.binaries import programs

_START_SECONDS = 30
# Durability is not needed here.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "256MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}


@contextmanager
def embedded_postgres(parent: Path) -> Iterator[str]:
    """Start a server with an empty database and yield its address. Raises DumpFailed."""
    home = Path(tempfile.mkdtemp(prefix="auto360-drill-", dir=parent))
    try:
        account = _account(home)
        binaries = _reachable(home, account)
        data, port = home / "data", _free_port()
        data.mkdir(mode=0o700)
        if account is not None:
            os.chown(data, *account)
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8"]
        _run([*initdb, "--no-sync", "--no-instructions"], account)
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = _start([str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options], account)
        try:
            _wait(server, port)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account(home: Path) -> tuple[int, int] | None:
    """Return the account: Postgres refuses root, so it runs as `nobody`, which must be able to enter the folder."""
    if os.geteuid() != 0:
        return None
    home.chmod(0o755)
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _reachable(home: Path, account: tuple[int, int] | None) -> Path:
    """Return the folder of the programs, copied where the account cannot reach them."""
    try:
        _run([str(programs() / "postgres"), "--version"], account)
    except (DumpFailed, OSError):
        shutil.copytree(programs().parent, home / "postgres", symlinks=True)
        for path in (home / "postgres", *(home / "postgres").rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        return home / "postgres" / programs().name
    return programs()


def _options(account: tuple[int, int] | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account[0], "group": account[1], "extra_groups": []}


def _run(command: list[str], account: tuple[int, int] | None) -> None:
    environ = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - our own words
        command, env=environ, cwd="/", capture_output=True, check=False, **_options(account)
    )
    if done.returncode != 0:
        raise DumpFailed(f"{Path(command[0]).name} ended with code {done.returncode}")


def _start(command: list[str], account: tuple[int, int] | None) -> subprocess.Popen[bytes]:
    environ = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
    quiet = subprocess.DEVNULL
    started: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - our own words
        command, env=environ, cwd="/", stdin=quiet, stdout=quiet, stderr=quiet, **_options(account)
    )
    return started


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    import psycopg

    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise DumpFailed("the server of the drill did not start") from None
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
