"""Cloud Functions: functions, versions, tags, scaling."""

from __future__ import annotations

from typing import Any

import grpc
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.serverless.functions.v1 import function_service_pb2_grpc as functions_grpc
from yandex.cloud.serverless.functions.v1.function_pb2 import Function, ScalingPolicy, Version
from yandex.cloud.serverless.functions.v1.function_service_pb2 import (
    ListFunctionsResponse,
    ListFunctionsVersionsResponse,
    ListScalingPoliciesResponse,
)

from tests.support.yandex_cloud.access import Bindings
from tests.support.yandex_cloud.state import FOLDER, NETWORK, FakeCloud, found, now, refuse_name


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
