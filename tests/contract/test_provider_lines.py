"""Lines to providers: one to each server, made when it is first called."""

from __future__ import annotations

import pytest

from auto360.providers.transport import lines as lines_module
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.line import Line, LineFailed
from auto360.providers.transport.lines import ServerLines
from auto360.providers.video import VideoRefused, VideoUncertain, VideoUnreachable
from auto360.providers.video.http import Exchange
from tests.support.odd_server import OddServer, late, whole

ONCE = RetryPolicy(0.4, 0.4, 1, 0.0)


def call(url: str, path: str = "/videos", **headers: str) -> object:
    exchange = Exchange(ServerLines(max_bytes=1000), url, ONCE)
    return exchange.call("POST", path, headers=headers, params={"a": "б в"}, body={"title": "Тойота"}).body


def test_query_and_body_arrive_as_they_were_given(odd_server: OddServer) -> None:
    odd_server.script = whole(200, '{"videoId": "vi1"}')

    assert call(odd_server.url, Authorization="Bearer t") == {"videoId": "vi1"}

    start, _, body = odd_server.requests[0].partition(b"\r\n\r\n")
    assert start.startswith(b"POST /videos?a=%D0%B1+%D0%B2 HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer t\r\n" in start
    assert b"\r\nContent-Type: application/json\r\n" in start
    assert body == '{"title":"Тойота"}'.encode()


def test_what_cannot_be_sent_is_refused_for_good(odd_server: OddServer) -> None:
    for url, headers in ((odd_server.url, {"Authorization": "a\nb: c"}), ("ftp://provider.example", {})):
        with pytest.raises(VideoRefused) as refused:
            call(url, **headers)
        assert refused.value.lasting
    assert odd_server.requests == []


def test_a_request_that_never_left_may_be_repeated_and_one_that_did_must_be_looked_up(odd_server: OddServer) -> None:
    with pytest.raises(VideoUnreachable):
        call("http://127.0.0.1:1")
    for script in (late(b"x", after=5.0), whole(200, b"x" * 2000)):
        odd_server.script = script
        with pytest.raises(VideoUncertain):
            call(odd_server.url)


def test_the_line_that_was_made_first_makes_room_for_another_server(
    odd_server: OddServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "_MAX_SERVERS", 1)
    odd_server.script, made = whole(200, "{}"), list[str]()

    def around(line: Line, host: str) -> Line:
        made.append(host)
        return line

    lines = ServerLines(max_bytes=1000, around=around)
    for host in ("127.0.0.1", "127.0.0.1", "localhost", "127.0.0.1"):
        lines.send("GET", odd_server.url.replace("127.0.0.1", host) + "/x", {}, seconds=2.0)

    assert made == ["127.0.0.1", "localhost", "127.0.0.1"]


def test_a_failure_tells_whether_the_server_may_have_acted() -> None:
    kinds = ("ConnectError", "ConnectTimeout", "PoolTimeout", "LocalProtocolError", "WriteError", "ReadTimeout")

    assert [LineFailed(kind).may_have_arrived for kind in kinds] == [False] * 4 + [True] * 2
