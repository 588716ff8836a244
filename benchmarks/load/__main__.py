"""`make load`: steps up to the breaking point, spike, soak and a failure; report as HTML and JSON.

`USERS` people online; `STAGE=staging` selects the target. See docs/performance.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.load.report import page
from benchmarks.load.run import Options, Run, staging_world_source
from benchmarks.load.target import TargetRefused, target_of
from benchmarks.load.world import WorldMissing
from infra.artifact import BUILD
from local.errors import StackError
from local.paths import CHECKOUT
from local.ports import DEFAULT_BASE

FOLDER = BUILD / "load"


def main() -> int:
    """Run, write the report, and print the phases."""
    options = Options.from_environ(os.environ)
    stage, port = os.environ.get("STAGE") or "local", int(os.environ.get("PORT") or DEFAULT_BASE)
    _allow_many_connections()
    try:
        target = target_of(stage, port, os.environ)
        run = Run(options, target, say=lambda line: print(line, flush=True))
        result = asyncio.run(run.on_local_stack(port) if target.is_local else run.on(staging_world_source(os.environ)))
    except (StackError, TargetRefused, WorldMissing) as error:
        print(error, file=sys.stderr)
        return 1
    result |= {"about": _about(result, stage), "stage": stage, "users": options.users}
    print(f"\n{result['verdict']}\n{write(result)}")
    return 0


def write(result: dict[str, Any]) -> Path:
    """Write `<name>.json` and `<name>.html`; return the latter."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"{result['stage']}-{result['users']}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    (FOLDER / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    report = FOLDER / f"{name}.html"
    report.write_text(page(result), encoding="utf-8")
    return report


def _about(result: dict[str, Any], stage: str) -> str:
    """Return the conditions of the run, without which its figures are meaningless."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the developer's own git
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    machine = f"{os.cpu_count()} CPUs, {platform.system()}, load before the run {result['load_before']:.2f}"
    return (
        f"{time.strftime('%d %B %Y, %H:%M')} UTC · {stage} · mix “{result['mix']}” · seed {result['seed']} ·"
        f" {result['people']:,} people in turn, {result['listings']:,} listings by popularity · {machine} ·"
        f" Python {platform.python_version()} · version {commit}"
    )


def _allow_many_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, hard) if hard > 0 else 65536, hard))


if __name__ == "__main__":
    sys.exit(main())
