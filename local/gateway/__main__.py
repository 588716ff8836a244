"""Starts the gateway: `python -m local.gateway`, with its settings in the environment."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from aiohttp import web

from local.errors import StackError
from local.gateway.edge import edge_from
from local.gateway.function_log import FunctionLog
from local.gateway.functions import Functions
from local.gateway.limits import PoolLimits
from local.gateway.local_api import LocalSettings
from local.gateway.server import application
from local.ports import HOST
from local.processes import die_with_parent

BACKLOG = 4096


def main() -> int:
    """Serve until a signal."""
    die_with_parent()
    settings = json.loads(os.environ.pop("AUTO360_GATEWAY"))
    _allow_many_connections()
    log = FunctionLog(Path(settings["function_log"]))
    tokens = os.environ.get("AUTO360_ISSUED_TOKENS")
    try:
        functions = Functions(
            path=Path(settings["template"]),
            provided=settings["variables"],
            process=dict(os.environ),
            log=log,
            limits=PoolLimits(settings["workers"], settings["requests"]),
        )
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    local = LocalSettings(
        settings["simulators"], settings["storage"], settings["variables"]["STAFF_KEY"], settings["addresses"]
    )
    edge = edge_from(os.environ.get("EDGE", ""))
    site = application(functions, local, Path(tokens) if tokens else None, edge)
    web.run_app(site, host=HOST, port=settings["port"], backlog=BACKLOG, access_log=None, print=None)
    return 0


def _allow_many_connections() -> None:
    """Raise the limit of open files, since a thousand callers exceed the usual one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384 if hard == resource.RLIM_INFINITY else min(16384, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
