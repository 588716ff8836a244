"""api.video's answers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from local.simulators.api_video_intake import Intake
    from local.simulators.api_video_library import Token, Video

# The smallest JPEG: one grey point.
THUMBNAIL = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc400140001"
    "00000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054ffd9"
)


def stamp(moment: float) -> str:
    """Return a time in api.video's format."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def base(request: web.Request) -> str:
    """Return the provider's address for the caller."""
    return f"{request.scheme}://{request.host}/{request.path.split('/')[1]}"


def problem(status: int, title: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    kind = f"https://docs.api.video/reference/{status}"
    return web.json_response({"type": kind, "title": title, "status": status}, status=status, headers=headers)


def token(held: Token) -> dict[str, Any]:
    ends = stamp(held.ends_at) if held.ends_at is not None else None
    return {"token": held.value, "ttl": held.ttl, "createdAt": stamp(held.made_at), "expiresAt": ends}


def video(held: Video, base: str) -> dict[str, Any]:
    """Return a video. Each reading of a private one creates an address for one use."""
    at = f"{base}/vod/{held.id}"
    if not held.is_public:
        once = secrets.token_hex(8)
        held.tokens.add(once)
        at += f"/token/{once}"
    assets = {"hls": f"{at}/hls/manifest.m3u8", "player": f"{base}/embed/{held.id}", "thumbnail": f"{at}/thumbnail.jpg"}
    if held.mp4_support:
        assets["mp4"] = f"{at}/mp4/source.mp4"
    return {
        "videoId": held.id,
        "title": held.title,
        "createdAt": stamp(held.made_at),
        "publishedAt": stamp(held.made_at),
        "public": held.is_public,
        "panoramic": held.is_panoramic,
        "mp4Support": held.mp4_support,
        "metadata": held.metadata,
        "tags": [],
        "source": {"uri": f"/videos/{held.id}/source"},
        "assets": assets,
    }


def status(held: Video, intake: Intake | None) -> dict[str, Any]:
    """Return the encoding state."""
    if held.body is None:
        if intake is None:
            return {"encoding": {"playable": False, "qualities": []}}
        return {
            "ingest": {"status": "uploading", **intake.received()},
            "encoding": {"playable": False, "qualities": []},
        }
    state = "encoded" if held.is_encoded else "encoding"
    if held.film is None and held.is_encoded:
        state = "failed"
    kinds = [("hls", "240p"), ("hls", "720p")] + ([("mp4", "720p")] if held.mp4_support else [])
    encoding: dict[str, Any] = {
        "playable": state == "encoded",
        "qualities": [{"type": kind, "quality": quality, "status": state} for kind, quality in kinds],
    }
    if held.film is not None:
        encoding["metadata"] = {
            "width": held.film.width,
            "height": held.film.height,
            "duration": round(held.film.seconds),
            "framerate": 30,
            "videoCodec": "h264",
            "audioCodec": "aac",
        }
    return {"ingest": {"status": "uploaded", "filesize": held.body.size}, "encoding": encoding}


def page(request: web.Request, items: list[dict[str, Any]]) -> web.Response:
    """Return a page of a list, with links to its neighbours."""
    number, size = int(request.query.get("currentPage", 1)), int(request.query.get("pageSize", 25))
    pages = max(1, -(-len(items) // size))
    links = [{"rel": rel, "uri": f"{request.path}?currentPage={to}"} for rel, to in (("self", number), ("first", 1))]
    if number < pages:
        links.append({"rel": "next", "uri": f"{request.path}?currentPage={number + 1}"})
    shown = items[(number - 1) * size : number * size]
    about = {"currentPage": number, "currentPageItems": len(shown), "pageSize": size, "pagesTotal": pages}
    return web.json_response({"data": shown, "pagination": {**about, "itemsTotal": len(items), "links": links}})


def listed(videos: Mapping[str, Video]) -> list[dict[str, Any]]:
    """Return the newest videos, for the console page."""
    newest = sorted(videos.values(), key=lambda held: held.made_at, reverse=True)[:100]
    return [
        {
            "id": held.id,
            "title": held.title,
            "bytes": held.body.size if held.body else None,
            "seconds": held.film.seconds if held.film else None,
            "state": "ready" if held.is_encoded else "processing" if held.body else "awaiting upload",
            "made_at": stamp(held.made_at),
            "plays_at": f"/api_video/vod/{held.id}/hls/manifest.m3u8",
        }
        for held in newest
    ]


def signature(body: bytes, secret: str) -> str:
    """Return the signature of a report."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
