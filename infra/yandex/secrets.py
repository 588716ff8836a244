"""Secrets in Lockbox: one per key, so that each has its own readers. Only the doctor reads values."""

from __future__ import annotations

from google.protobuf.field_mask_pb2 import FieldMask
from yandex.cloud.lockbox.v1.payload_service_pb2 import GetPayloadRequest
from yandex.cloud.lockbox.v1.secret_service_pb2 import (
    AddVersionRequest,
    CreateSecretRequest,
    PayloadEntryChange,
    UpdateSecretRequest,
)

from infra.stage import Stage
from infra.template import Project
from infra.yandex.cloud import Cloud, CloudError
from infra.yandex.current_state import Actual
from infra.yandex.desired_state import secret_resource

# The size of the value, so that the room in environments can be checked without reading it.
SIZE_LABEL = "bytes"


def set_secret(project: Project, actual: Actual, key: str, value: str) -> str:
    """Create a secret or a new version of it, and return the sentence about the next step."""
    readers = sorted(
        name for name, variables in project.variables.items() if key in {variable.secret for variable in variables}
    )
    if not readers:
        raise CloudError(f"No function of the template reads a secret {key}.")
    if not value or len(value) > 4096:
        raise CloudError("A secret has 1 to 4096 characters.")
    cloud, name = actual.cloud, secret_resource(actual.stage, key)
    entries = [PayloadEntryChange(key=key, text_value=value)]
    labels = {"project": "auto360", "stage": actual.stage.name, SIZE_LABEL: str(len(value.encode()))}
    secret = actual.secrets.get(name)
    if secret is None:
        request = CreateSecretRequest(
            folder_id=actual.stage.folder_id,
            name=name,
            labels=labels,
            version_payload_entries=entries,
            deletion_protection=True,
        )
        cloud.run(cloud.secrets.Create, request)
    else:
        cloud.run(cloud.secrets.AddVersion, AddVersionRequest(secret_id=secret.id, payload_entries=entries))
        mask = FieldMask(paths=["labels"])
        cloud.run(cloud.secrets.Update, UpdateSecretRequest(secret_id=secret.id, update_mask=mask, labels=labels))
    return f"{name} is set; `make deploy STAGE={actual.stage.name}` gives it to {', '.join(readers)}."


def read_secrets(cloud: Cloud, stage: Stage, keys: set[str]) -> dict[str, str]:
    """Return values by key, with permission to read them (`lockbox.payloadViewer`); unset ones are omitted."""
    actual = Actual(cloud, stage)
    found: dict[str, str] = {}
    for key in sorted(keys):
        secret = actual.secrets.get(secret_resource(stage, key))
        if secret is not None:
            payload = cloud.call(cloud.payloads.Get, GetPayloadRequest(secret_id=secret.id))
            found |= {entry.key: entry.text_value for entry in payload.entries}
    return found
