"""Contract of every object store, on the local server and, for a second opinion on the protocol, on moto's."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from auto360.providers.object_storage import ObjectMissing, StoreRefused
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.links import S3LinkSigner
from auto360.providers.object_storage.s3 import S3Store
from tests.support.objects import PART_BYTES, LocalS3


@pytest.fixture(params=["local", "moto"])
def access(request: pytest.FixtureRequest) -> S3Access:
    if request.param == "local":
        found: LocalS3 = request.getfixturevalue("local_s3")
        return found.access()
    return S3Access(request.getfixturevalue("moto_s3"), "us-east-1", "KEY", "secret")


@pytest.fixture
def store(access: S3Access, request: pytest.FixtureRequest) -> S3Store:
    if "us-east-1" not in access.region:
        return S3Store(access, "backup", part_bytes=PART_BYTES)
    name = f"backup-{uuid.uuid4()}"
    store = S3Store(access, name, part_bytes=PART_BYTES)
    store._client.create_bucket(Bucket=name)
    return store


def pieces(data: bytes, size: int = 300_000) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


def read(store: S3Store, key: str, **limits: int) -> bytes:
    return b"".join(store.get(key, **limits))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 17_000_000])
def test_what_was_put_is_what_is_read(store: S3Store, size: int) -> None:
    data = os.urandom(size)
    written = store.put("a/b c/ключ+1.bin", pieces(data), content_type="video/mp4", metadata={"sha256": "abc"})
    assert (written.size, written.sha256) == (size, hashlib.sha256(data).digest())
    assert written.parts == max(1, -(-size // PART_BYTES))
    assert read(store, "a/b c/ключ+1.bin") == data
    info = store.head("a/b c/ключ+1.bin")
    assert info is not None
    assert (info.size, info.etag) == (size, written.etag)
    assert (info.content_type, dict(info.metadata)) == ("video/mp4", {"sha256": "abc"})
    assert abs(info.modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_range_is_read_across_parts(store: S3Store) -> None:
    data = os.urandom(2 * PART_BYTES + 10)
    store.put("k", pieces(data))
    assert read(store, "k", start=PART_BYTES - 3, end=PART_BYTES + 3) == data[PART_BYTES - 3 : PART_BYTES + 3]
    assert read(store, "k", start=len(data) - 5) == data[-5:]
    assert read(store, "k", start=4, end=4) == b""


def test_a_missing_object_is_none_or_a_failure_of_its_own_kind(store: S3Store) -> None:
    assert store.head("nothing") is None
    with pytest.raises(ObjectMissing, match="nothing"):
        read(store, "nothing")


def test_a_list_is_in_order(store: S3Store) -> None:
    for key in ("b/2", "a", "b/1", "b/10"):
        store.put(key, [b"xyz"])
    assert [(item.key, item.size) for item in store.list("b/")] == [("b/1", 3), ("b/10", 3), ("b/2", 3)]
    assert [item.key for item in store.list("b/", after="b/10")] == ["b/2"]
    assert list(store.list("c/")) == []


def test_a_list_is_longer_than_a_page(local_s3: LocalS3) -> None:
    store = local_s3.store()
    for number in range(1003):
        store.put(f"many/{number:04d}", [b"x"])
    store.put("other", [b"x"])
    assert [item.key for item in store.list("many/")] == [f"many/{number:04d}" for number in range(1003)]
    assert [item.key for item in store.list("many/", after="many/1000")] == ["many/1001", "many/1002"]
    store.delete(item.key for item in store.list("many/"))
    assert [item.key for item in store.list()] == ["other"]


def test_deleting_what_is_not_there_is_no_error(store: S3Store) -> None:
    store.put("k", [b"x"])
    store.delete(["k", "k", "never"])
    assert store.head("k") is None


def test_a_copy_has_the_same_bytes(store: S3Store) -> None:
    data = os.urandom(PART_BYTES + 5)
    store.put("videos/a b.mp4", pieces(data), metadata={"sha256": "abc"})
    store.copy("videos/a b.mp4", to="deleted/a b.mp4")
    assert read(store, "deleted/a b.mp4") == data
    found = store.head("deleted/a b.mp4")
    assert found is not None
    assert dict(found.metadata) == {"sha256": "abc"}


def test_a_source_that_fails_leaves_nothing_and_the_old_object_as_it_was(store: S3Store) -> None:
    def broken() -> Iterator[bytes]:
        yield os.urandom(2 * PART_BYTES + 1)
        raise OSError("the source is gone")

    store.put("k", [b"old"])
    with pytest.raises(OSError, match="the source is gone"):
        store.put("k", broken())
    assert read(store, "k") == b"old"
    assert store.sweep_uploads(begun_before=datetime.now(UTC) + timedelta(minutes=1)) == 0


def test_unfinished_uploads_are_swept_by_age_and_place(local_s3: LocalS3) -> None:
    store = local_s3.store()
    for key in ("db/1", "db/2", "videos/1"):
        store._client.create_multipart_upload(Bucket=store.bucket, Key=key)
    assert store.sweep_uploads(begun_before=datetime.now(UTC) - timedelta(days=1)) == 0
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert store.sweep_uploads(begun_before=later, prefix="db/") == 2
    assert store.sweep_uploads(begun_before=later) == 1


def test_a_link_opens_the_object_without_keys(store: S3Store, access: S3Access) -> None:
    store.put("videos/a b+ü.mp4", [b"moving pictures"], content_type="video/mp4")
    link = S3LinkSigner(access, store.bucket).link("videos/a b+ü.mp4", seconds=60)
    with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310
        assert answer.read() == b"moving pictures"
        assert answer.headers["Content-Type"] == "video/mp4"


def test_a_link_is_the_one_that_botocore_signs(store: S3Store, access: S3Access) -> None:
    ours = S3LinkSigner(access, store.bucket).link("videos/a b+ü~(1)*.mp4", seconds=3600)
    theirs = store._client.generate_presigned_url(
        "get_object", Params={"Bucket": store.bucket, "Key": "videos/a b+ü~(1)*.mp4"}, ExpiresIn=3600
    )
    assert ours == theirs or abs(_date(ours) - _date(theirs)) == 1


def test_an_upload_link_takes_one_object_of_its_size_and_type(store: S3Store, access: S3Access) -> None:
    link = S3LinkSigner(access, store.bucket).upload_link("a/b", size=4, content_type="image/jpeg", seconds=60)
    assert dict(link.headers) == {"content-length": "4", "content-type": "image/jpeg"}
    request = urllib.request.Request(link.url, data=b"four", headers=dict(link.headers), method="PUT")  # noqa: S310
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    found = store.head("a/b")
    assert found is not None
    assert (found.size, found.content_type) == (4, "image/jpeg")


def test_an_upload_link_is_the_one_that_botocore_signs(store: S3Store, access: S3Access) -> None:
    signer = S3LinkSigner(access, store.bucket)
    ours = signer.upload_link("a/ü.jpg", size=4, content_type="image/jpeg", seconds=900).url
    wanted = {"Bucket": store.bucket, "Key": "a/ü.jpg", "ContentLength": 4, "ContentType": "image/jpeg"}
    theirs = store._client.generate_presigned_url("put_object", Params=wanted, ExpiresIn=900)
    assert ours == theirs or abs(_date(ours) - _date(theirs)) == 1


def test_what_an_object_says_of_caching_is_kept(store: S3Store) -> None:
    store.put("k", [b"x"], content_type="image/webp", cache_control="public, max-age=31536000, immutable")
    found = store._client.head_object(Bucket=store.bucket, Key="k")
    assert found["CacheControl"] == "public, max-age=31536000, immutable"


def _date(link: str) -> int:
    return int(link.split("X-Amz-Date=")[1][9:15])


def test_a_wrong_secret_is_refused_and_not_tried_again(local_s3: LocalS3) -> None:
    store = S3Store(local_s3.access(secret_key="other"), "backup")
    with pytest.raises(StoreRefused, match="k: the store says SignatureDoesNotMatch"):
        store.put("k", [b"x"])


def test_an_account_reaches_its_own_buckets_only(local_s3: LocalS3) -> None:
    with pytest.raises(StoreRefused, match="AccessDenied"):
        list(local_s3.store("somebody-elses").list())


def test_a_link_ends_and_cannot_be_turned_to_another_object(local_s3: LocalS3) -> None:
    local_s3.store().put("k", [b"x"])
    local_s3.store().put("secret", [b"x"])
    link = local_s3.links().link("k", seconds=60)
    long_ago = S3LinkSigner(local_s3.access(), "backup", lambda: datetime.now(UTC) - timedelta(minutes=2))
    for bad in (link.replace("/k?", "/secret?"), long_ago.link("k", seconds=60)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(bad, timeout=10)  # noqa: S310
        assert refused.value.code == 403
        refused.value.close()
