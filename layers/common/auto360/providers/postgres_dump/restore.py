"""Restore of an archive into a Postgres: one transaction, verified before its commit."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

from auto360.providers.postgres_dump import ClusterMetadata, DumpFailed, LeftOut, TableChecksum, event_triggers
from auto360.providers.postgres_dump import restore_sql as words
from auto360.providers.postgres_dump.binaries import Running, connection_environ, program
from auto360.providers.postgres_dump.permissions import Permitted, own_publications, permitted
from auto360.providers.postgres_dump.postgres import connected
from auto360.providers.postgres_dump.restore_parallel import PSQL, restore_parallel
from auto360.providers.postgres_dump.toc import (
    OF_THE_PROJECT,
    RECORDS,
    TocEntry,
    as_list,
    entries_of,
    for_blank,
    for_project,
    rows_of,
)

Plain = Callable[[], Iterator[bytes]]
# Archive: a new iterator of its bytes at each call, or a folder in the directory format.
Dump = Plain | Path
_PROJECT = tuple(f"{schema}." for schema in OF_THE_PROJECT)
_TABLE = re.compile(r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")


class PostgresTarget:
    """Database to restore an archive into."""

    def __init__(self, address: str) -> None:
        self._address, self._environ = address, connection_environ(address)
        # The pooler's name of the login is `postgres.<project>`.
        self._login = self._environ.get("PGUSER", "postgres").partition(".")[0]

    def into_project(
        self, dump: Dump, *, schemas: Sequence[str], tables: Mapping[str, TableChecksum], cluster: ClusterMetadata
    ) -> Sequence[LeftOut]:
        """Replace the content of an existing Supabase project; returns the platform's parts left unchanged.

        Raises DumpFailed, and then the project is unchanged.
        """
        entries = contents(dump)
        with connected(self._address) as connection:
            allowed = permitted(connection, schemas=schemas, tables=tables, cluster=cluster, entries=entries)
        restored = {name: facts for name, facts in tables.items() if _is_restored(name, allowed)}
        theirs = [name for name in restored if name.startswith(_PROJECT)]
        before = words.opening(words.extensions(cluster, allowed.extensions)) + words.libraries(cluster)
        before += words.emptied_project(schemas, tables=theirs, policies=allowed.policies)
        policies = [row for row in cluster.policies if f"{row['schema']}.{row['table']}" in allowed.policies]
        triggers = [*allowed.triggers, *allowed.event_triggers]
        after = words.beside(allowed.publications, policies, allowed.settings, triggers)
        after += words.proofs(restored) + words.closing()
        self._run(dump, for_project(entries, login=self._login, takes=allowed.takes), before, after)
        return allowed.left_out

    def into_blank(
        self,
        dump: Dump,
        *,
        schemas: Sequence[str],
        tables: Mapping[str, TableChecksum],
        cluster: ClusterMetadata,
        jobs: int = 1,
    ) -> Sequence[LeftOut]:
        """Fill a bare Postgres, such as that of a drill; returns the omitted parts of the platform.

        A folder is restored by `jobs` workers, without a single transaction. Raises DumpFailed.
        """
        publications, left_out = own_publications(cluster, tables)
        made = words.blank_cluster(cluster, schemas)
        triggers = event_triggers.statements(cluster.event_triggers)
        after = words.beside(publications, cluster.policies, triggers=triggers)
        entries = for_blank(contents(dump))
        if isinstance(dump, Path):
            with wanted_list(entries) as wanted:
                restore_parallel(dump, wanted, self._environ, before=made, after=after, tables=tables, jobs=jobs)
        else:
            self._run(dump, entries, made + words.opening(), after + words.proofs(tables) + words.closing())
        return left_out

    def files_of(self, folder: Path, table: str) -> set[str]:
        """Return the files that hold the rows of a table, from the folder's table of contents. Raises DumpFailed."""
        return {f"{entry.number}.dat.zst" for entry in rows_of(contents(folder), table)}

    def table_beside(self, dump: Dump, table: str, facts: TableChecksum, *, add_missing: bool) -> str:
        """Restore one table into the schema `restored`, verify it, and if requested add the rows missing in `table`.

        Returns the name of the copy. Raises ValueError for an invalid name, DumpFailed for failures.
        """
        if not _TABLE.match(table):
            raise ValueError(f"{table!r} is not a name like public.listings")
        name = table.partition(".")[2]
        copy = f"restored.{name}"
        before = words.opening() + (
            f"create schema if not exists restored; revoke all on schema restored from public;\n"
            f"drop table if exists {copy}; create table {copy} (like {table} including generated);\n"
        )
        after = (
            words.proof_of(table, facts, target=copy)
            + (words.added(copy, to=table) if add_missing else "")
            + words.closing()
        )
        wanted = rows_of(contents(dump), table)
        renamed = (f"COPY {table} ".encode(), f"COPY {copy} ".encode())
        self._run(dump, wanted, before, after, renamed=renamed)
        return copy

    def _run(
        self,
        dump: Dump,
        entries: Sequence[TocEntry],
        before: str,
        after: str,
        *,
        renamed: tuple[bytes, bytes] | None = None,
    ) -> None:
        """Feed psql with `before`, the archive as SQL, and `after` if the archive was complete."""
        with ExitStack() as stack:
            psql = stack.enter_context(program("psql", PSQL, self._environ, stdin=subprocess.PIPE))
            psql.write(before.encode())
            for chunk in _renamed(_as_sql(dump, entries), renamed):
                psql.write(chunk)
            psql.write(after.encode())
            psql.end_input()
            psql.require_success()


