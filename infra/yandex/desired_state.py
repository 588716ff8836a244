"""Wanted state of a stage, computed from the template, the stage's file and the bundles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.bundle import Bundle
from infra.stage import Scaling, Stage
from infra.template import EventOptions, Project
from infra.yandex.rules import RuleError, check_name, check_resources, check_variable, cron_of
from local.gateway.template import BucketEvent, FunctionSpec

INVOKER = "functions.functionInvoker"
SECRET_READER = "lockbox.payloadViewer"  # noqa: S105 - the name of a role
QUEUE_WRITER = "ymq.writer"
VIDEO_CHANNEL = "YandexVideoChannelId"
RUNTIME = "python312"
_MAX_RETRIES = 5
# Functions whose runs grow with the database (docs/decisions/0115).
BACKUPS = ("backup_job", "restore_drill")
_DRILL, DISK, _DISK_PATH = "restore_drill", "work", "/function/storage/work"
_LONG_SECONDS, _LONG_MEMORY_MB = 3600, 4096


@dataclass(frozen=True)
class WantedFunction:
    """Function to deploy: `environment` is plain, `secrets` maps names of variables to keys of secrets.

    `start_secret` is their copy that the function reads at its start, where they do not fit beside the rest.
    """

    name: str
    resource: str
    account: str
    entrypoint: str
    bundle: Bundle
    memory_mb: int
    timeout_seconds: int
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    start_secret: str
    scaling: Scaling
    roles: tuple[str, ...]
    channel_roles: tuple[str, ...]
    is_called_by_gateway: bool
    is_called_by_triggers: bool
    disk_gb: int = 0


@dataclass(frozen=True)
class WantedTrigger:
    """Timer (`cron`) or storage trigger (`bucket`)."""

    resource: str
    function: str
    retries: int
    cron: str = ""
    payload: str = ""
    bucket: str = ""
    prefix: str = ""
    suffix: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Wanted stage."""

    stage: Stage
    functions: tuple[WantedFunction, ...]
    triggers: tuple[WantedTrigger, ...]
    video_channel: str = ""

    @property
    def gateway(self) -> str:
        """Return the name of the gateway and of its service account, which calls functions."""
        return gateway_of(self.stage)

    @property
    def trigger_account(self) -> str:
        """Return the service account of triggers, which call functions and queue failed events."""
        return f"{self.stage.prefix}-triggers"

    @property
    def queue(self) -> str:
        """Return the queue of events that failed at every attempt."""
        return f"{self.stage.prefix}-failed-events"

    @property
    def upload_buckets(self) -> tuple[str, ...]:
        """Buckets whose events call functions; the cloud refuses a trigger on a missing one."""
        return tuple(sorted({trigger.bucket for trigger in self.triggers if trigger.bucket}))

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return all service accounts."""
        own = [function.account for function in self.functions]
        return (*own, self.gateway, *([self.trigger_account] if self.triggers else []))

    def secret_resource(self, key: str) -> str:
        """Return the name of a secret in Lockbox; one secret per key, so that each has its own readers."""
        return secret_resource(self.stage, key)


def gateway_of(stage: Stage) -> str:
    """Return the name of a stage's gateway."""
    return f"{stage.prefix}-gateway"


def secret_resource(stage: Stage, key: str) -> str:
    """`OTP_SECRETS` → `auto360-production-otp-secrets`."""
    return f"{stage.prefix}-{key.lower().replace('_', '-')}"


def work_out(project: Project, stage: Stage, bundles: Mapping[str, Bundle]) -> Wanted:
    """Compute the wanted state. Raises RuleError and TemplateError for impossible values."""
    parameters = project.parameters(stage.parameters)
    unknown = sorted(name for name in stage.settings if not project.settable(name))
    if unknown:
        raise RuleError(f"No function has a setting {unknown[0]}, which infra/stages/{stage.name}.toml sets.")
    functions = tuple(_function(project, stage, spec, bundles[spec.name], parameters) for spec in project.functions)
    triggers = tuple(trigger for spec in project.functions for trigger in _triggers(project, stage, spec, parameters))
    for name in [*(each.resource for each in functions), *(each.resource for each in triggers), f"{stage.prefix}-x"]:
        check_name(name)
    return Wanted(stage, functions, triggers, video_channel=parameters.get(VIDEO_CHANNEL, ""))


