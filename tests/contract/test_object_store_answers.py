"""Answers of a store that no decent store would give: the port's own failures, or the right thing all the same."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from auto360.core.clock import utc_now
from auto360.providers.object_storage import ObjectStoreError, StoreUnavailable
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from tests.support.odd_server import OddServer, Script, whole

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@pytest.fixture
def store(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 1)
    monkeypatch.setattr("auto360.providers.object_storage.s3._READ_TRIES", 1)
    return S3Store(S3Access(odd_server.url, "ru-msk", "KEY", "secret"), "backup")


def page(*keys: str, more: bool, token: str = "") -> str:
    items = "".join(
        f"<Contents><Key>{key}</Key><Size>1</Size><ETag>e</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
        for key in keys
    )
    following = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return (
        f'<ListBucketResult xmlns="{NAMESPACE}"><IsTruncated>{str(more).lower()}</IsTruncated>'
        f"{following}{items}</ListBucketResult>"
    )


def in_turn(*answers: str) -> Script:
    left = list(answers)

    def script(line: socket.socket, over: threading.Event) -> None:
        whole(200, left.pop(0) if len(left) > 1 else left[0], kind="application/xml")(line, over)

    return script


def test_a_list_that_names_no_next_page_goes_on_behind_its_last_key(odd_server: OddServer, store: S3Store) -> None:
    odd_server.script = in_turn(page("a", "b", more=True), page("c", more=True, token="t"), page("d", more=False))
    assert [found.key for found in store.list()] == ["a", "b", "c", "d"]
    asked = [request.split(b" ")[1].decode() for request in odd_server.requests]
    assert "start-after=b" in asked[1]
    assert "continuation-token=t" in asked[2]


@pytest.mark.parametrize(
    "answers",
    [(page(more=True),), (page("a", more=True),), (page("a", more=True, token="t"),), (page(more=True, token="t"),)],
    ids=["nothing", "the same page", "the same token", "no keys"],
)
def test_a_list_without_an_end_is_an_outage(odd_server: OddServer, store: S3Store, answers: tuple[str, ...]) -> None:
    odd_server.script = in_turn(*answers)
    with pytest.raises(StoreUnavailable):
        list(store.list())


ASKING: dict[str, Callable[[S3Store], object]] = {
    "head": lambda store: store.head("k"),
    "list": lambda store: list(store.list()),
    "get": lambda store: list(store.get("k")),
    "put": lambda store: store.put("k", [b"x"]),
    "put in parts": lambda store: store.put("k", [bytes(17 * 1024 * 1024)]),
    "delete": lambda store: store.delete(["k"]),
    "copy": lambda store: store.copy("k", to="l"),
    "sweep": lambda store: store.sweep_uploads(begun_before=utc_now()),
}
ODD = {
    "nothing": whole(200, ""),
    "no XML": whole(200, "not xml at all", kind="application/xml"),
    "a page": whole(200, "<html><body>hi</body>", kind="text/html"),
    "another document": whole(200, "<Other><Key/></Other>", kind="application/xml"),
    "no date": whole(200, page("a", more=False).replace("2026-01-01T00:00:00Z", "yesterday"), kind="application/xml"),
    "no number": whole(200, page("a", more=False).replace("<Size>1<", "<Size>many<"), kind="application/xml"),
    "an unknown encoding": whole(200, f'<?xml version="1.0" encoding="cp-1251"?>{page("a", more=False)}'),
    "fields left out": whole(200, "<ListBucketResult><Contents/></ListBucketResult>", kind="application/xml"),
    "uploads without a date": whole(
        200, "<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>"
    ),
    "entities": whole(200, '<!DOCTYPE a [<!ENTITY e "xxxxxxxx">]><a>&e;&e;</a>', kind="application/xml"),
    "an error that is none": whole(404, "<Error><Oops/></Error>", kind="application/xml"),
    "an error in a success": whole(200, "<Error><Code>InternalError</Code></Error>", kind="application/xml"),
    "a redirect to nowhere": whole(301, "", headers="Location: http://[\r\n"),
    "odd dates in the head": whole(200, "", headers="ETag: e\r\nLast-Modified: yesterday\r\n"),
    "odd lengths": whole(206, "x", headers="Content-Range: bytes a-b/c\r\nETag: e\r\n"),
}


@pytest.mark.parametrize("what", ASKING)
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_ends_in_a_failure_of_the_port(
    odd_server: OddServer, store: S3Store, what: str, odd: str
) -> None:
    odd_server.script = ODD[odd]
    told = ""
    try:
        ASKING[what](store)
    except ObjectStoreError as failure:
        told = str(failure)
    assert "xxxxxxxx" not in told
