"""The database and HTTP clients of this process."""

from __future__ import annotations

import ssl
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from auto360.database import Database

if TYPE_CHECKING:
    import httpx


@cache
def database() -> Database:
    """The database, through Supabase's REST interface."""
    from auto360.database.postgrest import PostgrestDatabase, SupabaseSettings, new_client
    from auto360.wiring.outgoing import NotingTransport

    settings = SupabaseSettings.load()
    noting = partial(NotingTransport, is_database=True)
    return PostgrestDatabase(settings, new_client(settings, tls=tls_context(), around=noting))


@cache
def supplier_http() -> httpx.Client:
    """The client for calls to suppliers; each call gives its own time-out."""
    import httpx

    from auto360.wiring.outgoing import NotingTransport

    limits = httpx.Limits(keepalive_expiry=5.0)
    connections = httpx.HTTPTransport(verify=tls_context(), limits=limits, trust_env=False)
    return httpx.Client(timeout=5.0, follow_redirects=False, trust_env=False, transport=NotingTransport(connections))


@cache
def tls_context() -> ssl.SSLContext:
    """How we check servers' certificates: by the system's store where there is one, else by certifi's.

    The system's folder is read certificate by certificate when needed; certifi's one file is read whole, which takes
    30 ms of a cold start.
    """
    folder = ssl.get_default_verify_paths().capath
    if folder and any(Path(folder).glob("*.0")):
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
