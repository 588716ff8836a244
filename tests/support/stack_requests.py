"""Requests to the running stack, alone and in parallel."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import httpx
import psycopg

from tests.support.kept_connections import kept_connection
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack


def database(stack: RunningStack) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect to the stack's database as its owner."""
    return kept_connection(stack.dsn)


def post(stack: RunningStack, path: str, body: object, *, address: str | None = None, **headers: str) -> httpx.Response:
    """POST a body as JSON; text and bytes go as they are."""
    sent = headers | ({"X-Local-Address": address} if address else {})
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    request_headers = {"Content-Type": "application/json", **sent}
    return plain_request("POST", stack.url + path, content=content, headers=request_headers, timeout=60)


def all_at_once(stack: RunningStack, path: str, bodies: list[tuple[str, dict[str, str]]]) -> list[tuple[int, Any]]:
    """POST every body in parallel, each from its address."""

    async def run() -> list[tuple[int, Any]]:
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=180)
        async with aiohttp.ClientSession(stack.url, connector=connector, timeout=timeout) as session:

            async def one(address: str, body: dict[str, str]) -> tuple[int, Any]:
                async with session.post(path, json=body, headers={"X-Local-Address": address}) as answer:
                    return answer.status, await answer.json()

            return await asyncio.gather(*(one(address, body) for address, body in bodies))

    return asyncio.run(run())
