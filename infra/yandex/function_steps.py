"""Steps that create functions and versions, and switch the live tag."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from google.protobuf.duration_pb2 import Duration
from yandex.cloud.logging.v1.log_entry_pb2 import LogLevel
from yandex.cloud.serverless.functions.v1.function_pb2 import (
    Connectivity,
    LogOptions,
    Mount,
    Package,
    Resources,
    Secret,
    Version,
)
from yandex.cloud.serverless.functions.v1.function_service_pb2 import (
    CreateFunctionRequest,
    CreateFunctionVersionRequest,
    SetFunctionTagRequest,
    SetScalingPolicyRequest,
)

from infra.yandex.current_state import NOT_YET, Actual
from infra.yandex.desired_state import DISK, RUNTIME, Wanted, WantedFunction
from infra.yandex.gateway import LIVE
from infra.yandex.start_secrets import start_environment
from infra.yandex.step import Step
from infra.yandex.storage import Storage

PREVIOUS = "previous"
_MB = 1024 * 1024


def function_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Functions that are missing."""
    cloud = actual.cloud
    for function in wanted.functions:
        if function.resource not in actual.functions:
            labels = {"project": "auto360", "stage": wanted.stage.name}
            request = CreateFunctionRequest(folder_id=wanted.stage.folder_id, name=function.resource, labels=labels)
            yield Step("create", "function", function.resource, "", partial(cloud.run, cloud.functions.Create, request))


def version_steps(wanted: Wanted, actual: Actual, storage: Storage) -> Iterator[Step]:
    """Yield a version for each function that has none with the wanted code and configuration."""
    for function in wanted.functions:
        request = _version(function, wanted, actual)
        if _matching(request, function, actual) is None:
            yield Step(
                "create",
                "version",
                function.resource,
                _differences(request, actual.tagged(function.resource, LIVE)),
                partial(_create, request, function, actual, storage),
            )


def switch_steps(wanted: Wanted, actual: Actual, *, tag: str = LIVE) -> Iterator[Step]:
    """Tags to move to the wanted versions. The former live versions get the tag `previous`, for the rollback."""
    for function in wanted.functions:
        version = _matching(_version(function, wanted, actual), function, actual)
        current = actual.tagged(function.resource, tag)
        if version is not None and (current is None or current.id != version.id):
            before = current if tag == LIVE else None
            undo = partial(_tag, actual, current.id, tag) if current is not None else None
            detail = f"{current.id if current else 'nothing'} → {version.id}"
            run = partial(_switch, actual, version.id, tag, before)
            yield Step("change" if current else "create", f"tag {tag}", function.resource, detail, run, undo)


def rollback_steps(actual: Actual) -> Iterator[Step]:
    """Yield the manual rollback: `live` to the version before the last switch."""
    for resource in actual.functions:
        before, current = actual.tagged(resource, PREVIOUS), actual.tagged(resource, LIVE)
        if before is not None and current is not None and before.id != current.id:
            detail = f"{current.id} → {before.id}"
            yield Step("change", f"tag {LIVE}", resource, detail, partial(_tag, actual, before.id, LIVE))


