"""Parts of the local stack, started in order and stopped in reverse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from local.errors import StackError
from local.function_environment import Addresses, function_environment, token_keys
from local.gateway.limits import QUEUE_FACTOR
from local.health import http_status
from local.migrations import Schema
from local.object_storage import ObjectStorage
from local.paths import CHECKOUT, MIGRATIONS, SEED, TEMPLATE, DataFolder
from local.ports import HOST, Ports
from local.postgres import Postgres
from local.postgres_location import place
from local.postgrest import PostgREST
from local.processes import Child
from local.redis_server import RedisServer
from local.secrets import Keyring
from local.simulators.environment import simulators_environment
from local.simulators.sentry import dsn
from local.supabase_host import supabase_child
from local.supabase_project import prepare_project

Report = Callable[[str], None]


@dataclass
class Stack:
    """Run of everything."""

    data: DataFolder
    ports: Ports
    keyring: Keyring
    environ: Mapping[str, str]
    report: Report
    _running: list[tuple[str, Callable[[], None]]] = field(default_factory=list, init=False)
    _children: list[Child] = field(default_factory=list, init=False)

    @property
    def has_redis(self) -> bool:
        """`REDIS=off` disables it, to test without it."""
        return self.environ.get("REDIS", "").strip().lower() not in ("off", "0", "no", "false")

    @property
    def has_edge_cache(self) -> bool:
        """`EDGE_CACHE=on` routes pictures and our lasting addresses through the simulated CDN."""
        return self.environ.get("EDGE_CACHE", "").strip().lower() in ("on", "1", "yes", "true")

    @property
    def own_database(self) -> bool:
        """Return True when the embedded server is used."""
        return not self.environ.get("DATABASE_URL", "").strip()

    @property
    def addresses(self) -> Addresses:
        """Return the addresses of the parts."""
        return Addresses(
            gateway=_url(self.ports.gateway),
            postgrest=_url(self.ports.postgrest),
            simulators=_url(self.ports.simulators),
            s3=_url(self.ports.s3),
            supabase=_url(self.ports.supabase),
            database=self._database_address(),
            redis=f"redis://{HOST}:{self.ports.redis}/0" if self.has_redis else None,
            edge_cache=_url(self.ports.edge_cache) if self.has_edge_cache else "",
        )

    def start(self) -> None:
        """Start everything; parts that do not need the database start beside it. Raises StackError."""
        # An invalid setting is refused before anything is created.
        _requests(self.environ)
        storage = ObjectStorage(
            self.ports.s3,
            self.data.s3,
            self.keyring,
            self.data.logs / "s3.log",
            gateway=self.addresses.gateway,
            database=self._database_address(),
        )
        self._started("S3", storage.child, storage.start, storage.stop)
        redis = RedisServer(self.ports.redis, self.data.redis, self.data.logs / "redis.log")
        if self.has_redis:
            self._started("Redis", redis.child, redis.start, redis.stop)
        simulators = self._simulators()
        self._started("simulators", simulators, simulators.start, simulators.stop)
        dsn = self._start_database()
        self._start_postgrest(dsn)
        with _Step(self.report, "simulators"):
            simulators.wait_until(lambda: http_status(self.ports.simulators, "/_local/ready") == 200, 30)
        if self.has_redis:
            with _Step(self.report, "Redis"):
                redis.wait()
        with _Step(self.report, "S3"):
            storage.wait()
        self._start_supabase()
        gateway = self._gateway()
        with _Step(self.report, "gateway"):
            self._started("gateway", gateway, gateway.start, gateway.stop)
            gateway.wait_until(lambda: http_status(self.ports.gateway, "/_local/about") == 200, 30)
        if self.has_edge_cache:
            with _Step(self.report, "CDN rules"):
                self._apply_cdn_settings()

    def _apply_cdn_settings(self) -> None:
        """Apply the repository's settings to the simulated resource, by the command for the cloud."""
        place = {"AUTO360_DATA": str(self.data.root), "PORT": str(self.ports.base)}
        environ = {**os.environ, **self.environ, **place, "PYTHONPATH": str(CHECKOUT / "layers" / "common")}
        command = [sys.executable, "-m", "tools.cdn", "apply"]
        done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"The settings of the CDN were not applied: {done.stdout}{done.stderr}")

    def watch(self) -> None:
        """Wait until a part ends by itself, which is a failure."""
        while True:
            for child in self._children:
                code = child.ended()
                if code is not None:
                    child.fail(f"has ended by itself (code {code}), so the stack stops")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the started parts, the last first."""
        while self._running:
            _, stop = self._running.pop()
            stop()

    def _started(self, name: str, child: Child | None, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self._running.append((name, stop))
        start()
        if child is not None:
            self._children.append(child)

    def _start_database(self) -> str:
        """Start the server and bring the schema up to date; returns the owner's address."""
        if self.own_database:
            with _Step(self.report, "Postgres"):
                placement = place(self.data.postgres, self.data.postgres_location)
                server = Postgres(
                    placement, self.ports.postgres, self.keyring.postgres_password, self.data.logs / "postgres.log"
                )
                self._running.append(("Postgres", server.stop))
                server.start()
                if server.child is not None:
                    self._children.append(server.child)
            dsn, superuser = server.dsn, server.superuser_dsn
        else:
            dsn = superuser = self.environ["DATABASE_URL"].strip()
        with _Step(self.report, "schema") as step:
            schema = Schema(dsn)
            if prepare_project(superuser, self.keyring):
                dsn_for_rest = _with_login(dsn, "authenticator", self.keyring.authenticator_password)
            else:
                dsn_for_rest = dsn
            applied = schema.migrate(MIGRATIONS)
            variables = function_environment(self.keyring, self.addresses, self.environ)
            schema.allow_images(self.addresses.supabase, variables.get("PICTURES_URL"))
            seeded = schema.seed(SEED)
            schema.show_demo_videos(api=f"{self.addresses.gateway}/api", simulators=self.addresses.simulators)
            step.remark = f"{applied} new migrations" + (", demonstration data" if seeded else "")
        return dsn_for_rest

    def _database_address(self) -> str:
        """Return the database with its owner's rights, for backups."""
        if not self.own_database:
            return self.environ["DATABASE_URL"].strip()
        return f"postgresql://postgres:{self.keyring.postgres_password}@{HOST}:{self.ports.postgres}/postgres"

    def _start_postgrest(self, dsn: str) -> None:
        jwks = token_keys(self.keyring).postgrest_jwks()
        log = self.data.logs / "postgrest.log"
        rest = PostgREST(dsn, jwks, self.ports.postgrest, self.ports.postgrest_admin, log)
        with _Step(self.report, "PostgREST"):
            self._running.append(("PostgREST", rest.stop))
            rest.start()
            if rest.child is not None:
                self._children.append(rest.child)

    def _start_supabase(self) -> None:
        log = self.data.logs / "supabase.log"
        child = supabase_child(self.keyring, self.addresses, port=self.ports.supabase, log=log)
        with _Step(self.report, "Supabase"):
            self._started("Supabase", child, child.start, child.stop)
            child.wait_until(lambda: http_status(self.ports.supabase, "/_local/ready") == 200, 30)

    def _simulators(self) -> Child:
        environ = simulators_environment(
            self.keyring,
            self.addresses,
            port=self.ports.simulators,
            edge_port=self.ports.edge_cache,
            overrides=self.environ,
        )
        return _python("simulators", "local.simulators", environ, self.data)

    def _gateway(self) -> Child:
        addresses = self.addresses
        settings = {
            "port": self.ports.gateway,
            "template": self.environ.get("AUTO360_TEMPLATE") or str(TEMPLATE),
            "variables": {
                **function_environment(self.keyring, addresses, self.environ),
                "SENTRY_DSN": dsn(addresses.simulators),
            },
            "workers": _workers(self.environ),
            "requests": _requests(self.environ),
            "function_log": str(self.data.logs / "functions.log"),
            "simulators": addresses.simulators,
            "storage": addresses.s3,
            "addresses": self.shown_addresses(),
        }
        return _python("gateway", "local.gateway", {**self.environ, "AUTO360_GATEWAY": json.dumps(settings)}, self.data)

    def shown_addresses(self) -> dict[str, str]:
        """Return addresses to open, without passwords."""
        shown = {
            "API and console": self.addresses.gateway,
            "Supabase": self.addresses.supabase,
            "PostgREST": self.addresses.postgrest,
            "Postgres": f"{HOST}:{self.ports.postgres}" if self.own_database else "the server in DATABASE_URL",
            "S3": _url(self.ports.s3),
            "simulators": self.addresses.simulators,
            "CDN": _url(self.ports.edge_cache),
        }
        if self.has_redis:
            shown["Redis"] = f"{HOST}:{self.ports.redis}"
        return shown


