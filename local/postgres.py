"""Embedded Postgres 17 server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local.errors import NO_SPACE_MARK, StackError, broken_data, no_space, sentence_for
from local.paths import environ_for_tools
from local.ports import HOST
from local.postgres_location import Placement
from local.processes import Child

MAJOR = "17"
# As hosted: this role is reserved for the platform.
SUPERUSER = "supabase_admin"

# The log is for server events; errors of statements go to the caller, since they may contain values.
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "wal_level": "logical",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m %b ",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
_WITHOUT_SAFETY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "scram_iterations": "1",
}


@dataclass
class Postgres:
    """Cluster in a data folder and its server."""

    placement: Placement
    port: int
    password: str
    log: Path
    durable: bool = True
    _child: Child | None = field(default=None, init=False, repr=False)

    @property
    def dsn(self) -> str:
        """Address of the database with the rights of a hosted project: `postgres` is no superuser."""
        return f"postgresql://postgres:{self.password}@{HOST}:{self.port}/postgres"

    @property
    def superuser_dsn(self) -> str:
        """Address of the database with the platform's own rights."""
        return f"postgresql://{SUPERUSER}:{self.password}@{HOST}:{self.port}/postgres"

    @property
    def child(self) -> Child | None:
        """Return the server's process while it runs."""
        return self._child

    def start(self) -> None:
        """Create a missing cluster, and start the server."""
        if not any(self.placement.data.iterdir()):
            self._initialise()
        self._require_usable()
        child = Child(
            "Postgres",
            [self.placement.tool("postgres"), "-D", self.placement.data, "-p", str(self.port), *self._options()],
            log=self.log,
            environ=environ_for_tools(),
            account=self.placement.account,
            stop_signal=signal.SIGINT,
        )
        self._child = child
        child.start()
        child.wait_until(lambda: self._answers(child), 60)

    def stop(self) -> None:
        """Stop the server after a checkpoint."""
        if self._child:
            self._child.stop(30)
            self._child = None

    def _options(self) -> list[str]:
        settings = _SETTINGS if self.durable else {**_SETTINGS, **_WITHOUT_SAFETY}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _answers(self, child: Child) -> bool:
        if child.ended() is not None:
            self._explain(child.said())
        try:
            psycopg.connect(self.superuser_dsn, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                older = self._opens(self.dsn)
                reason = "an older version made it" if older else "it does not belong to the secrets beside it"
                raise broken_data(self.placement.data, reason) from None
            return False
        return True

    @staticmethod
    def _opens(dsn: str) -> bool:
        try:
            psycopg.connect(dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _explain(self, said: str) -> None:
        if NO_SPACE_MARK in said:
            raise no_space(self.placement.data)
        last = [line.split("FATAL:")[-1].split("PANIC:")[-1].strip() for line in said.splitlines() if line.strip()]
        raise broken_data(self.placement.data, f"Postgres says: {last[-1] if last else 'nothing'}")

    def _require_usable(self) -> None:
        version = self.placement.data / "PG_VERSION"
        try:
            found = version.read_text(encoding="ascii").strip() if version.exists() else ""
        except (OSError, UnicodeDecodeError):
            found = ""
        if found != MAJOR:
            reason = f"it is of Postgres {found}, not {MAJOR}" if found.isdigit() else "it holds no database cluster"
            raise broken_data(self.placement.data, reason)

    def _initialise(self) -> None:
        """Create the cluster with a password, Unicode rules for Cyrillic, and UTF-8."""
        ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        command = [str(self.placement.tool("initdb")), "-D", str(self.placement.data), "-U", SUPERUSER]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", f"--lc-ctype={ctype}"]
        quick = ["--no-sync", "--set", f"scram_iterations={_WITHOUT_SAFETY['scram_iterations']}"]
        self._run_initdb(command if self.durable else [*command, *quick])

    def _run_initdb(self, command: list[str]) -> None:
        account = self.placement.account
        try:
            with tempfile.TemporaryFile() as secret:
                secret.write(self.password.encode())
                secret.seek(0)
                if account:
                    os.fchown(secret.fileno(), account.uid, account.gid)
                done = subprocess.run(
                    [*command, f"--pwfile=/dev/fd/{secret.fileno()}"],
                    pass_fds=(secret.fileno(),),
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                    cwd="/",
                    env=environ_for_tools(),
                    capture_output=True,
                    text=True,
                    check=False,
                )
        except OSError as error:
            raise sentence_for(error, self.placement.data) from error
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if NO_SPACE_MARK in done.stdout + done.stderr:
            raise no_space(self.placement.data)
        if done.returncode != 0:
            raise StackError(f"Postgres could not make a cluster in {self.placement.data}; its log is {self.log}.")
