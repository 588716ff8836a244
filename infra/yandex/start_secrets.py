"""Secrets of functions whose environment is too small: one secret with an entry for each variable.

It is a copy, renewed when one of its secrets has a new version; the function's account reads it and
none of the others (docs/decisions/0095). A label lists the copied versions, so that a plan reads no value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from google.protobuf.field_mask_pb2 import FieldMask
from yandex.cloud.lockbox.v1.payload_service_pb2 import GetPayloadRequest
from yandex.cloud.lockbox.v1.secret_pb2 import Secret
from yandex.cloud.lockbox.v1.secret_service_pb2 import (
    AddVersionRequest,
    CreateSecretRequest,
    PayloadEntryChange,
    UpdateSecretRequest,
)

from infra.yandex.current_state import NOT_YET, Actual
from infra.yandex.desired_state import Wanted, WantedFunction
from infra.yandex.step import Step

SECRET_VARIABLE, VERSION_VARIABLE = "LOCKBOX_SECRET_ID", "LOCKBOX_VERSION_ID"
_SOURCES = "sources"


def start_secret_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Copies that are missing or contain an older version of a secret."""
    for function in wanted.functions:
        if function.start_secret and not _is_fresh(function, wanted, actual):
            present = actual.secrets.get(function.start_secret)
            run = partial(_copy, function, wanted, actual)
            keys = f"{len(function.secrets)} secrets of {function.name}"
            yield Step("change" if present else "create", "secret", function.start_secret, keys, run)


def start_environment(function: WantedFunction, wanted: Wanted, actual: Actual) -> dict[str, str]:
    """Return the variables that locate a function's copy of secrets; a plan shows new ones before the copy exists."""
    if not function.start_secret:
        return {}
    present = actual.secrets.get(function.start_secret)
    is_fresh = present is not None and _is_fresh(function, wanted, actual)
    return {
        SECRET_VARIABLE: present.id if present else NOT_YET,
        VERSION_VARIABLE: present.current_version.id if present and is_fresh else NOT_YET,
    }


def _is_fresh(function: WantedFunction, wanted: Wanted, actual: Actual) -> bool:
    present = actual.secrets.get(function.start_secret)
    return present is not None and present.labels.get(_SOURCES) == _fingerprint(_sources(function, wanted, actual))


def _sources(function: WantedFunction, wanted: Wanted, actual: Actual) -> dict[str, Secret]:
    """Return the secrets to copy, by variable; a check before the deployment reports unset ones."""
    found = {name: actual.secrets.get(wanted.secret_resource(key)) for name, key in function.secrets.items()}
    return {name: secret for name, secret in sorted(found.items()) if secret is not None}


def _fingerprint(sources: Mapping[str, Secret]) -> str:
    text = " ".join(f"{name}={secret.id}/{secret.current_version.id}" for name, secret in sources.items())
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _copy(function: WantedFunction, wanted: Wanted, actual: Actual) -> None:
    cloud, entries = actual.cloud, []
    sources = _sources(function, wanted, actual)
    for name, secret in sources.items():
        request = GetPayloadRequest(secret_id=secret.id, version_id=secret.current_version.id)
        values = {entry.key: entry.text_value for entry in cloud.call(cloud.payloads.Get, request).entries}
        entries.append(PayloadEntryChange(key=name, text_value=values[function.secrets[name]]))
    labels = {"project": "auto360", "stage": wanted.stage.name, _SOURCES: _fingerprint(sources)}
    present = actual.secrets.get(function.start_secret)
    if present is None:
        create = CreateSecretRequest(
            folder_id=wanted.stage.folder_id,
            name=function.start_secret,
            labels=labels,
            version_payload_entries=entries,
        )
        cloud.run(cloud.secrets.Create, create)
        return
    cloud.run(cloud.secrets.AddVersion, AddVersionRequest(secret_id=present.id, payload_entries=entries))
    mask = FieldMask(paths=["labels"])
    cloud.run(cloud.secrets.Update, UpdateSecretRequest(secret_id=present.id, update_mask=mask, labels=labels))
