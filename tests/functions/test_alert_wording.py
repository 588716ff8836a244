"""Alert messages in both languages, and their length on a phone."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from auto360.domains.monitoring.message_format import Wording
from auto360.providers.sms.segments import segments_of
from tests.support.database import Database
from tests.support.rows import rows

DUE = {
    "id": "e-1", "recipient": "somebody", "event": "opened", "alert_id": "a-1", "rule": "sms_spend_warning",
    "title_ru": "Расход на SMS за день", "title_en": "SMS costs of the day", "severity": "warning", "subject": "",
    "value": 15001.5, "comparison": "above", "threshold": 15000, "unit": "som", "runbook": "sms-spend",
    "opened_at": "2026-11-24T14:05:00+00:00", "closed_at": None,
}  # fmt: skip


def short(language: Literal["ru", "en"], **changes: Any) -> str:
    return Wording(language, "docs/runbooks").message({**DUE, **changes}).short


def test_the_hour_is_that_of_bishkek_and_units_are_words() -> None:
    assert short("ru") == "360Auto! Расход на SMS за день: 15001.5 сом, порог 15000 сом. 20:05"
    assert short("en") == "360Auto! SMS costs of the day: 15001.5 som, threshold 15000 som. 20:05"


def test_the_subject_is_told_where_a_rule_watches_several_things() -> None:
    assert short("ru", subject="nikita").startswith("360Auto! Расход на SMS за день (nikita): ")


def test_that_it_is_over_is_told_with_the_figure_where_there_is_one() -> None:
    assert short("ru", event="closed", value=12) == "360Auto: в норме. Расход на SMS за день: 12 сом. Было с 20:05"
    assert short("en", event="closed", value=None) == (
        "360Auto: back to normal. SMS costs of the day. Was so since 20:05"
    )


@pytest.mark.parametrize("event", ["opened", "repeated", "closed"])
def test_every_rule_that_rings_fits_into_two_segments(database: Database, event: str) -> None:
    ringing = rows(database, "select title_ru, title_en, unit, threshold from alert_rules where 'sms' = any (channels)")
    assert len(ringing) >= 10
    for title_ru, title_en, unit, threshold in ringing:
        words = {"title_ru": title_ru, "title_en": title_en, "unit": unit, "threshold": float(threshold)}
        text = short("ru", event=event, value=123456.78, subject="database_daily", **words)
        assert segments_of(text) <= 2, text
