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
from yandex.cloud.certificatemanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
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
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_service_pb2_grpc import (
    AdvancedRateLimiterProfileServiceStub,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_service_pb2_grpc import SecurityProfileServiceStub
from yandex.cloud.storage.v1.bucket_service_pb2_grpc import BucketServiceStub
from yandex.cloud.video.v1.channel_service_pb2_grpc import ChannelServiceStub
from yandex.cloud.vpc.v1.network_service_pb2_grpc import NetworkServiceStub
from yandexcloud import SDK

from infra.yandex.deployer_roles import advice

_PAGE = 1000
_LONGEST_OPERATION = 600.0
_PAUSES = (0.2, 0.5, 1.0, 2.0)
_CALL_SECONDS = 30.0


# Services without an address in the SDK.
_UNLISTED = {
    ChannelServiceStub: "video.api.cloud.yandex.net:443",
    SecurityProfileServiceStub: "smartwebsecurity.api.cloud.yandex.net:443",
    AdvancedRateLimiterProfileServiceStub: "smartwebsecurity.api.cloud.yandex.net:443",
}
_PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED.value[0]


class CloudError(Exception):
    """Refusal or failure of the cloud, with its own message. `status` is the gRPC status, if any."""

    def __init__(self, message: str, *, status: str = "") -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Method:
    """Method of a service with the name for the lookup of roles, such as `functions.CreateVersion`."""

    name: str
    invoke: Callable[..., Any]


@dataclass(frozen=True)
class Service:
    """Client of a service whose methods have names."""

    name: str
    client: Any

    def __getattr__(self, method: str) -> Method:
        return Method(f"{self.name}.{method}", getattr(self.client, method))


@dataclass
class Cloud:
    """Services by name. `connect` makes a client of a service; tests connect to simulators."""

    connect: Callable[[Any], Any]
    pause: Callable[[float], None] = time.sleep

    @cached_property
    def functions(self) -> Service:
        """Functions, versions, tags, scaling."""
        return self._service("functions", FunctionServiceStub)

    @cached_property
    def triggers(self) -> Service:
        """Timers and storage events."""
        return self._service("triggers", TriggerServiceStub)

    @cached_property
    def gateways(self) -> Service:
        """API gateways."""
        return self._service("gateways", ApiGatewayServiceStub)

    @cached_property
    def accounts(self) -> Service:
        """Service accounts."""
        return self._service("accounts", ServiceAccountServiceStub)

    @cached_property
    def folders(self) -> Service:
        """Folders and the roles in them."""
        return self._service("folders", FolderServiceStub)

    @cached_property
    def secrets(self) -> Service:
        """Lockbox."""
        return self._service("secrets", SecretServiceStub)

    @cached_property
    def payloads(self) -> Service:
        """Values of secrets."""
        return self._service("payloads", PayloadServiceStub)

    @cached_property
    def buckets(self) -> Service:
        """Buckets of Object Storage, without their objects."""
        return self._service("buckets", BucketServiceStub)

    @cached_property
    def channels(self) -> Service:
        """Video channels and the roles on them."""
        return self._service("channels", ChannelServiceStub)

    @cached_property
    def certificates(self) -> Service:
        """Certificates, without their keys."""
        return self._service("certificates", CertificateServiceStub)

    @cached_property
    def networks(self) -> Service:
        """Networks for functions."""
        return self._service("networks", NetworkServiceStub)

    @cached_property
    def profiles(self) -> Service:
        """Security profiles of Smart Web Security."""
        return self._service("profiles", SecurityProfileServiceStub)

    @cached_property
    def limiters(self) -> Service:
        """Profiles of the Advanced Rate Limiter."""
        return self._service("limiters", AdvancedRateLimiterProfileServiceStub)

    @cached_property
    def quotas(self) -> Service:
        """Quota limits."""
        return self._service("quotas", QuotaLimitServiceStub)

    @cached_property
    def operations(self) -> Service:
        """Long-running operations."""
        return self._service("operations", OperationServiceStub)

    def _service(self, name: str, stub: Any) -> Service:
        return Service(name, self.connect(stub))

    def call(self, method: Method, request: Message) -> Any:
        """Call a method. Raises CloudError with the status, the cloud's message, and the role that may be missing."""
        try:
            return method.invoke(request, timeout=_CALL_SECONDS)
        except grpc.RpcError as error:
            raise _refused(method, error.code().name, error.details() or "") from error

    def pages(self, method: Method, request: Any, name: str) -> Iterator[Any]:
        """All items of a list; `name` is the field that holds them."""
        request.page_size = _PAGE
        while True:
            answer = self.call(method, request)
            yield from getattr(answer, name)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    def run(self, method: Method, request: Message) -> Operation:
        """Call a method that starts an operation and wait for its end. Raises CloudError on failure or time-out."""
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
            is_denied = operation.error.code == _PERMISSION_DENIED
            raise _refused(
                method, "PERMISSION_DENIED" if is_denied else "the operation failed", operation.error.message
            )
        return operation


def _refused(method: Method, status: str, told: str) -> CloudError:
    hint = f" {advice(method.name)}" if status == "PERMISSION_DENIED" else ""
    return CloudError(f"Yandex Cloud refused {method.name}: {status}, {told}.{hint}", status=status)


def _unlisted(stub: Any) -> Any:
    """Wrap a stub so that the SDK accepts it: its list of modules lacks video and web security.

    With an explicit address, the listed name is only a key of the cache of connections.
    """
    return type(stub.__name__, (stub,), {"__module__": OperationServiceStub.__module__})


def connect(environ: Mapping[str, str] = os.environ) -> Cloud:
    """Return the real cloud, with the credentials of the environment. Raises CloudError for unreadable ones."""
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
            if stub in _UNLISTED:
                return sdk.client(_unlisted(stub), endpoint=_UNLISTED[stub])
            return sdk.client(stub)
        except grpc.RpcError as error:
            raise CloudError(f"Yandex Cloud does not answer: {error.code().name}, {error.details()}.") from error

    return Cloud(client)
