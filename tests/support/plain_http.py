"""Clients of servers on this machine, in plain text: reading a list of authorities takes 20 ms for each."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

# Trusts nobody, since nothing here speaks TLS.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain_client(base_url: str = "", **options: Any) -> httpx.Client:
    """Return a client that uses no proxy; for http:// alone."""
    return httpx.Client(base_url=base_url, verify=_NO_AUTHORITIES, trust_env=False, **options)


def plain_request(method: str, url: str, **options: Any) -> httpx.Response:
    """Send one request over a connection of its own; for http:// alone."""
    return httpx.request(method, url, verify=_NO_AUTHORITIES, trust_env=False, **options)
