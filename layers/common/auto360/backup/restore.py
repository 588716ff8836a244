"""Restoring the database from a backup: proved before the first statement, and again before it is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from auto360.backup.archive import Archive
from auto360.backup.errors import ContentDiffers
from auto360.backup.manifest import Manifest
from auto360.dumps import ClusterFacts, DumpFailed, TableFacts

Plain = Callable[[], Iterator[bytes]]


class RestoreTarget(Protocol):
    """A database that can be restored into, all or nothing."""

    def into_project(
        self, plain: Plain, *, schemas: Sequence[str], tables: Mapping[str, TableFacts], cluster: ClusterFacts
    ) -> None:
        """Replace what an existing project holds."""

    def into_blank(
        self, plain: Plain, *, schemas: Sequence[str], tables: Mapping[str, TableFacts], cluster: ClusterFacts
    ) -> None:
        """Fill a bare server."""

    def table_beside(self, plain: Plain, table: str, facts: TableFacts, *, add_missing: bool) -> str:
        """Restore one table beside the living one."""


@dataclass(frozen=True)
class Restore:
    """From one archive into one target. Every method raises BackupDamaged, or DumpFailed where nothing was changed."""

    archive: Archive
    progress: Callable[[str], None]

    def into_project(self, manifest: Manifest, target: RestoreTarget) -> None:
        """Replace the content of a project with a backup."""
        plain = self._proved(manifest)
        self.progress(f"restoring {len(manifest.tables)} tables, {manifest.rows} rows, in one transaction")
        with _named_differences():
            target.into_project(plain, schemas=manifest.schemas, tables=manifest.tables, cluster=manifest.cluster)
        self.progress("every table has the rows of the backup")

    def into_blank(self, manifest: Manifest, target: RestoreTarget) -> None:
        """Fill a bare server with a backup."""
        plain = self._proved(manifest)
        with _named_differences():
            target.into_blank(plain, schemas=manifest.schemas, tables=manifest.tables, cluster=manifest.cluster)

    def table(self, manifest: Manifest, table: str, target: RestoreTarget, *, add_missing: bool) -> str:
        """Restore one table beside the living one; `add_missing` brings back rows whose keys are gone."""
        facts = manifest.tables.get(table)
        if facts is None:
            raise ValueError(f"{table} is not in the backup; there are: {', '.join(sorted(manifest.tables))}")
        plain = self._proved(manifest)
        with _named_differences():
            return target.table_beside(plain, table, facts, add_missing=add_missing)

    def _proved(self, manifest: Manifest) -> Plain:
        self.progress(f"reading {manifest.dump.key} ({manifest.dump.size} bytes) to prove it")
        self.archive.verify(manifest)
        return lambda: self.archive.plain(manifest)


@contextmanager
def _named_differences() -> Iterator[None]:
    """Gives a table that was restored otherwise its own name among the findings."""
    try:
        yield
    except DumpFailed as error:
        if ContentDiffers.__name__ not in str(error):
            raise
        raise ContentDiffers(str(error).partition(f"{ContentDiffers.__name__}: ")[2]) from None
