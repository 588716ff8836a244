"""Object stores as recorded: the same protocol with three dialects, of which our client must know each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from auto360.providers.object_storage import ObjectInfo, ObjectMissing, StoreRefused
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.transport.connections import new_client
from tests.support.copies import CopyWorld
from tests.support.objects import LocalS3
from tests.support.recorded import Exchange, misfits, recorded
from tests.support.replay import Replay, replaying

DIALECTS = ("s3_vk", "s3_yandex", "s3_supabase")
WRITTEN_AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


def store(replay: Replay, *, deletes_many: bool = True) -> S3Store:
    return S3Store(S3Access(replay.url, "ru-msk", "KEY", "secret", deletes_many=deletes_many), "files")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_list_and_a_missing_object_are_read_as_recorded(replay: Replay, dialect: str) -> None:
    samples = recorded(dialect)
    replay.play(samples["list"])
    found = list(store(replay).list())
    assert found == [ObjectInfo("a.txt", 5, "5d41402abc4b2a76b9719d911017c592", WRITTEN_AT)]
    assert (replay.got[0].method, replay.got[0].path) == ("GET", "/files")
    assert replay.got[0].query["list-type"] == "2"
    replay.play(samples["get_missing"])
    with pytest.raises(ObjectMissing):
        list(store(replay).get("none.txt"))
    assert replay.got[0].path == samples["get_missing"].request.path


@pytest.mark.parametrize("dialect", ["s3_vk", "s3_yandex"])
def test_a_multi_delete_has_the_digest_that_these_stores_want(replay: Replay, dialect: str) -> None:
    sample = recorded(dialect)["delete"]
    replay.play(sample)
    store(replay).delete(["a.txt"])
    (got,) = replay.got
    assert (got.method, got.query, got.body.decode()) == ("POST", {"delete": ""}, sample.request.body)
    assert got.headers["Content-MD5"] == sample.request.headers["Content-MD5"]
    assert not [name for name in got.headers if "checksum" in name.lower()]
    replay.play(recorded(dialect)["delete_without_md5"])
    with pytest.raises(StoreRefused):
        store(replay).delete(["a.txt"])


def test_supabase_refuses_a_multi_delete_and_is_asked_for_one_object_at_a_time(replay: Replay) -> None:
    replay.play(recorded("s3_supabase")["delete"])
    with pytest.raises(StoreRefused, match="InvalidRequest"):
        store(replay).delete(["a.txt"])
    replay.play(recorded("s3_supabase")["list"])
    store(replay, deletes_many=False).delete(["a.txt"])
    assert [(got.method, got.path) for got in replay.got] == [("DELETE", "/files/a.txt")]


def asked(url: str, bucket: str, sample: Exchange) -> httpx.Response:
    """Send a recorded request to a store, signed."""
    request = sample.request
    query = f"?{urlencode(request.query)}" if request.query else ""
    address = url + request.path.replace("/files", f"/{bucket}") + query
    made = AWSRequest(request.method, address, data=request.body.encode(), headers=dict(request.headers))
    S3SigV4Auth(Credentials("KEY", "secret"), "s3", "ru-msk").add_auth(made)
    with new_client(timeout=5.0) as http:
        return http.request(request.method, address, headers=dict(made.headers), content=request.body.encode())


@pytest.mark.parametrize("dialect", ["s3_vk", "s3_yandex"])
def test_the_local_server_answers_as_vk_and_yandex(local_s3: LocalS3, dialect: str) -> None:
    local_s3.store().put("a.txt", [b"hello"])
    for name in ("list", "get_missing", "delete_without_md5", "delete"):
        sample = recorded(dialect)[name]
        assert misfits(asked(local_s3.url, "backup", sample), sample.answer) == [], name


def test_the_local_server_answers_as_supabase(copy_world: CopyWorld) -> None:
    samples, bucket = recorded("s3_supabase"), copy_world.bucket
    S3Store(S3Access(copy_world.url, "ru-msk", "KEY", "secret"), bucket).put(
        "a.png", [b"hello"], content_type="image/png"
    )
    for name in ("list", "get_missing", "delete"):
        answer = asked(copy_world.url, bucket, samples[name])
        assert misfits(answer, samples[name].answer) == [], name
    assert b'<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' in answer.content
