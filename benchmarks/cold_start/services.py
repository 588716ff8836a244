"""Services of the measured functions: a database with PostgREST, and the simulated SMS providers."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from local.errors import StackError
from local.function_environment import Addresses, function_environment, token_keys
from local.health import http_status
from local.migrations import Schema
from local.paths import CHECKOUT, MIGRATIONS
from local.ports import HOST, Ports, free_base
from local.postgres import Postgres
from local.postgres_location import place
from local.postgrest import PostgREST
from local.processes import Child
from local.redis_server import RedisServer
from local.secrets import Keyring
from local.simulators.environment import simulators_environment
from local.supabase_project import prepare_project
from local.tokens import TokenKeys

NOWHERE = f"http://{HOST}:9"
# Thousands of codes are sent within an hour; the budget is still counted.
_BUDGET = {"OTP_DAILY_BUDGET_TYIYN": "2000000000"}


@dataclass(frozen=True)
class Services:
    """Running services and the variables for them."""

    variables: dict[str, str]
    postgrest: str
    simulators_port: int
    superuser_dsn: str
    keys: TokenKeys
    processes: dict[str, int]
    """Process ids by name: Postgres, PostgREST, and Redis if requested."""

    def code_sent_to(self, phone: str) -> str:
        """Return the last login code received by a phone."""
        connection = http.client.HTTPConnection(HOST, self.simulators_port, timeout=5)
        try:
            connection.request("GET", f"/_local/sms?phone={quote(phone)}")
            inbox = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return str(re.findall(r"\b[0-9]{4,8}\b", inbox[0]["text"])[0])

    def turn(self, provider: str, **settings: object) -> None:
        """Change a simulated provider. Raises StackError where it does not know the setting."""
        connection = http.client.HTTPConnection(HOST, self.simulators_port, timeout=5)
        try:
            connection.request("PUT", f"/_local/providers/{provider}", json.dumps(settings))
            answer = connection.getresponse()
            if answer.status != 200:
                raise StackError(f"{provider} refused {settings}: {answer.read().decode()}")
        finally:
            connection.close()


@contextmanager
def running(*, redis: bool = False) -> Iterator[Services]:
    """Start everything on free ports, and stop it."""
    folder, keyring = Path(tempfile.mkdtemp(prefix="auto360-bench-")), Keyring.generate()
    folder.chmod(0o755)
    try:
        ports = free_base()
        with (
            _database(folder, ports, keyring) as (server, rest),
            _simulators(folder, ports, keyring) as simulators,
            _redis(folder, ports, wanted=redis) as cache,
        ):
            addresses = Addresses(rest.url, rest.url, simulators, s3=rest.url, redis=cache.url if cache else None)
            parts = {"Postgres": server.child, "PostgREST": rest.child, "Redis": cache.child if cache else None}
            yield Services(
                function_environment(keyring, addresses, {}) | _BUDGET,
                rest.url,
                ports.simulators,
                server.superuser_dsn,
                token_keys(keyring),
                {name: child.pid for name, child in parts.items() if child and child.pid},
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(folder: Path, ports: Ports, keyring: Keyring) -> Iterator[tuple[Postgres, PostgREST]]:
    placement = place(folder / "postgres")
    server = Postgres(placement, ports.postgres, keyring.postgres_password, folder / "postgres.log", durable=False)
    login = f"postgresql://authenticator:{keyring.authenticator_password}@{HOST}:{ports.postgres}/postgres"
    jwks = token_keys(keyring).postgrest_jwks()
    rest = PostgREST(login, jwks, ports.postgrest, ports.postgrest_admin, folder / "postgrest.log")
    try:
        server.start()
        prepare_project(server.superuser_dsn, keyring)
        Schema(server.dsn).migrate(MIGRATIONS)
        rest.start()
        yield server, rest
    finally:
        rest.stop()
        server.stop()


@contextmanager
def _redis(folder: Path, ports: Ports, *, wanted: bool) -> Iterator[RedisServer | None]:
    if not wanted:
        yield None
        return
    server = RedisServer(ports.redis, folder / "redis", folder / "redis.log")
    try:
        server.start()
        server.wait()
        yield server
    finally:
        server.stop()


@contextmanager
def _simulators(folder: Path, ports: Ports, keyring: Keyring) -> Iterator[str]:
    addresses = Addresses(
        gateway=NOWHERE, postgrest=NOWHERE, simulators=f"http://{HOST}:{ports.simulators}", s3=NOWHERE
    )
    environ = simulators_environment(
        keyring, addresses, port=ports.simulators, edge_port=ports.edge_cache, overrides={}
    )
    command = [sys.executable, "-u", "-m", "local.simulators"]
    child = Child("simulators", command, log=folder / "simulators.log", environ=environ, folder=CHECKOUT)
    try:
        child.start()
        child.wait_until(lambda: http_status(ports.simulators, "/_local/ready") == 200, 30)
        yield f"http://{HOST}:{ports.simulators}"
    finally:
        child.stop()