def contents(dump: Dump) -> list[TocEntry]:
    """Return the table of contents at the front of the archive."""
    if isinstance(dump, Path):
        with program("pg_restore", ["--list", str(dump)], {}, stdin=subprocess.DEVNULL) as listing:
            return entries_of(b"".join(listing.output()).decode())
    with program("pg_restore", ["--list"], {}, stdin=subprocess.PIPE) as listing:
        feeder = _feeding(listing, dump())
        text = b"".join(listing.output())
        feeder.join()
    return entries_of(text.decode())


def _as_sql(dump: Dump, entries: Sequence[TocEntry]) -> Iterator[bytes]:
    """Yield the archive as a script. Raises DumpFailed, or the reader's error, before the script is complete."""
    with wanted_list(entries) as wanted:
        arguments = [f"--use-list={wanted}", "--no-owner", "--file=-"]
        if isinstance(dump, Path):
            with program("pg_restore", [*arguments, str(dump)], {}, stdin=subprocess.DEVNULL) as restoring:
                yield from restoring.output()
            return
        with program("pg_restore", arguments, {}, stdin=subprocess.PIPE) as restoring:
            feeder = _feeding(restoring, dump())
            try:
                yield from restoring.output()
            except DumpFailed:
                feeder.raise_finding()
                raise
            feeder.raise_finding()


@contextmanager
def wanted_list(entries: Sequence[TocEntry]) -> Iterator[Path]:
    """Yield a file for `pg_restore --use-list`."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
        wanted.write(as_list(entries))
        wanted.flush()
        yield Path(wanted.name)


def _feeding(running: Running, chunks: Iterator[bytes]) -> _Feeder:
    feeder = _Feeder(running, chunks)
    feeder.start()
    return feeder


class _Feeder(Thread):
    """Writes to a program while its output is read."""

    def __init__(self, running: Running, chunks: Iterator[bytes]) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._running, self._chunks = running, chunks

    def raise_finding(self) -> None:
        """Wait for the end of reading, and raise its error: it is more precise than that of the program."""
        self.join()
        if self.error is not None:
            raise self.error from None

    def run(self) -> None:
        """Write everything, or record the failure. A program that stops reading is no error; its exit code decides."""
        try:
            for chunk in self._chunks:
                self._running.write(chunk)
        except DumpFailed:
            return
        except BaseException as error:  # noqa: BLE001 - carried to the reader
            self.error = error
        finally:
            self._running.end_input()
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()


def _renamed(chunks: Iterator[bytes], change: tuple[bytes, bytes] | None) -> Iterator[bytes]:
    """Replace the first occurrence of a name, which precedes the first row."""
    if change is None:
        yield from chunks
        return
    head = b""
    for chunk in chunks:
        head += chunk
        if change[0] in head:
            yield head.replace(*change, 1)
            yield from chunks
            return
    raise DumpFailed(f"the archive contains no rows of {change[0].decode().removeprefix('COPY ').strip()}")


def _is_restored(table: str, allowed: Permitted) -> bool:
    """Return True for our tables, and the project's with write permission, except the project's records."""
    return not table.startswith(_PROJECT) or (table in allowed.relations and table not in RECORDS)
