"""Reads `template.yaml`: the functions, their triggers, and the variables of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.errors import StackError


@dataclass(frozen=True)
class Intrinsic:
    """Value that only the cloud can resolve, such as `!Ref Bucket`."""

    tag: str
    value: object


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's tags; parsed in C where the library is there, which takes a tenth of the time."""


def _intrinsic(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Intrinsic:
    if isinstance(node, yaml.ScalarNode):
        return Intrinsic(tag, loader.construct_scalar(node))
    if isinstance(node, yaml.SequenceNode):
        return Intrinsic(tag, loader.construct_sequence(node, deep=True))
    if isinstance(node, yaml.MappingNode):
        return Intrinsic(tag, loader.construct_mapping(node, deep=True))
    return Intrinsic(tag, None)


_Loader.add_multi_constructor("!", _intrinsic)


@dataclass(frozen=True)
class ApiEvent:
    """HTTP route."""

    method: str
    path: str


@dataclass(frozen=True)
class TimerEvent:
    """Schedule of a function."""

    name: str
    schedule: str
    payload: str


@dataclass(frozen=True)
class BucketEvent:
    """Change in a bucket."""

    name: str
    bucket: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class FunctionSpec:
    """Function as described by the template."""

    name: str
    folder: Path
    handler: str
    timeout: float
    memory: int
    variables: Mapping[str, str | None] = field(default_factory=dict)
    routes: tuple[ApiEvent, ...] = ()
    timers: tuple[TimerEvent, ...] = ()
    buckets: tuple[BucketEvent, ...] = ()

    def environment(self, provided: Mapping[str, str], process: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of this function: the stack's, else the process's, else the template's own."""
        chosen: dict[str, str] = {}
        for name, literal in self.variables.items():
            value = provided.get(name, process.get(name, literal))
            if value is not None and value != "":
                chosen[name] = value
        return chosen


@dataclass(frozen=True)
class Template:
    """Functions, and the path prefixes with their aliases."""

    functions: tuple[FunctionSpec, ...]
    aliases: Mapping[str, tuple[str, ...]]


def load_document(path: Path) -> dict[str, Any]:
    """Return the file as YAML with CloudFormation's tags; raises one sentence for an error in it."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader with tags
    except FileNotFoundError:
        raise StackError(f"{path} is missing: it lists the functions and their routes.") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        raise StackError(f"{path.name} is not valid YAML{f', line {place.line + 1}' if place else ''}.") from None
    if not isinstance(document, dict):
        raise StackError(f"{path.name} is empty.")
    return document


def load_template(path: Path) -> Template:
    """Read the file; an error in it is one sentence."""
    document = load_document(path)
    shared = _mapping(_mapping(document.get("Globals")).get("Function"))
    functions = tuple(
        _function(str(name), _mapping(resource.get("Properties")), shared, path.parent)
        for name, resource in _mapping(document.get("Resources")).items()
        if _mapping(resource).get("Type") == "AWS::Serverless::Function"
    )
    return Template(functions, _aliases(_mapping(_mapping(document.get("Metadata")).get("Auto360"))))


def _function(logical: str, own: Mapping[str, Any], shared: Mapping[str, Any], root: Path) -> FunctionSpec:
    code = own.get("CodeUri", shared.get("CodeUri"))
    if not isinstance(code, str):
        raise StackError(f"template.yaml: {logical} has no CodeUri.")
    folder = (root / code).resolve()
    events = [(str(name), _mapping(event)) for name, event in _mapping(own.get("Events")).items()]
    of_type = {
        kind: [(name, _mapping(event.get("Properties"))) for name, event in events if event.get("Type") in kinds]
        for kind, kinds in {"api": ("Api",), "timer": ("Schedule", "ScheduleV2"), "bucket": ("S3",)}.items()
    }
    return FunctionSpec(
        name=folder.name,
        folder=folder,
        handler=str(own.get("Handler", shared.get("Handler", "handler.handler"))),
        timeout=float(_number(own.get("Timeout", shared.get("Timeout")), 3)),
        memory=int(_number(own.get("MemorySize", shared.get("MemorySize")), 128)),
        variables=_variables(shared) | _variables(own),
        routes=tuple(ApiEvent(str(p.get("Method", "get")).upper(), str(p.get("Path"))) for _, p in of_type["api"]),
        timers=tuple(
            TimerEvent(name, _text(p.get("Schedule", p.get("ScheduleExpression"))), _text(p.get("Input")))
            for name, p in of_type["timer"]
        ),
        buckets=tuple(
            BucketEvent(name, _text(p.get("Bucket")), _kinds(p.get("Events"))) for name, p in of_type["bucket"]
        ),
    )


def _variables(properties: Mapping[str, Any]) -> dict[str, str | None]:
    variables = _mapping(_mapping(properties.get("Environment")).get("Variables"))
    return {str(name): _literal(value) for name, value in variables.items()}


def _literal(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _aliases(settings: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        str(prefix).rstrip("/"): tuple(str(other).rstrip("/") for other in others)
        for prefix, others in _mapping(settings.get("PathAliases")).items()
    }


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object, otherwise: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _text(value: object) -> str:
    if isinstance(value, Intrinsic):
        return str(value.value)
    return "" if value is None else str(value)


def _kinds(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return (_text(value),) if value else ()