def _function(
    project: Project, stage: Stage, spec: FunctionSpec, bundle: Bundle, parameters: Mapping[str, str]
) -> WantedFunction:
    is_long = spec.name in BACKUPS and stage.backups.runs_on == "long_function"
    memory, timeout = (max(spec.memory, _LONG_MEMORY_MB), _LONG_SECONDS) if is_long else (spec.memory, spec.timeout)
    check_resources(memory, timeout, is_long=is_long)
    environment, secrets = {}, {}
    for variable in project.variables[spec.name]:
        if variable.secret is not None:
            if variable.secret not in stage.absent_secrets:
                secrets[variable.name] = variable.secret
        else:
            value = stage.settings.get(variable.name) or variable.value(parameters)
            check_variable(variable.name, value)
            # An empty value counts as absent, and would only use space.
            if value:
                environment[variable.name] = value
    disk_gb = stage.backups.disk_gb if spec.name == _DRILL and _has_timers(stage, spec) else 0
    if disk_gb:
        environment["DRILL_FOLDER"] = _DISK_PATH
    resource = f"{stage.prefix}-{spec.name.replace('_', '-')}"
    return WantedFunction(
        name=spec.name,
        resource=resource,
        account=resource,
        entrypoint=spec.handler,
        bundle=bundle,
        memory_mb=memory,
        timeout_seconds=int(timeout),
        environment=environment,
        secrets=secrets,
        start_secret=f"{resource}-environment" if spec.name in project.reading_at_start else "",
        scaling=stage.scaling_of(spec.name),
        roles=project.roles.get(spec.name, ()),
        channel_roles=project.channel_roles.get(spec.name, ()),
        is_called_by_gateway=bool(spec.routes),
        is_called_by_triggers=bool((spec.timers and _has_timers(stage, spec)) or spec.buckets),
        disk_gb=disk_gb,
    )


def _has_timers(stage: Stage, spec: FunctionSpec) -> bool:
    """Return False for backups started by timers of a separate machine: two places would make every backup twice."""
    return spec.name not in BACKUPS or stage.backups.runs_on != "machine"


def _triggers(
    project: Project, stage: Stage, spec: FunctionSpec, parameters: Mapping[str, str]
) -> Iterator[WantedTrigger]:
    from infra.template import filled

    resource = f"{stage.prefix}-{spec.name.replace('_', '-')}"
    for timer in spec.timers if _has_timers(stage, spec) else ():
        retries = _retries(project.events[(spec.name, timer.name)])
        yield WantedTrigger(
            resource=f"{resource}-{_hyphened(timer.name)}",
            function=spec.name,
            retries=retries,
            cron=cron_of(timer.schedule),
            payload=timer.payload,
        )
    for event in spec.buckets:
        options = project.events[(spec.name, event.name)]
        yield WantedTrigger(
            resource=f"{resource}-{_hyphened(event.name)}",
            function=spec.name,
            retries=_retries(options),
            bucket=filled(options.bucket, parameters, where=event.name),
            prefix=options.prefix,
            suffix=options.suffix,
            kinds=_kinds(event),
        )


def _retries(options: EventOptions) -> int:
    """Invocations after the first one, counted alike by both clouds; Yandex allows up to five, AWS more."""
    return min(_MAX_RETRIES, options.retries)


def _kinds(event: BucketEvent) -> tuple[str, ...]:
    known = {"ObjectCreated": "CREATE_OBJECT", "ObjectRemoved": "DELETE_OBJECT"}
    return tuple(sorted({kind for word, kind in known.items() for each in event.kinds if word in each}))


def _hyphened(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
