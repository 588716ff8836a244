"""What is looked at before anything is changed: preconditions, missing secrets, room in environments, quotas.

Each finding is one sentence that says what to do. Rules about names, paths and schedules are broken earlier, while the
wanted state is worked out (`infra.yandex.rules`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from infra.environment import ASSUMED_BYTES, MOST_BYTES
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
        # Quotas belong to the cloud of the folder, so that they cannot be asked for without it.
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


def _crowded_environments(wanted: Wanted, actual: Actual) -> Iterator[str]:
    for function in wanted.functions:
        size = sum(len(name) + len(value.encode()) for name, value in function.environment.items())
        size += sum(len(name) + _secret_bytes(key, wanted, actual) for name, key in function.secrets.items())
        if size > MOST_BYTES:
            yield f"The environment of {function.name} has {size} bytes; {MOST_BYTES} are allowed, names included."


def _secret_bytes(key: str, wanted: Wanted, actual: Actual) -> int:
    secret = actual.secrets.get(wanted.secret_resource(key))
    told = secret.labels.get(SIZE_LABEL, "") if secret else ""
    return int(told) if told.isdigit() else ASSUMED_BYTES
