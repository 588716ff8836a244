"""Repository of database backups: listing, reading, and proving that a backup is unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auto360.core.streams import ahead
from auto360.domains.backups.archive_forms import SUFFIX
from auto360.domains.backups.compression import decompressed
from auto360.domains.backups.encryption import opened
from auto360.domains.backups.errors import (
    BackupDamaged,
    ManifestUnreadable,
    NoBackup,
    ObjectChanged,
    ObjectOfManifestMissing,
    ObjectTruncated,
)
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.manifest import FILE_NAME, PREFIX, DumpObject, Format, Manifest
from auto360.providers.object_storage import ObjectDamaged, ObjectInfo, ObjectMissing, ObjectStore

_DEPTH = 8
_COMPRESSED = f".zst{SUFFIX}"


class Archive:
    """Backups of the database in one store. Objects without a manifest are no backup."""

    def __init__(self, store: ObjectStore, keys: BackupKeys) -> None:
        self.store, self.keys = store, keys

    def manifest_keys(self) -> list[str]:
        """Return the manifests, oldest first: names begin with the time."""
        return sorted(info.key for info in self.store.list(PREFIX) if info.key.endswith(f"/{FILE_NAME}"))

    def read(self, key: str, *, require_seal: bool = True) -> Manifest:
        """Return a manifest. Raises NoBackup, and ManifestUnreadable, also for one stored under another name.

        The seal of an old manifest is still valid after a copy: its rows would be restored under that name.
        """
        try:
            data = b"".join(self.store.get(key))
        except ObjectMissing:
            raise NoBackup(f"{key}: there is no such manifest") from None
        manifest = Manifest.from_json(data, self.keys, name=key, require_seal=require_seal)
        if manifest.key != key:
            raise ManifestUnreadable(f"{key}: it is the manifest of {manifest.id}")
        return manifest

    def newest(self, *, require_seal: bool = True) -> Manifest:
        """Return the newest backup. Raises NoBackup; an unreadable one is a finding and never skipped."""
        keys = self.manifest_keys()
        if not keys:
            raise NoBackup("there is no database backup in this store")
        return self.read(keys[-1], require_seal=require_seal)

    def plain(self, manifest: Manifest) -> Iterator[bytes]:
        """Yield the archive of pg_dump. Every chunk is proved before it is yielded, the whole at the end."""
        self.require_objects(manifest)
        return content_of(self.store, manifest.objects[0], self.keys)

    def fetch(self, manifest: Manifest, folder: Path, *, jobs: int, only: Collection[str] | None = None) -> None:
        """Download an archive of several files, or some of them, decrypted and proved. Raises BackupDamaged."""
        self.require_objects(manifest)
        wanted = [item for item in manifest.objects if only is None or file_name(item) in only]
        with ThreadPoolExecutor(jobs) as pool:
            for _ in pool.map(lambda item: self._fetch(item, folder), wanted):
                pass

    def _fetch(self, item: DumpObject, folder: Path) -> None:
        with (folder / file_name(item)).open("xb") as file:
            for chunk in stored_file(self.store, item, self.keys):
                file.write(chunk)

    def require_objects(self, manifest: Manifest) -> None:
        """Require every object in its full length. Raises BackupDamaged."""
        for dump in manifest.objects:
            info: ObjectInfo | None = self.store.head(dump.key)
            if info is None:
                raise ObjectOfManifestMissing(f"{dump.key} is not there, but its manifest is")
            if info.size != dump.size:
                raise ObjectTruncated(f"{dump.key} has {info.size} bytes instead of {dump.size}")

    def verify(self, manifest: Manifest) -> None:
        """Read everything again, decrypt and decompress it. Raises BackupDamaged."""
        self.require_objects(manifest)
        self.verify_objects(manifest.objects, manifest.format)

    def verify_objects(self, objects: Sequence[DumpObject], form: Format, *, jobs: int = 1) -> None:
        """Read objects again, `jobs` at a time. Raises BackupDamaged."""
        with ThreadPoolExecutor(jobs) as pool:
            for _ in pool.map(lambda item: self._verify(item, form), objects):
                pass

    def _verify(self, item: DumpObject, form: Format) -> None:
        content = content_of if form == "custom" else stored_file
        chunks = content(self.store, item, self.keys)
        if form == "directory" and item.key.endswith(_COMPRESSED):
            chunks = decompressed(chunks, name=item.key)
        for _ in chunks:
            pass

    def findings(self) -> dict[str, BackupDamaged | None]:
        """Return every manifest with its finding at first sight: unreadable, object missing or of another length."""
        found: dict[str, BackupDamaged | None] = {}
        for key in self.manifest_keys():
            try:
                self.require_objects(self.read(key))
                found[key] = None
            except BackupDamaged as finding:
                found[key] = finding
        return found


def file_name(item: DumpObject) -> str:
    """Return the name that pg_dump gave a file."""
    return item.key.rpartition("/")[2].removesuffix(SUFFIX)


def content_of(store: ObjectStore, dump: DumpObject, keys: BackupKeys) -> Iterator[bytes]:
    """Yield the plain archive of an object, checked against its description. Raises BackupDamaged."""
    return _of_length(decompressed(_decrypted(store, dump, keys), name=dump.key), dump)


def stored_file(store: ObjectStore, dump: DumpObject, keys: BackupKeys) -> Iterator[bytes]:
    """Yield a file of an archive of several, checked against its description. Raises BackupDamaged."""
    return _of_length(_decrypted(store, dump, keys), dump)


def _decrypted(store: ObjectStore, dump: DumpObject, keys: BackupKeys) -> Iterator[bytes]:
    yield from opened(ahead(_proved(store, dump), depth=_DEPTH), keys, name=dump.key)


def _of_length(chunks: Iterator[bytes], dump: DumpObject) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        yield chunk
    if size != dump.plain_size:
        raise ObjectTruncated(f"{dump.key} holds {size} bytes of content instead of {dump.plain_size}")


def _proved(store: ObjectStore, dump: DumpObject) -> Iterator[bytes]:
    """Yield the stored bytes, hashed on their way."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in store.get(dump.key):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    except ObjectMissing:
        raise ObjectOfManifestMissing(f"{dump.key} is not there, but its manifest is") from None
    except ObjectDamaged as error:
        raise ObjectChanged(str(error)) from None
    if size != dump.size:
        raise ObjectTruncated(f"{dump.key} has {size} bytes instead of {dump.size}")
    if digest.hexdigest() != dump.sha256:
        raise ObjectChanged(f"{dump.key} has another SHA-256 than its manifest says")
