"""New files in the uploads bucket: checked, then replicated to VK Cloud at once.

Events carry bucket and key alone (docs/reference/yandex-cloud.md, section 3), and may come twice or late: everything
else is read from the store, and replicated files are skipped.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.replication.file_types import UNKNOWN, safe_type, type_of
from auto360.domains.replication.ledger import Copied, CopyLedger
from auto360.domains.replication.storage import CURRENT
from auto360.providers.object_storage import ObjectDamaged, ObjectInfo, ObjectMissing, ObjectStore

REFUSED = "refused"
_HEAD_BYTES = 64
Verdict = Literal["copied", "known", "refused", "gone"]

# First bytes and their offset, by file extension: extensions are declared, first bytes are checked.
_BEGINS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "jpg": ((0, b"\xff\xd8\xff"),),
    "jpeg": ((0, b"\xff\xd8\xff"),),
    "png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "webp": ((0, b"RIFF"), (8, b"WEBP")),
    "mp4": ((4, b"ftyp"),),
    "mov": ((4, b"ftyp"),),
    "pdf": ((0, b"%PDF-"),),
}
_VIDEOS = ("mp4", "mov")


class ArrivalPolicy(EnvSettings):
    """Largest accepted files, in bytes."""

    arrival_max_bytes: int = Field(10 * 1024 * 1024, ge=1)
    arrival_max_video_bytes: int = Field(100 * 1024 * 1024, ge=1)


@dataclass(frozen=True)
class Arrivals:
    """Checks and replicates new files."""

    bucket: str
    uploads: ObjectStore
    copies: ObjectStore
    ledger: CopyLedger
    policy: ArrivalPolicy

    def take(self, key: str) -> Verdict:
        """Replicate a good file; move one of a wrong type or size below `refused/`.

        Raises ObjectStoreError where a store does not answer: the platform then sends the event again.
        """
        if key.startswith(f"{REFUSED}/"):
            return "known"
        info = self.uploads.head(key)
        if info is None:
            return "gone"
        try:
            if not self._is_good(info):
                self.uploads.copy(key, to=f"{REFUSED}/{key}", content_type=UNKNOWN)
                self.uploads.delete([key])
                return "refused"
            return self._copy(self._with_its_type(info))
        except ObjectMissing:
            return "gone"

    def _is_good(self, info: ObjectInfo) -> bool:
        ending = info.key.rpartition(".")[2].lower()
        max_bytes = self.policy.arrival_max_video_bytes if ending in _VIDEOS else self.policy.arrival_max_bytes
        if ending not in _BEGINS or not 0 < info.size <= max_bytes:
            return False
        head = b"".join(self.uploads.get(info.key, end=min(info.size, _HEAD_BYTES)))
        return all(head[start : start + len(sign)] == sign for start, sign in _BEGINS[ending])

    def _with_its_type(self, info: ObjectInfo) -> ObjectInfo:
        """Correct the content type of a file that was declared with another one."""
        if safe_type(info.content_type, name=info.key) == info.content_type:
            return info
        self.uploads.copy(info.key, to=info.key, content_type=type_of(info.key))
        found = self.uploads.head(info.key)
        if found is None:
            raise ObjectMissing(info.key)
        return found

    def _copy(self, info: ObjectInfo) -> Verdict:
        source = f"{self.bucket}/{info.key}"
        known = self.ledger.of("storage", source)
        if known is not None and known.etag == info.etag and known.size == info.size:
            return "known"
        key = f"{CURRENT}/{source}"
        written = self.copies.put(key, self.uploads.get(info.key), content_type=type_of(info.key))
        if written.size != info.size:
            raise ObjectDamaged(f"{source}: changed during the copy")
        self.ledger.note("storage", source, Copied(key, written.size, written.sha256), etag=info.etag)
        return "copied"
