"""Ages on the operations page: hours count up to two days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auto360.admin.formatting import ago


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
