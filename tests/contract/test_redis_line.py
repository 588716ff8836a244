"""Line to Redis: bounded in time and size, one exchange for several commands, whatever the other side does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auto360.providers.transport import redis_line as lines
from auto360.providers.transport.redis_line import RedisFailed, RedisLine
from local.redis_server import RedisServer
from tests.support.logs import log_folder
from tests.support.odd_server import OddServer, Script, dripping, endless
from tests.support.ports import own_ports


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Yield a Redis of its own."""
    server = RedisServer(own_ports().redis, tmp_path_factory.mktemp("redis"), log_folder("r") / "r.log")
    server.start()
    server.wait()
    yield server
    server.stop()


def line(server: OddServer, *, seconds: float = 0.5, before: str = "") -> RedisLine:
    return RedisLine(server.url.replace("http://", f"redis://{before}"), seconds=seconds)


def kind_of_failure(run: Callable[[], object]) -> str:
    with pytest.raises(RedisFailed) as failed:
        run()
    return str(failed.value)


def answering(*answers: bytes, seen: list[bytes] | None = None) -> Script:
    """Answer each message of a connection by the next of these, then close."""

    def script(other: socket.socket, _: threading.Event) -> None:
        for answer in answers:
            message = other.recv(65536)
            if seen is not None:
                seen.append(message)
            other.sendall(answer)

    return script


@pytest.fixture(autouse=True)
def reads_nothing_by_itself(odd_server: OddServer) -> None:
    odd_server.at_once = True


def test_commands_of_one_exchange_are_answered_in_order(redis_server: RedisServer) -> None:
    redis = RedisLine(redis_server.url, seconds=5)
    text = "сом" * 50_000
    assert redis.run(("SET", "a", text, "EX", 60), ("MGET", "a", "none"), ("EVAL", "return {1, 'x'}", 0)) == [
        b"OK",
        [text.encode(), None],
        [1, b"x"],
    ]
    assert redis.run(("DEL", "a")) == [1]


def test_a_result_that_came_early_is_given_once(redis_server: RedisServer) -> None:
    redis, other = RedisLine(redis_server.url, seconds=5), RedisLine(redis_server.url, seconds=5)
    redis.run(("SET", "early", "1"))
    redis.expect(("GET", "early"))
    assert redis.run(("PING",)) == [b"PONG"]
    other.run(("SET", "early", "2"))
    assert [redis.run(("GET", "early")) for _ in range(2)] == [[b"1"], [b"2"]]


def test_an_error_for_one_command_is_a_failure_and_the_next_exchange_is_not(redis_server: RedisServer) -> None:
    redis = RedisLine(redis_server.url, seconds=5)
    assert kind_of_failure(lambda: redis.run(("SET", "a", "1"), ("LPUSH", "a", "x"))) == "WRONGTYPE"
    assert redis.run(("GET", "a")) == [b"1"]


def test_a_database_with_another_number_is_another_one(redis_server: RedisServer) -> None:
    RedisLine(redis_server.url, seconds=5).run(("SET", "number", "0"))
    assert RedisLine(redis_server.url.removesuffix("0") + "3", seconds=5).run(("GET", "number")) == [None]


def test_a_password_is_said_once_a_connection(odd_server: OddServer) -> None:
    seen: list[bytes] = []
    odd_server.script = answering(b"+OK\r\n", b"+PONG\r\n", b"+PONG\r\n", seen=seen)
    redis = line(odd_server, before="user:p%40ss@")
    assert [redis.run(("PING",)) for _ in range(2)] == [[b"PONG"]] * 2
    assert seen[0] == b"*3\r\n$4\r\nAUTH\r\n$4\r\nuser\r\n$4\r\np@ss\r\n"
    assert seen[1:] == [b"*1\r\n$4\r\nPING\r\n"] * 2


def test_a_wrong_password_is_a_failure_that_does_not_tell_it(odd_server: OddServer) -> None:
    odd_server.script = answering(b"-WRONGPASS invalid username-password pair\r\n")
    assert kind_of_failure(lambda: line(odd_server, before=":secret@").run(("PING",))) == "WRONGPASS"


