"""Store that says 503 for a while, is slow or cuts connections: the work ends right, or fails and leaves nothing."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from auto360.providers.object_storage import ObjectDamaged, StoreUnavailable
from tests.support.objects import PART_BYTES, LocalS3

DATA = os.urandom(3 * PART_BYTES + 123)


def unfinished(local_s3: LocalS3) -> int:
    return local_s3.store().sweep_uploads(begun_before=datetime.now(UTC) + timedelta(minutes=1))


@pytest.mark.parametrize("mode", ["unavailable", "dead", "cut"])
def test_an_upload_outlasts_a_fault_that_passes(local_s3: LocalS3, mode: str) -> None:
    local_s3.turn(mode, times=3, methods=["PUT"], after_bytes=1_000_000)
    written = local_s3.store().put("k", [DATA])
    assert written.sha256 == hashlib.sha256(DATA).digest()
    assert b"".join(local_s3.store().get("k")) == DATA


def test_completing_an_upload_outlasts_a_fault_that_passes(local_s3: LocalS3) -> None:
    local_s3.turn("unavailable", times=2, methods=["POST"])
    assert local_s3.store().put("k", [DATA]).parts == 4


@pytest.mark.parametrize("mode", ["unavailable", "dead", "cut"])
def test_a_read_outlasts_a_fault_that_passes(local_s3: LocalS3, mode: str) -> None:
    local_s3.store().put("k", [DATA])
    local_s3.turn(mode, times=2, methods=["GET"], after_bytes=7_000_000)
    assert hashlib.sha256(b"".join(local_s3.store().get("k"))).digest() == hashlib.sha256(DATA).digest()


def test_a_slow_store_is_waited_for(local_s3: LocalS3) -> None:
    local_s3.turn("slow", bytes_per_second=20_000_000)
    local_s3.store().put("k", [DATA])
    assert b"".join(local_s3.store().get("k")) == DATA


def test_an_upload_into_a_store_that_stays_away_fails_and_leaves_what_was_there(
    local_s3: LocalS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 2)
    local_s3.store().put("k", [b"old"])
    local_s3.turn("unavailable", methods=["PUT"])
    with pytest.raises(StoreUnavailable, match="k: the store says SlowDown"):
        local_s3.store().put("k", [DATA])
    local_s3.turn("ok")
    assert b"".join(local_s3.store().get("k")) == b"old"
    assert unfinished(local_s3) == 0


def test_two_versions_of_an_object_are_never_mixed_in_one_read(local_s3: LocalS3) -> None:
    store = local_s3.store()
    store.put("k", [DATA])
    reading = store.get("k")
    next(reading)
    store.put("k", [DATA[::-1]])
    with pytest.raises(ObjectDamaged, match="k: the store says PreconditionFailed"):
        list(reading)


def test_bytes_that_changed_on_the_way_are_refused_by_the_store(local_s3: LocalS3) -> None:
    store = local_s3.store()
    with pytest.raises(Exception, match="BadDigest"):
        store._client.put_object(Bucket="backup", Key="k", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert store.head("k") is None


def test_what_the_server_holds_is_there_after_its_next_start(local_s3: LocalS3) -> None:
    from local.s3.files import Buckets

    store = local_s3.store()
    store.put("whole", [DATA], content_type="video/mp4", metadata={"sha256": "abc"})
    store.put("gone", [b"x"])
    store.delete(["gone"])
    upload = store._client.create_multipart_upload(Bucket="backup", Key="pending")["UploadId"]
    store._client.upload_part(Bucket="backup", Key="pending", UploadId=upload, PartNumber=1, Body=b"part")
    found = local_s3.buckets.get("backup")
    assert found is not None
    again = Buckets(found._data.parents[1]).get("backup")
    assert again is not None
    assert again.objects == found.objects
    assert list(again.uploads) == [upload]
    assert sum(1 for _ in again._data.iterdir()) == 5
