"""`make migrate-videos ARGS="…"`: run, inspect, pause, resume, roll back. The timer's function does the same work."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from datetime import date

from rich.console import Console

from auto360.core.errors import SettingsInvalid
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from local.errors import StackError
from tools.environment import NoStack, use_local_stack_unless_told
from tools.video_transfer import actions

_ACTIONS: dict[str, Callable[[Console, argparse.Namespace], int]] = {
    "run": actions.run,
    "status": actions.status,
    "report": actions.report,
    "pause": actions.pause,
    "resume": actions.resume,
    "retry": actions.retry,
    "verify": actions.verify,
    "rollback": actions.rollback,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    chosen = parser().parse_args(arguments)
    console = Console()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        place = use_local_stack_unless_told()
        if chosen.action in ("run", "rollback", "retry"):
            console.print(f"Working on {place}", style="dim")
        return _ACTIONS[chosen.action](console, chosen)
    except (NoStack, StackError, SettingsInvalid) as error:
        print(error, file=sys.stderr)
    except (DatabaseUnavailable, DatabaseRefused):
        print("The database does not answer, or lacks the newest migrations.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The next run continues here.", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="make migrate-videos", description=__doc__)
    actions_of = top.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, about: str) -> argparse.ArgumentParser:
        return actions_of.add_parser(name, help=about, description=about)

    run = action("run", "transfer videos until the daily limit is reached or nothing is left")
    run.add_argument("--dry-run", action="store_true", help="show the videos to transfer, the time and the cost")
    _only(run)
    run.add_argument("--limit", type=int, metavar="N", help="start at most N videos")
    run.add_argument("--minutes", type=float, default=24 * 60, help="stop after this many minutes")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    report = action("report", "show days, costs so far and failures")
    report.add_argument("--days", type=int, default=30, help="number of days")
    action("status", "count videos by state")
    action("pause", "pause all runs after their current chunk")
    action("resume", "resume paused runs")
    _only(action("retry", "plan failed, skipped or rolled back videos again"))
    _only(action("verify", "compare and play copies; changes nothing"))
    rollback = action("rollback", "play from api.video again")
    which = rollback.add_mutually_exclusive_group(required=True)
    _only(which)
    which.add_argument("--day", type=date.fromisoformat, help="videos started on this Bishkek day, such as 2026-11-24")
    which.add_argument("--all", action="store_true", help="every video that can be rolled back")
    rollback.add_argument("--reason", default="by hand", help="kept in the ledger")
    return top


def _only(to: argparse._ActionsContainer) -> None:
    about = "restrict to this id of a listing, a video or either provider; repeatable"
    to.add_argument("--only", action="append", metavar="ID", help=about)


if __name__ == "__main__":
    sys.exit(main())
