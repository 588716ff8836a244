"""Line to the database's server: bounded in time and size, whatever the other side does."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auto360.providers.transport import channel
from auto360.providers.transport import line as lines
from auto360.providers.transport.line import LineFailed, ServerLine
from auto360.providers.transport.replies import exchange
from tests.support.certificates import self_signed
from tests.support.odd_server import OddServer, Script, dripping, endless, head, late, whole

MANY = 16 * 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def line(server: OddServer | str, *, seconds: float = 0.5, max_bytes: int = 100_000) -> ServerLine:
    url = server if isinstance(server, str) else server.url
    return ServerLine(f"{url}/rest/v1", seconds=seconds, max_bytes=max_bytes)


def kind_of_failure(send: Callable[[], object]) -> str:
    with pytest.raises(LineFailed) as failed:
        send()
    return failed.value.kind


def saying(answer: bytes) -> Script:
    """Answer every request of a connection so."""

    def script(other: socket.socket, _: threading.Event) -> None:
        other.sendall(answer)
        while other.recv(65536):
            other.sendall(answer)

    return script


def then_closing(answer: bytes) -> Script:
    return lambda other, _: other.sendall(answer)


def test_a_request_arrives_as_it_was_given(odd_server: OddServer) -> None:
    odd_server.script = whole(200, '{"a": 1}', headers="X-Session-Checked: yes\r\n")

    reply = line(odd_server).send("POST", "/rpc/x?a=b", {"apikey": "k"}, "ы".encode())

    assert (reply.status, reply.json(), reply.headers["x-session-checked"]) == (200, {"a": 1}, "yes")
    start, _, body = odd_server.requests[0].partition(b"\r\n\r\n")
    names = [one.partition(b": ")[0] for one in start.split(b"\r\n")[1:]]
    assert start.startswith(b"POST /rest/v1/rpc/x?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert names == [b"Host", b"Accept", b"Accept-Encoding", b"User-Agent", b"apikey", b"Content-Length"]
    assert body == "ы".encode()


@pytest.mark.parametrize("value", ["a\r\nX-Session-Id: 1", "a\nb", "a\x00b", "ы"])
def test_a_value_that_could_be_a_header_of_its_own_is_not_sent(odd_server: OddServer, value: str) -> None:
    odd_server.script = saying(OK)
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {"apikey": value})) == "LocalProtocolError"
    assert odd_server.requests == []


@pytest.mark.parametrize("path", ["/x y", "/x\r\nA: b", "/ы"])
def test_a_path_that_is_not_encoded_is_not_sent(odd_server: OddServer, path: str) -> None:
    assert kind_of_failure(lambda: line(odd_server).send("GET", path, {})) == "LocalProtocolError"
    assert odd_server.requests == []


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (OK, b"ok"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nX-After: 1\r\n\r\n",
            b"ok",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
    ],
    ids=["length", "chunks", "informational", "no content", "not modified"],
)
def test_an_answer_with_an_end_keeps_the_connection(odd_server: OddServer, answer: bytes, content: bytes) -> None:
    odd_server.script = saying(answer)
    kept = line(odd_server)
    replies = [kept.send("GET", "/x", {}) for _ in range(3)]
    assert [reply.content for reply in replies] == [content] * 3
    assert all("x-a" not in reply.headers and "x-after" not in reply.headers for reply in replies)
    assert len(odd_server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        OK + b"\x00garbage",
    ],
    ids=["until closed", "old", "said so", "an answer too many", "garbage behind it"],
)
def test_a_connection_that_cannot_be_trusted_further_is_closed(odd_server: OddServer, answer: bytes) -> None:
    odd_server.script = then_closing(answer)
    kept = line(odd_server)
    assert [kept.send("GET", "/x", {}).content for _ in range(3)] == [b"ok"] * 3
    assert len(odd_server.requests) == 3


def test_a_connection_that_the_server_has_closed_is_not_used_again(odd_server: OddServer) -> None:
    odd_server.script = then_closing(OK)
    kept = line(odd_server)
    for _ in range(3):
        assert kept.send("POST", "/x", {}, b"{}").content == b"ok"
        assert odd_server.ending.get(timeout=30) == "stayed"
    assert len(odd_server.requests) == 3


def test_a_connection_that_is_too_old_is_not_used_again(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_KEPT_SECONDS", 0.0)
    odd_server.script = saying(OK)
    kept = line(odd_server)
    assert [kept.send("GET", "/x", {}).content for _ in range(2)] == [b"ok"] * 2
    assert len(odd_server.requests) == 2


def test_what_was_torn_is_not_sent_again(odd_server: OddServer) -> None:
    odd_server.script = then_closing(b"")
    assert kind_of_failure(lambda: line(odd_server).send("POST", "/x", {}, b"{}")) == "RemoteProtocolError"
    assert len(odd_server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n{}x" + OK,
        b"HTTP/1.1 199 Odd\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n\r\n" + OK,
        b"SSH-2.0-OpenSSH\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
    ],
    ids=[
        "head", "body", "chunks", "odd coding", "two lengths", "length and chunks", "upgrade", "hints with a body",
        "hints with chunks", "ssh", "tls",
    ],
)  # fmt: skip
def test_an_answer_that_is_torn_or_has_two_meanings_is_none(odd_server: OddServer, answer: bytes) -> None:
    odd_server.script = then_closing(answer)
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {})) == "RemoteProtocolError"


@pytest.mark.parametrize("quick", [0, 50], ids=["head", "body"])
def test_an_answer_that_drips_is_left(odd_server: OddServer, quick: int) -> None:
    odd_server.script = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"x" * 900, quick=quick, gap=0.02)
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {})) == "ReadTimeout"
    assert odd_server.ending.get(timeout=30) == "left"


@pytest.mark.parametrize("early", [0, len(OK) - 1], ids=["nothing", "all but a byte"])
def test_an_answer_that_comes_after_the_time_is_none(odd_server: OddServer, early: int) -> None:
    odd_server.script = late(OK, early=early)
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {})) == "ReadTimeout"


def test_an_answer_that_is_slow_but_in_time_is_an_answer(odd_server: OddServer) -> None:
    odd_server.script = dripping(head(200, 40) + b"x" * 40, gap=0.005)
    assert line(odd_server, seconds=60).send("GET", "/x", {}).content == b"x" * 40


def test_a_server_that_reads_slowly_is_left(odd_server: OddServer) -> None:
    odd_server.read_slowly = True
    assert kind_of_failure(lambda: line(odd_server).send("POST", "/x", {}, bytes(MANY))) == "WriteTimeout"
    assert odd_server.ending.get(timeout=30) == "left"


class Broken:
    """Connection whose server has hung up while it was being sent to; `answers` are what it said before."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)

    def send(self, message: bytes, ends_at: float) -> None:
        raise LineFailed("WriteError")

    def receive(self, ends_at: float) -> bytes:
        if not self.answers:
            raise LineFailed("ReadError")
        return self.answers.pop(0)


