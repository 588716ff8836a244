"""Transport of all outgoing calls: bounded in time and size, whatever the other side does."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from auto360.providers.transport import TERMS, Rate, Terms, at_most, of_file, until
from auto360.providers.transport.bodies import AnswerTooLarge
from auto360.providers.transport.connections import new_client
from tests.support.odd_server import OddServer, dripping, endless, head, late, whole

MANY = 16 * 1024 * 1024
QUICK = {TERMS: Terms(min_rate=Rate(2_000_000, 0.4))}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=0.5, max_bytes=100_000) as client:
        yield client


def test_an_answer_in_time_is_an_answer(odd_server: OddServer, http: httpx.Client) -> None:
    odd_server.script = whole(200, b"x" * 100_000)
    assert http.get(odd_server.url).content == b"x" * 100_000


@pytest.mark.parametrize("early", [0, 50], ids=["nothing", "the head"])
def test_an_answer_that_comes_after_the_time_is_none(odd_server: OddServer, http: httpx.Client, early: int) -> None:
    odd_server.script = late(head(200, 40) + b"x" * 40, early=early)
    with pytest.raises(httpx.ReadTimeout):
        http.get(odd_server.url)


def test_time_outs_are_for_the_whole_exchange_and_not_for_each_wait(odd_server: OddServer) -> None:
    odd_server.script = dripping(head(200, 40) + b"x" * 40, gap=0.01)
    with new_client(timeout=60.0) as patient:
        assert patient.get(odd_server.url).content == b"x" * 40


@pytest.mark.parametrize("extensions", [{}, QUICK], ids=["deadline", "rate"])
def test_a_server_that_reads_slowly_is_left(
    odd_server: OddServer, http: httpx.Client, extensions: dict[str, Any]
) -> None:
    odd_server.read_slowly = True
    with pytest.raises(httpx.TimeoutException):
        http.post(odd_server.url, content=bytes(MANY), extensions=extensions)
    assert odd_server.ending.get(timeout=30) == "left"


def test_a_handshake_that_drips_is_left(odd_server: OddServer, http: httpx.Client) -> None:
    odd_server.at_once = True
    odd_server.script = dripping(b"\x16\x03\x03\x40\x00" + b"\x00" * 500, gap=0.02)
    with pytest.raises((httpx.ConnectTimeout, httpx.ConnectError)):
        http.get(odd_server.url.replace("http://", "https://"))
    assert odd_server.ending.get(timeout=30) == "left"


@pytest.mark.parametrize(
    "script",
    [
        endless(head(200, 1 << 40), b"x" * 65536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    ],
    ids=["with a length", "in chunks", "until closed"],
)
def test_an_endless_body_is_cut_off(odd_server: OddServer, script: Any) -> None:
    odd_server.script = script
    with new_client(timeout=30.0, max_bytes=1_000_000) as http, pytest.raises(AnswerTooLarge):
        http.get(odd_server.url)
    assert odd_server.ending.get(timeout=30) == "left"


@pytest.mark.parametrize(
    "script",
    [
        endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 4096 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"", b"\x00" * 4096),
    ],
    ids=["fields", "one field", "continues", "zeros"],
)
def test_an_endless_head_is_cut_off(odd_server: OddServer, http: httpx.Client, script: Any) -> None:
    odd_server.script = script
    with pytest.raises(httpx.HTTPError):
        http.get(odd_server.url)
    assert odd_server.ending.get(timeout=30) == "left"


def test_what_is_packed_counts_as_unpacked(odd_server: OddServer, http: httpx.Client) -> None:
    packed = gzip.compress(b"x" * 100_000)
    odd_server.script = whole(200, packed, headers="Content-Encoding: gzip\r\n")
    answer = http.get(odd_server.url)
    assert answer.content == b"x" * 100_000
    assert "Content-Encoding" not in answer.headers
    odd_server.script = whole(200, gzip.compress(bytes(MANY)), headers="Content-Encoding: gzip\r\n")
    with pytest.raises(AnswerTooLarge):
        http.get(odd_server.url)
    assert http.get(odd_server.url, extensions=at_most(MANY)).content == bytes(MANY)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("gzip, gzip", b"x"),
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(b"x" * 1000)[:-9]),
        ("gzip", gzip.compress(b"[1") + gzip.compress(b",2]")),
        ("gzip", gzip.compress(b"[1]") + b"more"),
    ],
    ids=["brotli", "twice", "none", "cut", "in two parts", "more behind it"],
)
def test_a_coding_that_cannot_be_read_is_a_failure(
    odd_server: OddServer, http: httpx.Client, coding: str, body: bytes
) -> None:
    odd_server.script = whole(200, body, headers=f"Content-Encoding: {coding}\r\n")
    with pytest.raises(httpx.DecodingError):
        http.get(odd_server.url)


def test_an_answer_without_a_body_may_name_a_coding(odd_server: OddServer, http: httpx.Client) -> None:
    odd_server.script = whole(200, b"", headers="Content-Encoding: gzip\r\n")
    assert http.get(odd_server.url).content == b""


def test_a_file_may_take_as_long_as_bytes_keep_coming(odd_server: OddServer, http: httpx.Client) -> None:
    piece = b"x" * 200_000

    def script(line: socket.socket, over: threading.Event) -> None:
        line.sendall(head(200, 20 * len(piece)))
        for _ in range(20):
            line.sendall(piece)
            over.wait(0.05)

    odd_server.script = script
    with pytest.raises(httpx.HTTPError):
        http.get(odd_server.url, extensions=at_most(MANY))
    with http.stream("GET", odd_server.url, extensions=of_file()) as answer:
        assert sum(len(part) for part in answer.iter_bytes()) == 20 * len(piece)


def test_redirects_share_one_moment_at_which_all_is_over(odd_server: OddServer, http: httpx.Client) -> None:
    odd_server.script = dripping(
        b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", gap=0.01
    )
    with pytest.raises(httpx.TimeoutException):
        http.get(odd_server.url, timeout=30.0, follow_redirects=True, extensions=until(time.monotonic() + 0.2))


def test_a_name_that_is_not_resolved_in_time_is_no_connection(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def hang(*_: object, **__: object) -> list[Any]:
        answered.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        with pytest.raises(httpx.ConnectTimeout):
            http.get("http://slow.invalid/")
    finally:
        answered.set()


@pytest.mark.parametrize("host", ["unknown.invalid", "x" * 70 + ".invalid"])
def test_a_name_that_is_unknown_or_none_is_no_connection(http: httpx.Client, host: str) -> None:
    with pytest.raises(httpx.ConnectError):
        http.get(f"http://{host}/", timeout=30.0)


def test_the_next_address_of_a_name_is_tried(
    odd_server: OddServer, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd_server.script = whole(200, b"found")
    real = socket.getaddrinfo
    port = int(odd_server.url.rpartition(":")[2])

    def several(host: str, *arguments: Any, **options: Any) -> list[Any]:
        if host != "several.invalid":
            return list(real(host, *arguments, **options))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", several)
    assert http.get(f"http://several.invalid:{port}/").content == b"found"


def test_connections_are_used_again_after_a_body_was_read(odd_server: OddServer, http: httpx.Client) -> None:
    def script(line: socket.socket, _: threading.Event) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        line.sendall(answer)
        while line.recv(65536):
            line.sendall(answer)

    odd_server.script = script
    assert [http.get(odd_server.url).text for _ in range(3)] == ["ok"] * 3
    assert len(odd_server.requests) == 1
    assert re.match(rb"GET / HTTP/1.1\r\n", odd_server.requests[0])
