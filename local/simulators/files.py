"""File server like a CDN: ranges, version marks, and cuts by the switch."""

from __future__ import annotations

import re

from aiohttp import web

from local.simulators.faults import Faults
from local.simulators.media import Body, segment
from local.simulators.switch import reset

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


async def serve(
    request: web.Request, body: Body, *, etag: str, faults: Faults, content_type: str = "video/mp4"
) -> web.StreamResponse:
    """Return the file, or the requested range; all of it if `If-Range` names another version."""
    begin, end, status = 0, body.size, 200
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and request.headers.get("If-Range", etag) == etag:
        begin, end, status = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else body.size, body.size), 206
        if begin >= end:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{body.size}"})
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": content_type}
    if status == 206:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{body.size}"
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = end - begin
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    cut_at = begin + faults.dice.randrange(end - begin) if faults.hits("cut_percent") else None
    place = begin
    for piece in body.read(begin, end):
        if cut_at is not None and place + len(piece) > cut_at:
            await response.write(piece[: cut_at - place])
            return reset(request)
        await response.write(piece)
        place += len(piece)
    await response.write_eof()
    return response


def hls(path: str, *, master: str, seed: str) -> web.Response:
    """Return a stream of one quality and one segment, whose addresses are relative to its first manifest."""
    if path == master:
        return _manifest([("#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720", "720p/manifest.m3u8")])
    if path == "720p/manifest.m3u8":
        return _manifest([("#EXTINF:6.0,", "segment_0.ts")])
    if path == "720p/segment_0.ts":
        return web.Response(body=segment(seed), content_type="video/mp2t")
    return web.Response(status=404)


def _manifest(entries: list[tuple[str, str]]) -> web.Response:
    lines = ["#EXTM3U", "#EXT-X-VERSION:3"]
    for about, address in entries:
        lines += [about, address]
    if any(about.startswith("#EXTINF") for about, _ in entries):
        lines[2:2] = ["#EXT-X-TARGETDURATION:6", "#EXT-X-MEDIA-SEQUENCE:0"]
        lines.append("#EXT-X-ENDLIST")
    return web.Response(text="\n".join(lines) + "\n", content_type="application/vnd.apple.mpegurl")
