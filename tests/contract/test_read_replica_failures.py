"""Reads and a replica that fails: what is asked of the primary instead, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auto360.providers.cache import remembered
from auto360.providers.cache.memory import MemoryCache
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable, Row, given, let_reads_lag
from auto360.providers.database.addresses import address_of
from auto360.providers.database.answers import RolledBack
from auto360.providers.database.replica import ReplicatedDatabase

ID = "0b1c2d3e-4f50-4617-8899-001122334455"


class Primary:
    """Answers every read."""

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        return f"called {function} {dict(arguments)}"

    def call_read(self, function: str, arguments: Mapping[str, Any]) -> Any:
        return f"primary {function} {dict(arguments)}"

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        return [{"table": table, "query": dict(query), "token": user_token}]


class Standby:
    """Answers, or fails."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.asked: list[str] = []

    def fetch(self, address: str) -> Any:
        self.asked.append(address)
        if self.failure:
            raise self.failure
        return "replica"


@pytest.fixture(autouse=True)
def guest() -> None:
    """Read as a guest."""
    let_reads_lag(lag=True)


def test_a_dead_replica_is_asked_again_after_half_a_minute() -> None:
    now, standby = [100.0], Standby()
    database = ReplicatedDatabase(Primary(), standby, now=lambda: now[0])
    standby.failure = DatabaseUnavailable("ConnectError")
    assert [database.call_read("f", {}) for _ in range(3)] == ["primary f {}"] * 3
    assert len(standby.asked) == 1
    now[0], standby.failure = 130.0, None
    assert database.call_read("f", {}) == "replica"


@pytest.mark.parametrize("failure", [RolledBack("http_500 40001"), DatabaseRefused("HTTP 404, PGRST202")])
def test_a_failure_of_one_call_keeps_the_replica(failure: Exception) -> None:
    standby = Standby()
    database = ReplicatedDatabase(Primary(), standby)
    standby.failure = failure
    assert database.call_read("f", {}) == "primary f {}"
    standby.failure = None
    assert database.call_read("f", {}) == "replica"


def test_only_a_guests_reads_leave_the_primary() -> None:
    standby = Standby()
    database = ReplicatedDatabase(Primary(), standby)
    assert database.call("f", {"p_a": 1}) == "called f {'p_a': 1}"
    assert database.select("t", {"a": "b"}, user_token="x") == [{"table": "t", "query": {"a": "b"}, "token": "x"}]
    let_reads_lag(lag=False)
    assert database.call_read("f", {}) == "primary f {}"
    assert standby.asked == []


def test_an_address_holds_documents_arrays_and_flags() -> None:
    arguments = {"p_query": {"city": "Ош", "after": [ID]}, "p_ids": ['a"b\\c', ID], "p_all": True}
    assert address_of("f", arguments) == (
        "/rpc/f?p_query=%7B%22city%22%3A%22%D0%9E%D1%88%22%2C%22after%22%3A%5B%22" + ID + "%22%5D%7D"
        "&p_ids=%7B%22a%5C%22b%5C%5Cc%22%2C%22" + ID + "%22%7D&p_all=true"
    )


@pytest.mark.parametrize(
    "text", ["+996 555 123 456", "звоните 0555-12-34-56", "996555123456"], ids=["signs", "words", "bare"]
)
def test_a_phone_number_never_stands_in_an_address(text: str) -> None:
    assert address_of("f", {"p_query": {"text": text}}) is None


@pytest.mark.parametrize("text", [ID, "2026-11-23T12:33:11.123456+00:00", "0.012345678901234", "1200000.0", "infinity"])
def test_ids_times_and_fractions_are_no_phone_numbers(text: str) -> None:
    assert address_of("f", {"p_query": {"after": [text]}}) is not None


def test_what_an_address_cannot_hold_is_posted() -> None:
    assert address_of("f", {"p_query": {"text": "ы" * 400}}) is None
    assert address_of("f", {"p_only": None, **given(p_after=None)}) is None
    assert address_of("f", given(p_after=None)) == "/rpc/f?"


def test_a_value_made_right_after_a_write_is_kept_until_the_write_surely_shows() -> None:
    now, cache = [0.0], MemoryCache(now=lambda: now[0])
    cache.invalidate("feed")
    written_at = cache.lookup("feed", "k").generation / 1000
    made = iter("abcd")

    def read() -> Any:
        clock = {"now": lambda: written_at + now[0]}
        return remembered(cache, "feed", "k", seconds=300, settles_in=10, make=lambda: next(made), **clock)

    values = []
    for at in (1.0, 10.5, 11.5, 300.0, 312.0):
        now[0] = at
        values.append(read())
    assert values == ["a", "a", "b", "b", "c"]
