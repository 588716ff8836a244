"""The database through Supabase's REST interface (PostgREST)."""

import ssl
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from pydantic import SecretStr, model_validator

from auto360.database import DatabaseRefused, DatabaseUnavailable, Row, count_round_trip
from auto360.settings import EnvSettings


class SupabaseSettings(EnvSettings):
    """Where the project is and the keys to it. `supabase_rest_url` overrides `<project>/rest/v1`."""

    supabase_url: str
    supabase_rest_url: str = ""
    supabase_service_role_key: SecretStr
    supabase_anon_key: SecretStr
    database_timeout_seconds: float = 5.0

    @model_validator(mode="after")
    def _over_tls(self) -> "SupabaseSettings":
        local = ("http://127.0.0.1", "http://localhost", "http://[::1]")
        if not self.rest_url.startswith(("https://", *local)):
            raise ValueError("SUPABASE_URL must begin with https://")
        return self

    @property
    def rest_url(self) -> str:
        """The base address of PostgREST, without a trailing slash."""
        return (self.supabase_rest_url or f"{self.supabase_url.rstrip('/')}/rest/v1").rstrip("/")


Around = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""Puts something around the connections, such as what notes every call."""


def new_client(
    settings: SupabaseSettings, *, tls: ssl.SSLContext, around: Around = lambda behind: behind
) -> httpx.Client:
    """A client for one process: connections are kept for seconds only, since a frozen instance's sockets die."""
    limits = httpx.Limits(keepalive_expiry=5.0)
    return httpx.Client(
        base_url=settings.rest_url,
        timeout=httpx.Timeout(settings.database_timeout_seconds, connect=2.0),
        transport=around(httpx.HTTPTransport(retries=2, limits=limits, verify=tls, trust_env=False)),
        trust_env=False,
        follow_redirects=False,
    )


class PostgrestDatabase:
    """The `Database` port over PostgREST."""

    def __init__(self, settings: SupabaseSettings, http: httpx.Client) -> None:
        self._http = http
        service_key = settings.supabase_service_role_key.get_secret_value()
        self._service = {"apikey": service_key, "Authorization": f"Bearer {service_key}"}
        self._anon_key = settings.supabase_anon_key.get_secret_value()

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run an SQL function as service_role. Raises DatabaseUnavailable or DatabaseRefused."""
        return self._send("POST", f"/rpc/{function}", headers=self._service, json=dict(arguments))

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        """Read rows as the user of the token. Raises DatabaseUnavailable or DatabaseRefused."""
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {user_token}"}
        rows: list[Row] = self._send("GET", f"/{table}", headers=headers, params=dict(query))
        return rows

    def _send(self, method: str, path: str, **request: Any) -> Any:
        count_round_trip()
        try:
            reply = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise DatabaseUnavailable from error
        if reply.status_code in (502, 503, 504):
            raise DatabaseUnavailable
        if reply.is_error:
            raise DatabaseRefused(f"{method} {path}: HTTP {reply.status_code}, {_sqlstate(reply)}")
        return reply.json() if reply.content else None


def _sqlstate(reply: httpx.Response) -> str:
    try:
        return str(reply.json().get("code", "no code"))[:20]
    except (ValueError, AttributeError):
        return "no code"
