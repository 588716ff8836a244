"""Yandex Cloud Video's answers: numbers as texts, durations with their unit, changes as operations."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local.simulators.proto_json import operation as proto_operation

if TYPE_CHECKING:
    from local.simulators.yandex_cdn import Video

_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13}


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def problem(status: int, message: str, *, quota: bool = False) -> web.Response:
    """Return a refusal, as gRPC's status in JSON."""
    details = [{"@type": "type.googleapis.com/yandex.cloud.quota.QuotaFailure"}] if quota else []
    return web.json_response({"code": _CODES.get(status, 13), "message": message, "details": details}, status=status)


def video(held: Video) -> dict[str, Any]:
    """Return a video; unknown values are omitted."""
    shown: dict[str, Any] = {
        "id": held.id,
        "channelId": held.channel_id,
        "title": held.title,
        "status": held.status,
        "visibilityStatus": "PUBLISHED" if held.auto_publish else "UNPUBLISHED",
        "enableAd": held.enable_ad,
        "createdAt": stamp(held.made_at),
        "updatedAt": stamp(held.made_at),
        "tusd": {"url": held.upload_url},
        held.access: {},
    }
    shown |= {"description": held.description} if held.description else {}
    shown |= {"labels": held.labels} if held.labels else {}
    if held.body is not None:
        # The published answer to a creation has the address alone.
        shown["tusd"] = {"url": held.upload_url, "fileSize": str(held.file_size)}
    if held.film is not None and held.status == "READY":
        shown["duration"] = f"{held.film.seconds:.3f}s"
    if held.status == "ERROR":
        shown["errorMessage"] = "cannot decode"
    return shown


def operation(kind: str, held: Video, *, response: dict[str, Any] | None = None) -> web.Response:
    """Return a completed change."""
    kind_of_metadata = f"video.v1.{kind}VideoMetadata"
    typed = {"@type": "type.googleapis.com/yandex.cloud.video.v1.Video", **response} if response else None
    number = f"op{secrets.token_hex(8)}"
    return web.json_response(proto_operation(number, kind_of_metadata, {"videoId": held.id}, typed))


def listed(videos: dict[str, Video]) -> list[dict[str, Any]]:
    """Return the newest videos, for the console page."""
    newest = sorted(videos.values(), key=lambda held: held.made_at, reverse=True)[:100]
    return [
        {
            "id": held.id,
            "title": held.title,
            "description": held.description,
            "bytes": held.file_size,
            "received": held.body.size if held.body else 0,
            "seconds": held.film.seconds if held.film else None,
            "state": held.status,
            "made_at": stamp(held.made_at),
            "plays_at": f"/yandex/_watch/{held.id}",
        }
        for held in newest
    ]
