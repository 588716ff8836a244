"""Comparison of api.video and Yandex on equal phones: same system, network and player, weighted alike.

Views of one phone are correlated, so the independent samples are batches of sampled sessions, not views.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

MIN_LOOKS = 200
"""Batches of sampled sessions that each side of a stratum needs."""
_MIN_COVERED = 0.8
_Z = 1.96
# Margins for Yandex: half a failure and one bad view in a hundred attempts; a fifth of the start's time.
FAILURE_MARGIN, BAD_VIEW_MARGIN, START_MARGIN = 0.005, 0.01, 1.2
START_GOAL_MS = 3000.0
_FLOOR_MS, _GROWTH = 50.0, 1.08

Verdict = Literal["too_few", "unclear", "not_worse", "worse"]


@dataclass(frozen=True)
class Side:
    """Counts of one provider in a stratum."""

    looks: int
    attempts: int
    failures: int
    bad_views: int
    starts: Sequence[float]


@dataclass(frozen=True)
class Stratum:
    """Both providers on one kind of phone; None where one has no view."""

    os: str
    network: str
    kind: str
    api_video: Side | None
    yandex: Side | None

    @property
    def is_enough(self) -> bool:
        """Return True when both sides have enough independent samples and starts to be compared."""
        sides = (self.api_video, self.yandex)
        return all(side is not None and side.looks >= MIN_LOOKS and sum(side.starts) > 0 for side in sides)

    @property
    def attempts(self) -> int:
        return sum(side.attempts for side in (self.api_video, self.yandex) if side)


@dataclass(frozen=True)
class Interval:
    """Estimate with its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Verdict with its evidence: Yandex minus api.video in shares, starts in milliseconds; None without enough."""

    verdict: Verdict
    covered: float
    strata: Sequence[Stratum]
    failures: Interval | None = None
    bad_views: Interval | None = None
    api_video_start: Interval | None = None
    yandex_start: Interval | None = None


def strata_of(rows: Sequence[Mapping[str, Any]]) -> list[Stratum]:
    """Pair the rows {provider, os, network, kind, …} of both providers, the stratum with most attempts first."""
    sides: dict[tuple[str, str, str], dict[str, Side]] = {}
    for row in rows:
        found = Side(row["batches"], row["attempts"], row["failures"], row["bad_views"], row["start_histogram"])
        sides.setdefault((row["os"], row["network"], row["kind"]), {})[row["provider"]] = found
    strata = [Stratum(*key, both.get("api_video"), both.get("yandex")) for key, both in sides.items()]
    return sorted(strata, key=lambda stratum: (-stratum.attempts, stratum.os, stratum.network, stratum.kind))


def compare(strata: Sequence[Stratum]) -> Comparison:
    """Compare over the strata that have enough; `too_few` where these are less than four fifths of the attempts."""
    usable = [(each, each.api_video, each.yandex) for each in strata if each.is_enough]
    total, used = sum(each.attempts for each in strata), sum(each.attempts for each, _, _ in usable)
    covered = used / total if total else 0.0
    if not usable or covered < _MIN_COVERED:
        return Comparison("too_few", covered, strata)
    weights = [each.attempts / used for each, _, _ in usable]
    ours, theirs = [side for _, _, side in usable if side], [side for _, side, _ in usable if side]
    failures = _difference(weights, ours, theirs, lambda side: side.failures)
    bad_views = _difference(weights, ours, theirs, lambda side: side.bad_views)
    yandex, api_video = _slowest(weights, ours), _slowest(weights, theirs)
    verdict = _verdict(failures, bad_views, yandex, api_video)
    return Comparison(verdict, covered, strata, failures, bad_views, api_video, yandex)


def _verdict(failures: Interval, bad_views: Interval, yandex: Interval, api_video: Interval) -> Verdict:
    starts_well = yandex.high <= START_GOAL_MS or yandex.high <= api_video.low * START_MARGIN
    starts_badly = yandex.low > max(START_GOAL_MS, api_video.high * START_MARGIN)
    if failures.high <= FAILURE_MARGIN and bad_views.high <= BAD_VIEW_MARGIN and starts_well:
        return "not_worse"
    return "worse" if failures.low > 0 or bad_views.low > 0 or starts_badly else "unclear"


def _difference(weights: Sequence[float], ours: Sequence[Side], theirs: Sequence[Side], count: Any) -> Interval:
    """Return the weighted difference of shares. Two pseudo looks widen it, so that no failures is no proof."""
    value = variance = 0.0
    for weight, our, their in zip(weights, ours, theirs, strict=True):
        for side, sign in ((our, 1), (their, -1)):
            share = count(side) / side.attempts
            careful = (share * side.looks + 1) / (side.looks + 2)
            value += sign * weight * share
            variance += weight**2 * careful * (1 - careful) / (side.looks + 2)
    return Interval(value, value - _Z * math.sqrt(variance), value + _Z * math.sqrt(variance))


def _slowest(weights: Sequence[float], sides: Sequence[Side]) -> Interval:
    """Return the 95th percentile of the start over the weighted strata."""
    shares = [
        [weight * amount / sum(side.starts) for amount in side.starts]
        for weight, side in zip(weights, sides, strict=True)
    ]
    mixed = [sum(column) for column in zip(*shares, strict=True)]
    looks = 1 / sum(weight**2 / side.looks for weight, side in zip(weights, sides, strict=True))
    spread = _Z * math.sqrt(0.95 * 0.05 / looks)
    return Interval(
        percentile(mixed, 0.95), percentile(mixed, 0.95 - spread), percentile(mixed, min(1.0, 0.95 + spread))
    )


def percentile(histogram: Sequence[float], share: float) -> float:
    """Return the milliseconds below which a share of the starts lies; SQL's `private.quality_percentile`."""
    wanted, reached = share * sum(histogram) - 1e-9, 0.0
    for bucket, amount in enumerate(histogram):
        reached += amount
        if reached >= wanted and reached > 0:
            return float(_FLOOR_MS if bucket == 0 else _FLOOR_MS * _GROWTH ** (bucket - 0.5))
    return 0.0
