"""Checks before any change: missing secrets, room in environments, quotas.

Each finding is a sentence that says what to do. Rules about names, paths and schedules fail earlier, while the wanted
state is computed (`infra.yandex.rules`).
"""

from __future__ import annotations

from collections.abc import Iterator

from yandex.cloud.quotamanager.v1.quota_limit_service_pb2 import GetQuotaLimitRequest
from yandex.cloud.quotamanager.v1.resource_pb2 import Resource
from yandex.cloud.resourcemanager.v1.folder_service_pb2 import GetFolderRequest

from infra.environment import ASSUMED_BYTES, MOST_BYTES
from infra.yandex.cloud import CloudError
from infra.yandex.current_state import Actual
from infra.yandex.desired_state import Wanted, WantedFunction
from infra.yandex.secrets import SIZE_LABEL

# Default quotas (docs/reference/yandex-cloud.md, section 1), used where the quota service does not answer.
_DEFAULTS = {
    "serverless.functions.count": 10,
    "serverless.triggers.count": 100,
    "serverless.workers.count": 10,
    "serverless.request.count": 10,
}


def problems(wanted: Wanted, actual: Actual) -> list[str]:
    """Return every reason for which a deployment would fail."""
    return [*_missing_secrets(wanted, actual), *_crowded_environments(wanted, actual), *_quotas(wanted, actual)]


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


def _quotas(wanted: Wanted, actual: Actual) -> Iterator[str]:
    folder = actual.cloud.call(actual.cloud.folders.Get, GetFolderRequest(folder_id=wanted.stage.folder_id))
    resource = Resource(id=folder.cloud_id, type="resource-manager.cloud")
    new_functions = sum(each.resource not in actual.functions for each in wanted.functions)
    new_triggers = sum(each.resource not in actual.triggers for each in wanted.triggers)
    needs = {
        "serverless.functions.count": (new_functions, len(actual.functions)),
        "serverless.triggers.count": (new_triggers, len(actual.triggers)),
        "serverless.workers.count": (_most(wanted, "zone_instances"), None),
        "serverless.request.count": (_most(wanted, "zone_requests"), None),
    }
    for quota, (more, ours) in needs.items():
        limit, usage = _limit(actual, resource, quota)
        used = 0 if ours is None else max(ours, usage)
        if more and used + more > limit:
            yield (
                f"The quota {quota} is {limit}, and {used + more} are needed: request more in the console"
                f" (Quotas) or from support."
            )


def _most(wanted: Wanted, limit: str) -> int:
    """Limits per zone are checked one by one: no function may want more than the whole cloud has."""

    def value(function: WantedFunction) -> int:
        return int(getattr(function.scaling, limit))

    return max(map(value, wanted.functions), default=0)


def _limit(actual: Actual, resource: Resource, quota: str) -> tuple[int, int]:
    try:
        request = GetQuotaLimitRequest(resource=resource, quota_id=quota)
        found = actual.cloud.call(actual.cloud.quotas.Get, request)
    except CloudError:
        return _DEFAULTS[quota], 0
    return int(found.limit.value), int(found.usage.value)
