"""Two forms of an archive: one stream without a file on disk, or a folder that several workers fill.

A stream needs no room and one core: it fits a function. A folder needs room for the archive, and uses the given cores
and connections: it is for databases too large for a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.core.streams import ahead
from auto360.domains.backups.compression import compressed
from auto360.domains.backups.encryption import sealed
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.manifest import DumpObject, Format
from auto360.domains.backups.room import Room
from auto360.providers.object_storage import ObjectStore, Written
from auto360.providers.postgres_dump import Snapshot

OBJECT_NAME = "dump.pgc.zst.age"
SUFFIX = ".age"
_DEPTH = 8
_READ = 1024 * 1024


class ArchiveSettings(EnvSettings):
    """Workers and room of a large backup. `BACKUP_JOBS` 1: a stream at any size."""

    backup_jobs: int = Field(1, ge=1, le=16)
    backup_folder: str = ""
    backup_parallel_gb: float = Field(5.0, ge=0)

    def room(self) -> Room:
        """Return the folder for archives of several files."""
        return Room.named(self.backup_folder, setting="BACKUP_FOLDER")


class ArchiveForm(Protocol):
    """Writer of a dump into the store."""

    @property
    def format(self) -> Format:
        """Return the form's name in a manifest."""

    @property
    def jobs(self) -> int:
        """Return the number of tables that are read in parallel."""

    def write(self, snapshot: Snapshot, *, folder: str) -> tuple[DumpObject, ...]:
        """Dump, encrypt and upload below a folder of the store; returns the objects."""


@dataclass(frozen=True)
class Stream:
    """Archive as one stream, through pipes only."""

    store: ObjectStore
    keys: BackupKeys
    format: Format = "custom"
    jobs: int = 1

    def write(self, snapshot: Snapshot, *, folder: str) -> tuple[DumpObject, ...]:
        """Dump, compress, encrypt and upload at the same time."""
        with closing(snapshot.dump()) as dump:
            counted = Counted(dump)
            with closing(sealed(compressed(ahead(counted, depth=_DEPTH)), self.keys)) as stream:
                written = self.store.put(f"{folder}{OBJECT_NAME}", stream)
        return (described(written, counted.size),)


@dataclass(frozen=True)
class Folder:
    """Archive of one file per table, dumped and uploaded by `jobs` workers."""

    store: ObjectStore
    keys: BackupKeys
    jobs: int
    room: Room
    progress: Callable[[str], None]
    format: Format = "directory"

    def write(self, snapshot: Snapshot, *, folder: str) -> tuple[DumpObject, ...]:
        """Dump to disk, then encrypt and upload several files at a time. Raises NoRoom before anything is dumped."""
        self.room.require(snapshot.size().tables, purpose=f"the dump in {self.jobs} workers", progress=self.progress)
        with self.room.temporary() as temporary:
            dump = temporary / "dump"
            snapshot.dump_into(dump, jobs=self.jobs)
            files = sorted(dump.iterdir(), key=lambda file: -file.stat().st_size)
            self.progress(f"dumped into {len(files)} files")
            with ThreadPoolExecutor(self.jobs) as pool:
                objects = list(pool.map(lambda file: self._upload(file, folder), files))
        return tuple(sorted(objects, key=lambda item: item.key))

    def _upload(self, file: Path, folder: str) -> DumpObject:
        counted = Counted(chunks_of(file))
        with closing(sealed(counted, self.keys)) as stream:
            written = self.store.put(f"{folder}{file.name}{SUFFIX}", stream)
        file.unlink()
        return described(written, counted.size)


def described(written: Written, plain_size: int) -> DumpObject:
    """Return the manifest's line for an object."""
    return DumpObject(written.key, written.size, written.sha256.hex(), plain_size, written.parts, written.etag)


def chunks_of(file: Path) -> Iterator[bytes]:
    """Yield the content of a file."""
    with file.open("rb") as source:
        while chunk := source.read(_READ):
            yield chunk


class Counted:
    """Stream that counts its bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def sizes(objects: Sequence[DumpObject]) -> tuple[int, int]:
    """Return stored bytes and parts of all objects."""
    return sum(item.size for item in objects), sum(item.parts for item in objects)
