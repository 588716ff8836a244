"""Receives an upload: multipart or the bare bytes, within the limits of the bucket."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from local.supabase.storage import errors

# The project's own limit, which also bounds buckets: our largest bucket needs it raised from 50 MB.
PROJECT_LIMIT = 100 * 1024 * 1024
_VALID_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
_MAX_METADATA = 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """Received upload. `truncated`: it exceeded the limit, and the rest was discarded."""

    body: bytes
    mime_type: str
    cache_control: str
    user_metadata: dict[str, Any] | None
    truncated: bool


def require_valid_key(name: str) -> None:
    """Raise Refused for a name with characters that Storage does not allow."""
    if not _VALID_KEY.fullmatch(name):
        raise errors.invalid_key(name)


async def receive(request: web.Request, bucket: dict[str, Any]) -> Incoming:
    """Read the body. Raises Refused for a type that the bucket forbids, and for a declared size above its limit."""
    limit = min(bucket["file_size_limit"] or PROJECT_LIMIT, PROJECT_LIMIT)
    allowed = bucket["allowed_mime_types"] or []
    if request.content_type == "multipart/form-data":
        return await _multipart(request, limit, allowed)
    mime_type = request.headers.get("Content-Type") or "application/octet-stream"
    _require_allowed(mime_type, allowed)
    if (request.content_length or 0) > limit:
        raise errors.too_large()
    body, truncated = await _read(request.content.iter_any(), limit)
    cache_control = request.headers.get("Cache-Control") or "no-cache"
    return Incoming(body, mime_type, cache_control, user_metadata(request), truncated)


def user_metadata(request: web.Request) -> dict[str, Any] | None:
    """Parse the header x-metadata; None for an invalid value."""
    try:
        return _mapping(base64.b64decode(request.headers.get("x-metadata", "")).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None


async def _multipart(request: web.Request, limit: int, allowed: Sequence[str]) -> Incoming:
    fields: dict[str, str] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise errors.invalid_request("No content provided")
        if part.filename is None:
            fields[part.name or ""] = (await part.read(decode=True)).decode("utf-8", "replace")
            continue
        mime_type = fields.get("contentType") or part.headers.get("Content-Type") or "application/octet-stream"
        _require_allowed(mime_type, allowed)
        told = fields.get("metadata", fields.get("userMetadata", ""))
        if len(told.encode()) > _MAX_METADATA:
            raise errors.Refused(
                413, "EntityTooLarge", "The user_metadata exceeded the maximum allowed size", error="Payload too large"
            )
        body, truncated = await _read(_chunks(part), limit)
        cache = f"max-age={fields['cacheControl']}" if fields.get("cacheControl") else "no-cache"
        return Incoming(body, mime_type, cache, _mapping(told), truncated)
    raise errors.invalid_request("No content provided")


async def _chunks(part: BodyPartReader) -> AsyncIterable[bytes]:
    while chunk := await part.read_chunk():
        yield chunk


async def _read(chunks: AsyncIterable[Any], limit: int) -> tuple[bytes, bool]:
    body, truncated = bytearray(), False
    async for chunk in chunks:
        if len(body) + len(chunk) > limit:
            truncated = True
        if not truncated:
            body += chunk
    return bytes(body), truncated


def _require_allowed(mime_type: str, allowed: Sequence[str]) -> None:
    kind, slash, subtype = mime_type.partition("/")
    if not allowed:
        return
    if not slash or not any(each in (f"{kind}/{subtype}", f"{kind}/*") for each in allowed):
        raise errors.wrong_type(mime_type)


def _mapping(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
