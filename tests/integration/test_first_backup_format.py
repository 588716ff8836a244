"""Backups made before age stay readable for one release: a kept one, made by the code of then, proves it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import psycopg
import pytest

from auto360.domains.backups.errors import ManifestUnreadable, ObjectChanged, ObjectTruncated, WrongBackupKey
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.restore import Restore
from auto360.providers.postgres_dump.postgres import connected, facts_of
from auto360.providers.postgres_dump.restore import PostgresTarget
from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.paths import CHECKOUT
from tests.support.backup import FIRST_FORMAT_KEY, IDENTITIES
from tests.support.objects import LocalS3

_KEPT = CHECKOUT / "tests" / "support" / "first_format"
_KEYS = BackupKeys.parse(f"k2:{IDENTITIES['x']},k1:{FIRST_FORMAT_KEY}")


def stored(s3: LocalS3, *, dump: bytes | None = None) -> None:
    """Store the kept backup, perhaps with another dump."""
    manifest = (_KEPT / "manifest.json").read_bytes()
    folder = f"db/{json.loads(manifest)['id']}"
    s3.store().put(f"{folder}/dump.pgc.zst.aes", [(_KEPT / "dump.pgc.zst.aes").read_bytes() if dump is None else dump])
    s3.store().put(f"{folder}/manifest.json", [manifest])


@pytest.mark.parametrize("keys", [_KEYS, BackupKeys.parse(f"k1:{FIRST_FORMAT_KEY}")])
def test_a_backup_of_the_format_before_is_proved_and_restored(local_s3: LocalS3, keys: BackupKeys) -> None:
    stored(local_s3)
    archive = Archive(local_s3.store(), keys)
    assert set(archive.findings().values()) == {None}
    manifest = archive.newest()
    with embedded_postgres(Path(tempfile.gettempdir())) as blank:
        Restore(archive, print).into_blank(manifest, PostgresTarget(blank))
        with connected(blank) as connection:
            assert facts_of(connection, ("public",)) == dict(manifest.tables)
        with psycopg.connect(blank) as connection:
            row = connection.execute("select title, state::text from public.listings where price = 7000").fetchone()
            assert row == ("Тойота Камри 7", "active")


def test_damage_of_the_format_before_is_named(local_s3: LocalS3) -> None:
    whole = (_KEPT / "dump.pgc.zst.aes").read_bytes()
    archive = Archive(local_s3.store(), _KEYS)
    for place in (3, 20, 60, 100, 2000, len(whole) - 1):
        stored(local_s3, dump=whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises((ObjectChanged, WrongBackupKey)):
            archive.verify(archive.newest())
    stored(local_s3, dump=whole[:-1])
    with pytest.raises(ObjectTruncated):
        archive.verify(archive.newest())


def test_the_format_before_needs_its_own_key(local_s3: LocalS3) -> None:
    stored(local_s3)
    for text, told in (
        (f"k2:{IDENTITIES['x']}", "'k1', which is not among BACKUP_KEYS"),
        (f"k1:{IDENTITIES['x']}", "the seal does not fit"),
        ("k1:" + "A" * 43, "the seal does not fit"),
    ):
        archive = Archive(local_s3.store(), BackupKeys.parse(text))
        with pytest.raises(ManifestUnreadable, match=told):
            archive.newest()
