"""Connection to Yandex Cloud: services, pages, operations.

Credentials: `YC_SERVICE_ACCOUNT_KEY_FILE` (an authorized key of the deploying service account) or `YC_TOKEN` (an IAM
token of a person, valid for twelve hours); inside the cloud neither, the machine's account is used.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from yandex.cloud.iam.v1.service_account_service_pb2_grpc import ServiceAccountServiceStub
from yandex.cloud.lockbox.v1.payload_service_pb2_grpc import PayloadServiceStub
from yandex.cloud.lockbox.v1.secret_service_pb2_grpc import SecretServiceStub
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.operation.operation_service_pb2 import GetOperationRequest
from yandex.cloud.operation.operation_service_pb2_grpc import OperationServiceStub
from yandex.cloud.quotamanager.v1.quota_limit_service_pb2_grpc import QuotaLimitServiceStub
from yandex.cloud.resourcemanager.v1.folder_service_pb2_grpc import FolderServiceStub
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2_grpc import ApiGatewayServiceStub
from yandex.cloud.serverless.functions.v1.function_service_pb2_grpc import FunctionServiceStub
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2_grpc import TriggerServiceStub
from yandex.cloud.storage.v1.bucket_service_pb2_grpc import BucketServiceStub
from yandexcloud._sdk import SDK

_PAGE = 1000
_LONGEST_OPERATION = 600.0
_PAUSES = (0.2, 0.5, 1.0, 2.0)
_CALL_SECONDS = 30.0


class CloudError(Exception):
    """Cloud refused or did not answer; the message is its own."""


@dataclass
class Cloud:
    """Services by name. `connect` makes a client of a service; tests connect to their own."""

    connect: Callable[[Any], Any]
    pause: Callable[[float], None] = time.sleep

    @cached_property
    def functions(self) -> Any:
        """Functions, versions, tags, scaling."""
        return self.connect(FunctionServiceStub)

    @cached_property
    def triggers(self) -> Any:
        """Timers and storage events."""
        return self.connect(TriggerServiceStub)

    @cached_property
    def gateways(self) -> Any:
        """API gateways."""
        return self.connect(ApiGatewayServiceStub)

    @cached_property
    def accounts(self) -> Any:
        """Service accounts."""
        return self.connect(ServiceAccountServiceStub)

    @cached_property
    def folders(self) -> Any:
        """Folders and the roles in them."""
        return self.connect(FolderServiceStub)

    @cached_property
    def secrets(self) -> Any:
        """Lockbox."""
        return self.connect(SecretServiceStub)

    @cached_property
    def payloads(self) -> Any:
        """Values of secrets."""
        return self.connect(PayloadServiceStub)

    @cached_property
    def buckets(self) -> Any:
        """Buckets of Object Storage, not what is in them."""
        return self.connect(BucketServiceStub)

    @cached_property
    def quotas(self) -> Any:
        """Quota limits."""
        return self.connect(QuotaLimitServiceStub)

    @cached_property
    def operations(self) -> Any:
        """Long-running operations."""
        return self.connect(OperationServiceStub)

    def call(self, method: Callable[..., Any], request: Message) -> Any:
        """Call once. Raises CloudError with the status and the cloud's message."""
        try:
            return method(request, timeout=_CALL_SECONDS)
        except grpc.RpcError as error:
            name = type(request).__name__.removesuffix("Request")
            raise CloudError(f"Yandex Cloud refused {name}: {error.code().name}, {error.details()}.") from error

    def pages(self, method: Callable[..., Any], request: Any, name: str) -> Iterator[Any]:
        """Yield all items of a list; `name` is the field that holds them."""
        request.page_size = _PAGE
        while True:
            answer = self.call(method, request)
            yield from getattr(answer, name)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    def run(self, method: Callable[..., Any], request: Message) -> Operation:
        """Start an operation and wait for its end. Raises CloudError where it fails or takes too long."""
        operation: Operation = self.call(method, request)
        waited, turn = 0.0, 0
        while not operation.done:
            pause = _PAUSES[min(turn, len(_PAUSES) - 1)]
            if waited > _LONGEST_OPERATION:
                raise CloudError(f"{operation.description or type(request).__name__} did not finish in ten minutes.")
            self.pause(pause)
            waited, turn = waited + pause, turn + 1
            operation = self.call(self.operations.Get, GetOperationRequest(operation_id=operation.id))
        if operation.HasField("error"):
            name = type(request).__name__.removesuffix("Request")
            raise CloudError(f"Yandex Cloud failed at {name}: {operation.error.message}.")
        return operation


def connect(environ: Mapping[str, str] = os.environ) -> Cloud:
    """Return the real cloud, with the credentials of the environment. Raises CloudError where they are unreadable."""
    options: dict[str, Any] = {}
    key_file = environ.get("YC_SERVICE_ACCOUNT_KEY_FILE", "")
    if key_file:
        try:
            options["service_account_key"] = json.loads(Path(key_file).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CloudError("YC_SERVICE_ACCOUNT_KEY_FILE names no readable authorized key.") from None
    elif environ.get("YC_TOKEN"):
        options["iam_token"] = environ["YC_TOKEN"]
    sdk = SDK(user_agent="auto360-deploy", **options)

    def client(stub: Any) -> Any:
        try:
            return sdk.client(stub)
        except grpc.RpcError as error:
            raise CloudError(f"Yandex Cloud does not answer: {error.code().name}, {error.details()}.") from error

    return Cloud(client)
