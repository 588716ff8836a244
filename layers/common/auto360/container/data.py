"""Database and HTTP clients of this process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.providers.database import Database

if TYPE_CHECKING:
    import httpx

    from auto360.providers.database.postgrest import PostgrestDatabase, ReplicaSettings
    from auto360.providers.transport.lines import Lines


@cache
def database() -> Database:
    """Return the database, through Supabase's REST interface."""
    from auto360.container.traced_line import TracedLine
    from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line

    settings = SupabaseSettings.load()
    return PostgrestDatabase(settings, TracedLine(new_line(settings)))


@cache
def public_database() -> Database:
    """Return the database for public routes: guests read from the replica where there is one."""
    if not replica_settings().supabase_read_url:
        return database()
    from auto360.providers.database.replica import ReplicatedDatabase

    return ReplicatedDatabase(database(), replica())


@cache
def replica_settings() -> ReplicaSettings:
    """Return the address of the replica and its lag."""
    from auto360.providers.database.postgrest import ReplicaSettings

    return ReplicaSettings.load()


@cache
def replica() -> PostgrestDatabase:
    """Return the read replica, which answers GET alone."""
    from auto360.container.traced_line import TracedLine
    from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line

    lag = replica_settings()
    settings = lag.server(SupabaseSettings.load())
    line = new_line(settings, headers={"X-Max-Lag": str(lag.replica_lag_seconds)})
    return PostgrestDatabase(settings, TracedLine(line))


@cache
def short_lines() -> Lines:
    """Return the lines to providers that answer shortly; each call's time-out covers the whole exchange."""
    return _lines(max_bytes=64 * 1024)


@cache
def provider_lines() -> Lines:
    """Return the lines to providers that answer with pages of a list, as their APIs of videos do."""
    return _lines(max_bytes=8 * 1024 * 1024)


def _lines(*, max_bytes: int) -> Lines:
    from auto360.container.traced_line import TracedLine
    from auto360.providers.transport.lines import ServerLines

    return ServerLines(max_bytes=max_bytes, around=TracedLine)


@cache
def provider_http() -> httpx.Client:
    """Return the client for provider APIs; each call's time-out covers the whole exchange."""
    from auto360.container.outgoing import TracingTransport
    from auto360.providers.transport.connections import new_client

    return new_client(timeout=5.0, around=TracingTransport)
