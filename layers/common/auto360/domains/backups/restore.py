"""Restore of the database: proved before the first statement, and again before the commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from auto360.domains.backups.errors import ContentDiffers
from auto360.domains.backups.manifest import Manifest
from auto360.domains.backups.repository import Archive, file_name
from auto360.domains.backups.room import Room
from auto360.providers.postgres_dump import ClusterMetadata, DumpFailed, LeftOut, TableChecksum

# pg_dump writes its table of contents into this file of a folder.
CONTENTS = "toc.dat"
Plain = Callable[[], Iterator[bytes]]
# Archive: a new iterator of its bytes at each call, or a folder with its files.
Dump = Plain | Path


class RestoreTarget(Protocol):
    """Database that can be restored into, all or nothing."""

    def into_project(
        self, dump: Dump, *, schemas: Sequence[str], tables: Mapping[str, TableChecksum], cluster: ClusterMetadata
    ) -> Sequence[LeftOut]:
        """Replace the content of an existing project; returns the platform's parts left as they were."""

    def into_blank(
        self,
        dump: Dump,
        *,
        schemas: Sequence[str],
        tables: Mapping[str, TableChecksum],
        cluster: ClusterMetadata,
        jobs: int = 1,
    ) -> Sequence[LeftOut]:
        """Fill a bare server, a folder with several workers; returns the platform's parts left out."""

    def files_of(self, folder: Path, table: str) -> Collection[str]:
        """Return the files of a folder that hold the rows of a table; its table of contents must lie there."""

    def table_beside(self, dump: Dump, table: str, facts: TableChecksum, *, add_missing: bool) -> str:
        """Restore one table beside the live one."""


@dataclass(frozen=True)
class Restore:
    """Restores from one archive. Every method raises BackupDamaged, or DumpFailed where nothing was changed."""

    archive: Archive
    progress: Callable[[str], None]
    # For archives of several files.
    room: Room = field(default_factory=lambda: Room.named("", setting="BACKUP_FOLDER"))
    jobs: int = 1

    def into_project(self, manifest: Manifest, target: RestoreTarget) -> list[LeftOut]:
        """Replace the content of a project with a backup.

        Returns parts missing from the backup or left as they were.
        """
        with self._proved(manifest) as dump, _named_differences():
            self.progress(f"restoring {len(manifest.tables)} tables, {manifest.rows} rows, in one transaction")
            left = target.into_project(dump, schemas=manifest.schemas, tables=manifest.tables, cluster=manifest.cluster)
        self.progress("every table that was restored has the rows of the backup")
        return self._told(manifest, left)

    def into_blank(self, manifest: Manifest, target: RestoreTarget) -> list[LeftOut]:
        """Fill a bare server with a backup; returns its missing parts."""
        with self._proved(manifest) as dump, _named_differences():
            left = target.into_blank(
                dump, schemas=manifest.schemas, tables=manifest.tables, cluster=manifest.cluster, jobs=self.jobs
            )
        return self._told(manifest, left)

    def _told(self, manifest: Manifest, left: Sequence[LeftOut]) -> list[LeftOut]:
        every = [*manifest.left_out, *left]
        for item in every:
            self.progress(f"left out: {item}")
        return every

    def table(self, manifest: Manifest, table: str, target: RestoreTarget, *, add_missing: bool) -> str:
        """Restore one table beside the live one; `add_missing` inserts rows with missing keys."""
        facts = manifest.tables.get(table)
        if facts is None:
            raise ValueError(f"{table} is not in the backup; there are: {', '.join(sorted(manifest.tables))}")
        with self._proved_table(manifest, table, target) as dump, _named_differences():
            return target.table_beside(dump, table, facts, add_missing=add_missing)

    @contextmanager
    def _proved(self, manifest: Manifest) -> Iterator[Dump]:
        """Read everything, and yield the source of the restore: the store's stream again, or files on disk."""
        self.progress(f"reading {manifest.id} ({manifest.size} bytes) to prove it")
        if manifest.format == "custom":
            self.archive.verify(manifest)
            yield lambda: self.archive.plain(manifest)
            return
        self.room.require(manifest.plain_size, purpose="the archive", progress=self.progress)
        with self.room.temporary() as folder:
            self.archive.fetch(manifest, folder, jobs=self.jobs)
            yield folder

    @contextmanager
    def _proved_table(self, manifest: Manifest, table: str, target: RestoreTarget) -> Iterator[Dump]:
        """Read the files of an archive that hold the table."""
        if manifest.format == "custom":
            with self._proved(manifest) as dump:
                yield dump
            return
        with self.room.temporary() as folder:
            self.archive.fetch(manifest, folder, jobs=1, only=[CONTENTS])
            files = target.files_of(folder, table)
            needed = sum(item.plain_size for item in manifest.objects if file_name(item) in files)
            self.room.require(needed, purpose=f"the rows of {table}", progress=self.progress)
            self.archive.fetch(manifest, folder, jobs=self.jobs, only=files)
            yield folder


@contextmanager
def _named_differences() -> Iterator[None]:
    """Report a table that differs after the restore as a finding."""
    try:
        yield
    except DumpFailed as error:
        if ContentDiffers.__name__ not in str(error):
            raise
        raise ContentDiffers(str(error).partition(f"{ContentDiffers.__name__}: ")[2]) from None
