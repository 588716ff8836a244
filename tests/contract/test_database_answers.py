"""Answers of the database's REST interface, or of anything before it: an outage, a refusal, a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings
from tests.support.lines import PlayedLine

SETTINGS = SupabaseSettings.load(
    {"SUPABASE_URL": "http://127.0.0.1:1", "SUPABASE_SERVICE_ROLE_KEY": "s", "SUPABASE_ANON_KEY": "a"}
)
HTML = "<html><head><title>Web server is down</title></head></html>"


def database(answer: Callable[[httpx.Request], httpx.Response]) -> PostgrestDatabase:
    line = PlayedLine("http://127.0.0.1:1", httpx.MockTransport(answer))
    return PostgrestDatabase(SETTINGS, line, pause=lambda _: None)


def always(status: int, body: object, *, kind: str = "application/json") -> PostgrestDatabase:
    content = body if isinstance(body, str) else json.dumps(body)
    return database(lambda _: httpx.Response(status, content=content.encode(), headers={"Content-Type": kind}))


def sqlstate(code: object) -> dict[str, Any]:
    return {"code": code, "details": None, "hint": None, "message": "secret text"}


OUTAGES = [
    *((status, HTML) for status in (*range(520, 531), 540, 429, 400, 401, 403, 404, 405, 500, 502, 503, 504, 301)),
    *((200, body) for body in (HTML, "{", "[" * 100_000, "1" * 5000)),
    (405, sqlstate("25006")),
    (500, sqlstate("57014")),
    (503, sqlstate("57P01")),
    (500, sqlstate("57P02")),
    (503, sqlstate("57P03")),
    (503, sqlstate("53300")),
    (500, sqlstate("53100")),
    (503, sqlstate("08006")),
    (500, sqlstate("58030")),
    (500, sqlstate("XX000")),
    (500, sqlstate("55P03")),
    (400, sqlstate("0A000")),
    (503, sqlstate("PGRST000")),
    (503, sqlstate("PGRST002")),
    (504, sqlstate("PGRST003")),
    (500, sqlstate("PGRSTX00")),
    (401, sqlstate("PGRST301")),
    (400, {"message": "no code"}),
    (404, {"code": 404, "message": "no Route matched"}),
    (400, sqlstate(None)),
    (400, "null"),
    (400, ""),
    (429, sqlstate("42501")),
    (540, {"message": "Project paused"}),
]


@pytest.mark.parametrize(("status", "body"), OUTAGES)
def test_an_outage_is_told_as_one(status: int, body: object) -> None:
    with pytest.raises(DatabaseUnavailable) as outage:
        always(status, body).call("anything", {})
    assert "secret" not in str(outage.value)
    assert outage.value.reason


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "23505"), (403, "42501"), (400, "P0001"), (404, "PGRST202"), (400, "22P02"), (413, "54001"), (404, "42P01")],
)
def test_an_error_of_our_own_is_a_refusal_with_its_code_alone(status: int, code: str) -> None:
    with pytest.raises(DatabaseRefused, match=code) as refusal:
        always(status, sqlstate(code)).call("anything", {})
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_request_that_is_too_large_for_a_proxy_is_our_defect(status: int) -> None:
    with pytest.raises(DatabaseRefused):
        always(status, HTML, kind="text/html").call("anything", {})


def test_rows_that_are_no_list_are_no_rows() -> None:
    for body in ({"message": "captive"}, 3, None, [1], "text"):
        with pytest.raises(DatabaseUnavailable):
            always(200, body if body != "text" else '"text"').select("users", {}, user_token="t")
    assert always(200, [{"id": 1}]).select("users", {}, user_token="t") == [{"id": 1}]


def test_a_users_token_that_is_refused_is_no_outage() -> None:
    with pytest.raises(DatabaseRefused, match="PGRST301"):
        always(401, sqlstate("PGRST301")).select("users", {}, user_token="t")


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_what_was_rolled_back_whole_is_repeated(code: str) -> None:
    answers = [httpx.Response(500, json=sqlstate(code)), httpx.Response(500, json=sqlstate(code))]
    answers.append(httpx.Response(200, json={"done": True}))
    assert database(lambda _: answers.pop(0)).call("anything", {}) == {"done": True}
    assert answers == []


def test_a_deadlock_that_stays_is_an_outage_after_three_tries() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(500, json=sqlstate("40P01"))

    with pytest.raises(DatabaseUnavailable):
        database(answer).call("anything", {})
    assert len(asked) == 3


@pytest.mark.parametrize("code", ["57014", "40003", "08006", "53300"])
def test_what_may_have_been_done_is_not_repeated(code: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(500, json=sqlstate(code))

    with pytest.raises(DatabaseUnavailable):
        database(answer).call("anything", {})
    assert len(asked) == 1


@given(
    status=st.one_of(st.integers(200, 599), st.sampled_from([200, 400, 405, 500])),
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["code", "x"]), inner),
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_whatever_is_answered_is_a_result_or_one_of_two_failures(status: int, body: bytes) -> None:
    answering = database(lambda _: httpx.Response(status, content=body))
    for ask in (lambda: answering.call("x", {}), lambda: answering.select("x", {}, user_token="t")):
        try:
            ask()
        except (DatabaseUnavailable, DatabaseRefused):
            continue
