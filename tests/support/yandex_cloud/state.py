"""State of the simulated cloud: resources, quotas, granted roles, calls; the refusals that all services share."""

from __future__ import annotations

import itertools
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from yandex.cloud.access.access_pb2 import AccessBinding
from yandex.cloud.certificatemanager.v1.certificate_pb2 import Certificate
from yandex.cloud.iam.v1.service_account_pb2 import ServiceAccount
from yandex.cloud.lockbox.v1.secret_pb2 import Secret
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.serverless.apigateway.v1.apigateway_pb2 import ApiGateway
from yandex.cloud.serverless.functions.v1.function_pb2 import Function, ScalingPolicy, Version
from yandex.cloud.serverless.triggers.v1.trigger_pb2 import Trigger
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_pb2 import (
    AdvancedRateLimiterProfile,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_pb2 import SecurityProfile

from tests.support.yandex_roles import allowed, permission_of

CHANNEL, CERTIFICATE, NETWORK = "vplcchannel", "fpqcertificate", "enpnetwork"
PROFILE, LIMITER = "fevprofile", "fevlimiter"
FOLDER, CLOUD = "b1gfolder", "b1gcloud"
_NAME = re.compile(r"[a-z][-a-z0-9]{1,61}[a-z0-9]")


@dataclass
class FakeCloud:
    """State of the cloud, and what was called."""

    functions: dict[str, Function] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    gateways: dict[str, ApiGateway] = field(default_factory=dict)
    specifications: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    bindings: dict[str, list[AccessBinding]] = field(default_factory=dict)
    scaling: dict[tuple[str, str], ScalingPolicy] = field(default_factory=dict)
    buckets: list[str] = field(default_factory=list)
    # Makes the bucket where the S3 interface will look for it.
    make_bucket: Callable[[str], object] = lambda _name: None
    quotas: dict[str, int] = field(default_factory=dict)
    provisioned_quota: int = 2
    # Previews that support switches on.
    has_long_runs: bool = False
    has_disks: bool = False
    certificate_status: Any = Certificate.Status.ISSUED
    security_profile: SecurityProfile = field(
        default_factory=lambda: SecurityProfile(id=PROFILE, advanced_rate_limiter_profile_id=LIMITER)
    )
    limiter: AdvancedRateLimiterProfile = field(default_factory=lambda: AdvancedRateLimiterProfile(id=LIMITER))
    calls: Counter[str] = field(default_factory=Counter)
    packages: list[Any] = field(default_factory=list)
    # Roles of the account that calls, by the place where it has them.
    granted: dict[str, set[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _operations: dict[str, Operation] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _broken: tuple[str, int] | None = None

    def break_at(self, call: str, number: int) -> None:
        """Let the n-th call of a method from now on fail as an outage does."""
        self._broken = (call, self.calls[call] + number)

    @property
    def changes(self) -> int:
        """Return how many calls have changed something."""
        return sum(count for call, count in self.calls.items() if not call.split(".")[1].startswith(("List", "Get")))

    def names(self) -> list[str]:
        """Return the names of all that there is."""
        kinds = (self.functions, self.triggers, self.gateways, self.accounts, self.secrets)
        return sorted(each.name for kind in kinds for each in kind.values())

    def count(self, call: str, context: grpc.ServicerContext, service: str = "") -> None:
        """Note a call; fail where that was asked for, and where the caller lacks the role."""
        with self._lock:
            self.calls[call] += 1
            if self._broken == (call, self.calls[call]):
                context.abort(grpc.StatusCode.UNAVAILABLE, "the connection was lost")
        counted, method = call.split(".")
        if counted != "Operations":
            self.require(permission_of(service or counted, method), context)

    def require(self, permission: str, context: grpc.ServicerContext) -> None:
        """Refuse a caller whose roles do not hold a permission; like the cloud, say nothing of roles."""
        if not allowed(self.granted, permission):
            self.refused.append(permission)
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "Permission denied")

    def new_id(self) -> str:
        """Return an id as the cloud's."""
        with self._lock:
            return f"d4e{next(self._numbers):017d}"

    def value(self, secret_id: str, key: str) -> str:
        """Return the value of a secret as a function would get it."""
        return self.values[self.secrets[secret_id].name][key]

    def operation(self) -> Operation:
        """Return an operation that is done when it is asked for again."""
        operation = Operation(id=self.new_id())
        self._operations[operation.id] = Operation(id=operation.id, done=True)
        return operation

    def finished(self, operation_id: str) -> Operation:
        return self._operations[operation_id]


def now(cloud: FakeCloud) -> Timestamp:
    """Return a time later than all before."""
    return Timestamp(seconds=1_800_000_000 + int(cloud.new_id()[3:]))


def refuse_name(name: str, taken: dict[str, Any], context: grpc.ServicerContext) -> None:
    if not _NAME.fullmatch(name):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"name: {name!r} does not match the pattern")
    if any(each.name == name for each in taken.values()):
        context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{name} exists already")


def found(kind: dict[str, Any], key: str, context: grpc.ServicerContext) -> Any:
    if key not in kind:
        context.abort(grpc.StatusCode.NOT_FOUND, f"{key!r} not found")
    return kind[key]


def change(target: Any, request: Any) -> None:
    """Take over the fields of the mask."""
    for path in request.update_mask.paths:
        if path == "openapi_spec":
            continue
        value = getattr(request, path)
        target.ClearField(path)
        if path == "labels":
            target.labels.update(value)
        elif request.HasField(path):
            getattr(target, path).CopyFrom(value)
