"""Connections to a test's database, used again after they were closed.

A new one costs a login, a process of the server, and every SQL function that it calls is compiled anew.
"""

from __future__ import annotations

import atexit
import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

_KEPT = 4
# Everything of DISCARD ALL but the plans, which follow changes of the schema by themselves.
_AS_NEW = """set session authorization default; reset role; reset all; close all; unlisten *;
select pg_advisory_unlock_all(); discard sequences; discard temp"""
_idle: dict[str, list[KeptConnection]] = {}


class KeptConnection(psycopg.Connection[tuple[Any, ...]]):
    """Connection that is reset and kept when it is closed in order; each statement is its own transaction."""

    kept_for = ""

    def close(self) -> None:
        """Reset and keep it; really close one that is broken or in a transaction, or where enough are kept."""
        idle = _idle.get(self.kept_for)
        if idle is not None and self in idle:
            return
        if idle is None or len(idle) >= _KEPT or not self._is_as_new():
            super().close()
            return
        idle.append(self)

    def is_alive(self) -> bool:
        """Return False where the server has ended the connection meanwhile."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return not poll.poll(0)

    def _is_as_new(self) -> bool:
        if self.closed or not self.autocommit or self.info.transaction_status != TransactionStatus.IDLE:
            return False
        try:
            self.execute(_AS_NEW)
        except psycopg.Error:
            return False
        return not self.closed


def kept_connection(dsn: str) -> KeptConnection:
    """Return a connection with no state of earlier uses."""
    idle = _idle.setdefault(dsn, [])
    while idle:
        connection = idle.pop()
        if connection.is_alive():
            return connection
        connection.kept_for = ""
        connection.close()
    # A statement prepared by an earlier use would outlive changes of its tables.
    connection = KeptConnection.connect(dsn, autocommit=True, prepare_threshold=None)
    connection.kept_for = dsn
    return connection


def forget_connections(dsn: str) -> None:
    """Close what is kept for this address."""
    for connection in _idle.pop(dsn, []):
        connection.close()


@atexit.register
def _forget_all() -> None:
    for dsn in list(_idle):
        forget_connections(dsn)
