"""Allowed targets of load, with the highest rate of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from infra.stage import StageError, load_stage

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
STAGING = "staging"


class TargetRefused(Exception):
    """Host is not on the list; the message contains the list."""


@dataclass(frozen=True)
class LoadTarget:
    """Host for the load.

    `is_local` targets are started, watched and broken by the run. `has_simulated_providers` allows sessions with
    SMS or videos: real ones cost money.
    """

    url: str
    max_rate: float
    is_local: bool
    has_simulated_providers: bool


def local_target(port: int) -> LoadTarget:
    """Return the local stack on a port."""
    return checked(LoadTarget(f"http://127.0.0.1:{port}", 2000, is_local=True, has_simulated_providers=True), ())


def staging_target(environ: Mapping[str, str]) -> LoadTarget:
    """Return staging from its stage file. `PROVIDERS=simulated` confirms its settings. Raises TargetRefused."""
    try:
        domain = load_stage(STAGING).domain
    except StageError as error:
        raise TargetRefused(str(error)) from None
    if not domain:
        raise TargetRefused("infra/stages/staging.toml names no domain to send load to.")
    simulated = environ.get("PROVIDERS") == "simulated"
    target = LoadTarget(f"https://{domain}", 600, is_local=False, has_simulated_providers=simulated)
    return checked(target, (domain,))


def target_of(stage: str, port: int, environ: Mapping[str, str]) -> LoadTarget:
    """Return the target of a stage: `local` or `staging`. Raises TargetRefused for all others."""
    if stage == "local":
        return local_target(port)
    if stage == STAGING:
        return staging_target(environ)
    raise TargetRefused(f"Load goes to this machine or to staging, never to {stage!r}.")


def checked(target: LoadTarget, staging_hosts: tuple[str, ...]) -> LoadTarget:
    """Return the target if its host is on the list. Raises TargetRefused."""
    parts = urlsplit(target.url)
    host = (parts.hostname or "").lower()
    if parts.username or parts.password:
        raise TargetRefused("An address of a load target holds no user name.")
    if target.is_local and parts.scheme == "http" and host in LOOPBACK:
        return target
    if not target.is_local and parts.scheme == "https" and host in staging_hosts and "prod" not in host:
        return target
    raise TargetRefused(f"{host or target.url!r} is not a target of load tests: only loopback and staging are.")
