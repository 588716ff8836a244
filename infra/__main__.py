"""`python -m infra <command>`: the commands behind `make bundle`, `make openapi`, `make plan` and others."""

from __future__ import annotations

import argparse
import os
import sys

from infra.artifact import ROOT, ArtifactError
from infra.bundle import BundleError, import_milliseconds, make_bundles, write_index
from infra.bytecode import BytecodeError
from infra.edge.rules import EdgeError
from infra.environment import environment_bytes
from infra.platforms import cloud_python
from infra.stage import StageError
from infra.template import Project, TemplateError, load_project
from local.errors import StackError
from local.paths import OPENAPI
from local.ports import HOST, Ports

_REFUSALS = (ArtifactError, BundleError, BytecodeError, EdgeError, StageError, TemplateError, StackError)
_STAGED = {
    "plan": "show the changes of a deployment",
    "deploy": "deploy; resumes an interrupted run, rolls back if unhealthy",
    "canary": "send a share of requests to new versions",
    "rollback": "restore the versions before the last deployment",
    "destroy": "delete a stage except its secrets and bundles",
    "secret": "set a secret from the terminal or a pipe",
    "smoke": "call a stage from outside and compare twenty answers with the expected ones",
    "doctor": "check configuration and credentials of every provider",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; failures with a remedy print one sentence."""
    parser = argparse.ArgumentParser(prog="python -m infra", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("bundle", help="make the bundle of every function")
    commands.add_parser("openapi", help="write docs/openapi.json")
    commands.add_parser("roles", help="show the roles that the deploying account needs")
    commands.add_parser("edge", help="check the rules of flood protection against the limits of our own")
    commands.add_parser("sam", help="arrange the bundles like `sam build`")
    for name, told in _STAGED.items():
        command = commands.add_parser(name, help=told)
        command.add_argument("--stage", default="production")
        if name == "canary":
            command.add_argument("--share", type=int, choices=range(100), required=True, metavar="0..99")
        if name == "secret":
            command.add_argument("--name", required=True)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command in _STAGED:
            return _on_a_stage(chosen)
        return {"bundle": _bundle, "openapi": _openapi, "roles": _roles, "edge": _edge, "sam": _sam}[chosen.command](
            load_project()
        )
    except _REFUSALS as error:
        print(error, file=sys.stderr)
        return 1


def _on_a_stage(chosen: argparse.Namespace) -> int:
    from infra.doctor.report import LOCAL
    from infra.yandex import commands
    from infra.yandex.cloud import CloudError
    from infra.yandex.deployment import DeploymentFailed
    from infra.yandex.rules import RuleError

    if chosen.command == "doctor":
        from infra.doctor import report

        return report.run(load_project(), chosen.stage)
    if chosen.command == "smoke" and chosen.stage == LOCAL:
        return commands.show_smoke(f"http://{HOST}:{Ports.from_environ(os.environ).gateway}")
    share, secret = getattr(chosen, "share", 0), getattr(chosen, "name", "")
    try:
        return commands.run(chosen.command, load_project(), chosen.stage, share=share, secret=secret)
    except (CloudError, DeploymentFailed, RuleError) as error:
        print(error, file=sys.stderr)
        return 1


def _bundle(project: Project) -> int:
    bundles = make_bundles([spec.name for spec in project.functions])
    imports = {bundle.function: import_milliseconds(bundle) for bundle in bundles}
    print(f"{'function':<24} {'zip MB':>7} {'raw MB':>7} {'import ms':>9} {'env bytes':>9}  sent by  file")
    for bundle in bundles:
        took = imports[bundle.function]
        shown = "–" if took is None else f"{took:.0f}"
        way = "storage" if bundle.goes_through_storage else "call"
        size, unpacked = bundle.size / 1e6, bundle.unpacked / 1e6
        variables, at_start = project.variables[bundle.function], bundle.function in project.reading_at_start
        environment = environment_bytes(variables, project.defaults, is_read_at_start=at_start)
        columns = f"{size:>7.1f} {unpacked:>7.1f} {shown:>9} {environment:>9}"
        print(f"{bundle.function:<24} {columns}  {way:<7}  {bundle.path.name}")
    index = write_index(bundles, imports=imports)
    print(f"\n{len(bundles)} bundles in {index.parent.relative_to(ROOT)}; their list is {index.name}.")
    if cloud_python() is None:
        print("Import times need an interpreter of the cloud's version (Python 3.12) on this machine; there is none.")
    return 0


def _openapi(project: Project) -> int:
    from infra.openapi import build_document, to_text

    document = build_document(project.functions)
    OPENAPI.write_text(to_text(document), encoding="utf-8")
    operations = sum(len(operations) for operations in document["paths"].values())
    print(f"{OPENAPI.relative_to(ROOT)}: {operations} operations on {len(document['paths'])} paths.")
    return 0


def _roles(_project: Project) -> int:
    from infra.yandex import deployer_roles

    print(f"{deployer_roles.table()}\n\n{deployer_roles.commands()}")
    return 0


def _edge(project: Project) -> int:
    from infra.edge.rules import load_rules, problems

    rules = load_rules()
    found = list(problems(rules, project, {}))
    for problem in found:
        print(f"! {problem}", file=sys.stderr)
    for rule in rules:
        mode = "counts" if rule.dry_run else "blocks"
        columns = f"{rule.limit:>6} in {rule.period_seconds:>5} s, then {rule.ban_seconds:>5} s out"
        print(f"{rule.name:<14} by {rule.by:<13} {columns}  {mode}")
    if not found:
        print(f"{len(rules)} rules allow many users behind one address, and exceed our own limits.")
    return 1 if found else 0


def _sam(project: Project) -> int:
    from infra.aws import lay_out

    template = lay_out(project)
    print(f"{template.relative_to(ROOT)} is the input of `sam deploy`; {len(project.functions)} functions.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
