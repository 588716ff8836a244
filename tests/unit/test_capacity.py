"""Capacity model: Erlang's tables, and answers that move the right way."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from benchmarks.capacity.__main__ import DOCUMENT, with_tables
from benchmarks.capacity.assumptions import REASONS, Assumptions
from benchmarks.capacity.erlang import pool_for, refused_share, servers_for, waiting_share
from benchmarks.capacity.model import Measurements, capacity, local_breaking_point
from benchmarks.capacity.tables import comparison
from benchmarks.load.sessions import ALL_STEPS

MEASURED = Measurements.load()


@pytest.mark.parametrize(
    ("erlangs", "servers", "share"),
    [
        (9, 10, 0.168),
        (9, 20, 0.0006),
        (18, 10, 0.49),
        (18, 20, 0.109),
        (18, 30, 0.0026),
        (36, 30, 0.237),
        (75, 30, 0.608),
    ],
)
def test_calls_are_refused_as_erlang_says(erlangs: float, servers: int, share: float) -> None:
    assert refused_share(erlangs, servers) == pytest.approx(share, rel=0.03)


def test_a_queue_makes_wait_what_would_be_refused() -> None:
    assert waiting_share(8, 10) == pytest.approx(0.409, abs=0.005)
    assert waiting_share(10, 10) == 1


def test_the_least_number_of_servers_is_found() -> None:
    servers = servers_for(18, 0.001)
    assert refused_share(18, servers) <= 0.001 < refused_share(18, servers - 1)
    pool = pool_for(3, 0.01)
    assert waiting_share(3, pool) <= 0.01 < waiting_share(3, pool - 1)


def test_every_assumption_is_named() -> None:
    assert set(REASONS) == {field.name for field in fields(Assumptions)}


def test_every_endpoint_of_the_mixes_is_measured() -> None:
    assert set(MEASURED.endpoints) == {step.name for step in ALL_STEPS}
    assert not [name for name, row in MEASURED.endpoints.items() if row["failed"]]


def test_ten_times_the_people_need_less_than_ten_times_the_instances() -> None:
    small, large = (capacity(users, MEASURED, Assumptions()) for users in (1000, 10_000))
    assert large.erlangs == pytest.approx(10 * small.erlangs)
    busy_small, busy_large = (c.zone_instances - c.functions["all others"].zone_instances for c in (small, large))
    assert busy_small < busy_large < 10 * busy_small
    assert small.pool < large.pool
    assert large.database_gb > small.database_gb


def test_no_cache_answers_for_a_function() -> None:
    found = capacity(10_000, MEASURED, Assumptions())
    assert found.rate == pytest.approx(10_000 / Assumptions().seconds_between_calls)
    assert sum(need.rate for need in found.functions.values()) == pytest.approx(found.rate)


def test_a_slower_database_needs_more_instances_and_connections() -> None:
    usual = capacity(10_000, MEASURED, Assumptions())
    slow = capacity(10_000, MEASURED, replace(Assumptions(), database_ms_factor=20))
    assert slow.zone_instances > usual.zone_instances
    assert slow.pool > usual.pool


def test_twice_the_cpus_carry_twice_the_load() -> None:
    assert local_breaking_point(4, MEASURED, "audit") == pytest.approx(2 * local_breaking_point(2, MEASURED, "audit"))


def test_the_document_holds_the_tables_of_the_model() -> None:
    """`make capacity ARGS=write` writes them anew."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_tables(text, MEASURED) == text


def test_a_run_is_compared_with_its_prediction() -> None:
    parts = ("functions", "gateway", "PostgREST", "Postgres", "Redis", "simulators", "generator", "other")
    run = {
        "users": 1000,
        "cpus": 2,
        "mix": "audit",
        "phases": [
            {"name": "50%", "served": 10.0, "machine": {"cpu_share": dict.fromkeys(parts, 0.01)}},
            {"name": "100%", "served": 1000.0, "machine": {"cpu_share": dict.fromkeys(parts, 0.1)}},
        ],
    }
    told = comparison(run, MEASURED)
    assert "100%" in told
    assert "NOT within" in told
