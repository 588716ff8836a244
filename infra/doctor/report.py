"""Gathers a stage's variables, runs every check, prints a line each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from infra.doctor import REGISTRY, Finding, Variables, backups, edge, examine
from infra.doctor import stage as stage_checks
from infra.stage import StageError, load_stage
from infra.template import Project

if TYPE_CHECKING:
    from infra.yandex.cloud import Cloud

LOCAL = "local"


def run(project: Project, stage: str, *, show: Callable[[str], None] = print) -> int:
    """Examine a stage, `local` being the stack of this machine; the exit code is 1 where something fails."""
    from infra.doctor import (  # noqa: F401 - they register their checks
        banks,
        configuration,
        gateway,
        postgrest,
        providers,
        restored,
        supabase,
    )

    variables = local_variables(os.environ) if stage == LOCAL else stage_variables(project, stage, os.environ)
    counts: Counter[str] = Counter()
    with_variables(variables)
    for finding in examine(variables, REGISTRY):
        show(str(finding))
        counts[finding.outcome] += 1
    show(_summary(counts))
    return 1 if counts["failure"] else 0


def findings(variables: Variables) -> list[Finding]:
    """Return every finding, for tests."""
    with_variables(variables)
    return list(examine(variables, REGISTRY))


def with_variables(variables: Variables) -> None:
    """Wire providers as in a function: from the environment."""
    os.environ.update(variables)


def local_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the stack on this machine (PORT, AUTO360_DATA)."""
    from local.function_environment import function_environment
    from local.paths import DataFolder
    from local.ports import Ports
    from local.secrets import Keyring
    from local.stack import Stack

    data = DataFolder.from_environ(environ)
    if not data.secrets.is_file():
        raise StageError(f"{data.root} holds no local stack: `make up` makes one (AUTO360_DATA, PORT).")
    keyring = Keyring.load_or_create(data.secrets)
    stack = Stack(data, Ports.from_environ(environ), keyring, environ, print)
    return function_environment(keyring, stack.addresses, environ)


def stage_variables(project: Project, name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return a stage's variables: text from template and stage, secrets from the environment or else from Lockbox."""
    stage = load_stage(name)
    parameters = project.parameters(stage.parameters)
    variables: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for each in {variable for function in project.variables.values() for variable in function}:
        if each.secret is None:
            variables[each.name] = stage.settings.get(each.name) or each.value(parameters)
        elif each.name in environ:
            variables[each.name] = environ[each.name]
        elif each.secret not in stage.absent_secrets:
            secrets[each.name] = each.secret
    variables[edge.PROFILE] = stage.security_profile_id
    variables[backups.RUNS_ON], variables[backups.DISK_GB] = stage.backups.runs_on, str(stage.backups.disk_gb)
    variables[stage_checks.STAGE] = name
    if secrets:
        from infra.yandex.cloud import connect
        from infra.yandex.secrets import read_secrets

        cloud: Cloud = connect()
        found = read_secrets(cloud, stage, set(secrets.values()))
        variables |= {name: found[key] for name, key in secrets.items() if key in found}
    return variables


def _summary(counts: Counter[str]) -> str:
    told = (f"{counts['ok']} ok", _counted(counts["warning"], "warning"), _counted(counts["failure"], "failure"))
    return "\n" + ", ".join([*told, f"{counts['absent']} not configured"]) + "."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
