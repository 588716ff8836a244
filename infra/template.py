"""Deployer's view of `template.yaml`: the source of each variable's value.

A value is text that may name parameters, or the name of a secret. `infra.stage` holds the parameters of a stage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.gateway.template import FunctionSpec, Intrinsic, Template, load_document, load_template
from local.paths import TEMPLATE

# HTML pages: routes of the gateway, not part of the API in `docs/openapi.json`.
PAGES = "/admin"

_SECRET = re.compile(r"\{\{resolve:secretsmanager:.+:SecretString:(\w+)\}\}")
_PARAMETER = re.compile(r"\$\{(\w+)\}")


class TemplateError(Exception):
    """Template contains something that cannot be deployed; the message names the place."""


@dataclass(frozen=True)
class Variable:
    """Environment variable: `secret` is the key in the secret store, otherwise `text` with `${Parameter}` in it."""

    name: str
    text: str = ""
    secret: str | None = None

    def value(self, parameters: Mapping[str, str]) -> str:
        """Return the text with its parameters filled in. Raises TemplateError for one without a value in the stage."""
        return filled(self.text, parameters, where=self.name)


@dataclass(frozen=True)
class EventOptions:
    """Event options that the local gateway ignores: retries, and the objects of a storage event."""

    retries: int = 3
    prefix: str = ""
    suffix: str = ""
    bucket: str = ""


@dataclass(frozen=True)
class Project:
    """Template for the deployer. `defaults` of the parameters; None: required in the stage."""

    template: Template
    defaults: Mapping[str, str | None]
    variables: Mapping[str, tuple[Variable, ...]]
    events: Mapping[tuple[str, str], EventOptions]
    roles: Mapping[str, tuple[str, ...]]
    channel_roles: Mapping[str, tuple[str, ...]]
    reading_at_start: frozenset[str]
    document: Mapping[str, Any]

    def settable(self, name: str) -> bool:
        """Return True if a variable has a plain value in some function, which a stage may override."""
        given = [each for variables in self.variables.values() for each in variables if each.name == name]
        return any(each.secret is None for each in given)

    @property
    def functions(self) -> tuple[FunctionSpec, ...]:
        return self.template.functions

    def parameters(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return all parameters of a stage. Raises TemplateError for unknown and missing ones."""
        unknown = sorted(set(given) - set(self.defaults))
        if unknown:
            raise TemplateError(f"template.yaml has no parameter {', '.join(unknown)}.")
        chosen = {name: given.get(name, default) for name, default in self.defaults.items()}
        missing = sorted(name for name, value in chosen.items() if value is None)
        if missing:
            raise TemplateError(f"The stage has no value for {', '.join(missing)}.")
        return {name: str(value) for name, value in chosen.items()}


def filled(text: str, parameters: Mapping[str, str], *, where: str) -> str:
    """Return a text with `${Parameter}` replaced."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            raise TemplateError(f"template.yaml: {where} refers to {match[1]}, which is no parameter.")
        return parameters[match[1]]

    return _PARAMETER.sub(value, text)


@cache
def load_project(path: Path = TEMPLATE) -> Project:
    """Read the template."""
    document = load_document(path)
    resources: dict[str, Any] = document.get("Resources") or {}
    shared = ((document.get("Globals") or {}).get("Function") or {}).get("Environment") or {}
    variables, events, roles, channel_roles = {}, {}, {}, {}
    reading_at_start: set[str] = set()
    for logical, resource in resources.items():
        if resource.get("Type") == "AWS::Serverless::Function":
            properties = resource["Properties"]
            folder = str(properties["CodeUri"]).rstrip("/").rpartition("/")[2]
            own = (properties.get("Environment") or {}).get("Variables") or {}
            given = {**(shared.get("Variables") or {}), **own}
            variables[folder] = tuple(_variable(logical, name, value) for name, value in given.items())
            ours = (resource.get("Metadata") or {}).get("Auto360") or {}
            roles[folder] = tuple(ours.get("YandexRoles") or ())
            channel_roles[folder] = tuple(ours.get("YandexVideoRoles") or ())
            reading_at_start |= {folder} if ours.get("SecretsAtStart") else set()
            for name, event in (properties.get("Events") or {}).items():
                events[(folder, name)] = _options(logical, event.get("Properties") or {}, resources)
    return Project(
        template=load_template(path),
        defaults={
            name: None if "Default" not in parameter else str(parameter["Default"])
            for name, parameter in (document.get("Parameters") or {}).items()
        },
        variables=variables,
        events=events,
        roles=roles,
        channel_roles=channel_roles,
        reading_at_start=frozenset(reading_at_start),
        document=document,
    )


def _options(logical: str, properties: Mapping[str, Any], resources: Mapping[str, Any]) -> EventOptions:
    retries = (properties.get("RetryPolicy") or {}).get("MaximumRetryAttempts", 3)
    rules = ((properties.get("Filter") or {}).get("S3Key") or {}).get("Rules") or ()
    filters = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
    bucket = _text(logical, "Bucket", properties["Bucket"]) if "Bucket" in properties else ""
    resource = resources.get(bucket.removeprefix("${").removesuffix("}"))
    if resource is not None:
        bucket = _text(logical, "BucketName", (resource.get("Properties") or {}).get("BucketName", ""))
    return EventOptions(int(retries), filters.get("prefix", ""), filters.get("suffix", ""), bucket)


def _variable(logical: str, name: str, value: object) -> Variable:
    text = _text(logical, name, value)
    secret = _SECRET.fullmatch(text)
    if secret is None and "{{resolve:" in text:
        raise TemplateError(f"template.yaml: {logical} mixes a secret into other text in {name}.")
    return Variable(name, secret=secret[1]) if secret else Variable(name, text=text)


def _text(logical: str, name: str, value: object) -> str:
    """Return a value as text with parameters as `${Name}`; supports `!Ref`, `!Sub` and plain values."""
    if isinstance(value, Intrinsic):
        if value.tag == "Ref":
            return f"${{{value.value}}}"
        if value.tag == "Sub" and isinstance(value.value, str):
            return value.value
        raise TemplateError(
            f"template.yaml: {logical} uses !{value.tag} in {name}; only !Ref and !Sub can be deployed."
        )
    return str(value).lower() if isinstance(value, bool) else str(value)
