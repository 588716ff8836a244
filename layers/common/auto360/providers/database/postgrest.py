"""Database through Supabase's REST interface (PostgREST)."""

import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, SecretStr, model_validator

from auto360.core.refusals import refusal_of
from auto360.core.settings import EnvSettings
from auto360.providers.database import (
    DatabaseRefused,
    DatabaseUnavailable,
    Row,
    acting,
    count_round_trip,
    let_reads_lag,
)
from auto360.providers.database.addresses import address_of
from auto360.providers.database.answers import RolledBack, code_of, result_of
from auto360.providers.transport.line import Line, LineFailed, Reply, ServerLine

# Between three tries after a rollback by the server: by then the other side of the deadlock has finished.
_PAUSES_SECONDS = (0.05, 0.2)

# The largest result is a page of a job: some thousand rows.
_MAX_BYTES = 32 * 1024 * 1024


# Plain text to this machine alone.
_OVER_TLS = ("https://", "http://127.0.0.1", "http://localhost", "http://[::1]")
# A replica without an answer by then leaves time for the primary.
_REPLICA_SECONDS = 2.0


class SupabaseSettings(EnvSettings):
    """Project address and keys. `supabase_rest_url` overrides `<project>/rest/v1`."""

    supabase_url: str
    supabase_rest_url: str = ""
    supabase_service_role_key: SecretStr
    supabase_anon_key: SecretStr
    database_timeout_seconds: float = 5.0

    @model_validator(mode="after")
    def _over_tls(self) -> "SupabaseSettings":
        if not self.rest_url.startswith(_OVER_TLS):
            raise ValueError("SUPABASE_URL must begin with https://")
        return self

    @property
    def rest_url(self) -> str:
        """Return the base address of PostgREST, without a trailing slash."""
        return (self.supabase_rest_url or f"{self.supabase_url.rstrip('/')}/rest/v1").rstrip("/")


class ReplicaSettings(EnvSettings):
    """Project address of the read replica, empty without one; seconds after which it certainly contains a write."""

    supabase_read_url: str = Field("", pattern=r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]|$)")
    replica_lag_seconds: int = Field(10, ge=1, le=300)

    @property
    def lag_seconds(self) -> int:
        """Return the maximum lag of guests' reads in seconds; 0 without a replica."""
        return self.replica_lag_seconds if self.supabase_read_url else 0

    def server(self, primary: SupabaseSettings) -> SupabaseSettings:
        """Return the settings of the replica, which has the primary's keys."""
        seconds = min(primary.database_timeout_seconds, _REPLICA_SECONDS)
        rest_url = f"{self.supabase_read_url.rstrip('/')}/rest/v1"
        return primary.model_copy(update={"supabase_rest_url": rest_url, "database_timeout_seconds": seconds})


def key_headers(key: str) -> dict[str, str]:
    """Return the headers of an API key. A new key (`sb_…`) is no token and must not be sent as one."""
    return {"apikey": key} if key.startswith("sb_") else {"apikey": key, "Authorization": f"Bearer {key}"}


def new_line(settings: SupabaseSettings, *, headers: Mapping[str, str] | None = None) -> ServerLine:
    """Return the line of a process. `DATABASE_TIMEOUT_SECONDS` covers a whole call, connecting included."""
    seconds = settings.database_timeout_seconds
    return ServerLine(settings.rest_url, seconds=seconds, max_bytes=_MAX_BYTES, headers=headers)


class PostgrestDatabase:
    """`Database` over PostgREST. `pause` and `jitter` (0 to 1) are injected for tests."""

    def __init__(
        self,
        settings: SupabaseSettings,
        line: Line,
        *,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._line, self._pause, self._jitter = line, pause, jitter
        service_key = settings.supabase_service_role_key.get_secret_value()
        self._service = key_headers(service_key)
        self._anon_key = settings.supabase_anon_key.get_secret_value()

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run an SQL function as service_role. Raises DatabaseUnavailable, DatabaseRefused, a refusal of `act_for`."""
        # Reads after a write must see it.
        let_reads_lag(lag=False)
        return self._call_by_post(function, arguments)

    def call_read(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run an SQL function by GET, by POST where an address cannot hold the arguments. Raises as `call` does."""
        address = address_of(function, arguments)
        return self._call_by_post(function, arguments) if address is None else self.fetch(address)

    def fetch(self, address: str) -> Any:
        """Return the result of a function at its address. Raises as `call` does."""
        return self._send("GET", address, self._service_headers(), as_backend=True)

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        """Read rows as the user of the token. Raises DatabaseUnavailable, DatabaseRefused, a refusal of `act_for`."""
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {user_token}"}
        rows = self._send("GET", f"/{table}?{urlencode(query)}", headers, as_backend=False)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DatabaseUnavailable("no_rows")
        return rows

    def _call_by_post(self, function: str, arguments: Mapping[str, Any]) -> Any:
        headers = self._service_headers() | {"Content-Type": "application/json"}
        content = json.dumps(dict(arguments), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return self._send("POST", f"/rpc/{function}", headers, content, as_backend=True)

    def _service_headers(self) -> dict[str, str]:
        session_id = acting()
        return self._service | ({"X-Session-Id": session_id} if session_id else {})

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None, *, as_backend: bool
    ) -> Any:
        """Send; repeats after a complete rollback by the server."""
        for pause in (*(part * (0.5 + self._jitter()) for part in _PAUSES_SECONDS), None):
            try:
                return self._once(method, path, headers, content, as_backend=as_backend)
            except RolledBack:
                if pause is None:
                    raise
                self._pause(pause)
        raise AssertionError("unreachable")

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None, *, as_backend: bool
    ) -> Any:
        count_round_trip()
        try:
            reply = self._line.send(method, path, headers, content)
        except LineFailed as failure:
            raise DatabaseUnavailable(failure.kind) from failure
        if acting() is not None:
            _require_live(reply)
        return result_of(reply, call=f"{method} {path.partition('?')[0]}", as_backend=as_backend)


def _require_live(reply: Reply) -> None:
    """Raise the refusal of a session that has ended; DatabaseRefused where nothing checked it."""
    if reply.status == 401 and code_of(reply) == "PT401":
        raise refusal_of(str(reply.json()["message"]))
    if reply.is_success and "x-session-checked" not in reply.headers:
        raise DatabaseRefused("sessions are not checked: pgrst.db_pre_request of the role authenticator is not set")
