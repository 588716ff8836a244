"""Commands of the Yandex deployer at a terminal."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from functools import partial

from infra import smoke
from infra.bundle import make_bundles
from infra.smoke import send
from infra.stage import Stage, load_stage
from infra.template import Project
from infra.yandex.checks import problems
from infra.yandex.cloud import Cloud, CloudError, connect
from infra.yandex.current_state import Actual
from infra.yandex.deployment import Deployment
from infra.yandex.desired_state import gateway_of, work_out
from infra.yandex.entry_steps import Entry
from infra.yandex.health import HealthCheck
from infra.yandex.queues import Queues
from infra.yandex.secrets import set_secret
from infra.yandex.storage import Storage
from local.paths import OPENAPI


def run(command: str, project: Project, stage_name: str, *, share: int = 0, secret: str = "") -> int:
    """Run a command on a stage; the result is the exit code."""
    stage, cloud = load_stage(stage_name), connect()
    if command == "secret":
        print(set_secret(project, Actual(cloud, stage), secret, _typed(secret)))
        return 0
    if command == "smoke":
        return _smoke(Actual(cloud, stage))
    deployment = _deployment(project, stage, cloud)
    if command in ("plan", "deploy", "canary"):
        found = problems(deployment.entry.wanted, Actual(cloud, stage))
        for problem in found:
            print(f"! {problem}", file=sys.stderr)
        if found and command != "plan":
            print("Nothing was changed.", file=sys.stderr)
            return 1
    commands: dict[str, Callable[[], int]] = {
        "plan": partial(_show_plan, deployment),
        "deploy": deployment.deploy,
        "canary": partial(deployment.start_canary, share),
        "rollback": deployment.roll_back,
        "destroy": partial(_destroy, deployment, stage),
    }
    count = commands[command]()
    if command != "plan":
        print(f"{count} steps done on {stage.name}." if count else f"Nothing to do on {stage.name}.")
    return 0


def _deployment(project: Project, stage: Stage, cloud: Cloud) -> Deployment:
    bundles = {bundle.function: bundle for bundle in make_bundles([spec.name for spec in project.functions])}
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    entry = Entry(work_out(project, stage, bundles), project, document)
    return Deployment(
        cloud=cloud,
        storage=Storage(stage.bundle_bucket),
        queues=Queues(),
        stage=stage,
        entry=entry,
        report=partial(print, flush=True),
        is_healthy=lambda address: HealthCheck(address, send)(project.functions),
    )


def _smoke(actual: Actual) -> int:
    """Call the stage's gateway, by its domain where it has one."""
    gateway = actual.gateways.get(gateway_of(actual.stage))
    if gateway is None:
        raise CloudError(f"{actual.stage.name} has no gateway yet: `make deploy STAGE={actual.stage.name}`.")
    return show_smoke(f"https://{actual.stage.domain or gateway.domain}")


def show_smoke(address: str) -> int:
    """Make the smoke calls and print each fault; the exit code is 1 where there is one."""
    faults = smoke.run(address, send, pause=lambda _seconds: None)
    for fault in faults:
        print(f"! {fault}", file=sys.stderr)
    print(f"{len(smoke.CALLS) - len(faults)} of {len(smoke.CALLS)} calls came out as they should at {address}.")
    return 1 if faults else 0


def _show_plan(deployment: Deployment) -> int:
    steps = deployment.plan()
    for step in steps:
        print(step)
    left = len(deployment.entry.wanted.functions) - sum(step.kind == "version" for step in steps)
    print(f"\n{len(steps)} steps; {left} functions keep their version." if steps else "Nothing to do.")
    return len(steps)


def _destroy(deployment: Deployment, stage: Stage) -> int:
    typed = input(
        f"Everything of {stage.name} except its secrets and bundles will be deleted. Type its name to continue: "
    )
    if typed.strip() != stage.name:
        print("Nothing was deleted.")
        return 0
    return deployment.destroy()


def _typed(name: str) -> str:
    """Return the value from the terminal, unseen, or from a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.read().rstrip("\n")
