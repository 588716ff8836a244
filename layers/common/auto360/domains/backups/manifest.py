"""Manifest of a database backup: written last, so that only complete backups have one.

It is immutable and sealed with the backup key; results of later drills are separate objects beside it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from auto360.domains.backups.errors import ManifestUnreadable
from auto360.domains.backups.keys import BackupKeys
from auto360.providers.postgres_dump import ClusterMetadata, LeftOut, TableChecksum

Class = Literal["daily", "weekly"]
# custom: one archive, zstd around it. directory: a file per table, zstd inside.
Format = Literal["custom", "directory"]
PREFIX = "db/"
FILE_NAME = "manifest.json"
_VERSION = 2


@dataclass(frozen=True)
class DumpObject:
    """File of an archive in the store. Sizes are in bytes; `plain_size` is of pg_dump's output."""

    key: str
    size: int
    sha256: str
    plain_size: int
    parts: int
    etag: str


@dataclass(frozen=True)
class Manifest:
    """Facts that restore a backup and prove the restored content."""

    id: str
    kind: Class
    started: datetime
    finished: datetime
    server_version: int
    tool_version: str
    schemas: Sequence[str]
    objects: Sequence[DumpObject]
    tables: Mapping[str, TableChecksum]
    cluster: ClusterMetadata
    verified: datetime
    # Of the platform, not ours to write; older manifests omit nothing.
    left_out: Sequence[LeftOut] = ()
    format: Format = "custom"
    # Tables and indexes on the dumped server; 0 in manifests before this field.
    database_bytes: int = 0

    @property
    def key(self) -> str:
        """Return the manifest's key in the store."""
        return f"{folder_of(self.id)}{FILE_NAME}"

    @property
    def size(self) -> int:
        """Stored bytes of all objects."""
        return sum(item.size for item in self.objects)

    @property
    def plain_size(self) -> int:
        """Bytes of pg_dump's output."""
        return sum(item.plain_size for item in self.objects)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the only object, or of the list of them."""
        if len(self.objects) == 1:
            return self.objects[0].sha256
        return hashlib.sha256("".join(item.sha256 for item in self.objects).encode()).hexdigest()

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.rows for table in self.tables.values())

    def to_json(self, keys: BackupKeys) -> bytes:
        """Return the document with its seal."""
        body = {"v": _VERSION, **asdict(self), "key": keys.current}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=_plain)
        document = json.loads(text)
        document["seal"] = _seal(document, keys, keys.current)
        return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes, keys: BackupKeys, *, name: str, require_seal: bool = True) -> Self:
        """Read a document. Raises ManifestUnreadable, also where its seal does not fit.

        Without `require_seal` a seal of an unknown key is ignored: an offline identity alone cannot
        check it.
        """
        try:
            document = json.loads(data)
            seal, key_name = document.pop("seal"), document["key"]
            is_checked = require_seal or keys.knows(str(key_name))
            if is_checked and not hmac.compare_digest(str(seal), _seal(document, keys, key_name)):
                raise ManifestUnreadable(f"{name}: the seal does not fit")
            return cls(
                id=document["id"],
                kind=document["kind"],
                started=datetime.fromisoformat(document["started"]),
                finished=datetime.fromisoformat(document["finished"]),
                server_version=document["server_version"],
                tool_version=document["tool_version"],
                schemas=tuple(document["schemas"]),
                objects=_objects(document),
                tables={table: TableChecksum(**facts) for table, facts in document["tables"].items()},
                cluster=ClusterMetadata(**document["cluster"]),
                verified=datetime.fromisoformat(document["verified"]),
                left_out=tuple(LeftOut(**item) for item in document.get("left_out", ())),
                format=document.get("format", "custom"),
                database_bytes=document.get("database_bytes", 0),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ManifestUnreadable(f"{name}: it is not a manifest that can be read") from None


def new_id(started: datetime, kind: Class, mark: str) -> str:
    """Return the name of a backup: its moment, its class and a random mark, in the order of time."""
    return f"{started.astimezone(UTC):%Y/%m/%d/%Y%m%dT%H%M%SZ}-{kind}-{mark}"


def folder_of(backup_id: str) -> str:
    """Return the folder of a backup."""
    return f"{PREFIX}{backup_id}/"


def _objects(document: Mapping[str, Any]) -> tuple[DumpObject, ...]:
    """Manifests of the first version describe one object."""
    listed = document["objects"] if document["v"] >= 2 else [document["dump"]]
    if not listed:
        raise ValueError("no objects")
    return tuple(DumpObject(**item) for item in listed)


def _seal(document: Mapping[str, Any], keys: BackupKeys, key_name: str) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    key = keys.derive(str(key_name), salt=b"360auto", purpose="360auto backup manifest")
    if key is None:
        raise ManifestUnreadable(f"it was sealed with the key {key_name!r}, which is not among BACKUP_KEYS")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
