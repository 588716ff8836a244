"""Parts of the load generator that need no network."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from benchmarks.load.app import Outcome
from benchmarks.load.histogram import GROWTH, Histogram
from benchmarks.load.phases import Durations, Phase, after_steps, steps_for, visits
from benchmarks.load.records import Records
from benchmarks.load.report import page
from benchmarks.load.results import broke, capacity_of, cause, verdict
from benchmarks.load.sessions import MIXES, mean_steps, mix_for, step_shares
from benchmarks.load.target import LoadTarget, TargetRefused, checked, local_target, target_of
from benchmarks.load.world import World, address


def test_a_quantile_is_at_most_a_bucket_above_the_latency() -> None:
    random, histogram = Random(3), Histogram()
    latencies = sorted(random.lognormvariate(-3, 1) for _ in range(20_000))
    for latency in latencies:
        histogram.record(latency)
    for share in (0.5, 0.95, 0.99):
        exact = latencies[int(share * len(latencies)) - 1]
        assert exact <= histogram.quantile(share) <= exact * GROWTH
    assert histogram.max == latencies[-1]
    assert histogram.mean == pytest.approx(sum(latencies) / len(latencies))


def test_added_histograms_count_like_one() -> None:
    parts, whole = [Histogram(), Histogram()], Histogram()
    for number in range(1000):
        parts[number % 2].record(number / 100)
        whole.record(number / 100)
    parts[0].add(parts[1])
    assert parts[0].summary() == whole.summary()


def test_a_stall_is_seen_when_latency_counts_from_the_intended_start() -> None:
    """20 ms a request, 10 a second for a minute, the server frozen from second 30 to 40."""
    open_model, closed_model = Histogram(), Histogram()
    for number in range(600):
        intended = number / 10
        open_model.record((40 - intended if 30 <= intended < 40 else 0) + 0.02)
    at = 0.0
    while at < 60:
        latency = 10.0 if 30 <= at < 30.02 else 0.02
        closed_model.record(latency)
        at += latency
    assert open_model.quantile(0.95) > 5
    assert closed_model.quantile(0.95) < 0.03


@pytest.mark.parametrize("mix", MIXES)
def test_arrivals_offer_the_rate_of_the_phase_from_its_first_second_on(mix: str) -> None:
    phase = Phase("any", 200, 50)
    found = visits(phase, MIXES[mix], Random(5))
    first_half = requests = 0
    for visit in found:
        at = visit.at
        for pause in visit.pauses:
            at += pause
            requests += at < phase.seconds
            first_half += at < phase.seconds / 2
    assert requests == pytest.approx(50 * 200, rel=0.1)
    assert first_half == pytest.approx(50 * 100, rel=0.15)
    assert [visit.at for visit in found] == sorted(visit.at for visit in found)


def test_nobody_joins_a_phase_with_a_code_to_enter() -> None:
    login = [kind for kind in MIXES["full"] if kind.name == "login"]
    found = visits(Phase("any", 60, 40), login, Random(5))
    first = [visit.steps[0].name for visit in found]
    assert "verify code" not in first
    assert {"request code", "own account"} <= set(first)


def test_the_audits_mix_is_seventy_twenty_ten() -> None:
    assert {kind.name: kind.share for kind in MIXES["audit"]} == {"scroller": 70, "seller": 20, "chatter": 10}
    assert sum(step_shares(MIXES["full"]).values()) == pytest.approx(1)
    assert mean_steps(MIXES["full"]) > 3


def test_real_providers_get_no_orders() -> None:
    names = {kind.name for kind in mix_for("full", has_simulated_providers=False)}
    assert names == {"scroller", "searcher", "chatter"}


def test_steps_rise_to_one_and_a_half_times_the_target() -> None:
    steps = [phase for phase in steps_for(1000, Durations()) if phase.is_step]
    assert [phase.rate for phase in steps] == pytest.approx([12.5, 25, 37.5, 50, 62.5, 75])


def test_the_target_is_offered_also_where_the_steps_broke_before() -> None:
    broken = after_steps(10_000, 60, Durations(), ("soak",))
    assert [(phase.name, round(phase.rate)) for phase in broken] == [("target", 500), ("soak", 42)]
    reached = after_steps(1000, 60, Durations(), ("spike", "failure"))
    assert [(phase.name, phase.breaks) for phase in reached] == [("spike", False), ("failure", True)]


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("https://api.360auto.kg", False),
        ("https://api.360auto.kg", True),
        ("http://staging.360auto.kg", False),
        ("https://staging.360auto.kg.evil.example", False),
        ("https://staging.360auto.kg@evil.example", False),
        ("https://evil.example/staging.360auto.kg", False),
        ("http://10.0.0.5:8360", True),
        ("http://127.0.0.1.evil.example", True),
        ("http://0.0.0.0:8360", True),
        ("", True),
    ],
)
def test_other_hosts_get_no_load(url: str, *, is_local: bool) -> None:
    target = LoadTarget(url, 100, is_local=is_local, has_simulated_providers=True)
    with pytest.raises(TargetRefused):
        checked(target, ("staging.360auto.kg",))


def test_staging_and_loopback_get_load() -> None:
    staging = LoadTarget("https://staging.360auto.kg", 100, is_local=False, has_simulated_providers=False)
    assert checked(staging, ("staging.360auto.kg",)) is staging
    assert local_target(8360).is_local


@pytest.mark.parametrize("stage", ["production", "prod", "", "staging2"])
def test_other_stages_get_no_load(stage: str) -> None:
    with pytest.raises(TargetRefused):
        target_of(stage, 8360, {})


def test_popular_listings_take_four_tenths_of_what_is_opened() -> None:
    world, random = World([], [str(n) for n in range(10_000)]), Random(7)
    popular = sum(int(world.listing(random)) < 100 for _ in range(20_000))
    assert popular / 20_000 == pytest.approx(0.4, abs=0.02)


def test_each_person_has_an_address_of_its_own() -> None:
    assert len({address(number) for number in range(100_000)}) == 100_000


def test_littles_law_shows_a_generator_that_loses_time() -> None:
    honest, late = Records(), Records()
    for number in range(1000):
        at = number / 100
        honest.begin(at, at)
        honest.end("feed", at, at + 0.005, Outcome("ok"))
        late.begin(at, at + 0.05)
        late.end("feed", at, at + 0.055, Outcome("ok"))
    assert honest.little == pytest.approx(1, abs=0.01)
    assert late.little < 0.2


def a_row(**changes: object) -> dict[str, Any]:
    """Return the row of a step that was within its goals on a watched machine."""
    latency = {"p50": 40.0, "p95": 120.0, "p99": 200.0, "max": 300.0, "count": 1000}
    machine = {
        "waiting_for_locks": 0,
        "cpu_share_all": 0.5,
        "cpu_share": {"functions": 0.3, "Postgres": 0.1},
        "pool_busy": 3,
    }
    row = {
        "name": "100%",
        "is_step": True,
        "offered": 30.0,
        "served": 29.0,
        "error_share": 0.0,
        "latency": latency,
        "endpoints": {"feed": {**latency, "outcomes": {"ok": 1000}}},
        "lateness": {"p95": 5.0},
        "waiting": {"p95": 20.0},
        "machine": machine,
    }
    return row | changes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"error_share": 0.02, "endpoints": {"feed": {"outcomes": {"ok": 9, "504 gateway_timeout": 1}}}},
            "gateway_timeout",
        ),
        ({"endpoints": {"feed": {"count": 100, "p95": 700.0, "outcomes": {"ok": 100}}}}, "feed"),
        ({"endpoints": {"feed": {"count": 10, "p95": 700.0, "outcomes": {"ok": 10}}}}, ""),
        ({}, ""),
    ],
)
def test_a_phase_breaks_by_errors_or_by_twice_a_budget(changes: dict[str, Any], told: str) -> None:
    assert told in broke(a_row(**changes))
    assert bool(broke(a_row(**changes))) == bool(told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lateness": {"p95": 500.0}}, "generator"),
        ({"machine": {**a_row()["machine"], "waiting_for_locks": 9}}, "locks"),
        ({"machine": {**a_row()["machine"], "cpu_share_all": 0.99}}, "programs outside the test 59%"),
        ({"machine": {**a_row()["machine"], "pool_busy": 20}}, "pool"),
        ({"waiting": {"p95": 100.0}}, "instances"),
        ({"machine": None}, "not watched"),
    ],
)
def test_what_was_used_up_is_named(changes: dict[str, Any], told: str) -> None:
    assert told in cause(a_row(**changes))


def test_the_verdict_names_the_first_step_that_broke() -> None:
    rows = [a_row(broke=""), a_row(broke="p95 was high", offered=45.0), a_row(broke="worse", offered=60.0)]
    assert verdict(rows).startswith("At 45 requests a second p95 was high.")
    assert capacity_of(rows) == 29.0
    assert verdict(rows[:1]) == "Nothing broke up to 30 requests a second."


def test_the_report_is_one_page_with_its_pictures() -> None:
    timeline = [[0, 5, 5, 0, 120.0], [1, 5, 4, 1, 130.0]]
    endpoint = {**a_row()["latency"], "function": {"p50": 20.0, "p95": 40.0}, "tries": 12, "bytes_each": 900}
    row = a_row(
        broke="p95 was <high>",
        seconds=2.0,
        in_flight=3.0,
        little=1.0,
        cold_starts=1,
        timeline=timeline,
        endpoints={"feed": {**endpoint, "outcomes": {"ok": 9, "429 rate_limited": 1}}},
        lateness={"p99": 5.0},
    )
    machine = {"pool": 5, "connections": 9, "memory_mb": {"functions": 400}, "cpu_share_all": 0.5, "pool_busy": 3}
    sample = {"cpu": {"functions": 0.4}, "connections": 9, "pool": 5, "pool_busy": 3, "active": 2}
    row["machine"] = {**machine, "timeline": [{"at": 0.0, **sample}, {"at": 1.0, **sample}]}
    calibration = {**row, "cpu_share": 0.1, "verdict": "valid"}
    run = {"users": 1000, "about": "today", "verdict": "<b>", "phases": [row], "calibration": calibration}
    text = page(run)
    assert text.count("<svg") == 4
    assert "429 rate_limited: 1" in text
    assert "<high>" not in text
    assert "http://" not in text
    assert "<script" not in text
