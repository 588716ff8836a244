"""Checks before any change: preconditions, missing secrets, space in environments, quotas.

Each finding is a sentence with the remedy. Rules about names, paths and schedules fail earlier, while the wanted
state is computed (`infra.yandex.rules`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from infra.edge.rules import load_rules
from infra.edge.rules import problems as edge_problems
from infra.environment import MAX_BYTES, START_BYTES, usual_bytes
from infra.template import load_project
from infra.yandex.current_state import Actual
from infra.yandex.desired_state import Wanted
from infra.yandex.preconditions import missing_preconditions
from infra.yandex.quotas import quota_problems
from infra.yandex.secrets import SIZE_LABEL


def problems(wanted: Wanted, actual: Actual, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Everything that would make a deployment fail."""
    before = list(missing_preconditions(wanted, actual, environ))
    return [
        *before,
        *_missing_secrets(wanted, actual),
        *_crowded_environments(wanted, actual),
        *_unusable_settings(wanted),
        *(f"Edge: {fault}." for fault in edge_problems(load_rules(), load_project(), wanted.stage.settings)),
        # Quotas belong to the cloud of the folder, so its id is needed to query them.
        *(quota_problems(wanted, actual) if not any("`folder_id`" in each for each in before) else ()),
    ]


def _missing_secrets(wanted: Wanted, actual: Actual) -> Iterator[str]:
    stage = wanted.stage.name
    for key in sorted({key for function in wanted.functions for key in function.secrets.values()}):
        secret = actual.secrets.get(wanted.secret_resource(key))
        if secret is None or not secret.current_version.id:
            yield (
                f"The secret {key} is not set: `make secret STAGE={stage} NAME={key}`, or list it under"
                f" `absent` in infra/stages/{stage}.toml."
            )


def _unusable_settings(wanted: Wanted) -> Iterator[str]:
    """Limits of the stage with which functions would not start."""
    from pydantic import TypeAdapter, ValidationError

    from infra.doctor.configuration import settings_groups

    if not wanted.stage.settings:
        return
    fields = {name.upper(): field for group in settings_groups() for name, field in group.model_fields.items()}
    for name, value in sorted(wanted.stage.settings.items()):
        field = fields[name]
        kind: Any = Annotated[field.annotation, field]
        try:
            TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            yield f"The setting {name} cannot be {value!r}: {error.errors()[0]['msg']}."


def _crowded_environments(wanted: Wanted, actual: Actual) -> Iterator[str]:
    for function in wanted.functions:
        size = sum(len(name) + len(value.encode()) for name, value in function.environment.items())
        size += START_BYTES if function.start_secret else 0
        inside = {} if function.start_secret else function.secrets
        size += sum(len(name) + _secret_bytes(key, wanted, actual) for name, key in inside.items())
        if size > MAX_BYTES:
            yield (
                f"The environment of {function.name} has {size} bytes; {MAX_BYTES} are allowed, names included."
                f" `SecretsAtStart: true` in the template's Metadata.Auto360 takes its secrets out of it."
            )


def _secret_bytes(key: str, wanted: Wanted, actual: Actual) -> int:
    secret = actual.secrets.get(wanted.secret_resource(key))
    told = secret.labels.get(SIZE_LABEL, "") if secret else ""
    return int(told) if told.isdigit() else usual_bytes(key)
