"""Steps for callers of functions: the gateway with its specification, domain and canary; triggers; the queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from yandex.cloud.logging.v1.log_entry_pb2 import LogLevel
from yandex.cloud.serverless.apigateway.v1.apigateway_pb2 import ApiGateway, Canary, LogOptions, VariableInput
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2 import (
    AddDomainRequest,
    CreateApiGatewayRequest,
    UpdateApiGatewayRequest,
)
from yandex.cloud.serverless.triggers.v1.trigger_pb2 import (
    BatchSettings,
    InvokeFunctionWithRetry,
    PutQueueMessage,
    RetrySettings,
    Trigger,
)
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import CreateTriggerRequest, UpdateTriggerRequest
from yandex.cloud.storage.v1.bucket_service_pb2 import CreateBucketRequest

from infra.template import Project
from infra.yandex.current_state import NOT_YET, Actual
from infra.yandex.desired_state import Wanted, WantedTrigger
from infra.yandex.gateway import CANARY, LIVE, TAG_VARIABLE, gateway_specification
from infra.yandex.queues import Queues
from infra.yandex.step import Step

# A label of the gateway: the cloud may return a specification in another form than it was sent.
SPECIFICATION_LABEL = "specification"
_RETRY_SECONDS = 30
_GATEWAY_SECONDS = 60


@dataclass(frozen=True)
class Entry:
    """Description of the gateway. `canary` is the percentage of requests for the canary versions."""

    wanted: Wanted
    project: Project
    document: Mapping[str, Any]
    canary: int = 0

    def specification(self, actual: Actual) -> str:
        """Return the specification as text, the same for the same contents."""
        content = gateway_specification(
            self.document,
            self.project.template,
            title=self.wanted.gateway,
            functions={each.name: actual.function_id(each.resource) for each in self.wanted.functions},
            account=actual.account_id(self.wanted.gateway),
            security_profile=self.wanted.stage.security_profile_id,
            roof=self.wanted.stage.roof,
        )
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def gateway_steps(entry: Entry, actual: Actual) -> Iterator[Step]:
    """Yield the step that creates or changes the gateway."""
    wanted, cloud = entry.wanted, actual.cloud
    text = entry.specification(actual)
    labels = {
        "project": "auto360",
        "stage": wanted.stage.name,
        SPECIFICATION_LABEL: hashlib.sha256(text.encode()).hexdigest()[:40],
    }
    options = LogOptions(folder_id=wanted.stage.folder_id, min_level=LogLevel.Level.Value(wanted.stage.log_level))
    timeout = Duration(seconds=_GATEWAY_SECONDS)
    gateway = actual.gateways.get(wanted.gateway)
    if gateway is None:
        create = CreateApiGatewayRequest(
            folder_id=wanted.stage.folder_id,
            name=wanted.gateway,
            labels=labels,
            openapi_spec=text,
            log_options=options,
            execution_timeout=timeout,
        )
        yield Step("create", "gateway", wanted.gateway, "", partial(cloud.run, cloud.gateways.Create, create))
        return
    change = UpdateApiGatewayRequest(
        api_gateway_id=gateway.id,
        labels=labels,
        openapi_spec=text,
        log_options=options,
        execution_timeout=timeout,
        canary=_canary(entry.canary),
    )
    changed = _changed(gateway, change)
    if changed:
        paths = [path for each in changed.values() for path in each]
        change.update_mask.CopyFrom(FieldMask(paths=paths))
        before = _as_it_was(gateway, actual, paths)
        run = partial(cloud.run, cloud.gateways.Update, change)
        undo = partial(cloud.run, cloud.gateways.Update, before)
        yield Step("change", "gateway", wanted.gateway, ", ".join(changed), run, undo)


def domain_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Yield the step that adds the gateway's domain; its CNAME record is added manually."""
    domain, certificate = wanted.stage.domain, wanted.stage.certificate_id
    gateway = actual.gateways.get(wanted.gateway)
    attached = [each.domain for each in gateway.attached_domains] if gateway else []
    if domain and certificate and domain not in attached:
        request = AddDomainRequest(
            api_gateway_id=gateway.id if gateway else NOT_YET, domain_name=domain, certificate_id=certificate
        )
        run = partial(actual.cloud.run, actual.cloud.gateways.AddDomain, request)
        yield Step("create", "domain", domain, "", run)


def _canary(share: int) -> Canary | None:
    """Route `share` percent of the requests to the versions with the canary tag."""
    return Canary(weight=share, variables={TAG_VARIABLE: VariableInput(string_value=CANARY)}) if share else None


