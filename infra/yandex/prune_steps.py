"""Steps that delete: resources removed from the template, or a whole stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from yandex.cloud.iam.v1.service_account_service_pb2 import DeleteServiceAccountRequest
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2 import DeleteApiGatewayRequest
from yandex.cloud.serverless.functions.v1.function_service_pb2 import DeleteFunctionRequest
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import DeleteTriggerRequest

from infra.yandex.current_state import Actual
from infra.yandex.desired_state import Wanted
from infra.yandex.queues import Queues
from infra.yandex.step import Step


def leftover_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Unwanted triggers, functions and service accounts with the stage's prefix, callers first."""
    triggers = {trigger.resource for trigger in wanted.triggers}
    functions = {function.resource for function in wanted.functions}
    yield from _deletions(actual, triggers, functions, set(wanted.accounts))


def destroy_steps(wanted: Wanted, actual: Actual, queues: Queues) -> Iterator[Step]:
    """Yield the deletion of everything but secrets and bundles: secrets cannot be restored."""
    cloud = actual.cloud
    for name, gateway in actual.gateways.items():
        request = DeleteApiGatewayRequest(api_gateway_id=gateway.id)
        yield Step("delete", "gateway", name, "", partial(cloud.run, cloud.gateways.Delete, request))
    yield from _deletions(actual, set(), set(), set())
    if queues.arn(wanted.queue) is not None:
        yield Step("delete", "queue", wanted.queue, "with its contents", partial(queues.delete, wanted.queue))


def _deletions(actual: Actual, triggers: set[str], functions: set[str], accounts: set[str]) -> Iterator[Step]:
    cloud = actual.cloud
    for name, trigger in actual.triggers.items():
        if name not in triggers:
            run = partial(cloud.run, cloud.triggers.Delete, DeleteTriggerRequest(trigger_id=trigger.id))
            yield Step("delete", "trigger", name, "", run)
    for name, function in actual.functions.items():
        if name not in functions:
            run = partial(cloud.run, cloud.functions.Delete, DeleteFunctionRequest(function_id=function.id))
            yield Step("delete", "function", name, "with all its versions", run)
    for name, account in actual.accounts.items():
        if name not in accounts:
            run = partial(cloud.run, cloud.accounts.Delete, DeleteServiceAccountRequest(service_account_id=account.id))
            yield Step("delete", "service account", name, "", run)