class _Step:
    """Progress line with the duration of the step."""

    def __init__(self, report: Report, name: str) -> None:
        self._report, self._name = report, name
        self.remark = ""

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            remark = f"  ({self.remark})" if self.remark else ""
            self._report(f"  {self._name:<12}{time.monotonic() - self._began:6.1f} s{remark}")


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _python(name: str, module: str, environ: Mapping[str, str], data: DataFolder) -> Child:
    command = [sys.executable, "-u", "-m", module]
    return Child(name, command, log=data.logs / f"{name}.log", environ=environ, folder=CHECKOUT)


def _workers(environ: Mapping[str, str]) -> int:
    text = environ.get("WORKERS", "").strip() or "4"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise StackError(f"WORKERS must be a number from 1 to 64, not {text!r}.")
    return int(text)


def _requests(environ: Mapping[str, str]) -> int:
    workers = _workers(environ)
    text = environ.get("MAX_REQUESTS", "").strip() or str(QUEUE_FACTOR * workers)
    if not text.isascii() or not text.isdigit() or not workers <= int(text) <= 10_000:
        raise StackError(f"MAX_REQUESTS must be a number from WORKERS to 10000, not {text!r}.")
    return int(text)


def _with_login(dsn: str, user: str, password: str) -> str:
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))
