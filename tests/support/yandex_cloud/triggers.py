"""Triggers of functions."""

from __future__ import annotations

from typing import Any

import grpc
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.serverless.triggers.v1 import trigger_service_pb2_grpc as triggers_grpc
from yandex.cloud.serverless.triggers.v1.trigger_pb2 import Trigger
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import ListTriggersResponse

from tests.support.yandex_cloud.state import FakeCloud, change, found, refuse_name


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
