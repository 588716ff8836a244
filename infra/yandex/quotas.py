"""Quotas, compared with the sum over every function of the stage: they apply to the whole cloud, not to a function.

All calls may use one availability zone, so the quota of a zone is compared with the sum of all limits per zone.
"""

from __future__ import annotations

from collections.abc import Iterator

from yandex.cloud.quotamanager.v1.quota_limit_service_pb2 import GetQuotaLimitRequest
from yandex.cloud.quotamanager.v1.resource_pb2 import Resource
from yandex.cloud.resourcemanager.v1.folder_service_pb2 import GetFolderRequest

from infra.yandex.cloud import CloudError
from infra.yandex.current_state import Actual
from infra.yandex.desired_state import Wanted

_MB, _GB = 1024**2, 1024**3
FUNCTIONS, TRIGGERS = "serverless.functions.count", "serverless.triggers.count"
INSTANCES, REQUESTS = "serverless.workers.count", "serverless.request.count"
MEMORY = "serverless.memory.size"
# Default quotas of a cloud (docs/reference/yandex-cloud.md, section 1); for quotas unknown to the service.
DEFAULTS = {FUNCTIONS: 10, TRIGGERS: 100, INSTANCES: 10, REQUESTS: 10, MEMORY: 20 * _GB}
_MEANING = {
    FUNCTIONS: "functions",
    TRIGGERS: "triggers",
    INSTANCES: "instances of all functions in a zone",
    REQUESTS: "requests at once to all functions in a zone, queued ones included",
    MEMORY: "bytes of memory of all instances in a zone",
}


def needed(wanted: Wanted) -> dict[str, int]:
    """Return the demand of the stage on each quota with every function at its limits."""
    functions = wanted.functions
    return {
        FUNCTIONS: len(functions),
        TRIGGERS: len(wanted.triggers),
        INSTANCES: sum(each.scaling.zone_instances for each in functions),
        REQUESTS: sum(each.scaling.requests for each in functions),
        MEMORY: sum(each.scaling.zone_instances * each.memory_mb * _MB for each in functions),
    }


def quota_problems(wanted: Wanted, actual: Actual) -> Iterator[str]:
    """Yield a sentence for each quota that is too small. Raises CloudError when the quota cannot be read."""
    folder = actual.cloud.call(actual.cloud.folders.Get, GetFolderRequest(folder_id=wanted.stage.folder_id))
    resource = Resource(id=folder.cloud_id, type="resource-manager.cloud")
    ours = {FUNCTIONS: len(actual.functions), TRIGGERS: len(actual.triggers)}
    for quota, need in needed(wanted).items():
        limit, usage = _limit(actual, resource, quota)
        # Other stages may hold a part of the current usage.
        others = max(0, usage - ours[quota]) if quota in ours else 0
        if need + others > limit:
            yield (
                f"The quota {quota} is {limit}, and {need + others} are needed: {_MEANING[quota]}. Ask for more in the"
                f" console (Quotas) or lower the stage's limits."
            )
    warm = sum(each.scaling.provisioned for each in wanted.functions)
    if warm > wanted.stage.provisioned_quota:
        yield (
            f"{warm} warm instances are wanted in all zones together, and `provisioned_quota` in the stage's file says"
            f" that {wanted.stage.provisioned_quota} are granted."
        )


def _limit(actual: Actual, resource: Resource, quota: str) -> tuple[int, int]:
    request = GetQuotaLimitRequest(resource=resource, quota_id=quota)
    try:
        found = actual.cloud.call(actual.cloud.quotas.Get, request)
    except CloudError as error:
        if error.status not in ("NOT_FOUND", "INVALID_ARGUMENT"):
            raise
        return DEFAULTS[quota], 0
    return int(found.limit.value), int(found.usage.value)
