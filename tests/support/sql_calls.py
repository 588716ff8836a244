"""SQL functions as the backend calls them."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.support.concurrency import Call


def function(connection: psycopg.Connection[Any], name: str, **arguments: object) -> Any:
    """Call an SQL function with arguments by name; returns its value."""
    call = ", ".join(f"{argument} => %({argument})s" for argument in arguments)
    row = connection.execute(f"select public.{name}({call})".encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def calling(name: str, **arguments: object) -> Call:
    """Prepare a call of an SQL function with the rights of the backend."""

    def call(connection: psycopg.Connection[Any]) -> Any:
        connection.execute("set role service_role")
        return function(connection, name, **arguments)

    return call
