"""Read replica: a streaming standby of the test's database, and PostgREST before it, which serves GET alone."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from local.paths import environ_for_tools
from local.ports import HOST
from local.postgres_location import Placement
from local.postgrest import PostgREST
from local.supabase.rest import PREFIX, Rest
from local.supabase_host import project_keys
from local.thread_server import serving
from tests.support.database import Database
from tests.support.kept_connections import kept_connection
from tests.support.logs import log_folder
from tests.support.ports import own_ports
from tests.support.prepared import new_server, open_folder

_NO_METHOD = {"message": "a read replica serves GET alone"}


@dataclass
class Replica:
    """Replica of the test's database at `url`. `seen` holds the method and path of each request."""

    url: str
    dsn: str
    primary: Database
    seen: list[str]

    def stand_still(self) -> None:
        """Show from now on what is there now."""
        self.catch_up()
        self._run("select pg_wal_replay_pause()")

    def catch_up(self) -> None:
        """Show everything that the primary has."""
        self._run("select pg_wal_replay_resume()")
        with self.primary.connect_as_platform() as connection:
            # The server of tests commits before it writes its log: a commit that waits for that brings the rest along.
            connection.execute("set synchronous_commit = on")
            connection.execute("select pg_logical_emit_message(true, 'test', 'written')")
            [wanted] = connection.execute("select pg_current_wal_flush_lsn()").fetchone() or [None]
        ends_at = time.monotonic() + 30
        while not self._run("select pg_last_wal_replay_lsn() >= %s::pg_lsn", wanted)[0][0]:
            assert time.monotonic() < ends_at, "the replica does not follow"
            time.sleep(0.02)

    def _run(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with kept_connection(self.dsn) as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture(scope="module")
def replica_server(database: Database) -> Iterator[Replica]:
    """Yield the replica for a module."""
    folder, logs = open_folder(), log_folder("replica")
    ports = own_ports()
    standby = new_server(folder, ports, database.keyring, logs / "postgres.log")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _copy(database, standby.placement)
        stack.callback(standby.stop)
        standby.start()
        login = f"postgresql://authenticator:{database.keyring.authenticator_password}@{HOST}:{ports.postgres}/postgres"
        admin, log = ports.postgrest_admin, logs / "postgrest.log"
        rest = PostgREST(login, database.keys.postgrest_jwks(), ports.postgrest, admin, log, is_replica=True)
        stack.callback(rest.stop)
        rest.start()
        seen: list[str] = []
        url = stack.enter_context(serving(lambda: _site(database, rest.url, seen)))
        yield Replica(url, standby.superuser_dsn, database, seen)


@pytest.fixture
def replica(replica_server: Replica) -> Iterator[Replica]:
    """Yield a replica that has caught up and has seen nothing."""
    replica_server.catch_up()
    replica_server.seen.clear()
    yield replica_server
    replica_server.catch_up()


def _copy(database: Database, placement: Placement) -> None:
    """Copy the primary's cluster into an empty folder and make a standby of it."""
    account = placement.account
    options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
    target = [f"--pgdata={placement.data}", f"--dbname={database.superuser_dsn}"]
    subprocess.run(
        [str(placement.tool("pg_basebackup")), *target, *options],
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        env=environ_for_tools(),
        capture_output=True,
        timeout=120,
        check=True,
    )


def _site(database: Database, postgrest: str, seen: list[str]) -> web.Application:
    @web.middleware
    async def only_get(request: web.Request, handler: Handler) -> web.StreamResponse:
        seen.append(f"{request.method} {request.path.removeprefix(PREFIX)}")
        if request.method != "GET":
            return web.json_response(_NO_METHOD, status=405)
        return await handler(request)

    app = web.Application(middlewares=[only_get])
    Rest(project_keys(database.keyring), postgrest).add_routes(app)
    return app
