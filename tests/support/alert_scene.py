"""Scene of alert causes, and trouble on the database server that lasts until released."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.support.database import Database
from tests.support.operations import Operations
from tests.support.people import REQUEST_CODE, new_address, new_phone
from tests.support.rows import rows


@dataclass
class Scene:
    """Cause under way; what is entered here lasts until it is cleared."""

    world: Operations
    lasting: ExitStack = field(default_factory=ExitStack)

    def backup(self, kind: str, state: str, hours: float) -> None:
        """Record a backup that began so many hours ago."""
        self.world.execute(
            """insert into backup_runs (kind, state, started_at, finished_at, verified_at, failure_reason)
               values (%s, %s, now() - %s * interval '1 hour', now(), now(), 'x')""",
            kind, state, hours,
        )  # fmt: skip

    def ask_for_codes(self, count: int) -> None:
        """So many people ask for a code."""
        for _ in range(count):
            self.world.functions.post("request_code", REQUEST_CODE, {"phone": new_phone()}, address=new_address())


Act = Callable[[Scene], object]
"""Makes a cause happen, or ends it."""


@contextmanager
def statement_under_way(database: Database, statement: str, *, metric: str = "longest_query") -> Iterator[None]:
    """Another connection runs a statement until it is cut off; the server tells of it when this begins."""
    connection = database.connect()
    thread = threading.Thread(target=_run_until_cut_off, args=(connection, statement))
    thread.start()
    for _ in range(600):
        [(seconds,)] = rows(database, f"select {metric} from private.server_metrics()")
        if seconds > 0.3:
            break
        time.sleep(0.05)
    yield
    connection.cancel()
    thread.join(10)
    connection.close()


def _run_until_cut_off(connection: psycopg.Connection[Any], statement: str) -> None:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.QueryCanceled:
        return


@contextmanager
def lock_waited_for(database: Database) -> Iterator[None]:
    """Hold a lock in one transaction while another waits for it."""
    with database.connect() as holder:
        holder.execute("begin")
        holder.execute("lock table search_terms in access exclusive mode")
        with statement_under_way(database, "select count(*) from search_terms", metric="longest_lock_wait"):
            yield
        holder.execute("rollback")


def exhaust_connections(scene: Scene, percent: int) -> None:
    """Open connections until so many percent are taken."""
    [(allowed,)] = rows(scene.world.database, "select setting::int from pg_settings where name = 'max_connections'")
    for _ in range(allowed * percent // 100):
        scene.lasting.enter_context(scene.world.database.connect())


def threshold(scene: Scene, rule: str, value: float) -> None:
    """Rules are data: one need not wait half a minute to see them at work."""
    scene.world.execute("update alert_rules set threshold = %s where code = %s", value, rule)


def let_go(scene: Scene) -> None:
    scene.lasting.close()


def slow_statement(scene: Scene) -> None:
    threshold(scene, "slow_query_warning", 0.2)
    scene.lasting.enter_context(statement_under_way(scene.world.database, "select pg_sleep(60)"))


def waiting_for_a_lock(scene: Scene) -> None:
    threshold(scene, "lock_wait_warning", 0.2)
    scene.lasting.enter_context(lock_waited_for(scene.world.database))
