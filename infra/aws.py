"""AWS layout: the bundles arranged like the output of `sam build`, so that `sam deploy` needs no build.

`.aws-sam/build/<Function>/` holds an artifact, and `.aws-sam/build/template.yaml` is our template with `CodeUri` set to
that folder. The artifact is vendored, as on Yandex, so the layer is left out.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from infra.artifact import ROOT
from infra.bundle import make_bundles, unpack
from infra.template import Project
from local.gateway.template import Intrinsic

BUILT = ROOT / ".aws-sam" / "build"


class _Dumper(yaml.SafeDumper):
    """YAML with CloudFormation's tags."""


def _intrinsic(dumper: yaml.SafeDumper, value: Intrinsic) -> yaml.Node:
    tag = f"!{value.tag}"
    if isinstance(value.value, dict):
        return dumper.represent_mapping(tag, value.value)
    if isinstance(value.value, list):
        return dumper.represent_sequence(tag, value.value)
    return dumper.represent_scalar(tag, str(value.value))


_Dumper.add_representer(Intrinsic, _intrinsic)


def lay_out(project: Project, folder: Path = BUILT) -> Path:
    """Rewrite folder and template, and return the template."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for bundle in make_bundles([spec.name for spec in project.functions]):
        unpack(bundle, folder / _logical(bundle.function))
    path = folder / "template.yaml"
    text = yaml.dump(built_template(project), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, encoding="utf-8")
    return path


def built_template(project: Project) -> dict[str, Any]:
    """Return the template with the built folders, a HEAD for every GET, and without the layer inside the folders."""
    document = dict(project.document)
    resources = {}
    for name, resource in document["Resources"].items():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            continue
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"]
            events = {"Events": _with_head(own["Events"])} if "Events" in own else {}
            resources[name] = {**resource, "Properties": {**own, **events, "CodeUri": name}}
        else:
            resources[name] = resource
    shared = document["Globals"]["Function"]
    without_layer = {name: value for name, value in shared.items() if name != "Layers"}
    document["Globals"] = {**document["Globals"], "Function": without_layer}
    document["Resources"] = resources
    return document


def _with_head(events: dict[str, Any]) -> dict[str, Any]:
    asked_about = {
        f"{name}Head": {**event, "Properties": {**event["Properties"], "Method": "head"}}
        for name, event in events.items()
        if event["Type"] == "Api" and event["Properties"]["Method"] == "get"
    }
    return {**events, **asked_about}


def _logical(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_")) + "Function"
