"""Checks of a stage in the cloud: the preconditions of a deployment, and differences of the live stage from its file.

Finds manual changes after a deployment: a deleted secret, a revoked role, a lowered quota, a limit edited in
the console.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.doctor import Variables, Warn, Wrong, check

if TYPE_CHECKING:
    from infra.yandex.current_state import Actual
    from infra.yandex.entry_steps import Entry

# Not a variable of a function: the name of the stage, passed by the report.
STAGE = "DOCTOR_STAGE"
# The deploying account's static key is not needed by a running stage.
_ONLY_FOR_DEPLOYING = {"AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-"}


@check("preconditions", needs=(STAGE,), advice="Run `make plan`: it names each with where to mend it.")
def preconditions(variables: Variables) -> str:
    """Check the manual preconditions: secrets, bucket, certificate, channel, quotas, room in environments."""
    from infra.yandex.checks import problems

    entry, actual = _stage(variables[STAGE])
    found = problems(entry.wanted, actual, _ONLY_FOR_DEPLOYING)
    if found:
        raise Wrong(_first(found))
    return f"those of {len(entry.wanted.functions)} functions hold"


@check("roles", needs=(STAGE,), advice="Run `make deploy`, which gives back each role that is missing.")
def roles(variables: Variables) -> str:
    """Check that the accounts of functions, gateway and triggers have their roles."""
    from infra.yandex.access_steps import access_steps, account_steps

    entry, actual = _stage(variables[STAGE])
    missing = list(account_steps(entry.wanted, actual)) or list(access_steps(entry.wanted, actual))
    if missing:
        raise Wrong(_first([f"{step.name} {step.detail}".strip() for step in missing]))
    return f"{len(entry.wanted.accounts)} accounts"


@check("live limits", needs=(STAGE,), advice="Run `make plan`, then `make deploy`, or correct the stage's file.")
def live_limits(variables: Variables) -> str:
    """Check that instances, requests and the gateway's specification equal the stage's file."""
    from infra.yandex.entry_steps import gateway_steps
    from infra.yandex.function_steps import scaling_steps

    entry, actual = _stage(variables[STAGE])
    differing = [*scaling_steps(entry.wanted, actual), *gateway_steps(entry, actual)]
    if differing:
        raise Warn(_first([f"{step.kind} {step.name}" for step in differing]))
    return "as in the stage's file"


def _stage(name: str) -> tuple[Entry, Actual]:
    """Return the wanted state without code, which is not built here, and the current one."""
    from pathlib import Path

    from infra.bundle import Bundle
    from infra.stage import load_stage
    from infra.template import load_project
    from infra.yandex.cloud import connect
    from infra.yandex.current_state import Actual
    from infra.yandex.desired_state import work_out
    from infra.yandex.entry_steps import Entry
    from local.paths import OPENAPI

    stage, project = load_stage(name), load_project()
    no_code = {spec.name: Bundle(spec.name, Path(), "", 0, 0) for spec in project.functions}
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return Entry(work_out(project, stage, no_code), project, document), Actual(connect(), stage)


def _first(found: list[str]) -> str:
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0]}{more}"
