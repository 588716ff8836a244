"""Server that sends or takes one byte at a time is left, by every port: the time is for the whole exchange.

The servers here would take some ten seconds for one answer. They learn whether the caller stayed to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from auto360.core.clock import utc_now
from auto360.providers.metrics import SourceFailure
from auto360.providers.metrics.cloudwatch import CloudWatch, CloudWatchSettings, cloudwatch_client
from auto360.providers.object_storage import StoreUnavailable
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.transport import Rate
from auto360.providers.transport.connections import new_client
from tests.support.odd_server import OddServer, Script, dripping, head, whole
from tests.support.outside import aws_calls, calls
from tests.support.plain_http import plain_client

SECONDS = 0.4
MANY = 16 * 1024 * 1024
NOWHERE = "http://127.0.0.1:1"
HTTP_CALLS = tuple(calls(NOWHERE, plain_client(), seconds=SECONDS))
AWS_CALLS = tuple(aws_calls(NOWHERE))
# Of a status line, and of a body after a quick head. Both are more than any time-out here lasts.
SLOW_HEAD = dripping(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 500 + b"\r\n\r\n", gap=0.02)
BODY_HEAD = head(200, 500, headers="ETag: e\r\n")
SLOW_BODY = dripping(BODY_HEAD + b" " * 500, quick=len(BODY_HEAD), gap=0.02)
DRIPS = pytest.mark.parametrize("drip", [SLOW_HEAD, SLOW_BODY], ids=["head", "body"])


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Yield a client as the container makes it, with a shorter time."""
    with new_client(timeout=SECONDS) as client:
        yield client


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the ports' own time-outs, with one try each."""
    seconds = ("metrics.yandex_reading", "metrics.yandex_token", "metrics.supabase", "alert_channels.webhook")
    for name in (*seconds, "secret_store.lockbox"):
        monkeypatch.setattr(f"auto360.providers.{name}._TIMEOUT_SECONDS", SECONDS)
    for name in ("video.tus", "video.source", "video.hls"):
        monkeypatch.setattr(f"auto360.providers.{name}._TIMEOUT", httpx.Timeout(SECONDS))
    monkeypatch.setattr("auto360.providers.video.hls._SECONDS", SECONDS)
    monkeypatch.setattr("auto360.providers.video.download._TRIES", 1)
    monkeypatch.setattr("auto360.providers.transport.FILE_RATE", Rate(1_000_000, SECONDS))
    monkeypatch.setattr("auto360.providers.email.ses._CALL_SECONDS", SECONDS)
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._WAIT_SECONDS", SECONDS)
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 1)
    monkeypatch.setattr("auto360.providers.object_storage.s3._READ_TRIES", 1)
    monkeypatch.setattr("auto360.providers.transport.aws._SLOW_SECONDS", SECONDS)


@DRIPS
@pytest.mark.parametrize("name", HTTP_CALLS)
def test_no_port_stays_with_an_answer_that_drips(
    odd_server: OddServer, http: httpx.Client, name: str, drip: Script
) -> None:
    odd_server.script = drip
    call = calls(odd_server.url, http, seconds=SECONDS)[name]
    with suppress(*call.failures):
        call.make()
    assert odd_server.ending.get(timeout=30) == "left"


@DRIPS
@pytest.mark.parametrize("name", AWS_CALLS)
def test_no_call_of_the_aws_library_stays_with_an_answer_that_drips(
    odd_server: OddServer, name: str, drip: Script
) -> None:
    odd_server.script = drip
    call = aws_calls(odd_server.url)[name]
    with suppress(*call.failures):
        call.make()
    assert odd_server.ending.get(timeout=30) == "left"


def test_cloudwatch_is_left_as_well(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auto360.providers.metrics.cloudwatch._CALL_SECONDS", SECONDS)
    for name, value in {"AWS_ENDPOINT_URL": odd_server.url, "AWS_DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    odd_server.script = SLOW_BODY
    source = CloudWatch(CloudWatchSettings.load({"CLOUDWATCH_API_NAME": "x"}), cloudwatch_client(), now=utc_now)
    with pytest.raises(SourceFailure):
        source.read()
    assert odd_server.ending.get(timeout=30) == "left"


def test_a_store_that_takes_a_part_slowly_is_left(odd_server: OddServer) -> None:
    odd_server.script, odd_server.read_slowly = whole(200, ""), True
    store = S3Store(S3Access(odd_server.url, "ru-msk", "KEY", "secret"), "backup", part_bytes=2 * MANY)
    with pytest.raises(StoreUnavailable):
        store.put("k", [bytes(MANY)])
    assert odd_server.ending.get(timeout=30) == "left"


def test_the_container_makes_no_other_client() -> None:
    """Require that HTTP calls take their client from `auto360.providers.transport`."""
    clients = r"httpx\.(Client|get|post|stream|request|HTTPTransport)\(|import (urllib|http|requests|aiohttp)\b"
    unbounded = re.compile(clients)
    for path in Path("layers/common/auto360").rglob("*.py"):
        if path.parent.name != "transport":
            assert not unbounded.search(path.read_text()), path
        if ".client(" in path.read_text():
            assert "bound(client" in path.read_text(), path
