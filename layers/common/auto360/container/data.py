"""Database and HTTP clients of this process."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from auto360.providers.database import Database

if TYPE_CHECKING:
    import httpx


@cache
def database() -> Database:
    """Return the database, through Supabase's REST interface."""
    from auto360.container.outgoing import TracingTransport
    from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_client

    settings = SupabaseSettings.load()
    noting = partial(TracingTransport, is_database=True)
    return PostgrestDatabase(settings, new_client(settings, around=noting))


@cache
def provider_http() -> httpx.Client:
    """Return the client for provider APIs; each call's time-out covers the whole exchange."""
    from auto360.container.outgoing import TracingTransport
    from auto360.providers.transport.connections import new_client

    return new_client(timeout=5.0, around=TracingTransport)