def scaling_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Limits of instances and warm instances, for the live versions."""
    for function in wanted.functions:
        scaling, policy = function.scaling, actual.scaling(function.resource, LIVE)
        limits = (scaling.provisioned, scaling.zone_instances, scaling.requests)
        present = policy and (
            policy.provisioned_instances_count,
            policy.zone_instances_limit,
            policy.zone_requests_limit,
        )
        if present != limits:
            request = SetScalingPolicyRequest(
                function_id=actual.function_id(function.resource),
                tag=LIVE,
                provisioned_instances_count=scaling.provisioned,
                zone_instances_limit=scaling.zone_instances,
                zone_requests_limit=scaling.requests,
            )
            detail = f"{scaling.zone_instances} instances a zone, {scaling.provisioned} kept warm in all"
            run = partial(actual.cloud.run, actual.cloud.functions.SetScalingPolicy, request)
            yield Step("change" if policy else "create", "scaling", function.resource, detail, run)


def _version(function: WantedFunction, wanted: Wanted, actual: Actual) -> CreateFunctionVersionRequest:
    """Return the wanted version without its code; the description contains the hash of the code."""
    secrets = []
    for variable, key in [] if function.start_secret else sorted(function.secrets.items()):
        secret = actual.secrets.get(wanted.secret_resource(key))
        secrets.append(
            Secret(
                id=secret.id if secret else NOT_YET,
                version_id=secret.current_version.id if secret else NOT_YET,
                key=key,
                environment_variable=variable,
            )
        )
    level = LogLevel.Level.Value(wanted.stage.log_level)
    return CreateFunctionVersionRequest(
        function_id=actual.function_id(function.resource),
        runtime=RUNTIME,
        description=f"bundle {function.bundle.content}",
        entrypoint=function.entrypoint,
        resources=Resources(memory=function.memory_mb * _MB),
        execution_timeout=Duration(seconds=function.timeout_seconds),
        service_account_id=actual.account_id(function.account),
        environment={**function.environment, **start_environment(function, wanted, actual)},
        secrets=secrets,
        log_options=LogOptions(folder_id=wanted.stage.folder_id, min_level=level),
        connectivity=Connectivity(network_id=wanted.stage.network_id) if wanted.stage.network_id else None,
        mounts=[_disk(function.disk_gb)] if function.disk_gb else [],
    )


def _disk(gigabytes: int) -> Mount:
    """Return an ephemeral disk, empty in each new instance."""
    spec = Mount.DiskSpec(size=gigabytes * 1024 * _MB, block_size=4096)
    return Mount(name=DISK, mode=Mount.Mode.READ_WRITE, ephemeral_disk_spec=spec)


# Fields that identify a version, with their words in a plan.
_COMPARED = {
    "description": "code",
    "runtime": "runtime",
    "entrypoint": "entrypoint",
    "resources": "memory",
    "execution_timeout": "time-out",
    "service_account_id": "service account",
    "environment": "variables",
    "secrets": "secrets",
    "log_options": "logging",
    "connectivity": "network",
    "mounts": "disk",
}


def _same(request: CreateFunctionVersionRequest, version: Version, name: str) -> bool:
    wanted, present = getattr(request, name), getattr(version, name)
    if name == "secrets":
        return {each.SerializeToString() for each in wanted} == {each.SerializeToString() for each in present}
    return bool((dict(wanted) == dict(present)) if name == "environment" else (wanted == present))


def _matching(request: CreateFunctionVersionRequest, function: WantedFunction, actual: Actual) -> Version | None:
    """Return the newest matching version, preferring the live one, which avoids a switch."""
    live = actual.tagged(function.resource, LIVE)
    candidates = [*([live] if live else []), *actual.versions(function.resource)]
    return next((each for each in candidates if all(_same(request, each, name) for name in _COMPARED)), None)


def _differences(request: CreateFunctionVersionRequest, live: Version | None) -> str:
    if live is None:
        return "the first one"
    return ", ".join(word for name, word in _COMPARED.items() if not _same(request, live, name))


def _create(request: CreateFunctionVersionRequest, function: WantedFunction, actual: Actual, storage: Storage) -> None:
    bundle = function.bundle
    if bundle.goes_through_storage:
        key = f"bundles/{bundle.path.name}"
        storage.put(bundle.path, key)
        request.package.CopyFrom(Package(bucket_name=storage.bucket, object_name=key, sha256=bundle.sha256))
    else:
        request.content = bundle.path.read_bytes()
    actual.cloud.run(actual.cloud.functions.CreateVersion, request)


def _switch(actual: Actual, version_id: str, tag: str, before: Version | None) -> None:
    if before is not None:
        _tag(actual, before.id, PREVIOUS)
    _tag(actual, version_id, tag)


def _tag(actual: Actual, version_id: str, tag: str) -> None:
    request = SetFunctionTagRequest(function_version_id=version_id, tag=tag)
    actual.cloud.run(actual.cloud.functions.SetTag, request)
