"""Ports of a run: one base, each part at a fixed distance from it."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local.errors import StackError

DEFAULT_BASE = 8360
SPAN = 9
# Linux uses the ports from here on for outgoing connections: any of them may be occupied at any moment.
FIRST_EPHEMERAL = 32768
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Ports of the parts, always on the loopback address."""

    base: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Ports:
        """Read the base from `PORT`."""
        text = environ.get("PORT", "").strip() or str(DEFAULT_BASE)
        if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65535 - SPAN:
            raise StackError(f"PORT must be a number from 1024 to {65535 - SPAN}, not {text!r}.")
        return cls(int(text))

    @property
    def gateway(self) -> int:
        """Return the API and the console page."""
        return self.base

    @property
    def postgrest(self) -> int:
        """Return the REST interface of the database."""
        return self.base + 1

    @property
    def postgres(self) -> int:
        return self.base + 2

    @property
    def s3(self) -> int:
        """Object storage."""
        return self.base + 3

    @property
    def redis(self) -> int:
        """Cache and counters."""
        return self.base + 4

    @property
    def simulators(self) -> int:
        return self.base + 5

    @property
    def postgrest_admin(self) -> int:
        """PostgREST's own health page."""
        return self.base + 6

    @property
    def supabase(self) -> int:
        """Return the port of the local Supabase project."""
        return self.base + 7

    @property
    def edge_cache(self) -> int:
        """Return the simulated edge of the CDN."""
        return self.base + 8

    def named(self) -> dict[str, int]:
        """Return every port with its part."""
        return {
            "gateway": self.gateway,
            "PostgREST": self.postgrest,
            "Postgres": self.postgres,
            "S3": self.s3,
            "Redis": self.redis,
            "simulators": self.simulators,
            "PostgREST's health page": self.postgrest_admin,
            "Supabase": self.supabase,
            "edge cache": self.edge_cache,
        }


def is_free(port: int) -> bool:
    """Return True when a server could listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def require_free(ports: Ports, *, unused: Iterable[str] = ()) -> None:
    """Raise StackError that names the first occupied port."""
    skipped = set(unused)
    for part, port in ports.named().items():
        if part not in skipped and not is_free(port):
            other = ports.base + 1000 if ports.base < 60000 else DEFAULT_BASE
            raise StackError(
                f"Port {port} ({part}) is already in use: stop the program that holds it, or choose another base"
                f" port with the variable PORT, for example `PORT={other} make up`."
            )


def free_base(low: int = 20000, high: int = 30000) -> Ports:
    """Return a base whose whole range is free, from a range below the ephemeral ports."""
    if high > FIRST_EPHEMERAL:
        raise ValueError(f"{high} is an ephemeral port: connections to others take it")
    for _ in range(200):
        ports = Ports(random.randrange(low, high - SPAN))
        if all(is_free(port) for port in ports.named().values()):
            return ports
    raise StackError(f"No {SPAN} free ports in a row were found between {low} and {high}.")
