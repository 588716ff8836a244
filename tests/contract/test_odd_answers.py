"""Odd provider answers end in a storable result, or in one of the port's own failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from auto360.providers.cdn import CdnFailure
from auto360.providers.payments import BankFailure
from auto360.providers.sms import SmsFailure
from auto360.providers.video import VideoFailure
from tests.support.odd_values import answers, odd_json, odd_xml, require_storable, with_one_odd_value
from tests.support.outside import aws_calls, calls
from tests.support.outside_videos import Call
from tests.support.plain_http import plain_client

NOWHERE = "http://127.0.0.1:1"
NAMES = tuple(name for name in calls(NOWHERE, plain_client(), seconds=1.0) if name not in ("database", "rows"))
AWS_NAMES = tuple(aws_calls(NOWHERE))
FUZZ = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

SMS = (
    '<response xmlns="http://Giper.mobi/schema/Message"><status>0</status><phones>1</phones><smscnt>2</smscnt></response>',
    "<response><status>0</status><report>3</report><phone><number>996700123456</number></phone></response>",
    "<response><status>0</status><account>1250.55</account><smsprice>0.7</smsprice><state>1</state></response>",
    "<response><status>7</status></response>",
)
SMSC = (
    {"id": 1, "cnt": 1, "cost": "1.40", "balance": "100.5"},
    {"status": 1, "last_date": "28.12.2025", "err": 0},
    {"balance": "1250.55", "currency": "KZT"},
    {"error": "no money", "error_code": 3, "id": 1},
)
API_VIDEO = {
    "videoId": "vi1", "title": "ref-1", "public": True, "panoramic": False, "mp4Support": True,
    "createdAt": "2026-01-01T00:00:00+00:00",
    "assets": {
        "hls": "https://cdn.example/vod/vi1/hls/manifest.m3u8", "player": "https://embed.example/vod/vi1",
        "thumbnail": "https://cdn.example/vod/vi1/thumbnail.jpg",
        "mp4": "https://vod.api.video/vod/vi1/token/abc/mp4/source.mp4",
    },
}  # fmt: skip
STATUS = {
    "ingest": {"status": "uploaded", "filesize": 1000},
    "encoding": {
        "playable": True,
        "qualities": [{"type": "mp4", "quality": "720p", "status": "encoded"}],
        "metadata": {"width": 720, "height": 1280, "duration": 12.5},
    },
}
YANDEX = {
    "id": "vp1", "channelId": "c", "title": "ref-1", "status": "READY", "duration": "12.5s",
    "createdAt": "2026-01-01T00:00:00Z", "tusd": {"url": "https://tus.example/u/1", "fileSize": "1000"},
}  # fmt: skip
JSON: tuple[Any, ...] = (
    *SMSC,
    {**API_VIDEO, **STATUS},
    {"data": [API_VIDEO], "pagination": {"itemsTotal": 1, "links": [{"rel": "next", "uri": "/videos?page=2"}]}},
    {"token": "to1", "ttl": 3600, "session_token": "s"},
    {"data": [{"webhookId": "w1", "url": "https://x.example", "signatureSecret": "s"}], "webhookId": "w1"},
    {"videos": [YANDEX], "nextPageToken": "2", **YANDEX},
    {"metadata": {"videoId": "vp1"}, "response": YANDEX, "done": True},
    {"manifests": [{"type": "HLS", "url": "https://v.example/x.m3u8"}], "screenshots": ["https://v.example/1.jpg"]},
    {"downloadUrl": "https://v.example/file", "response": {"downloadUrl": "https://v.example/file"}},
    {"iamToken": "t1.abc", "expiresAt": "2026-01-01T12:00:00Z", "access_token": "t", "expires_in": 3600},
    {
        "options": {
            "edgeCacheSettings": {"enabled": True, "value": {"simpleValue": "300"}},
            "cors": {"enabled": True, "value": ["*"]},
            "slice": {"enabled": True, "value": True},
        },
        "sslCertificate": {"status": "READY"},
        "rules": [{"id": "1", "name": "a", "rulePattern": "^/", "weight": "1", "options": {}}],
    },
    {"data": [{"status": "ok", "id": "r-1"}, {"status": "error", "details": {"error": "DeviceNotRegistered"}}]},
    {"data": {"r-1": {"status": "ok"}, "r-2": {"status": "error", "details": {"error": "MessageTooBig"}}}},
    {"errors": [{"code": "PUSH_TOO_MANY_EXPERIENCE_IDS", "details": {"@a/b": ["ExponentPushToken[0123456789]"]}}]},
    {"metrics": [{"labels": {"code": "200", "bin": "100"}, "timeseries": {"doubleValues": [1.5, "NaN", None]}}]},
    {"code": 8, "message": "quota", "details": [{"@type": "type.googleapis.com/google.rpc.QuotaFailure"}]},
    {"status": "success", "data": {"id": "77", "qr": "https://pay.example/q", "order_id": "1", "invoice_id": "77"}},
)
PLAIN = (
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n", "#EXTM3U\n#EXTINF:4,\nhttps://[::1/seg.ts\n",
    "#EXTM3U\n//[\n", "#EXTM3U\n\x00\n", "#EXTM3U\nfile:///etc/passwd\n",
    'node_filesystem_size_bytes{mountpoint="/data"} 8e9\nnode_filesystem_avail_bytes{mountpoint="/data"} NaN\n',
    'node_memory_MemTotal_bytes 1e9\nnode_cpu_seconds_total{cpu="0",mode="idle"} 1\nnode_load5 +Inf\n',
    'node_load5{a="b} 1\n', "node_load5 1e999\nnode_memory_MemTotal_bytes 0\n", "# TYPE x y z\nx{ 1", 'a{b="\\x"} q\n',
)  # fmt: skip
BODIES = odd_json(JSON) | odd_xml((*SMS, *PLAIN))
FOR = {"nikita": odd_xml(SMS), "smsc": odd_json(SMSC), "hls": odd_xml(PLAIN), "host": odd_xml(PLAIN)}


def bodies_of(name: str) -> Any:
    """Mostly what this provider would answer, and now and then what another would."""
    own = FOR.get(name.split("_", maxsplit=1)[0])
    return BODIES if own is None else own | own | BODIES


def require_own_ending(call: Call) -> None:
    try:
        result = call.make()
    except call.failures as failure:
        codes = {
            SmsFailure: "provider_code",
            VideoFailure: "provider_code",
            BankFailure: "bank_code",
            CdnFailure: "code",
        }
        for kind, name in codes.items():
            if isinstance(failure, kind):
                code = getattr(failure, name)
                require_storable(code)
                assert len(code) <= 40
        return
    require_storable(result)


def asked(name: str, drawn: Sequence[httpx.Response]) -> None:
    """Make the call of this name while the provider gives these answers in turn."""
    left = cycle(drawn)

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        one = next(left)
        return httpx.Response(one.status_code, headers=one.headers, content=one.content)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        require_own_ending(calls(NOWHERE, http, seconds=0.5)[name])


# One document in which each use of a provider finds all that it reads.
FULL: dict[str, Any] = {
    "smsc": {**SMSC[0], **SMSC[1]},
    "smsc_send": {"error_code": 3},
    "api_video": {
        **API_VIDEO, **STATUS,
        "data": [{**API_VIDEO, "webhookId": "w", "url": "https://x.example", "signatureSecret": "s"}],
        "pagination": {"itemsTotal": 1, "links": [{"rel": "next"}]}, "token": "t", "session_token": "s",
        "webhookId": "w", "url": "https://x.example", "signatureSecret": "s",
    },
    "yandex": {
        **YANDEX, "videos": [YANDEX], "nextPageToken": "2", "metadata": {"videoId": "vp1"}, "response": YANDEX,
        "manifests": [{"type": "HLS", "url": "https://v.example/x.m3u8"}], "screenshots": ["https://v.example/1.jpg"],
        "downloadUrl": "https://v.example/f",
    },
    "cdn": JSON[9], "iam": JSON[8], "token": JSON[8], "monitoring": JSON[10],
    "expo": {"errors": [{"code": "VALIDATION_ERROR"}]}, "expo_send": {"data": [{"status": "ok", "id": "r-1"}]},
    "expo_receipts": {"data": {"r-1": {"status": "error", "details": {"error": "MessageTooBig"}}}},
}  # fmt: skip
READ_FROM = [
    (name, document) for name in NAMES for document in FULL if name.startswith(document) and "delete" not in name
]


@pytest.mark.parametrize(("name", "document"), READ_FROM)
def test_one_odd_value_at_a_time_ends_so(name: str, document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    # A list without an end is given up after as many pages as it takes to see that; each costs a call per odd value.
    for provider in ("api_video", "yandex"):
        monkeypatch.setattr(f"auto360.providers.video.{provider}.MAX_BARREN_PAGES", 2)
    for content in with_one_odd_value(FULL[document]):
        asked(name, [httpx.Response(200, content=content)])


@pytest.mark.parametrize("name", NAMES)
def test_an_odd_answer_ends_in_a_result_or_a_failure_of_the_port(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)

    @FUZZ
    @given(answers(bodies_of(name)))
    def holds(drawn: list[httpx.Response]) -> None:
        asked(name, drawn)

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_of_endless_brackets_or_waits_ends_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    for content in (b"[" * 200_000, b'{"data":' * 100_000):
        asked(name, [httpx.Response(200, content=content)])
    for wait in ("9" * 400, "9" * 20, "-1", "NaN", "٣٤", "Sun, 06 Nov 1994 08:49:37 GMT"):
        asked(name, [httpx.Response(429, headers=[(b"Retry-After", wait.encode())])])


class Scripted:
    """Stands in for the connections under the AWS library."""

    left: Iterator[httpx.Response] = iter(())

    def __init__(self, **_: object) -> None:
        pass

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        one = next(self.left)
        return httpx.Response(
            one.status_code, headers=one.headers, stream=httpx.ByteStream(one.content), request=request
        )


OBJECT = "<Key>a</Key><Size>1</Size><ETag>e</ETag><LastModified>2026-01-01T00:00:00Z</LastModified>"
UPLOAD = "<Key>k</Key><UploadId>u</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated>"
S3 = (
    f"<ListBucketResult><IsTruncated>true</IsTruncated><Contents>{OBJECT}</Contents></ListBucketResult>",
    f"<ListMultipartUploadsResult><Upload>{UPLOAD}</Upload></ListMultipartUploadsResult>",
    "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>',
    "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>",
    "<Error><Code>NoSuchKey</Code><Message>secret</Message></Error>",
)


@pytest.mark.parametrize("name", AWS_NAMES)
def test_an_odd_answer_to_the_aws_library_ends_so_as_well(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("auto360.providers.transport.aws.BoundedTransport", Scripted)
    monkeypatch.setattr("auto360.providers.object_storage.s3_client._TRIES", 2)
    call = aws_calls(NOWHERE)[name]

    @settings(FUZZ, max_examples=60)
    @given(answers(odd_xml(S3) | odd_json(JSON)))
    def holds(drawn: list[httpx.Response]) -> None:
        Scripted.left = cycle(drawn)
        require_own_ending(call)

    holds()
