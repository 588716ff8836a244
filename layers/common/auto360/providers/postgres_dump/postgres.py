"""Postgres database as the source of a dump: one exported snapshot for the dump and its proofs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from auto360.providers.postgres_dump import ClusterMetadata, DatabaseSize, DumpFailed, LeftOut, TableChecksum
from auto360.providers.postgres_dump.binaries import connection_environ, program
from auto360.providers.postgres_dump.catalogue import CLUSTER, SESSION, SIZE, TABLES, proof
from auto360.providers.postgres_dump.permissions import NO_OWNER, NOT_READABLE, left_out_tables
from auto360.providers.postgres_dump.toc import OF_THE_PROJECT

if TYPE_CHECKING:
    import psycopg

_LOCK_WAIT = "60s"
# Like the stream around a single archive.
_LEVEL = 1


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
        """Open a transaction that holds the snapshot. Raises DumpFailed."""
        import psycopg

        try:
            with connected(self._address) as connection:
                connection.execute("begin isolation level repeatable read read only")
                row = connection.execute("select pg_export_snapshot()").fetchone()
                yield PostgresSnapshot(self._address, self._schemas, connection, str(row[0] if row else ""))
        except psycopg.Error as error:
            raise DumpFailed(f"the database: {type(error).__name__} {error.sqlstate or ''}".strip()) from None


class PostgresSnapshot:
    """Snapshot, valid while its transaction is open."""

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

    def size(self) -> DatabaseSize:
        """Return the size of the schemas."""
        row = self._connection.execute(cast("Any", SIZE), {"schemas": list(self._schemas)}).fetchone()
        return DatabaseSize(*row) if row else DatabaseSize(0, 0)

    def tables(self, *, jobs: int = 1) -> dict[str, TableChecksum]:
        """Count and hash in separate connections, so that the dump can run at the same time."""
        with connected(self._address) as connection:
            self._join(connection)
            listed = tables_of(connection, self._schemas, without={table.name for table in self._tables})
        # Largest tables first: each connection gets one of them.
        shares = [listed[at::jobs] for at in range(jobs)]
        with ThreadPoolExecutor(jobs) as pool:
            return dict(sorted(chain.from_iterable(pool.map(self._facts, shares))))

    def _facts(self, tables: Sequence[tuple[str, str]]) -> list[tuple[str, TableChecksum]]:
        with connected(self._address) as connection:
            self._join(connection)
            return [(table, fact_of(connection, table, expression)) for table, expression in tables]

    def _join(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("begin isolation level repeatable read read only")
        connection.execute(cast("Any", f"set transaction snapshot '{self.id}'"))

    def dump(self) -> Generator[bytes, None, None]:
        """Run pg_dump in this snapshot. Omitted tables are dumped empty, unless they may not be read."""
        arguments = ["--format=custom", "--compress=0", *self._arguments()]
        with program("pg_dump", arguments, connection_environ(self._address), stdin=subprocess.DEVNULL) as running:
            yield from running.output()

    def dump_into(self, folder: Path, *, jobs: int) -> None:
        """Run pg_dump with several workers in this snapshot; the folder must not exist. Raises DumpFailed."""
        arguments = ["--format=directory", f"--file={folder}", f"--jobs={jobs}", f"--compress=zstd:{_LEVEL}"]
        arguments += self._arguments()
        with program("pg_dump", arguments, connection_environ(self._address), stdin=subprocess.DEVNULL) as running:
            for _ in running.output():
                pass

    def _arguments(self) -> list[str]:
        arguments = ["--no-sync", f"--snapshot={self.id}", f"--lock-wait-timeout={_LOCK_WAIT}"]
        arguments += [f"--schema={name}" for name in self._schemas]
        arguments += [
            f"--exclude-table{'' if item.reason == NOT_READABLE else '-data'}={item.name}" for item in self._tables
        ]
        return arguments

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
    listed = tables_of(connection, schemas, without=without)
    return {table: fact_of(connection, table, expression) for table, expression in sorted(listed)}


def tables_of(
    connection: psycopg.Connection[Any], schemas: Sequence[str], *, without: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return the tables by quoted name with the row to hash, the largest first, but for those of `without`."""
    rows = connection.execute(cast("Any", TABLES), {"schemas": list(schemas)}).fetchall()
    return [(str(row[0]), str(row[1])) for row in rows if row[0] not in without]


def fact_of(connection: psycopg.Connection[Any], table: str, expression: str) -> TableChecksum:
    """Count and hash one table."""
    row = connection.execute(cast("Any", proof(table, expression))).fetchone()
    if row is None:
        raise DumpFailed(f"{table} could not be counted")
    return TableChecksum(int(row[0]), str(row[1]), expression, anonymous_rows(connection, table))


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
