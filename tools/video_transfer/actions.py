"""Actions of the command."""

from __future__ import annotations

import argparse
import time
from typing import Any

from rich.console import Console

from auto360.container import video_transfer
from auto360.container.data import database
from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.domains.videos.transfer.run import RunOptions
from auto360.providers.database.functions.video_transfer import (
    video_migration_entries,
    video_migration_preview,
    video_migration_report,
    video_migration_retry,
)
from auto360.providers.database.functions.video_transfer_claims import video_migration_pause
from auto360.providers.database.functions.video_transfer_switch import video_migration_rollback
from tools.costs.assumptions import Assumptions
from tools.costs.model import cost_of_move
from tools.video_transfer.progress import Bar
from tools.video_transfer.views import days_table, move_table, preview_table, problems_table, status_tables

_MOVED = ["switched", "confirmed"]
_PAGE = 200


def run(console: Console, chosen: argparse.Namespace) -> int:
    """Transfer videos, with a progress bar."""
    if chosen.dry_run:
        return _dry_run(console)
    ledger = video_transfer.ledger()
    with Bar(console, ledger, is_shown=not chosen.quiet) as bar:
        options = RunOptions(max_begun=chosen.limit, only=chosen.only, is_patient=True)
        mover = video_transfer.migration_run(bar.tell, on_bytes=bar.bytes)
        report = mover.until(time.monotonic() + chosen.minutes * 60, options)
    console.print(", ".join(f"{name} {count}" for name, count in report.items()), soft_wrap=True)
    if report["ended"] == "paused":
        console.print(
            "The video transfer is paused, which is its initial state. Resume with: make migrate-videos ARGS=resume"
        )
    return 0 if report["ended"] in ("nothing_planned", "nothing_due", "daily_limit", "time_over", "paused") else 1


def _dry_run(console: Console) -> int:
    """Print the planned transfer, its time and cost. Writes nothing."""
    preview = video_migration_preview(database())
    policy, status = video_transfer.policy(), video_transfer.ledger().status()
    console.print(preview_table(preview, status, policy))
    videos = preview["unplanned"] + preview["planned"]
    console.print(move_table("Estimated cost of the transfer", _cost(preview, videos), days_at=policy))
    return 0


def _cost(preview: dict[str, Any], videos: int) -> Any:
    """Estimate from known lengths; unknown ones count as average."""
    assumed = Assumptions.load()
    unknown = preview["of_unknown_length"]
    minutes = float(preview["known_seconds"]) / 60 + unknown * assumed.library.minutes_per_video
    return cost_of_move(assumed, videos=videos, minutes=minutes)


def status(console: Console, _chosen: argparse.Namespace) -> int:
    """States and reasons."""
    for table in status_tables(video_transfer.ledger().status(), video_transfer.policy()):
        console.print(table)
    return 0


def report(console: Console, chosen: argparse.Namespace) -> int:
    """Print days, costs so far, and failures."""
    found = video_migration_report(database(), days=chosen.days)
    console.print(days_table(found["days"]))
    now = video_transfer.ledger().status()
    moved = sum(now["states"].get(state, 0) for state in _MOVED)
    cost = cost_of_move(Assumptions.load(), videos=moved, minutes=float(now["source_seconds"]) / 60)
    console.print(move_table("Cost of the transfer so far", cost))
    if found["problems"]:
        console.print(problems_table(found["problems"]))
    return 0


def pause(console: Console, _chosen: argparse.Namespace) -> int:
    """Stop."""
    video_migration_pause(database(), paused=True)
    console.print("Paused. Runs stop after their current chunk. Resume with: make migrate-videos ARGS=resume")
    return 0


def resume(console: Console, _chosen: argparse.Namespace) -> int:
    """Go on."""
    video_migration_pause(database(), paused=False)
    console.print("Resumed.")
    return 0


def retry(console: Console, chosen: argparse.Namespace) -> int:
    """Plan again."""
    again = video_migration_retry(database(), only=chosen.only)
    console.print(f"{again} planned again.")
    return 0


def rollback(console: Console, chosen: argparse.Namespace) -> int:
    """Show api.video again."""
    done = 0
    while True:
        answer = video_migration_rollback(
            database(),
            only=chosen.only,
            day=chosen.day.isoformat() if chosen.day else None,
            reason=chosen.reason,
            keep_days=video_transfer.policy().video_migration_rolled_back_days,
            limit=_PAGE,
        )
        done += answer["rolled_back"]
        if not answer["left"] or not answer["rolled_back"]:
            break
        console.print(f"{done} rolled back, {answer['left']} left", style="dim")
    console.print(f"{done} rolled back. They stay until: make migrate-videos ARGS=retry")
    if answer["source_released"]:
        console.print(
            f"{answer['source_released']} cannot be rolled back: api.video's copy was deleted.", style="bold red"
        )
    return 0 if done or not answer["source_released"] else 1


def verify(console: Console, chosen: argparse.Namespace) -> int:
    """Check transferred videos."""
    settling = video_transfer.migration_run().settling
    wrong = looked = 0
    after: str | None = None
    while True:
        entries = [
            TransferEntry.from_row(row)
            for row in video_migration_entries(database(), only=chosen.only, states=_MOVED, after=after, limit=_PAGE)
        ]
        if not entries:
            break
        found = settling.target.find([entry.target_id for entry in entries if entry.target_id])
        for entry in entries:
            problem = settling.look(entry, found.get(entry.target_id or ""))
            looked, wrong = looked + 1, wrong + (problem != "ok")
            if problem != "ok":
                console.print(f"{entry.id}  listing {entry.listing_id}  {problem}", style="red")
        after = entries[-1].id
    console.print(f"{looked} copies checked, {wrong} wrong.")
    return 1 if wrong else 0
