"""Signed addresses: a token of the project for one file, for reading or for uploading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.supabase.keys import BadToken, Claims, ProjectKeys
from local.supabase.storage import errors
from local.supabase.storage.listing import whole_number
from local.supabase.storage.rows import Rows

_UPLOAD_SECONDS = 7200
_HIDDEN = "Either the object does not exist or you do not have access to it"


@dataclass(frozen=True)
class Links:
    """Makes and checks signed addresses."""

    keys: ProjectKeys
    rows: Rows

    async def sign(self, request: web.Request, caller: Claims, wanted: dict[str, Any]) -> dict[str, Any]:
        """Sign an address for one file visible to the caller."""
        seconds = _seconds(wanted)
        bucket, name = request.match_info["bucket"], request.match_info["name"]
        await self.rows.find(caller, bucket, name)
        return {"signedURL": self._address(f"{bucket}/{name}", seconds)}

    async def sign_many(self, request: web.Request, caller: Claims, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Sign addresses of several files; a hidden one has an error in its place."""
        seconds, paths, bucket = _seconds(wanted), wanted.get("paths"), request.match_info["bucket"]
        if not isinstance(paths, list) or not paths:
            raise errors.invalid_request("body must have required property 'paths'")
        visible = {row["name"] for row in await self.rows.below(caller, bucket, "")}
        return [
            {
                "error": None if path in visible else _HIDDEN,
                "path": path,
                "signedURL": self._address(f"{bucket}/{path}", seconds) if path in visible else None,
            }
            for path in paths
        ]

    def for_upload(self, request: web.Request, caller: Claims, *, upsert: bool) -> dict[str, Any]:
        """Sign an address that accepts one upload in the caller's name."""
        path = f"{request.match_info['bucket']}/{request.match_info['name']}"
        claims = {"owner": caller.get("sub"), "url": path, "upsert": upsert, "scope": "upload"}
        token = self.keys.sign(claims, _UPLOAD_SECONDS)
        return {"url": f"/object/upload/sign/{path}?token={token}", "token": token}

    def verified(self, request: web.Request, scope: str) -> dict[str, Any]:
        """Return the claims of the token in a signed address. Raises Refused for another file or use."""
        try:
            claims = self.keys.claims(request.query.get("token", ""))
        except BadToken as error:
            raise errors.Refused(400, "InvalidJWT", errors.token_reason(error)) from None
        if claims.get("scope") != scope:
            raise errors.Refused(400, "InvalidSignature", f"Token is not scoped for {scope}")
        if claims.get("url") != f"{request.match_info['bucket']}/{request.match_info['name']}":
            raise errors.Refused(400, "InvalidSignature", "Invalid signature")
        return claims

    def _address(self, path: str, seconds: int) -> str:
        token = self.keys.sign({"url": path, "scope": "download"}, seconds)
        return f"/object/sign/{path}?token={token}"


def _seconds(wanted: dict[str, Any]) -> int:
    seconds = whole_number(wanted.get("expiresIn"))
    if seconds is None or seconds < 1:
        raise errors.invalid_request("body/expiresIn must be >= 1")
    return seconds
