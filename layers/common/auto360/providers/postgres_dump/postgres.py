"""Postgres database as the source of a dump: one exported snapshot for the dump and its proofs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from auto360.providers.postgres_dump import ClusterMetadata, DumpFailed, LeftOut, TableChecksum
from auto360.providers.postgres_dump.binaries import connection_environ, program
from auto360.providers.postgres_dump.catalogue import CLUSTER, SESSION, TABLES, proof
from auto360.providers.postgres_dump.permissions import NO_OWNER, NOT_READABLE, left_out_tables
from auto360.providers.postgres_dump.toc import OF_THE_PROJECT

if TYPE_CHECKING:
    import psycopg

_LOCK_WAIT = "60s"


class PostgresSource:
    """`DumpSource` at an address."""

    def __init__(self, address: str, schemas: Sequence[str]) -> None:
        self._address = address
        self._schemas = tuple(schemas)

    @property
    def schemas(self) -> Sequence[str]:
        return self._schemas

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """Open a transaction that holds the moment. Raises DumpFailed."""
        import psycopg

        try:
            with connected(self._address) as connection:
                connection.execute("begin isolation level repeatable read read only")
                row = connection.execute("select pg_export_snapshot()").fetchone()
                yield PostgresSnapshot(self._address, self._schemas, connection, str(row[0] if row else ""))
        except psycopg.Error as error:
            raise DumpFailed(f"the database: {type(error).__name__} {error.sqlstate or ''}".strip()) from None


class PostgresSnapshot:
    """Snapshot, as long as its transaction is open."""

    def __init__(
        self, address: str, schemas: Sequence[str], connection: psycopg.Connection[Any], snapshot_id: str
    ) -> None:
        self.id = snapshot_id
        self.server_version = connection.info.server_version
        self.tool_version = tool_version()
        self._address, self._schemas, self._connection = address, schemas, connection
        self._tables = left_out_tables(connection, schemas)
        theirs = [row["name"] for row in self._rows(CLUSTER["publications"]) if not row["ours"]]
        self.left_out: Sequence[LeftOut] = [*self._tables, *(LeftOut("publication", name, NO_OWNER) for name in theirs)]

    def cluster(self) -> ClusterMetadata:
        """Return the parts beside the schemas, without publications of the platform."""
        found = {name: self._rows(query) for name, query in CLUSTER.items()}
        found["publications"] = [
            {"name": row["name"], "tables": row["tables"]} for row in found["publications"] if row["ours"]
        ]
        return ClusterMetadata(**found)

    def tables(self) -> dict[str, TableChecksum]:
        """Count and hash in a second connection, so that the dump can run at the same time."""
        with connected(self._address) as connection:
            connection.execute("begin isolation level repeatable read read only")
            connection.execute(f"set transaction snapshot '{self.id}'")
            return facts_of(connection, self._schemas, without={table.name for table in self._tables})

    def dump(self) -> Generator[bytes, None, None]:
        """Run pg_dump in this snapshot. Tables that are left out stay as empty ones, unless they may not be read."""
        arguments = ["--format=custom", "--compress=0", "--no-sync", f"--snapshot={self.id}"]
        arguments += [f"--lock-wait-timeout={_LOCK_WAIT}", *(f"--schema={name}" for name in self._schemas)]
        arguments += [
            f"--exclude-table{'' if item.reason == NOT_READABLE else '-data'}={item.name}" for item in self._tables
        ]
        with program("pg_dump", arguments, connection_environ(self._address), stdin=subprocess.DEVNULL) as running:
            yield from running.output()

    def _rows(self, query: str) -> list[dict[str, Any]]:
        from psycopg.rows import dict_row

        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                cast("Any", query), {"schemas": list(self._schemas), "project": list(OF_THE_PROJECT)}
            ).fetchall()


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection for long work, each statement on its own unless a transaction is begun. Raises DumpFailed."""
    import psycopg

    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=15, prepare_threshold=None)
    except psycopg.Error:
        raise DumpFailed("the database does not answer, or refuses the login") from None
    with connection:
        connection.execute(cast("Any", SESSION))
        yield connection


def facts_of(
    connection: psycopg.Connection[Any], schemas: Sequence[str], *, without: Collection[str] = ()
) -> dict[str, TableChecksum]:
    """Count and hash every table of the schemas, by quoted name, but for those of `without`."""
    tables = connection.execute(cast("Any", TABLES), {"schemas": list(schemas)}).fetchall()
    found = {}
    for table, expression in (row for row in tables if row[0] not in without):
        row = connection.execute(cast("Any", proof(table, expression))).fetchone()
        if row is not None:
            seen = anonymous_rows(connection, str(table))
            found[str(table)] = TableChecksum(int(row[0]), str(row[1]), str(expression), seen)
    return dict(sorted(found.items()))


def anonymous_rows(connection: psycopg.Connection[Any], table: str) -> int | None:
    """Return the rows that row security shows to anonymous callers; None where the query is refused."""
    from psycopg import errors

    claims = json.dumps({"role": "anon"})
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            connection.execute("set local role anon")
            row = connection.execute(cast("Any", f"select count(*) from {table}")).fetchone()
    except (errors.InsufficientPrivilege, errors.InvalidParameterValue):
        return None
    return int(row[0]) if row else None


def tool_version() -> str:
    """Return the version of the client programs, which a restore needs as well."""
    with program("pg_dump", ["--version"], {}, stdin=subprocess.DEVNULL) as running:
        return b"".join(running.output()).decode().split()[-1]
