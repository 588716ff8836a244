"""`make cdn-plan` shows changes, `make cdn-apply` applies them, `make cdn-purge ARGS="PATH …"` queues paths."""

from __future__ import annotations

import argparse
import sys

from pydantic import ValidationError
from rich.console import Console

from auto360.container import cdn
from auto360.container.data import database
from auto360.core.errors import SettingsInvalid
from auto360.providers.cdn import CdnFailure
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.functions.cdn_purges import cdn_purge_request
from infra.template import load_project
from local.errors import StackError
from tools.cdn.plan import Change, changes
from tools.cdn.refusals import refusals
from tools.cdn.settings import wanted
from tools.environment import NoStack, use_local_stack_unless_told

_SIGNS = {"create": "[green]+[/]", "change": "[yellow]~[/]", "remove": "[red]-[/]"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="make cdn-plan", description=__doc__)
    parser.add_argument("action", choices=("plan", "apply", "purge"))
    parser.add_argument("paths", nargs="*", help="for purge: paths that begin with /, a * allowed at the end")
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        console.print(f"Working on {use_local_stack_unless_told()}", style="dim")
        return _purge(console, chosen.paths) if chosen.action == "purge" else _settings(console, chosen.action)
    except (NoStack, StackError, SettingsInvalid, ValidationError) as error:
        print(error, file=sys.stderr)
    except CdnFailure as failure:
        print(f"The CDN refused or did not answer: {failure.code}", file=sys.stderr)
    except (DatabaseUnavailable, DatabaseRefused):
        print("The database does not answer, or lacks the newest migrations.", file=sys.stderr)
    return 1


def _settings(console: Console, action: str) -> int:
    if not cdn.is_used():
        console.print("No CDN is configured: YANDEX_CDN_RESOURCE_ID is empty.")
        return 1
    refused = list(refusals(wanted(), load_project()))
    for refusal in refused:
        console.print(f"! {refusal}", style="red", highlight=False, markup=False, soft_wrap=True)
    if refused and action == "apply":
        console.print("Nothing was changed.")
        return 1
    resource = cdn.yandex_cdn()
    found = resource.read()
    planned = list(changes(wanted(), found))
    for change in planned:
        _show(console, change)
        if action == "apply":
            change.apply(resource)
    if not found.has_certificate:
        console.print("The resource has no certificate: without one there is neither HTTPS nor HTTP/2.", style="red")
    if not planned:
        console.print("Nothing to change.")
    else:
        console.print(
            f"{len(planned)} changes" + (" made; they reach all edges within 15 minutes" * (action == "apply"))
        )
    return 0


def _show(console: Console, change: Change) -> None:
    console.print(f"{_SIGNS[change.kind]} {change.what}")
    for line in change.details:
        console.print(f"    {line}", style="dim", highlight=False, markup=False)


def _purge(console: Console, paths: list[str]) -> int:
    if not paths or any(not path.startswith("/") or "*" in path[:-1] for path in paths):
        print("Give paths that begin with /; a * may stand at the end.", file=sys.stderr)
        return 1
    added = cdn_purge_request(database(), paths=paths)
    console.print(f"{added} paths queued. The function cdn_purger sends ten a minute.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