def _changed(gateway: ApiGateway, change: UpdateApiGatewayRequest) -> dict[str, list[str]]:
    """Return the differences in words, with the fields to send."""
    differs = {
        "specification": (
            gateway.labels[SPECIFICATION_LABEL] != change.labels[SPECIFICATION_LABEL],
            ["openapi_spec", "labels"],
        ),
        "logging": (gateway.log_options != change.log_options, ["log_options"]),
        "time-out": (gateway.execution_timeout != change.execution_timeout, ["execution_timeout"]),
        "canary": (gateway.canary != change.canary, ["canary"]),
    }
    return {word: paths for word, (is_different, paths) in differs.items() if is_different}


def _as_it_was(gateway: ApiGateway, actual: Actual, paths: list[str]) -> UpdateApiGatewayRequest:
    text = actual.specification(gateway) if "openapi_spec" in paths else ""
    return UpdateApiGatewayRequest(
        api_gateway_id=gateway.id,
        update_mask=FieldMask(paths=paths),
        labels=gateway.labels,
        openapi_spec=text,
        log_options=gateway.log_options,
        execution_timeout=gateway.execution_timeout,
        canary=gateway.canary if gateway.HasField("canary") else None,
    )


def store_steps(wanted: Wanted, actual: Actual, queues: Queues) -> Iterator[Step]:
    """Yield the steps for private buckets of bundles and uploads, and for the queue of failed events."""
    stage, cloud = wanted.stage, actual.cloud
    has_large = any(function.bundle.goes_through_storage for function in wanted.functions)
    purposes = {stage.bundle_bucket: "for bundles"} if has_large else {}
    for bucket, purpose in (purposes | dict.fromkeys(wanted.upload_buckets, "for uploads")).items():
        if not actual.has_bucket(bucket):
            request = CreateBucketRequest(name=bucket, folder_id=stage.folder_id)
            yield Step("create", "bucket", bucket, purpose, partial(cloud.run, cloud.buckets.Create, request))
    if wanted.triggers and queues.arn(wanted.queue) is None:
        yield Step("create", "queue", wanted.queue, "for failed events", partial(queues.create, wanted.queue))


def trigger_steps(wanted: Wanted, actual: Actual, queues: Queues) -> Iterator[Step]:
    """Triggers, made or changed."""
    cloud = actual.cloud
    queue = (queues.arn(wanted.queue) or NOT_YET) if wanted.triggers else NOT_YET
    for trigger in wanted.triggers:
        rule = _rule(trigger, wanted, actual, queue)
        present = actual.triggers.get(trigger.resource)
        told = trigger.cron or f"{trigger.bucket}/{trigger.prefix}"
        if present is None:
            labels = {"project": "auto360", "stage": wanted.stage.name}
            create = CreateTriggerRequest(
                folder_id=wanted.stage.folder_id, name=trigger.resource, labels=labels, rule=rule
            )
            run = partial(cloud.run, cloud.triggers.Create, create)
            yield Step("create", "trigger", trigger.resource, told, run)
        elif present.rule != rule:
            mask = FieldMask(paths=["rule"])
            change = UpdateTriggerRequest(trigger_id=present.id, update_mask=mask, rule=rule)
            run = partial(cloud.run, cloud.triggers.Update, change)
            yield Step("change", "trigger", trigger.resource, told, run)


def _rule(trigger: WantedTrigger, wanted: Wanted, actual: Actual, queue: str) -> Trigger.Rule:
    function = next(each for each in wanted.functions if each.name == trigger.function)
    account = actual.account_id(wanted.trigger_account)
    invoke = InvokeFunctionWithRetry(
        function_id=actual.function_id(function.resource),
        function_tag=LIVE,
        service_account_id=account,
        # Without settings nothing is retried; the settings themselves do not allow zero.
        retry_settings=RetrySettings(retry_attempts=trigger.retries, interval=Duration(seconds=_RETRY_SECONDS))
        if trigger.retries
        else None,
        dead_letter_queue=PutQueueMessage(queue_id=queue, service_account_id=account),
    )
    if trigger.cron:
        timer = Trigger.Timer(cron_expression=trigger.cron, payload=trigger.payload, invoke_function_with_retry=invoke)
        return Trigger.Rule(timer=timer)
    kinds = [Trigger.ObjectStorageEventType.Value(f"OBJECT_STORAGE_EVENT_TYPE_{kind}") for kind in trigger.kinds]
    storage = Trigger.ObjectStorage(
        event_type=kinds,
        bucket_id=trigger.bucket,
        prefix=trigger.prefix,
        suffix=trigger.suffix,
        batch_settings=BatchSettings(size=1, cutoff=Duration(seconds=1)),
        invoke_function=invoke,
    )
    return Trigger.Rule(object_storage=storage)
