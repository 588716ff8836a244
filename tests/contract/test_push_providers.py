"""Push port at a simulator that behaves as Expo's users report: what is known of each message, and what is not."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from auto360.providers.push import PushMessage
from auto360.providers.push.expo import ExpoPush, ExpoSettings
from auto360.providers.transport.connections import new_client
from tests.support.pushes import PushWorld, new_token


def message(token: str | None = None, **fields: Any) -> PushMessage:
    """Return a message to a phone of its own."""
    values = {"title": "Азамат", "body": "Ещё продаёте?", "subject": "chat:t1", "seconds": 60, "badge": 3}
    return PushMessage(token=token or new_token(), data={"type": "chat_message", "n": "n-1"}, **{**values, **fields})


def outcomes(world: PushWorld, *messages: PushMessage) -> list[str]:
    return [outcome.outcome for outcome in world.provider.send(messages)]


def test_a_batch_is_accepted_and_each_message_reaches_its_phone(push_world: PushWorld) -> None:
    batch = [message() for _ in range(100)]
    found = push_world.provider.send(batch)
    assert {outcome.outcome for outcome in found} == {"accepted"}
    assert len({outcome.provider_ref for outcome in found}) == 100
    assert all(len(push_world.received(sent.token)) == 1 for sent in batch)
    assert push_world.expo.requests["send"] == 1
    receipts = push_world.provider.receipts([str(outcome.provider_ref) for outcome in found])
    assert {receipt.outcome for receipt in receipts.values()} == {"forwarded"}


def test_a_message_says_everything_that_the_phone_needs(push_world: PushWorld) -> None:
    one, silent = message(channel="chat", is_urgent=True), message(is_silent=True)
    assert outcomes(push_world, one, silent) == ["accepted", "accepted"]
    [loud] = push_world.received(one.token)
    shown = {name: loud[name] for name in ("title", "body", "ttl", "priority", "badge", "channelId", "sound", "data")}
    assert shown == {
        "title": "Азамат",
        "body": "Ещё продаёте?",
        "ttl": 60,
        "priority": "high",
        "badge": 3,
        "channelId": "chat",
        "sound": "default",
        "data": {"type": "chat_message", "n": "n-1"},
    }
    assert loud["collapseId"] == loud["tag"] == "chat:t1"
    [quiet] = push_world.received(silent.token)
    assert ("sound" in quiet, "channelId" in quiet, quiet["interruptionLevel"]) == (False, False, "passive")


@pytest.mark.parametrize("system", ["ios", "android"])
def test_a_repeat_replaces_itself_on_the_screen_of_either_system(push_world: PushWorld, system: str) -> None:
    one = message(new_token(system))
    for _ in range(2):
        push_world.provider.send([one])
    [shown] = [screen for screen in push_world.expo.inbox() if screen["token"] == one.token]
    assert shown["times"] == 2


@pytest.mark.parametrize(
    ("mode", "arrives"), [("gateway_timeout", 1), ("torn", 1), ("lost_answers", 1), ("http_500", 0), ("dead", 0)]
)
def test_an_answer_that_does_not_come_is_unknown_whether_or_not_the_push_went_out(
    push_world: PushWorld, mode: str, arrives: int
) -> None:
    needs = {mode: 100} if mode in ("gateway_timeout", "torn") else {}
    push_world.expo.turn({"mode": mode, **needs})
    one = message()
    assert outcomes(push_world, one) == ["unknown"]
    assert len(push_world.received(one.token)) == arrives


def test_a_refused_connection_and_too_many_requests_are_certainly_not_sent(push_world: PushWorld) -> None:
    push_world.expo.turn({"mode": "throttled", "throttled": 100})
    [throttled] = push_world.provider.send([message()])
    assert (throttled.outcome, throttled.code, throttled.seconds > 0) == ("later", "http_429", True)
    nowhere = ExpoPush(ExpoSettings.load({"EXPO_PUSH_URL": "http://127.0.0.1:9"}), push_world.http)
    assert [outcome.outcome for outcome in nowhere.send([message()])] == ["later"]


def test_more_than_six_hundred_in_a_second_are_refused_as_expo_does(push_world: PushWorld) -> None:
    found = [push_world.provider.send([message() for _ in range(100)])[0].outcome for _ in range(8)]
    assert found[0] == "accepted"
    assert "later" in found


def test_a_dead_token_is_told_by_the_receipt_first_and_by_the_ticket_later(push_world: PushWorld) -> None:
    one = message()
    push_world.expo.turn({"uninstall": one.token})
    [first] = push_world.provider.send([one])
    assert (first.outcome, push_world.received(one.token)) == ("accepted", [])
    assert push_world.provider.receipts([str(first.provider_ref)])[str(first.provider_ref)].outcome == "dead"
    assert outcomes(push_world, one) == ["dead"]


def test_tokens_of_two_projects_are_sent_in_requests_of_their_own(push_world: PushWorld) -> None:
    own, other = message(project="@360auto/app"), message(new_token("other-project"), project="@other/app")
    assert outcomes(push_world, own, other) == ["accepted", "accepted"]
    assert push_world.expo.requests["send"] == 2


def test_a_batch_whose_projects_nobody_knew_is_split_by_what_expo_says_and_sent_once(push_world: PushWorld) -> None:
    batch = [message(), message(new_token("other-project")), message()]
    assert outcomes(push_world, *batch) == ["accepted"] * 3
    assert [len(push_world.received(sent.token)) for sent in batch] == [1, 1, 1]
    assert push_world.expo.requests["send"] == 3


def test_wrong_credentials_are_told_apart_from_a_defect_of_ours(push_world: PushWorld) -> None:
    push_world.expo.turn({"mode": "unauthorized"})
    assert outcomes(push_world, message()) == ["credentials"]
    push_world.expo.turn({"mode": "ok"})
    assert outcomes(push_world, message("no token at all")) == ["refused"]
    push_world.expo.turn({"mode": "bad_credentials"})
    [taken] = push_world.provider.send([message()])
    assert push_world.provider.receipts([str(taken.provider_ref)])[str(taken.provider_ref)].outcome == "credentials"


def test_receipts_that_vanished_are_left_out(push_world: PushWorld) -> None:
    [kept, gone] = push_world.provider.send([message(), message()])
    assert set(push_world.provider.receipts([str(kept.provider_ref), "unknown-provider_ref"])) == {kept.provider_ref}
    push_world.expo.let_time_pass(25 * 3600)
    assert push_world.provider.receipts([str(kept.provider_ref), str(gone.provider_ref)]) == {}
    push_world.expo.turn({"mode": "dead"})
    assert push_world.provider.receipts([str(kept.provider_ref)]) == {}


def test_a_long_text_is_cut_to_the_size_that_apple_and_google_take(push_world: PushWorld) -> None:
    one = message(body="Ж" * 5000)
    [outcome] = push_world.provider.send([one])
    [shown] = push_world.received(one.token)
    assert len(json.dumps(shown, ensure_ascii=False).encode()) < 4096 + 100
    assert push_world.provider.receipts([str(outcome.provider_ref)])[str(outcome.provider_ref)].outcome == "forwarded"


@pytest.mark.parametrize(
    ("fresh", "expected", "requests"),
    [
        ([True, False], ["accepted", "later"], 1),
        ([False, False], ["later", "later"], 0),
    ],
)
def test_what_is_no_longer_fresh_when_its_request_would_leave_is_given_back(
    push_world: PushWorld, fresh: list[bool], expected: list[str], requests: int
) -> None:
    own, other = message(project="@360auto/app"), message(new_token("other-project"), project="@other/app")
    told = iter(fresh)
    found = push_world.provider.send([own, other], is_fresh=lambda: next(told))
    assert [outcome.outcome for outcome in found] == expected
    assert {outcome.code for outcome in found if outcome.outcome == "later"} == {"given_back"}
    assert push_world.expo.requests.get("send", 0) == requests


def test_a_batch_that_becomes_stale_before_it_is_split_is_given_back(push_world: PushWorld) -> None:
    batch, told = [message(), message(new_token("other-project"))], iter([True, True, False])
    found = push_world.provider.send(batch, is_fresh=lambda: next(told))
    assert sorted(outcome.outcome for outcome in found) == ["accepted", "later"]


@pytest.fixture
def recorded() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]], Callable[[int, object], None]]]:
    """Server that records requests and answers what a test says."""
    seen: list[tuple[dict[str, str], bytes]] = []
    reply: list[tuple[int, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = reply[-1]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield (
        f"http://127.0.0.1:{server.server_port}",
        seen,
        lambda status, body: reply.append((status, body if isinstance(body, bytes) else json.dumps(body).encode())),
    )
    server.shutdown()
    thread.join()
    server.server_close()


def test_large_bodies_are_packed_and_small_ones_are_not(recorded: Any) -> None:
    url, seen, answer = recorded
    answer(200, {"data": [{"status": "ok", "id": "t"}]})
    with new_client(timeout=5.0) as http:
        provider = ExpoPush(ExpoSettings.load({"EXPO_PUSH_URL": url, "EXPO_ACCESS_TOKEN": "secret"}), http)
        provider.send([message()])
        provider.send([message(body="Ж" * 900)])
    small, large = seen
    assert (small[0].get("Content-Encoding"), small[0]["Authorization"]) == (None, "Bearer secret")
    assert json.loads(gzip.decompress(large[1]))[0]["body"] == "Ж" * 900


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"errors": [{"code": "PUSH_TOO_MANY_NOTIFICATIONS"}]}, "refused"),
        (200, {"data": []}, "unknown"),
        (200, {"data": {"status": "ok", "id": "t"}}, "unknown"),
        (200, {"data": [{"status": "ok"}]}, "unknown"),
        (200, {"data": [{"status": "ok", "id": "t"}, {"status": "ok", "id": "u"}]}, "unknown"),
        (200, {"data": [{"status": "error", "details": {"error": "DeviceNotRegistered"}}]}, "dead"),
        (200, {"data": [{"status": "error", "details": {"error": "MessageRateExceeded"}}]}, "later"),
        (200, {"data": [{"status": "error", "details": {"error": "MismatchSenderId"}}]}, "credentials"),
        (200, {"data": [{"status": "error", "details": {"error": "ExpoError"}}]}, "unknown"),
        (200, {"data": [{"status": "error", "message": "x"}]}, "refused"),
        (200, {"data": ["x"]}, "unknown"),
        (200, b"<html>", "unknown"),
        (200, b"[]", "unknown"),
        (502, b"", "unknown"),
        (401, {"errors": [{"code": "UNAUTHORIZED"}]}, "credentials"),
        (403, b"", "credentials"),
        (400, {"errors": [{"code": "VALIDATION_ERROR"}]}, "refused"),
        (400, {"errors": "x"}, "refused"),
        (400, {"errors": [{"code": "PUSH_TOO_MANY_EXPERIENCE_IDS", "details": {"@a/b": 5}}]}, "refused"),
        (301, b"", "unknown"),
    ],
)
def test_whatever_is_answered_each_message_has_an_outcome(
    recorded: Any, status: int, body: object, expected: str
) -> None:
    url, _, answer = recorded
    answer(status, body)
    with new_client(timeout=5.0) as http:
        provider = ExpoPush(ExpoSettings.load({"EXPO_PUSH_URL": url}), http)
        assert [outcome.outcome for outcome in provider.send([message()])] == [expected]
        assert provider.receipts(["t"]).get("u") is None