def test_a_refusal_before_the_whole_request_was_read_is_an_answer() -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    reply, stays = exchange(Broken(refusal[:20], refusal[20:]), b"", 0.0, max_bytes=10)  # type: ignore[arg-type]
    assert (reply.status, stays) == (413, False)
    assert kind_of_failure(lambda: exchange(Broken(), b"", 0.0, max_bytes=10)) == "ReadError"  # type: ignore[arg-type]


def test_a_handshake_that_drips_is_left(odd_server: OddServer) -> None:
    odd_server.at_once = True
    odd_server.script = dripping(b"\x16\x03\x03\x40\x00" + b"\x00" * 500, gap=0.02)
    over_tls = line(odd_server.url.replace("http://", "https://"))
    assert kind_of_failure(lambda: over_tls.send("GET", "/x", {})).startswith("Connect")
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
def test_an_endless_body_is_cut_off(odd_server: OddServer, script: Script) -> None:
    odd_server.script = script
    endless_line = line(odd_server, seconds=30, max_bytes=1_000_000)
    assert kind_of_failure(lambda: endless_line.send("GET", "/x", {})) == "AnswerTooLarge"
    assert odd_server.ending.get(timeout=30) == "left"


@pytest.mark.parametrize(
    "script",
    [
        endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 4096 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-After: " + b"x" * 4096 + b"\r\n"),
        endless(b"", b"\x00" * 4096),
    ],
    ids=["fields", "one field", "continues", "extensions", "trailers", "zeros"],
)
def test_an_endless_head_is_cut_off(odd_server: OddServer, script: Script) -> None:
    odd_server.script = script
    assert kind_of_failure(lambda: line(odd_server, seconds=30).send("GET", "/x", {})) == "RemoteProtocolError"
    assert odd_server.ending.get(timeout=30) == "left"


