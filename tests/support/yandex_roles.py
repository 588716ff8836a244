"""Permissions of the published roles of Yandex Cloud, in our words: the fake cloud refuses everything else.

Source: the role reference of the public documentation (`en/_roles/<service>/<role>.md`), read in its versions of
2024 to 2026. A permission is `<kind>.<verb>`; `access` is the right to change who may do what with a resource.
"""

from __future__ import annotations

FOLDER_PLACE, CLOUD_PLACE, CHANNEL_PLACE = "folder", "cloud", "channel"

_FUNCTIONS_EDITOR = {
    "functions.view", "functions.edit", "functions.viewAccess", "triggers.view", "triggers.edit", "gateways.edit",
    "folders.view",
}  # fmt: skip
_LOCKBOX_EDITOR = {"secrets.view", "secrets.edit", "folders.view"}
ROLES: dict[str, set[str]] = {
    "functions.editor": _FUNCTIONS_EDITOR,
    "functions.admin": _FUNCTIONS_EDITOR | {"functions.access"},
    "api-gateway.editor": {"gateways.view", "gateways.edit", "folders.view"},
    "iam.serviceAccounts.admin": {"accounts.view", "accounts.edit", "accounts.use", "folders.view"},
    "iam.serviceAccounts.user": {"accounts.view", "accounts.use"},
    "lockbox.editor": _LOCKBOX_EDITOR,
    "lockbox.payloadViewer": {"secrets.view", "payloads.view"},
    "lockbox.admin": _LOCKBOX_EDITOR | {"secrets.viewAccess", "secrets.access", "payloads.view"},
    "storage.editor": {"buckets.view", "buckets.edit", "s3.call"},
    "ymq.admin": {"sqs.call"},
    "resource-manager.admin": {"folders.view", "folders.viewAccess", "folders.access"},
    "quota-manager.viewer": {"quotas.view"},
    "video.editor": {"channels.view"},
    "video.admin": {"channels.view", "channels.viewAccess", "channels.access"},
    "certificate-manager.certificates.downloader": {"certificates.view"},
    "vpc.user": {"networks.view", "networks.use"},
    "smart-web-security.user": {"profiles.view", "profiles.use", "limiters.view"},
}
# Where a permission must be held; all others in the folder.
PLACES = {"quotas": CLOUD_PLACE, "channels": CHANNEL_PLACE}


def allowed(granted: dict[str, set[str]], permission: str) -> bool:
    """Return True if the roles of a caller, by place, hold a permission."""
    place = PLACES.get(permission.partition(".")[0], FOLDER_PLACE)
    return any(permission in ROLES[role] for role in granted.get(place, ()))


def permission_of(service: str, method: str) -> str:
    """Return the permission that a call of a service needs."""
    kind = service.lower()
    if method == "ListAccessBindings":
        return f"{kind}.viewAccess"
    if method == "UpdateAccessBindings":
        return f"{kind}.access"
    return f"{kind}.{'view' if method.startswith(('List', 'Get')) else 'edit'}"
