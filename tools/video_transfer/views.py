"""Tables of the actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from auto360.domains.videos.transfer.policy import MigrationPolicy
from tools.costs.assumptions import Range
from tools.costs.model import MoveCost

_STATES = {
    "planned": "waiting",
    "copying": "being copied",
    "uploaded": "at Yandex, being encoded",
    "ready": "verified, about to be switched",
    "switched": "played from Yandex, to be checked again",
    "confirmed": "transferred; api.video keeps its copy for a while",
    "failed": "to be retried, or given up",
    "skipped": "not transferred: 360°, or deleted by its owner",
    "rolled_back": "played from api.video again",
}


def status_tables(status: Mapping[str, Any], policy: MigrationPolicy) -> Iterator[Table]:
    """States, today, and reasons."""
    states = _table("Videos" + (" (PAUSED)" if status["is_paused"] else ""), "state", "videos", "means")
    for name, about in _STATES.items():
        states.add_row(name, f"{status['states'].get(name, 0):,}", about)
    yield states
    today, metrics = status["today"], _table("Today and total", "", "")
    left = status["states"].get("planned", 0)
    days = -(-left // policy.video_migration_daily_limit) if policy.video_migration_daily_limit else None
    for name, value in (
        ("started today", f"{today['started']:,} of {today['allowed']:,}"),
        ("confirmed today", f"{today['confirmed']:,}"),
        ("given up today", f"{today['failed']:,}"),
        ("copied today", _gigabytes(today["bytes_copied"])),
        ("copied in total", _gigabytes(status["bytes_copied"])),
        ("leased by runs", f"{status['held']:,}"),
        ("copies at Yandex", f"{status['at_yandex']:,} of {policy.video_migration_library_quota:,}"),
        ("to be released at api.video", f"{status['releasable']:,}"),
        ("released at api.video", f"{status['released']:,}"),
        ("days left at this pace", "–" if days is None else f"{days:,}"),
    ):
        metrics.add_row(name, value)
    yield metrics
    if status["reasons"]:
        reasons = _table("Reasons", "state and reason", "videos")
        for reason, count in sorted(status["reasons"].items(), key=lambda item: -item[1]):
            reasons.add_row(reason, f"{count:,}")
        yield reasons


def preview_table(preview: Mapping[str, Any], status: Mapping[str, Any], policy: MigrationPolicy) -> Table:
    """Return the table of a planned run."""
    table = _table("A run would find", "", "")
    videos = preview["unplanned"] + preview["planned"]
    room = policy.video_migration_library_quota - policy.video_migration_quota_reserve - status["at_yandex"]
    for name, value in (
        ("not planned yet", f"{preview['unplanned']:,}"),
        ("planned", f"{preview['planned']:,}"),
        ("360°, not transferred", f"{preview['equirectangular']:,}"),
        ("known bytes", _gigabytes(preview["known_bytes"])),
        ("known minutes", f"{float(preview['known_seconds']) / 60:,.0f}"),
        ("room at Yandex", f"{max(room, 0):,}" + (" – RAISE THE QUOTA FIRST" if room < videos else "")),
    ):
        table.add_row(name, value)
    return table


def move_table(title: str, cost: MoveCost, *, days_at: MigrationPolicy | None = None) -> Table:
    """Return the table of the transfer's cost."""
    table = _table(title, "", "US dollars")
    for name, amount in (
        ("download from api.video", cost.download),
        ("encoding at Yandex", cost.encoding),
        ("api.video as the fallback", cost.double_hosting),
        ("total", cost.total),
    ):
        table.add_row(name, _money(amount))
    if days_at is not None:
        table.caption = (
            f"At {days_at.video_migration_daily_limit:,} a day it takes {cost.days:,} day{'s' * (cost.days != 1)}."
        )
    return table


def days_table(days: Sequence[Mapping[str, Any]]) -> Table:
    """Return a row a day."""
    table = _table("Days", "Bishkek day", "limit", "started", "confirmed", "given up", "copied")
    for day in days:
        numbers = (f"{day[name]:,}" for name in ("allowed", "started", "confirmed", "failed"))
        table.add_row(day["day"], *numbers, _gigabytes(day["bytes_copied"]))
    return table


def problems_table(problems: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table of failures, newest first."""
    table = _table("Failed", "listing", "api.video", "in", "reason", "tries", "next try")
    for item in problems:
        again = item["next_try_at"][:16] if item["next_try_at"] else "given up"
        table.add_row(
            item["listing_id"] or "–", item["source_video_id"], item["failed_state"], item["failure_reason"],
            str(item["attempts"]), again,
        )  # fmt: skip
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    for heading in headings:
        table.add_column(heading)
    return table


def _money(amount: Range) -> str:
    if f"{amount.low:,.2f}" == f"{amount.high:,.2f}":
        return f"{amount.low:,.2f}"
    return f"{amount.low:,.2f} – {amount.high:,.2f}"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.2f} GB"
