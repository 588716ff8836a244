"""Roles of the deploying account: the least published role for each call, and its resource.

`docs/deployment.md` shows `table()` and `commands()`, and a refusal of the cloud names the roles of the refused call.
Calls are named as in `infra.yandex.cloud`: `functions.CreateVersion`; `objects.*` and `queues.*` are those of the two
HTTP interfaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class DeployerRole:
    """Role with its calls. `only_for` names the key of the stage's file that requires it; empty for every stage."""

    role: str
    place: str
    calls: tuple[str, ...]
    reason: str
    only_for: str = ""


_FOLDER = "the stage's folder"
ROLES = (
    DeployerRole(
        "functions.admin",
        _FOLDER,
        ("functions.*", "triggers.*"),
        "functions, versions, tags, scaling, triggers, and permissions to call functions",
    ),
    DeployerRole("api-gateway.editor", _FOLDER, ("gateways.*",), "the gateway, its specification and its domain"),
    DeployerRole(
        "iam.serviceAccounts.admin",
        _FOLDER,
        ("accounts.*", "functions.CreateVersion", "triggers.Create", "triggers.Update", "gateways.Create"),
        "makes the service accounts and lets functions, triggers and the gateway act as them",
    ),
    DeployerRole(
        "lockbox.admin",
        _FOLDER,
        ("secrets.*", "payloads.*"),
        "secrets, and the functions that may read each; `lockbox.editor` may not grant access",
    ),
    DeployerRole(
        "storage.editor",
        _FOLDER,
        ("buckets.*", "objects.*"),
        "the private buckets of bundles, of uploads and of uploaded pictures",
    ),
    DeployerRole("ymq.admin", _FOLDER, ("queues.*",), "the queue of failed events"),
    DeployerRole("resource-manager.admin", _FOLDER, ("folders.*",), "roles of functions in the folder"),
    DeployerRole("quota-manager.viewer", "the cloud", ("quotas.*",), "compares quotas before a deployment"),
    DeployerRole("video.admin", "the video channel", ("channels.*",), "gives five functions `video.editor` on it"),
    DeployerRole(
        "certificate-manager.certificates.downloader",
        _FOLDER,
        ("certificates.*", "gateways.AddDomain"),
        "attaches the domain with its certificate",
        only_for="domain",
    ),
    DeployerRole(
        "vpc.user",
        _FOLDER,
        ("networks.*", "functions.CreateVersion"),
        "connects functions to the network",
        only_for="network_id",
    ),
    DeployerRole(
        "smart-web-security.user",
        _FOLDER,
        ("profiles.*", "limiters.*", "gateways.Create", "gateways.Update"),
        "attaches the security profile to the gateway",
        only_for="security_profile_id",
    ),
)


def roles_of(call: str) -> list[DeployerRole]:
    """Roles required by the cloud for a call."""
    return [each for each in ROLES if any(fnmatchcase(call, pattern) for pattern in each.calls)]


def advice(call: str) -> str:
    """Return a sentence for a refusal: roles that the deploying account needs for the call."""
    named = [
        f"`{each.role}` on {each.place}{f' (where `{each.only_for}` is set)' if each.only_for else ''}"
        for each in roles_of(call)
    ]
    return f"The account that deploys needs {' and '.join(named)}." if named else "No role is known for this call."


def table() -> str:
    """Return the table of `docs/deployment.md`."""
    return "\n".join(["| Role | On | For |", "|---|---|---|", *_rows()])


def commands() -> str:
    """Return the commands of `docs/deployment.md` that grant roles; the channel's is granted in its console."""
    return "\n".join(_grants())


def _grants() -> Iterator[str]:
    for each in ROLES:
        where = {
            _FOLDER: "folder add-access-binding auto360-production",
            "the cloud": "cloud add-access-binding default",
        }
        if each.place in where:
            account = "--service-account-name auto360-deployer"
            condition = f"  # only with {each.only_for}" if each.only_for else ""
            yield f"yc resource-manager {where[each.place]} {account} --role {each.role}{condition}"


def _rows() -> Iterator[str]:
    for each in ROLES:
        condition = f"; only where the stage sets `{each.only_for}`" if each.only_for else ""
        yield f"| `{each.role}` | {each.place} | {each.reason}{condition} |"
