"""Steps that create service accounts and grant each exactly its roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from yandex.cloud.access.access_pb2 import (
    AccessBinding,
    AccessBindingAction,
    AccessBindingDelta,
    Subject,
    UpdateAccessBindingsRequest,
)
from yandex.cloud.iam.v1.service_account_service_pb2 import CreateServiceAccountRequest

from infra.yandex.current_state import Actual
from infra.yandex.desired_state import INVOKER, QUEUE_WRITER, SECRET_READER, Wanted, WantedFunction
from infra.yandex.step import Step


def account_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Service accounts that are missing: one per function, one for the gateway, one for triggers."""
    cloud, folder = actual.cloud, wanted.stage.folder_id
    for name in wanted.accounts:
        if name not in actual.accounts:
            request = CreateServiceAccountRequest(folder_id=folder, name=name, description="made by make deploy")
            run = partial(cloud.run, cloud.accounts.Create, request)
            yield Step("create", "service account", name, "", run)


def access_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Roles to grant, before anything needs them."""
    return (step for step in _all_steps(wanted, actual) if step.action == "create")


def surplus_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    """Roles to revoke from our own accounts, once unused; foreign accounts are ignored."""
    return (step for step in _all_steps(wanted, actual) if step.action == "delete")


def _all_steps(wanted: Wanted, actual: Actual) -> Iterator[Step]:
    cloud = actual.cloud
    for function in wanted.functions:
        callers = {wanted.gateway} if function.is_called_by_gateway else set()
        callers |= {wanted.trigger_account} if function.is_called_by_triggers else set()
        place = _Place(cloud.functions, actual.function_id(function.resource), function.resource)
        yield from _bindings(actual, place, INVOKER, callers)
    readers: dict[str, set[str]] = {}
    for function in wanted.functions:
        for name in _read_by(function, wanted):
            readers.setdefault(name, set()).add(function.account)
    for name, secret in actual.secrets.items():
        yield from _bindings(actual, _Place(cloud.secrets, secret.id, name), SECRET_READER, readers.get(name, set()))
    folder = _Place(cloud.folders, wanted.stage.folder_id, "the folder")
    for role in sorted({role for function in wanted.functions for role in function.roles} | {QUEUE_WRITER}):
        holders = {function.account for function in wanted.functions if role in function.roles}
        holders |= {wanted.trigger_account} if role == QUEUE_WRITER and wanted.triggers else set()
        yield from _bindings(actual, folder, role, holders)
    if wanted.video_channel:
        channel = _Place(cloud.channels, wanted.video_channel, "the video channel")
        for role in sorted({role for function in wanted.functions for role in function.channel_roles}):
            holders = {function.account for function in wanted.functions if role in function.channel_roles}
            yield from _bindings(actual, channel, role, holders)


def _read_by(function: WantedFunction, wanted: Wanted) -> list[str]:
    """Secrets that a function's account reads: their copy if there is one."""
    if function.start_secret:
        return [function.start_secret]
    return [wanted.secret_resource(key) for key in function.secrets.values()]


@dataclass(frozen=True)
class _Place:
    """Resource on which roles are granted."""

    service: Any
    id: str
    name: str


def _bindings(actual: Actual, place: _Place, role: str, wanted: set[str]) -> Iterator[Step]:
    names = {account.id: name for name, account in actual.accounts.items()}
    present = {names[each] for each in actual.subjects(place.service, place.id, role) if each in names}
    give, take = sorted(wanted - present), sorted(present - wanted)
    for name in [*give, *take]:
        action = AccessBindingAction.ADD if name in give else AccessBindingAction.REMOVE
        subject = Subject(id=actual.account_id(name), type="serviceAccount")
        delta = AccessBindingDelta(action=action, access_binding=AccessBinding(role_id=role, subject=subject))
        request = UpdateAccessBindingsRequest(resource_id=place.id, access_binding_deltas=[delta])
        run = partial(actual.cloud.run, place.service.UpdateAccessBindings, request)
        yield Step("create" if name in give else "delete", "role", f"{role} on {place.name}", f"for {name}", run)
