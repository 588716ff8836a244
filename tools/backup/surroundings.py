"""Backend of a command: the one in the environment, else the local stack of this checkout."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

_NEEDED = ("VK_CLOUD_ENDPOINT", "VK_CLOUD_BUCKET", "VK_CLOUD_ACCESS_KEY", "VK_CLOUD_SECRET_KEY", "BACKUP_KEYS")


class NotConfigured(Exception):
    """Neither the environment nor a local stack names a store; the message lists missing variables."""


@dataclass(frozen=True)
class Surroundings:
    """Description of the backend, for a confirmation."""

    is_local: bool
    store: str

    @property
    def name(self) -> str:
        return "the local stack" if self.is_local else self.store


def enter() -> Surroundings:
    """Set `os.environ` like that of a function. Raises NotConfigured."""
    if any(os.environ.get(name) for name in _NEEDED):
        missing = [name for name in _NEEDED if not os.environ.get(name)]
        if missing:
            raise NotConfigured(f"Set {', '.join(missing)} as well, or none of them to work on the local stack.")
        return Surroundings(is_local=False, store=f"{os.environ['VK_CLOUD_ENDPOINT']}/{os.environ['VK_CLOUD_BUCKET']}")
    os.environ.update(_local_environment())
    return Surroundings(is_local=True, store="local")


def _local_environment() -> dict[str, str]:
    from local.function_environment import function_environment
    from local.paths import DataFolder
    from local.ports import Ports
    from local.secrets import Keyring
    from local.stack import Stack

    data = DataFolder.from_environ(os.environ)
    if not data.secrets.exists():
        raise NotConfigured(
            f"There is no local stack in {data.root}: run `make up` first, or name a store by VK_CLOUD_…."
        )
    keyring = Keyring.load_or_create(data.secrets)
    stack = Stack(data, Ports.from_environ(os.environ), keyring, os.environ, print)
    return function_environment(keyring, stack.addresses, os.environ)


def database_address(given: str | None) -> str:
    """Return the address to restore into: the given one, else the backend's own."""
    from auto360.providers.postgres_dump.binaries import DumpSettings

    environ = {**os.environ, **({"BACKUP_DATABASE_URL": given} if given else {})}
    return DumpSettings.load(environ).address()


def shown(address: str) -> str:
    """Return a database's address without its password."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"
