"""Downloads: the rights that apply, and the headers of a file."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from aiohttp import web

from local.supabase.keys import Claims
from local.supabase.storage import errors
from local.supabase.storage.files import FileMissing, Files
from local.supabase.storage.rows import OWN_RIGHTS, Rows

_ASKED = ("Range", "If-None-Match", "If-Modified-Since")
_KEPT = ("Content-Length", "Content-Range", "ETag", "Last-Modified")


@dataclass(frozen=True)
class Downloads:
    """Downloads of files."""

    rows: Rows
    files: Files

    async def of_caller(self, request: web.Request, caller: Claims | None) -> web.StreamResponse:
        """Serve a file of a public bucket, or one visible to the caller by policy (None: public buckets only)."""
        return await self._sent(request, await self._visible(request, caller))

    async def public(self, request: web.Request) -> web.StreamResponse:
        """Serve a file of a public bucket."""
        bucket = await self.rows.bucket(request.match_info["bucket"])
        if not bucket["public"]:
            raise errors.no_such_bucket()
        return await self._sent(request, await self._found(request, OWN_RIGHTS))

    async def signed(self, request: web.Request, expires: int) -> web.StreamResponse:
        """Serve a file by a signed address, with Storage's own rights."""
        found = await self._found(request, OWN_RIGHTS)
        return await self._sent(request, found, expires=formatdate(expires, usegmt=True))

    async def info(self, request: web.Request, caller: Claims | None) -> dict[str, Any]:
        """Return the metadata of a file."""
        row = await self._visible(request, caller)
        told = row["metadata"] or {}
        return {
            "id": str(row["id"]),
            "name": row["name"],
            "version": row["version"],
            "bucket_id": row["bucket_id"],
            "size": told.get("size"),
            "content_type": told.get("mimetype"),
            "cache_control": told.get("cacheControl"),
            "etag": told.get("eTag"),
            "metadata": row["user_metadata"],
            "last_modified": row["updated_at"].isoformat(),
            "created_at": row["created_at"].isoformat(),
        }

    async def _visible(self, request: web.Request, caller: Claims | None) -> dict[str, Any]:
        bucket = await self.rows.bucket(request.match_info["bucket"])
        if bucket["public"]:
            return await self._found(request, OWN_RIGHTS)
        if caller is None:
            raise errors.no_such_bucket()
        return await self._found(request, caller)

    async def _found(self, request: web.Request, rights: Claims) -> dict[str, Any]:
        return await self.rows.find(rights, request.match_info["bucket"], request.match_info["name"])

    async def _sent(
        self, request: web.Request, row: dict[str, Any], *, expires: str | None = None
    ) -> web.StreamResponse:
        asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
        try:
            async with self.files.open(row["bucket_id"], row["name"], asked) as file:
                answer = web.StreamResponse(status=file.status, headers=_headers(request, row, expires))
                answer.headers.update({name: file.headers[name] for name in _KEPT if name in file.headers})
                await answer.prepare(request)
                if request.method != "HEAD":
                    async for chunk in file.content.iter_any():
                        await answer.write(chunk)
                await answer.write_eof()
                return answer
        except FileMissing:
            body = {"statusCode": "404", "code": "NoSuchKey", "error": "Not found"}
            message = "The resource was not found"
            headers = {"Cache-Control": "no-store"}
            return web.json_response({**body, "message": message}, status=400, headers=headers)


def _headers(request: web.Request, row: dict[str, Any], expires: str | None) -> dict[str, str]:
    told = row["metadata"] or {}
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": told.get("mimetype") or "application/octet-stream",
        "X-Robots-Tag": "none",
    }
    if expires is None:
        headers["Cache-Control"] = told.get("cacheControl") or "no-cache"
    else:
        headers["Expires"] = expires
    if "download" in request.query:
        name = quote(request.query["download"], safe="")
        named = f" filename={name}; filename*=UTF-8''{name}" if name else ""
        headers["Content-Disposition"] = f"attachment;{named}"
    return headers