def test_what_is_packed_counts_as_unpacked(odd_server: OddServer) -> None:
    odd_server.script = whole(200, gzip.compress(b"x" * 100_000), headers="Content-Encoding: gzip\r\n")
    assert line(odd_server).send("GET", "/x", {}).content == b"x" * 100_000
    odd_server.script = whole(200, gzip.compress(bytes(MANY)), headers="Content-Encoding: gzip\r\n")
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {})) == "AnswerTooLarge"


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
def test_a_coding_that_cannot_be_read_is_a_failure(odd_server: OddServer, coding: str, body: bytes) -> None:
    odd_server.script = whole(200, body, headers=f"Content-Encoding: {coding}\r\n")
    assert kind_of_failure(lambda: line(odd_server).send("GET", "/x", {})) == "DecodingError"


def test_an_answer_without_a_body_may_name_a_coding(odd_server: OddServer) -> None:
    odd_server.script = whole(200, b"", headers="Content-Encoding: gzip\r\n")
    assert line(odd_server).send("GET", "/x", {}).content == b""


def test_a_name_that_is_not_resolved_in_time_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def hang(*_: object, **__: object) -> list[Any]:
        answered.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        assert kind_of_failure(lambda: line("http://slow.invalid").send("GET", "/x", {})) == "ConnectTimeout"
    finally:
        answered.set()


@pytest.mark.parametrize("host", ["unknown.invalid", "x" * 70 + ".invalid"])
def test_a_name_that_is_unknown_or_none_is_no_connection(host: str) -> None:
    assert kind_of_failure(lambda: line(f"http://{host}").send("GET", "/x", {})) == "ConnectError"


def test_the_next_address_of_a_name_is_tried(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    odd_server.script = whole(200, b"found")
    port = int(odd_server.url.rpartition(":")[2])

    def several(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", several)
    assert line(f"http://several.invalid:{port}").send("GET", "/x", {}).content == b"found"


def test_connecting_is_tried_again_and_sending_is_not(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    odd_server.script = saying(OK)
    tries: list[object] = []
    real = channel.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        tries.append(arguments)
        if len(tries) < 3:
            raise LineFailed("ConnectError")
        return real(*arguments, **options)

    monkeypatch.setattr(lines, "connect", connect)
    eager = ServerLine(odd_server.url, seconds=30, max_bytes=100, pauses=(0.0, 0.0))
    assert eager.send("GET", "/x", {}).content == b"ok"
    assert (len(tries), len(odd_server.requests)) == (3, 1)


def test_many_threads_share_a_line_and_each_gets_its_own_answer(odd_server: OddServer) -> None:
    def echo(other: socket.socket, _: threading.Event) -> None:
        rest = b""
        while piece := other.recv(65536):
            request, end, rest = (rest + piece).partition(b"\r\n\r\n")
            number = re.findall(rb"X-Number: (\d+)", request)[0]
            assert end
            other.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(number), number))

    odd_server.at_once, odd_server.script = True, echo
    shared = line(odd_server, seconds=30)
    together = threading.Barrier(8)
    got: list[tuple[str, str]] = []

    def ask(number: int) -> None:
        together.wait()
        for place in range(50):
            wanted = str(number * 100 + place)
            got.append((wanted, shared.send("GET", "/x", {"X-Number": wanted}).content.decode()))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 400
    assert [pair for pair in got if pair[0] != pair[1]] == []


def test_no_more_connections_than_places_are_open(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_CONNECTIONS", 1)
    busy, release = threading.Event(), threading.Event()

    def script(other: socket.socket, _: threading.Event) -> None:
        busy.set()
        release.wait(30)
        other.sendall(OK)

    odd_server.script = script
    shared = line(odd_server, seconds=0.3)
    holding = ServerLine(odd_server.url, seconds=30, max_bytes=10)
    holding._places = shared._places
    first = threading.Thread(target=holding.send, args=("GET", "/x", {}))
    first.start()
    busy.wait(30)
    assert kind_of_failure(lambda: shared.send("GET", "/x", {})) == "PoolTimeout"
    release.set()
    first.join()
    assert shared._places.acquire(timeout=0)


def test_a_certificate_that_nobody_knows_is_refused(tmp_path: Path, odd_server: OddServer) -> None:
    certificate, key = self_signed(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    odd_server.at_once = True
    seen: list[bytes] = []

    def script(other: socket.socket, _: threading.Event) -> None:
        with context.wrap_socket(other, server_side=True) as secure:
            seen.append(secure.recv(65536))
            secure.sendall(OK)

    odd_server.script = script
    url = odd_server.url.replace("http://", "https://")
    assert kind_of_failure(lambda: line(url, seconds=5).send("GET", "/x", {})) == "ConnectError"
    trusting = ssl.create_default_context(cafile=str(certificate))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "tls_context", lambda: trusting)
        assert line(url, seconds=30).send("GET", "/x", {}).content == b"ok"
    assert seen[-1].startswith(b"GET /rest/v1/x HTTP/1.1\r\n")
