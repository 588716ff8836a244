"""Uploads: the policies first, then the bytes, then the row with Storage's own rights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local.supabase.keys import Claims
from local.supabase.storage import errors
from local.supabase.storage.files import Files
from local.supabase.storage.incoming import Incoming, receive, require_valid_key
from local.supabase.storage.rows import OWN_RIGHTS, NewObject, Rows


@dataclass(frozen=True)
class Uploads:
    """Takes files."""

    rows: Rows
    files: Files

    async def upload(self, request: web.Request, caller: Claims, *, upsert: bool) -> dict[str, Any]:
        """Store the file of a request; returns its id and key. Raises Refused."""
        bucket = await self.rows.bucket(request.match_info["bucket"])
        incoming = await receive(request, bucket)
        require_valid_key(request.match_info["name"])
        declared = {"mimetype": incoming.mime_type, "contentLength": request.content_length}
        await self._require(request, caller, declared, incoming.user_metadata, upsert=upsert)
        if incoming.truncated:
            raise errors.too_large()
        row = await self._keep(request, caller, incoming)
        return {"Id": str(row["id"]), "Key": f"{bucket['id']}/{row['name']}"}

    async def require_permission(
        self, request: web.Request, caller: Claims, user_metadata: dict[str, Any] | None, *, upsert: bool
    ) -> None:
        """Raise Refused where the caller may not upload this file."""
        declared = {"mimetype": request.headers.get("Content-Type"), "contentLength": request.content_length}
        await self._require(request, caller, declared, user_metadata, upsert=upsert)

    async def _require(
        self,
        request: web.Request,
        caller: Claims,
        declared: dict[str, Any],
        user_metadata: dict[str, Any] | None,
        *,
        upsert: bool,
    ) -> None:
        bucket, name = request.match_info["bucket"], request.match_info["name"]
        new = NewObject(bucket, name, caller.get("sub"), declared, user_metadata)
        await self.rows.require_upload(caller, new, upsert=upsert)

    async def _keep(self, request: web.Request, caller: Claims, incoming: Incoming) -> dict[str, Any]:
        """Store row and bytes together: the row stays locked until the bytes are stored, so both exist or neither."""
        bucket, name = request.match_info["bucket"], request.match_info["name"]
        new = NewObject(bucket, name, caller.get("sub"), _metadata(incoming), incoming.user_metadata or {})
        async with self.rows.acting(OWN_RIGHTS, "storage.object.upload") as connection:
            row = await self.rows.keep(connection, new)
            version = await self.files.put(bucket, name, incoming.body, incoming.mime_type)
            await self.rows.name_version(connection, row["id"], version)
        return row


def _metadata(incoming: Incoming) -> dict[str, Any]:
    digest = hashlib.md5(incoming.body, usedforsecurity=False).hexdigest()
    return {
        "eTag": f'"{digest}"',
        "size": len(incoming.body),
        "mimetype": incoming.mime_type,
        "cacheControl": incoming.cache_control,
        "lastModified": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "contentLength": len(incoming.body),
        "httpStatusCode": 200,
    }
