"""Comparison of video providers: equal phones, honest intervals, and a plain word where there is not enough."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest

from auto360.domains.quality.comparison import Comparison, compare, percentile, strata_of


def starts(median: float, count: int = 5000) -> list[float]:
    """Return a histogram of starts around a median."""
    found, random = [0.0] * 94, Random(1)
    for _ in range(count):
        found[bucket(random.lognormvariate(math.log(median), 0.5))] += 1
    return found


def bucket(milliseconds: float) -> int:
    return 0 if milliseconds < 50 else min(93, 1 + int(math.log(milliseconds / 50) / math.log(1.08)))


FAST, SLOW = starts(700), starts(2500)


def row(provider: str, *, bad: float = 0.02, failed: float = 0.004, looks: int = 4000, **more: Any) -> dict[str, Any]:
    attempts = more.pop("attempts", looks * 40)
    return {
        "provider": provider, "os": "android", "network": "cellular", "kind": "feed", "batches": looks,
        "attempts": attempts, "failures": round(attempts * failed), "bad_views": round(attempts * bad),
        "start_histogram": FAST, **more,
    }  # fmt: skip


def compared(*rows: dict[str, Any]) -> Comparison:
    return compare(strata_of(rows))


def test_equal_providers_with_enough_views_are_told_so() -> None:
    found = compared(row("api_video"), row("yandex"))
    assert found.verdict == "not_worse"
    assert found.failures is not None
    assert found.failures.low < 0 == found.failures.value < found.failures.high
    assert found.covered == 1.0


@pytest.mark.parametrize("looks", [1, 50, 199])
def test_few_independent_looks_say_nothing_however_many_views_they_hold(looks: int) -> None:
    found = compared(row("api_video", looks=5000), row("yandex", looks=looks, attempts=1_000_000))
    assert (found.verdict, found.failures, found.yandex_start) == ("too_few", None, None)


def test_no_failure_at_all_among_few_is_no_proof() -> None:
    found = compared(row("api_video", failed=0, bad=0, looks=200), row("yandex", failed=0, bad=0, looks=200))
    assert found.verdict == "unclear"


def test_nothing_is_too_few() -> None:
    assert compared().verdict == "too_few"
    assert compared(row("yandex")).verdict == "too_few"


@pytest.mark.parametrize("worse", [{"failed": 0.03}, {"bad": 0.06}, {"start_histogram": SLOW}])
def test_a_worse_yandex_is_told(worse: dict[str, Any]) -> None:
    assert compared(row("api_video"), row("yandex", **worse)).verdict == "worse"
    assert compared(row("api_video", **worse), row("yandex")).verdict == "not_worse"


def test_a_difference_within_the_noise_is_unclear() -> None:
    assert compared(row("api_video", looks=400), row("yandex", looks=400, bad=0.03)).verdict == "unclear"


def test_different_phones_are_no_difference_of_providers() -> None:
    """Yandex serves slow phones, api.video fast ones: each is as good on the same phone, and the sums say otherwise."""
    slow: dict[str, Any] = {"network": "cellular", "bad": 0.10, "start_histogram": SLOW}
    fast: dict[str, Any] = {"network": "wifi", "bad": 0.01, "start_histogram": FAST}
    found = compared(
        row("api_video", looks=9000, **fast), row("yandex", looks=1000, **fast),
        row("api_video", looks=1000, **slow), row("yandex", looks=9000, **slow),
    )  # fmt: skip
    assert found.bad_views is not None
    assert found.bad_views.value == pytest.approx(0, abs=1e-6)
    assert found.yandex_start is not None
    assert found.api_video_start is not None
    assert found.yandex_start.value == found.api_video_start.value
    assert found.verdict != "worse"


def test_providers_on_different_phones_alone_cannot_be_compared() -> None:
    found = compared(row("api_video", os="ios"), row("yandex", os="android"), row("api_video", looks=300))
    assert (found.verdict, found.covered < 0.8) == ("too_few", True)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random, held, rounds = Random(7), 0, 300
    for _ in range(rounds):
        rows = []
        for provider, rate in (("api_video", 0.02), ("yandex", 0.03)):
            bad = sum(random.random() < rate for _ in range(1000))
            rows.append(row(provider, looks=1000, attempts=1000, bad=bad / 1000))
        interval = compared(*rows).bad_views
        assert interval is not None
        held += interval.low <= 0.01 <= interval.high
    assert held / rounds > 0.93


def test_a_percentile_is_within_four_percent_of_the_exact_one() -> None:
    random = Random(3)
    for _ in range(20):
        values = sorted(
            min(60_000, random.lognormvariate(random.uniform(5, 9), random.uniform(0.2, 1))) for _ in range(999)
        )
        histogram = [0.0] * 94
        for value in values:
            histogram[bucket(value)] += 1
        for share in (0.5, 0.95):
            exact = max(50.0, values[math.ceil(share * 999) - 1])
            assert percentile(histogram, share) == pytest.approx(exact, rel=0.04)


def test_an_empty_histogram_has_no_percentile() -> None:
    assert percentile([0.0] * 94, 0.95) == 0.0
