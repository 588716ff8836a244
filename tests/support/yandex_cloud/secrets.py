"""Lockbox: secrets, versions, payloads."""

from __future__ import annotations

from typing import Any

from yandex.cloud.lockbox.v1 import payload_service_pb2_grpc as payload_grpc
from yandex.cloud.lockbox.v1 import secret_service_pb2_grpc as lockbox_grpc
from yandex.cloud.lockbox.v1.payload_pb2 import Payload
from yandex.cloud.lockbox.v1.secret_pb2 import Secret
from yandex.cloud.lockbox.v1.secret_pb2 import Version as SecretVersion
from yandex.cloud.lockbox.v1.secret_service_pb2 import ListSecretsResponse
from yandex.cloud.operation.operation_pb2 import Operation

from tests.support.yandex_cloud.access import Bindings
from tests.support.yandex_cloud.state import FakeCloud, change, found, refuse_name


class Secrets(Bindings, lockbox_grpc.SecretServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListSecretsResponse:  # noqa: N802
        self.cloud.count("Secrets.List", context)
        return ListSecretsResponse(secrets=self.cloud.secrets.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Secrets.Create", context)
        refuse_name(request.name, self.cloud.secrets, context)
        made = Secret(id=self.cloud.new_id(), name=request.name, labels=request.labels)
        self.cloud.secrets[made.id] = made
        self._version(made, request.version_payload_entries)
        return self.cloud.operation()

    def AddVersion(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Secrets.AddVersion", context)
        self._version(found(self.cloud.secrets, request.secret_id, context), request.payload_entries)
        return self.cloud.operation()

    def Update(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Secrets.Update", context)
        change(found(self.cloud.secrets, request.secret_id, context), request)
        return self.cloud.operation()

    def _version(self, secret: Secret, entries: Any) -> None:
        secret.current_version.CopyFrom(SecretVersion(id=self.cloud.new_id(), secret_id=secret.id))
        self.cloud.values[secret.name] = {entry.key: entry.text_value for entry in entries}


class Payloads(payload_grpc.PayloadServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Payload:  # noqa: N802
        self.cloud.count("Payloads.Get", context)
        secret = found(self.cloud.secrets, request.secret_id, context)
        values = self.cloud.values[secret.name]
        return Payload(entries=[Payload.Entry(key=key, text_value=value) for key, value in values.items()])
