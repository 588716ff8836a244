"""The port to a whole database: dumping it in one snapshot, describing what the dump holds, and restoring it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class DumpFailed(RuntimeError):
    """The database did not answer, or a tool ended with an error. Holds no row's content."""


@dataclass(frozen=True)
class TableChecksum:
    """What proves a table: its rows, and the sum of their hashes in any order.

    `expression` is the row that was hashed, as SQL; columns whose type has no hash function are cast to text.
    `anonymous_rows` is how many of them somebody sees who has not logged in; None: they may not ask.
    """

    rows: int
    hash: str
    expression: str
    anonymous_rows: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """Something of the platform that a backup or a restore leaves alone, and why.

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
    """What a dump of schemas leaves out, or a restore cannot tell from the platform's: roles without passwords,
    publications, extensions, policies elsewhere, triggers of ours on tables of the platform.

    Each is a list of rows as the catalogue holds them, plain JSON.
    """

    roles: Sequence[Mapping[str, Any]]
    memberships: Sequence[Mapping[str, Any]]
    extensions: Sequence[Mapping[str, Any]]
    publications: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]]
    # Manifests before these fields come from times without them.
    triggers: Sequence[Mapping[str, Any]] = ()
    event_triggers: Sequence[Mapping[str, Any]] = ()


class Snapshot(Protocol):
    """One moment of a database, seen by several connections."""

    id: str
    server_version: int
    tool_version: str
    left_out: Sequence[LeftOut]

    def cluster(self) -> ClusterMetadata:
        """What lies beside the schemas."""

    def tables(self) -> dict[str, TableChecksum]:
        """Every table by its quoted name, counted and hashed, but for those left out."""

    def dump(self) -> Generator[bytes, None, None]:
        """The archive of pg_dump in its custom format, not compressed. Raises DumpFailed where it is not whole."""


class DumpSource(Protocol):
    """A database that can be dumped."""

    @property
    def schemas(self) -> Sequence[str]:
        """The schemas that a dump holds."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Hold one moment for the length of a `with` block."""
