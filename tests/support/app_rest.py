"""PostgREST as the existing app uses it: with a person's own token, past the backend."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.database import Database


def rest(database: Database, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
    """One request to PostgREST; changed rows come back."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "return=representation"}
    with httpx.Client(base_url=database.rest_url, timeout=10) as client:
        return client.request(method, path, json=body, headers=headers)
