"""Port to a whole database: dump in one snapshot, description of the dump, and restore."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class DumpFailed(RuntimeError):
    """Database did not answer, or a tool ended with an error. Holds no row's content."""


@dataclass(frozen=True)
class TableChecksum:
    """Proof of a table: its rows, and the sum of their hashes in any order.

    `expression` is the hashed row, as SQL; columns whose type has no hash function are cast to text.
    `anonymous_rows` is their number for anonymous callers; None: no permission.
    """

    rows: int
    hash: str
    expression: str
    anonymous_rows: int | None = None


@dataclass(frozen=True)
class DatabaseSize:
    """Bytes on the server: of the tables alone, which a dump reads, and with their indexes, which a restore builds."""

    tables: int
    total: int


@dataclass(frozen=True)
class LeftOut:
    """Part of the platform that a backup or a restore leaves unchanged, and the reason.

    `kind` is table, sequence, publication, policies (of a table), trigger, event trigger, extension or setting (of a
    role).
    """

    kind: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.reason}"


@dataclass(frozen=True)
class ClusterMetadata:
    """Parts outside a dump of schemas, or indistinguishable from the platform's.

    Roles without passwords, publications, extensions, policies elsewhere, our triggers on tables of the platform. Each
    is a list of rows of the catalogue, plain JSON.
    """

    roles: Sequence[Mapping[str, Any]]
    memberships: Sequence[Mapping[str, Any]]
    extensions: Sequence[Mapping[str, Any]]
    publications: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]]
    # Older manifests lack these fields.
    triggers: Sequence[Mapping[str, Any]] = ()
    event_triggers: Sequence[Mapping[str, Any]] = ()


class Snapshot(Protocol):
    """Snapshot of a database, seen by several connections."""

    id: str
    server_version: int
    tool_version: str
    left_out: Sequence[LeftOut]

    def cluster(self) -> ClusterMetadata:
        """Return the parts beside the schemas."""

    def size(self) -> DatabaseSize:
        """Return the size of the schemas."""

    def tables(self, *, jobs: int = 1) -> dict[str, TableChecksum]:
        """Return every table by its quoted name, counted and hashed, except those left out; `jobs` tables at a time."""

    def dump(self) -> Generator[bytes, None, None]:
        """Yield the archive of pg_dump in its custom format, uncompressed. Raises DumpFailed where it is incomplete."""

    def dump_into(self, folder: Path, *, jobs: int) -> None:
        """Dump into a new folder in the directory format, zstd inside, `jobs` tables at a time. Raises DumpFailed."""


class DumpSource(Protocol):
    """Database that can be dumped."""

    @property
    def schemas(self) -> Sequence[str]:
        """Return the schemas of a dump."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Hold one snapshot for the length of a `with` block."""
