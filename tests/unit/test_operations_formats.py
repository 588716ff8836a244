"""Ages, amounts and chart axes on the operations page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auto360.admin.charts import bar_chart
from auto360.admin.formatting import ago, duration, number, som


@pytest.mark.parametrize(
    ("age", "english", "russian"),
    [
        (timedelta(seconds=30), "just now", "только что"),
        (timedelta(minutes=5, seconds=30), "5\u00a0min ago", "5\u00a0мин назад"),
        (timedelta(hours=2, minutes=30), "2\u00a0h ago", "2\u00a0ч назад"),
        (timedelta(hours=29, minutes=30), "29\u00a0h ago", "29\u00a0ч назад"),
        (timedelta(hours=47, minutes=30), "47\u00a0h ago", "47\u00a0ч назад"),
        (timedelta(hours=49), "2\u00a0d ago", "2\u00a0дн. назад"),
    ],
)
def test_an_age_is_given_in_hours_up_to_two_days(age: timedelta, english: str, russian: str) -> None:
    moment = datetime.now(UTC) - age
    assert (ago(moment, "en"), ago(moment.isoformat(), "ru")) == (english, russian)


@pytest.mark.parametrize(("hours", "english"), [(5.5, "5\u00a0h"), (2640.08, "110\u00a0d"), (0, "under a minute")])
def test_a_duration_is_given_as_an_age_is(hours: float, english: str) -> None:
    assert duration(hours * 3600, "en") == english


def test_amounts_are_grouped_and_named_as_the_language_does() -> None:
    assert [som(100_000_00, language=language) for language in ("ru", "en")] == [
        "100\u202f000\u00a0сом",
        "100,000\u00a0som",
    ]
    assert [number(1234.5, 2, language=language) for language in ("ru", "en")] == ["1\u202f234.5", "1,234.5"]


@pytest.mark.parametrize(("largest", "top"), [(60, 80), (90, 100), (100, 100), (120, 200)])
def test_an_axis_of_percent_ends_at_a_hundred_unless_a_bar_exceeds_it(largest: int, top: int) -> None:
    chart = bar_chart(["2026-11-01"], [{"2026-11-01": largest}], limit=100)
    assert chart.lines[-1].value == top
    assert chart.lines[-1].y <= chart.bars[0].y, "the bar stays below the highest line"
