"""Cost report gives the audit's totals, and says where its own prices lead elsewhere."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools.costs.__main__ import main
from tools.costs.assumptions import PATH, Assumptions, Range
from tools.costs.model import api_video_publicly, by_audit, cost_of_move, months_to_earn, yandex_publicly

ASSUMED = Assumptions.load()
LIBRARY = ASSUMED.library


def test_the_audits_bill_of_api_video_is_reproduced_line_by_line() -> None:
    bill = by_audit(ASSUMED.audit.api_video, LIBRARY)
    assert [bill.storage.low, bill.delivery.low, bill.encoding.low] == pytest.approx([500, 50_000, 10_000])
    assert bill.total.low == pytest.approx(60_500)


def test_the_audits_own_prices_for_yandex_stay_below_the_total_that_it_states() -> None:
    assert by_audit(ASSUMED.audit.yandex, LIBRARY).total.low == pytest.approx(9_100)
    stated = ASSUMED.audit.stated
    assert (stated.yandex, stated.api_video - stated.yandex) == (12_000, stated.saving)


def test_the_totals_with_everything_else_are_those_of_the_audit() -> None:
    audit = ASSUMED.audit
    assert audit.stated.api_video + sum(audit.others.values()) == pytest.approx(audit.stated_before)
    assert audit.stated.yandex + sum(audit.others_after.values()) == pytest.approx(audit.stated_after)


def test_public_prices_bill_minutes_at_api_video_and_gigabytes_at_yandex() -> None:
    before, after = api_video_publicly(ASSUMED, LIBRARY), yandex_publicly(ASSUMED, LIBRARY)
    assert before.total.low == pytest.approx(200_000 * 0.00285 + 20_000_000 * 0.0017)
    assert before.encoding == Range(low=0, high=0)
    assert after.delivery.low == pytest.approx(500_000 * 0.008)
    assert after.total.low < after.total.high < before.total.low


def test_costs_grow_with_the_number_of_users() -> None:
    half = LIBRARY.for_users(LIBRARY.users // 2)
    assert by_audit(ASSUMED.audit.api_video, half).total.low == pytest.approx(30_250)
    assert yandex_publicly(ASSUMED, half).total.high == pytest.approx(yandex_publicly(ASSUMED, LIBRARY).total.high / 2)


def test_the_move_costs_download_encoding_and_the_fallback() -> None:
    move = cost_of_move(ASSUMED, videos=100_000, minutes=200_000)
    assert move.download.low == pytest.approx(340)
    assert move.encoding.low == pytest.approx(1_800)
    assert move.double_hosting.low == pytest.approx(200_000 * 0.00285 * 90 / 30.4)
    assert move.days == 100


def test_a_move_that_may_save_nothing_is_not_said_to_be_earned_back() -> None:
    assert months_to_earn(Range(low=1, high=2), Range.model_construct(low=-1, high=5)) is None


def test_every_public_price_has_a_date_and_a_source() -> None:
    assert all(price.source and price.date.year >= 2022 for price in ASSUMED.price)


def test_the_report_is_printed_and_written_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "costs.csv"
    assert main(["--csv", str(file)]) == 0
    printed = capsys.readouterr().out
    assert all(total in printed for total in ("60,500", "12,000", "48,500", "61,225.00", "12,727.30", "9,100"))
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {"model": "audit", "users": "300000", "provider": "api_video", "item": "total", "low_usd": "60500.0",
            "high_usd": "60500.0"} in rows  # fmt: skip


def test_a_report_that_goes_into_a_file_keeps_its_columns_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert "audit: api.video ┃ audit: Yandex ┃ public: api.video ┃" in printed
    assert all(
        f" {price.name.replace('_', ' ')} " in printed and f" {price.unit[:20]}" in printed for price in ASSUMED.price
    )


def test_a_wrong_figure_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(PATH.read_text(encoding="utf-8").replace("users = 300_000", "users = 0"), encoding="utf-8")
    assert main(["--assumptions", str(file)]) == 1
    assert "library.users" in capsys.readouterr().err
