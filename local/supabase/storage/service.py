"""Routes of Storage for the app and our tools: upload, download, list, remove, sign, and reading buckets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from local.supabase.keys import BadToken, Claims, ProjectKeys, bearer_token
from local.supabase.storage import errors
from local.supabase.storage.downloads import Downloads
from local.supabase.storage.errors import Refused
from local.supabase.storage.files import Files
from local.supabase.storage.incoming import user_metadata
from local.supabase.storage.links import Links
from local.supabase.storage.listing import listed, listing_request
from local.supabase.storage.rows import GUEST, OWN_RIGHTS, Rows
from local.supabase.storage.uploads import Uploads

PREFIX = "/storage/v1"
_OBJECT = "{bucket}/{name:.+}"
_MAX_AT_ONCE = 1000
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Storage:
    """Storage service of the local project."""

    def __init__(self, keys: ProjectKeys, rows: Rows, files: Files) -> None:
        self._keys, self._rows, self._files = keys, rows, files
        self._uploads = Uploads(rows, files)
        self._downloads = Downloads(rows, files)
        self._links = Links(keys, rows)

    def add_routes(self, app: web.Application) -> None:
        """Put the service into the site; unsupported routes answer 501 there."""
        objects = f"{PREFIX}/object/{_OBJECT}"
        # HEAD is answered by the route of GET: aiohttp drops the body.
        table: tuple[tuple[str, str, _Handler], ...] = (
            ("GET", f"{PREFIX}/bucket", self.buckets),
            ("GET", f"{PREFIX}/bucket/{{bucket}}", self.bucket),
            ("POST", f"{PREFIX}/object/list/{{bucket}}", self.list_folder),
            ("POST", f"{PREFIX}/object/sign/{{bucket}}", self.sign_many),
            ("POST", f"{PREFIX}/object/sign/{_OBJECT}", self.sign),
            ("GET", f"{PREFIX}/object/sign/{_OBJECT}", self.signed),
            ("POST", f"{PREFIX}/object/upload/sign/{_OBJECT}", self.sign_upload),
            ("PUT", f"{PREFIX}/object/upload/sign/{_OBJECT}", self.signed_upload),
            ("GET", f"{PREFIX}/object/public/{_OBJECT}", self.public),
            ("GET", f"{PREFIX}/object/authenticated/{_OBJECT}", self.authenticated),
            ("GET", f"{PREFIX}/object/info/authenticated/{_OBJECT}", self.info),
            ("GET", f"{PREFIX}/object/info/{_OBJECT}", self.info),
            ("POST", f"{PREFIX}/object/{{verb:move|copy|list-v2/.*}}", not_here),
            ("GET", objects, self.download),
            ("POST", objects, self.upload),
            ("PUT", objects, self.update),
            ("DELETE", objects, self.remove),
            ("DELETE", f"{PREFIX}/object/{{bucket}}", self.remove_many),
        )
        for method, path, handler in table:
            app.router.add_route(method, path, _refusals_answered(handler))
            if method == "GET":
                app.router.add_route("HEAD", path, _refusals_answered(handler))

    async def buckets(self, request: web.Request) -> web.Response:
        """List the buckets visible to the caller."""
        return _json([_bucket_shown(row) for row in await self._rows.buckets(self._caller(request))])

    async def bucket(self, request: web.Request) -> web.Response:
        """Serve one bucket."""
        return _json(_bucket_shown(await self._rows.bucket(request.match_info["bucket"], self._caller(request))))

    async def list_folder(self, request: web.Request) -> web.Response:
        """List the direct contents of a folder."""
        caller, wanted = self._caller(request), listing_request(await _body(request))
        found = await self._rows.below(caller, request.match_info["bucket"], wanted.prefix + wanted.search)
        return _json(listed(found, wanted))

    async def upload(self, request: web.Request) -> web.Response:
        """Store a new file, or replace one if the header x-upsert allows it."""
        upsert = request.headers.get("x-upsert") == "true"
        return _json(await self._uploads.upload(request, self._caller(request), upsert=upsert))

    async def update(self, request: web.Request) -> web.Response:
        """Replace a file."""
        return _json(await self._uploads.upload(request, self._caller(request), upsert=True))

    async def remove(self, request: web.Request) -> web.Response:
        """Delete one file. Refused where a policy hides or keeps it."""
        caller, bucket, name = self._caller(request), request.match_info["bucket"], request.match_info["name"]
        await self._rows.find(OWN_RIGHTS, bucket, name)
        if not await self._remove(caller, bucket, [name]):
            raise errors.access_denied("Access denied")
        return _json({"message": "Successfully deleted"})

    async def remove_many(self, request: web.Request) -> web.Response:
        """Delete the files that the caller may delete; the answer omits the others."""
        names = (await _body(request)).get("prefixes")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise errors.invalid_request("body must have required property 'prefixes'")
        if len(names) > _MAX_AT_ONCE:
            raise errors.invalid_request(f"Bulk object requests are limited to {_MAX_AT_ONCE} objects per request.")
        removed = await self._remove(self._caller(request), request.match_info["bucket"], names)
        return _json([_object_shown(row) for row in removed])

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Serve a file of a public bucket, or one visible to the caller by policy."""
        return await self._downloads.of_caller(request, self._caller_or_none(request))

    async def authenticated(self, request: web.Request) -> web.StreamResponse:
        """Serve a file as `download` does, but require a valid token."""
        return await self._downloads.of_caller(request, self._caller(request))

    async def public(self, request: web.Request) -> web.StreamResponse:
        """Serve a file of a public bucket; checks no policy."""
        return await self._downloads.public(request)

    async def info(self, request: web.Request) -> web.Response:
        """Serve the metadata of a file."""
        return _json(await self._downloads.info(request, self._caller_or_none(request)))

    async def sign(self, request: web.Request) -> web.Response:
        """Sign an address with which anyone may read the file for a while."""
        return _json(await self._links.sign(request, self._caller(request), await _body(request)))

    async def sign_many(self, request: web.Request) -> web.Response:
        """Sign addresses of several files."""
        return _json(await self._links.sign_many(request, self._caller(request), await _body(request)))

    async def signed(self, request: web.Request) -> web.StreamResponse:
        """Read by a signed address."""
        claims = self._links.verified(request, "download")
        return await self._downloads.signed(request, int(claims["exp"]))

    async def sign_upload(self, request: web.Request) -> web.Response:
        """Sign an address with which anyone may upload this one file."""
        caller = self._caller(request)
        upsert = request.headers.get("x-upsert") == "true"
        await self._uploads.require_permission(request, caller, user_metadata(request), upsert=upsert)
        return _json(self._links.for_upload(request, caller, upsert=upsert))

    async def signed_upload(self, request: web.Request) -> web.Response:
        """Upload by a signed address, with Storage's own rights, in the name of its owner."""
        claims = self._links.verified(request, "upload")
        rights: Claims = {**OWN_RIGHTS, "sub": claims.get("owner")}
        stored = await self._uploads.upload(request, rights, upsert=bool(claims.get("upsert")))
        return _json({"Key": stored["Key"]})

    async def _remove(self, caller: Claims, bucket: str, names: list[str]) -> list[dict[str, Any]]:
        async with self._rows.acting(caller, "storage.object.delete") as connection:
            removed = await self._rows.remove(connection, bucket, names)
            for row in removed:
                await self._files.delete(bucket, row["name"])
        return removed

    def _caller(self, request: web.Request) -> Claims:
        """Return the claims of the caller's token. Raises Refused."""
        if "Authorization" not in request.headers:
            raise errors.invalid_request("headers must have required property 'authorization'")
        try:
            return self._keys.claims(self._token(request))
        except BadToken as error:
            raise errors.access_denied(errors.token_reason(error)) from None

    def _caller_or_none(self, request: web.Request) -> Claims | None:
        try:
            return self._keys.claims(self._token(request))
        except BadToken:
            return None

    def _token(self, request: web.Request) -> str:
        token = bearer_token(request.headers.get("Authorization"))
        return self._keys.token_of(token) if token in (self._keys.publishable, self._keys.secret) else token


async def not_here(_request: web.Request) -> web.Response:
    """Answer for unsupported parts."""
    sentence = "The local stack does not imitate this part of Supabase."
    return web.json_response({"statusCode": "501", "error": "NotImplemented", "message": sentence}, status=501)


def _refusals_answered(handler: _Handler) -> _Handler:
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return refused.answer()

    return answered


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except ValueError:
        raise errors.invalid_request("body must be object") from None
    if not isinstance(found, dict):
        raise errors.invalid_request("body must be object")
    return found


def _json(body: object) -> web.Response:
    return web.json_response(body)


def _bucket_shown(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "public", "file_size_limit", "allowed_mime_types", "type")
    moments = {name: row[name].isoformat() for name in ("created_at", "updated_at")}
    return {**{name: row[name] for name in names}, "owner": str(row["owner"] or ""), **moments}


def _object_shown(row: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "bucket_id", "owner_id", "version", "metadata", "user_metadata")
    moments = {name: row[name].isoformat() for name in ("created_at", "updated_at", "last_accessed_at")}
    return {**{name: row[name] for name in names}, "id": str(row["id"]), "owner": str(row["owner"] or ""), **moments}


__all__ = ["GUEST", "PREFIX", "Storage", "not_here"]
