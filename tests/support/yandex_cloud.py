"""Yandex Cloud in this process: the gRPC services that the deployer calls, with operations that take a moment.

It refuses what the cloud refuses (a missing role, unknown ids, names that are taken or wrong, a missing field, a bucket
that is not there, more than a quota) and can be told to fail at a call, so that a deployment breaks in the middle.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import DoubleValue
from yandex.cloud.access.access_pb2 import AccessBinding, AccessBindingAction, ListAccessBindingsResponse
from yandex.cloud.certificatemanager.v1 import certificate_service_pb2_grpc as certificate_grpc
from yandex.cloud.certificatemanager.v1.certificate_pb2 import Certificate
from yandex.cloud.iam.v1 import service_account_service_pb2_grpc as iam_grpc
from yandex.cloud.iam.v1.service_account_pb2 import ServiceAccount
from yandex.cloud.iam.v1.service_account_service_pb2 import ListServiceAccountsResponse
from yandex.cloud.lockbox.v1 import payload_service_pb2_grpc as payload_grpc
from yandex.cloud.lockbox.v1 import secret_service_pb2_grpc as lockbox_grpc
from yandex.cloud.lockbox.v1.payload_pb2 import Payload
from yandex.cloud.lockbox.v1.secret_pb2 import Secret
from yandex.cloud.lockbox.v1.secret_pb2 import Version as SecretVersion
from yandex.cloud.lockbox.v1.secret_service_pb2 import ListSecretsResponse
from yandex.cloud.operation import operation_service_pb2_grpc as operation_grpc
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.quotamanager.v1 import quota_limit_service_pb2_grpc as quota_grpc
from yandex.cloud.quotamanager.v1.quota_limit_service_pb2 import QuotaLimit
from yandex.cloud.resourcemanager.v1 import folder_service_pb2_grpc as folder_grpc
from yandex.cloud.resourcemanager.v1.folder_pb2 import Folder
from yandex.cloud.serverless.apigateway.v1 import apigateway_service_pb2_grpc as gateway_grpc
from yandex.cloud.serverless.apigateway.v1.apigateway_pb2 import ApiGateway, AttachedDomain
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2 import GetOpenapiSpecResponse, ListApiGatewayResponse
from yandex.cloud.serverless.functions.v1 import function_service_pb2_grpc as functions_grpc
from yandex.cloud.serverless.functions.v1.function_pb2 import Function, ScalingPolicy, Version
from yandex.cloud.serverless.functions.v1.function_service_pb2 import (
    ListFunctionsResponse,
    ListFunctionsVersionsResponse,
    ListScalingPoliciesResponse,
)
from yandex.cloud.serverless.triggers.v1 import trigger_service_pb2_grpc as triggers_grpc
from yandex.cloud.serverless.triggers.v1.trigger_pb2 import Trigger
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import ListTriggersResponse
from yandex.cloud.smartwebsecurity.v1 import security_profile_service_pb2_grpc as profile_grpc
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter import (
    advanced_rate_limiter_profile_service_pb2_grpc as limiter_grpc,
)
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_pb2 import (
    AdvancedRateLimiterProfile,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_pb2 import SecurityProfile
from yandex.cloud.storage.v1 import bucket_service_pb2_grpc as bucket_grpc
from yandex.cloud.storage.v1.bucket_pb2 import Bucket
from yandex.cloud.storage.v1.bucket_service_pb2 import ListBucketsResponse
from yandex.cloud.video.v1 import channel_service_pb2_grpc as channel_grpc
from yandex.cloud.video.v1.channel_pb2 import Channel
from yandex.cloud.vpc.v1 import network_service_pb2_grpc as network_grpc
from yandex.cloud.vpc.v1.network_pb2 import Network
from yandexcloud import SDK

from infra.yandex import deployer_roles
from infra.yandex.cloud import _UNLISTED, Cloud, _unlisted
from tests.support.yandex_roles import CHANNEL_PLACE, CLOUD_PLACE, FOLDER_PLACE, allowed, permission_of

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


class Bindings:
    """Access bindings of any kind of resource."""

    cloud: FakeCloud

    def ListAccessBindings(self, request: Any, context: Any) -> ListAccessBindingsResponse:  # noqa: N802
        self.cloud.count("Bindings.ListAccessBindings", context, type(self).__name__)
        return ListAccessBindingsResponse(access_bindings=self.cloud.bindings.get(request.resource_id, []))

    def UpdateAccessBindings(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Bindings.UpdateAccessBindings", context, type(self).__name__)
        present = self.cloud.bindings.setdefault(request.resource_id, [])
        for delta in request.access_binding_deltas:
            found(self.cloud.accounts, delta.access_binding.subject.id, context)
            if delta.action == AccessBindingAction.ADD:
                present.append(delta.access_binding)
            else:
                present.remove(delta.access_binding)
        return self.cloud.operation()


class Functions(Bindings, functions_grpc.FunctionServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListFunctionsResponse:  # noqa: N802
        self.cloud.count("Functions.List", context)
        assert request.folder_id == FOLDER
        # Two pages, so that the deployer has to turn one.
        everything = list(self.cloud.functions.values())
        half = len(everything) // 2
        if request.page_token:
            return ListFunctionsResponse(functions=everything[half:])
        return ListFunctionsResponse(functions=everything[:half], next_page_token="second")

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Functions.Create", context)
        refuse_name(request.name, self.cloud.functions, context)
        limit = self.cloud.quotas.get("serverless.functions.count", 10)
        if len(self.cloud.functions) >= limit:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "serverless.functions.count")
        made = Function(id=self.cloud.new_id(), folder_id=FOLDER, name=request.name, labels=request.labels)
        self.cloud.functions[made.id] = made
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Functions.Delete", context)
        found(self.cloud.functions, request.function_id, context)
        called = [each.rule.timer.invoke_function_with_retry.function_id for each in list(self.cloud.triggers.values())]
        if request.function_id in called:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "a trigger calls it")
        del self.cloud.functions[request.function_id]
        for key in [key for key in list(self.cloud.scaling) if key[0] == request.function_id]:
            del self.cloud.scaling[key]
        return self.cloud.operation()

    def ListVersions(self, request: Any, context: Any) -> ListFunctionsVersionsResponse:  # noqa: N802
        self.cloud.count("Functions.ListVersions", context)
        return ListFunctionsVersionsResponse(versions=self.cloud.versions.values())

    def CreateVersion(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Functions.CreateVersion", context)
        found(self.cloud.functions, request.function_id, context)
        found(self.cloud.accounts, request.service_account_id, context)
        self.cloud.require("accounts.use", context)
        if request.HasField("connectivity"):
            self.cloud.require("networks.use", context)
            found(dict.fromkeys([NETWORK]), request.connectivity.network_id, context)
        if request.package.bucket_name and request.package.bucket_name not in self.cloud.buckets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"bucket {request.package.bucket_name} not found")
        size = sum(len(name) + len(value.encode()) for name, value in request.environment.items())
        for secret in request.secrets:
            size += len(secret.environment_variable) + len(self.cloud.value(secret.id, secret.key).encode())
        if size > 4096:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"environment: {size} bytes, 4096 are allowed")
        self._refuse_previews(request, context)
        if request.WhichOneof("package_source") is None:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no code")
        for secret in request.secrets:
            known = found(self.cloud.secrets, secret.id, context)
            readers = [each.subject.id for each in self.cloud.bindings.get(known.id, [])]
            if request.service_account_id not in readers:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, f"the account may not read {known.name}")
        self.cloud.packages.append(request.package)
        made = Version(
            id=self.cloud.new_id(),
            function_id=request.function_id,
            description=request.description,
            created_at=now(self.cloud),
            runtime=request.runtime,
            entrypoint=request.entrypoint,
            resources=request.resources,
            execution_timeout=request.execution_timeout,
            service_account_id=request.service_account_id,
            status=Version.Status.ACTIVE,
            environment=request.environment,
            secrets=request.secrets,
            log_options=request.log_options,
            connectivity=request.connectivity if request.HasField("connectivity") else None,
            mounts=request.mounts,
        )
        self.cloud.versions[made.id] = made
        self._move("$latest", made.id)
        return self.cloud.operation()

    def _refuse_previews(self, request: Any, context: Any) -> None:
        if request.execution_timeout.seconds > 600 and not self.cloud.has_long_runs:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "execution_timeout: at most 600 s; long runs are a preview")
        if request.mounts and not self.cloud.has_disks:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "ephemeral disks are a preview")
        for mount in request.mounts:
            if not 1 <= mount.ephemeral_disk_spec.size / 1024**3 <= 100:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "an ephemeral disk has 1 to 100 GB")

    def SetTag(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Functions.SetTag", context)
        found(self.cloud.versions, request.function_version_id, context)
        self._move(request.tag, request.function_version_id)
        return self.cloud.operation()

    def _move(self, tag: str, version_id: str) -> None:
        """Move a tag, which marks one version of a function at a time."""
        function_id = self.cloud.versions[version_id].function_id
        for version in list(self.cloud.versions.values()):
            if version.function_id == function_id and tag in version.tags:
                version.tags.remove(tag)
        self.cloud.versions[version_id].tags.append(tag)

    def ListScalingPolicies(self, request: Any, context: Any) -> ListScalingPoliciesResponse:  # noqa: N802
        self.cloud.count("Functions.ListScalingPolicies", context)
        own = [
            policy
            for (function_id, _), policy in list(self.cloud.scaling.items())
            if function_id == request.function_id
        ]
        return ListScalingPoliciesResponse(scaling_policies=own)

    def SetScalingPolicy(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Functions.SetScalingPolicy", context)
        if not any(
            request.tag in each.tags and each.function_id == request.function_id
            for each in list(self.cloud.versions.values())
        ):
            context.abort(grpc.StatusCode.NOT_FOUND, "no version has the tag")
        others = [
            policy for key, policy in list(self.cloud.scaling.items()) if key != (request.function_id, request.tag)
        ]
        warm = sum(each.provisioned_instances_count for each in others) + request.provisioned_instances_count
        if warm > self.cloud.provisioned_quota:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "provisioned instances")
        self.cloud.scaling[(request.function_id, request.tag)] = ScalingPolicy(
            function_id=request.function_id,
            tag=request.tag,
            provisioned_instances_count=request.provisioned_instances_count,
            zone_instances_limit=request.zone_instances_limit,
            zone_requests_limit=request.zone_requests_limit,
        )
        return self.cloud.operation()


class Triggers(triggers_grpc.TriggerServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListTriggersResponse:  # noqa: N802
        self.cloud.count("Triggers.List", context)
        return ListTriggersResponse(triggers=self.cloud.triggers.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Triggers.Create", context)
        refuse_name(request.name, self.cloud.triggers, context)
        self._refuse_rule(request.rule, context)
        made = Trigger(id=self.cloud.new_id(), name=request.name, rule=request.rule, labels=request.labels)
        self.cloud.triggers[made.id] = made
        return self.cloud.operation()

    def Update(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Triggers.Update", context)
        self._refuse_rule(request.rule, context)
        change(found(self.cloud.triggers, request.trigger_id, context), request)
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Triggers.Delete", context)
        del self.cloud.triggers[found(self.cloud.triggers, request.trigger_id, context).id]
        return self.cloud.operation()

    def _refuse_rule(self, rule: Any, context: Any) -> None:
        kind = rule.WhichOneof("rule")
        invoke = rule.timer.invoke_function_with_retry if kind == "timer" else rule.object_storage.invoke_function
        found(self.cloud.functions, invoke.function_id, context)
        found(self.cloud.accounts, invoke.service_account_id, context)
        self.cloud.require("accounts.use", context)
        if invoke.HasField("retry_settings") and not 1 <= invoke.retry_settings.retry_attempts <= 5:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "retry_attempts")
        if kind == "object_storage" and rule.object_storage.bucket_id not in self.cloud.buckets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"bucket {rule.object_storage.bucket_id!r} not found")
        if kind == "timer" and len(rule.timer.cron_expression.split()) != 6:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "cron_expression")


class Gateways(gateway_grpc.ApiGatewayServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListApiGatewayResponse:  # noqa: N802
        self.cloud.count("Gateways.List", context)
        return ListApiGatewayResponse(api_gateways=self.cloud.gateways.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Create", context)
        self._refuse_specification(request.openapi_spec, context)
        refuse_name(request.name, self.cloud.gateways, context)
        made = ApiGateway(
            id=self.cloud.new_id(),
            name=request.name,
            labels=request.labels,
            log_options=request.log_options,
            execution_timeout=request.execution_timeout,
            domain="d5dfake.apigw.example",
        )
        self.cloud.gateways[made.id] = made
        self.cloud.specifications[made.id] = request.openapi_spec
        return self.cloud.operation()

    def Update(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Update", context)
        if "openapi_spec" in request.update_mask.paths:
            self._refuse_specification(request.openapi_spec, context)
        change(found(self.cloud.gateways, request.api_gateway_id, context), request)
        if "openapi_spec" in request.update_mask.paths:
            self.cloud.specifications[request.api_gateway_id] = request.openapi_spec
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Delete", context)
        del self.cloud.gateways[found(self.cloud.gateways, request.api_gateway_id, context).id]
        return self.cloud.operation()

    def AddDomain(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.AddDomain", context)
        gateway = found(self.cloud.gateways, request.api_gateway_id, context)
        self.cloud.require("certificates.view", context)
        found(dict.fromkeys([CERTIFICATE]), request.certificate_id, context)
        gateway.attached_domains.append(AttachedDomain(domain=request.domain_name, enabled=True))
        return self.cloud.operation()

    def _refuse_specification(self, text: str, context: Any) -> None:
        specification = json.loads(text)
        self.cloud.require("accounts.use", context)
        profile = specification["x-yc-apigateway"].get("smartWebSecurity", {}).get("securityProfileId")
        if profile:
            self.cloud.require("profiles.use", context)
            found(dict.fromkeys([PROFILE]), profile, context)

    def GetOpenapiSpec(self, request: Any, context: Any) -> GetOpenapiSpecResponse:  # noqa: N802
        self.cloud.count("Gateways.GetOpenapiSpec", context)
        return GetOpenapiSpecResponse(openapi_spec=found(self.cloud.specifications, request.api_gateway_id, context))


class Accounts(iam_grpc.ServiceAccountServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListServiceAccountsResponse:  # noqa: N802
        self.cloud.count("Accounts.List", context)
        return ListServiceAccountsResponse(service_accounts=self.cloud.accounts.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Accounts.Create", context)
        refuse_name(request.name, self.cloud.accounts, context)
        made = ServiceAccount(id=self.cloud.new_id(), folder_id=FOLDER, name=request.name)
        self.cloud.accounts[made.id] = made
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Accounts.Delete", context)
        del self.cloud.accounts[found(self.cloud.accounts, request.service_account_id, context).id]
        return self.cloud.operation()


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


class Folders(Bindings, folder_grpc.FolderServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Folder:  # noqa: N802
        self.cloud.count("Folders.Get", context)
        if request.folder_id != FOLDER:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such folder")
        return Folder(id=FOLDER, cloud_id=CLOUD)


class Quotas(quota_grpc.QuotaLimitServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> QuotaLimit:  # noqa: N802
        self.cloud.count("Quotas.Get", context)
        limit = found(self.cloud.quotas, request.quota_id, context)
        return QuotaLimit(quota_id=request.quota_id, limit=DoubleValue(value=limit), usage=DoubleValue(value=0))


class Buckets(bucket_grpc.BucketServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListBucketsResponse:  # noqa: N802
        self.cloud.count("Buckets.List", context)
        return ListBucketsResponse(buckets=[Bucket(name=name) for name in self.cloud.buckets])

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Buckets.Create", context)
        self.cloud.buckets.append(request.name)
        self.cloud.make_bucket(request.name)
        return self.cloud.operation()


class Channels(Bindings, channel_grpc.ChannelServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Channel:  # noqa: N802
        self.cloud.count("Channels.Get", context)
        found(dict.fromkeys([CHANNEL]), request.channel_id, context)
        return Channel(id=CHANNEL)


class Certificates(certificate_grpc.CertificateServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Certificate:  # noqa: N802
        self.cloud.count("Certificates.Get", context)
        found(dict.fromkeys([CERTIFICATE]), request.certificate_id, context)
        return Certificate(id=CERTIFICATE, status=self.cloud.certificate_status)


class Networks(network_grpc.NetworkServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Network:  # noqa: N802
        self.cloud.count("Networks.Get", context)
        found(dict.fromkeys([NETWORK]), request.network_id, context)
        return Network(id=NETWORK, folder_id=FOLDER)


class Profiles(profile_grpc.SecurityProfileServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> SecurityProfile:  # noqa: N802
        self.cloud.count("Profiles.Get", context)
        found(dict.fromkeys([PROFILE]), request.security_profile_id, context)
        return self.cloud.security_profile


class Limiters(limiter_grpc.AdvancedRateLimiterProfileServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> AdvancedRateLimiterProfile:  # noqa: N802
        self.cloud.count("Limiters.Get", context)
        found(dict.fromkeys([LIMITER]), request.advanced_rate_limiter_profile_id, context)
        return self.cloud.limiter


class Operations(operation_grpc.OperationServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Operations.Get", context)
        return self.cloud.finished(request.operation_id)


def grant_documented(fake: FakeCloud, *, without: str = "") -> None:
    """Give the calling account every role of the document but one."""
    places = {"the cloud": CLOUD_PLACE, "the video channel": CHANNEL_PLACE}
    fake.granted = {FOLDER_PLACE: set(), CLOUD_PLACE: set(), CHANNEL_PLACE: set()}
    for each in deployer_roles.ROLES:
        if each.role != without:
            fake.granted[places.get(each.place, FOLDER_PLACE)].add(each.role)


def _known(stub: Any) -> Any:
    return _unlisted(stub) if stub in _UNLISTED else stub


@contextmanager
def serving(fake: FakeCloud) -> Iterator[Cloud]:
    """Yield the services on a port of their own, and the deployer's connection to them through the real SDK."""
    server = grpc.server(futures.ThreadPoolExecutor(16))
    # Methods that the deployer does not call stay unimplemented, and answer so.
    parts: list[tuple[Callable[..., object], Any]] = [
        (functions_grpc.add_FunctionServiceServicer_to_server, Functions),
        (triggers_grpc.add_TriggerServiceServicer_to_server, Triggers),
        (gateway_grpc.add_ApiGatewayServiceServicer_to_server, Gateways),
        (iam_grpc.add_ServiceAccountServiceServicer_to_server, Accounts),
        (lockbox_grpc.add_SecretServiceServicer_to_server, Secrets),
        (payload_grpc.add_PayloadServiceServicer_to_server, Payloads),
        (folder_grpc.add_FolderServiceServicer_to_server, Folders),
        (quota_grpc.add_QuotaLimitServiceServicer_to_server, Quotas),
        (bucket_grpc.add_BucketServiceServicer_to_server, Buckets),
        (operation_grpc.add_OperationServiceServicer_to_server, Operations),
        (channel_grpc.add_ChannelServiceServicer_to_server, Channels),
        (certificate_grpc.add_CertificateServiceServicer_to_server, Certificates),
        (network_grpc.add_NetworkServiceServicer_to_server, Networks),
        (profile_grpc.add_SecurityProfileServiceServicer_to_server, Profiles),
        (limiter_grpc.add_AdvancedRateLimiterProfileServiceServicer_to_server, Limiters),
    ]
    for add, kind in parts:
        add(kind(fake), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sdk = SDK(iam_token="t1.test")
    try:
        yield Cloud(
            lambda stub: sdk.client(_known(stub), endpoint=f"127.0.0.1:{port}", insecure=True),
            pause=lambda _seconds: None,
        )
    finally:
        server.stop(0)
