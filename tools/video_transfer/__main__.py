"""`make migrate-videos ARGS="…"`: run, look, pause, go on, roll back. The timer's function does the same work."""

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
    """Do what was asked for."""
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
        print("\nStopped. Nothing is lost: the next run goes on here.", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """What may be asked for."""
    top = argparse.ArgumentParser(prog="make migrate-videos", description=__doc__)
    actions_of = top.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, about: str) -> argparse.ArgumentParser:
        return actions_of.add_parser(name, help=about, description=about)

    run = action("run", "move videos until the day's allowance is used up or nothing is left")
    run.add_argument("--dry-run", action="store_true", help="only tell what would be moved, how long and for how much")
    _only(run)
    run.add_argument("--limit", type=int, metavar="N", help="begin at most N videos")
    run.add_argument("--minutes", type=float, default=24 * 60, help="stop after so many minutes")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    report = action("report", "days, costs so far, and what failed")
    report.add_argument("--days", type=int, default=30, help="how many days back")
    action("status", "how many videos are in which state")
    action("pause", "stop everywhere, after the present chunk")
    action("resume", "go on")
    _only(action("retry", "plan again what failed, was left out or rolled back"))
    _only(action("verify", "compare copies with what was sent, and play them; changes nothing"))
    rollback = action("rollback", "show api.video again")
    which = rollback.add_mutually_exclusive_group(required=True)
    _only(which)
    which.add_argument("--day", type=date.fromisoformat, help="all that were begun on this Bishkek day, 2026-11-24")
    which.add_argument("--all", action="store_true", help="all that can be")
    rollback.add_argument("--reason", default="by hand", help="kept in the ledger")
    return top


def _only(to: argparse._ActionsContainer) -> None:
    about = "these alone: ids of listings, videos, or of either provider; may be given several times"
    to.add_argument("--only", action="append", metavar="ID", help=about)


if __name__ == "__main__":
    sys.exit(main())