def test_a_connection_that_was_closed_meanwhile_is_replaced_once(odd_server: OddServer) -> None:
    odd_server.script = answering(b"+PONG\r\n")
    redis = line(odd_server)
    assert [redis.run(("PING",)) for _ in range(3)] == [[b"PONG"]] * 3


def test_a_connection_on_which_something_came_unasked_is_not_used_again(odd_server: OddServer) -> None:
    is_out, goes_on = threading.Event(), threading.Event()

    def script(other: socket.socket, _: threading.Event) -> None:
        other.recv(65536)
        other.sendall(b"+PONG\r\n")
        goes_on.wait(10)
        if not is_out.is_set():
            other.sendall(b"+SOMEBODY ELSES\r\n")
            is_out.set()
            other.recv(65536)

    odd_server.script = script
    redis = line(odd_server, seconds=10)
    assert redis.run(("PING",)) == [b"PONG"]
    goes_on.set()
    assert is_out.wait(10)
    assert redis.run(("PING",)) == [b"PONG"]


def test_a_connection_that_closes_at_the_command_is_replaced_once(odd_server: OddServer) -> None:
    seen: list[bytes] = []
    odd_server.script = answering(b"+PONG\r\n", b"", seen=seen)
    redis = line(odd_server)
    assert [redis.run(("PING",)) for _ in range(2)] == [[b"PONG"]] * 2
    odd_server.script = answering(b"", seen=seen)
    assert kind_of_failure(lambda: redis.run(("PING",), ("PING",))) == "ReadError"
    # First, second and its repetition, third on the connection of the repetition, its own repetition.
    assert len(seen) == 5


def test_an_answer_that_is_late_is_not_asked_for_again(odd_server: OddServer) -> None:
    seen: list[bytes] = []

    def script(other: socket.socket, over: threading.Event) -> None:
        while message := other.recv(65536):
            seen.append(message)
            if len(seen) > 1:
                over.wait(30)
            other.sendall(b"+PONG\r\n")

    odd_server.script = script
    redis = line(odd_server, seconds=0.3)
    assert redis.run(("PING",)) == [b"PONG"]
    assert kind_of_failure(lambda: redis.run(("PING",))) == "ReadTimeout"
    assert len(seen) == 2


def test_a_connection_that_is_too_old_is_not_used_again(odd_server: OddServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_KEPT_SECONDS", 0.0)
    seen: list[bytes] = []
    odd_server.script = answering(b"+OK\r\n", b"+PONG\r\n", b"+PONG\r\n", seen=seen)
    redis = line(odd_server, before=":p@")
    assert [redis.run(("PING",)) for _ in range(2)] == [[b"PONG"]] * 2
    assert sum(message.startswith(b"*2\r\n$4\r\nAUTH") for message in seen) == 2


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (dripping(b"$500\r\n" + b"x" * 500 + b"\r\n", gap=0.02), "ReadTimeout"),
        (endless(b"$900000000\r\n", b"x" * 65536), "AnswerTooLarge"),
        (endless(b"", b"x" * 65536), "RemoteProtocolError"),
        (answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "RemoteProtocolError"),
        (answering(b"+PONG\r\n+PONG\r\n"), "RemoteProtocolError"),
        (answering(b"$10\r\nx"), "ReadError"),
        (answering(b""), "ReadError"),
    ],
    ids=["drips", "endless", "no Redis", "HTTP", "too much", "torn", "nothing"],
)
def test_whatever_else_is_answered_is_a_failure(odd_server: OddServer, script: Script, kind: str) -> None:
    odd_server.script = script
    seconds = 0.4 if kind == "ReadTimeout" else 30
    assert kind_of_failure(lambda: line(odd_server, seconds=seconds).run(("PING",))) == kind


def test_nobody_listening_is_a_failure(tmp_path: Path) -> None:
    assert kind_of_failure(lambda: RedisLine("redis://127.0.0.1:1").run(("PING",))) == "ConnectError"


def test_threads_take_turns_and_each_gets_its_own_answer(redis_server: RedisServer) -> None:
    redis, wrong = RedisLine(redis_server.url, seconds=30), []
    together = threading.Barrier(6)

    def ask(number: int) -> None:
        together.wait()
        for place in range(50):
            text = f"{number}-{place}"
            if redis.run(("ECHO", text)) != [text.encode()]:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
