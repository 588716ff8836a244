"""HLS test playback: fetches the manifest, the first variant's, and the first segment."""

import time
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from auto360.providers.transport import until
from auto360.providers.video import ProviderVideoNotReady, VideoFailure, VideoUnreachable
from auto360.providers.video.http import failure_of

_MAX_MANIFEST_BYTES = 1024 * 1024
_ENOUGH_BYTES = 188
_SECONDS = 10.0
_TIMEOUT = httpx.Timeout(_SECONDS, connect=5.0)


def require_playable(http: httpx.Client, url: str) -> None:
    """Return once a player could begin. Raises ProviderVideoNotReady for an empty manifest, VideoFailure."""
    for _ in range(2):
        manifest, found_at = _fetch(http, url, max_bytes=_MAX_MANIFEST_BYTES)
        first = _first_entry(_text(manifest))
        if first is None:
            raise ProviderVideoNotReady("manifest_empty")
        # Entries are relative to the final address of the manifest, which may differ from the requested one.
        url = _joined(found_at, first)
        if not first.split("?")[0].endswith(".m3u8"):
            break
    segment, _ = _fetch(http, url, max_bytes=_ENOUGH_BYTES)
    if len(segment) < _ENOUGH_BYTES:
        raise ProviderVideoNotReady("segment_empty")


@dataclass(frozen=True)
class HlsCheck:
    """`PlaybackCheck` by HLS."""

    http: httpx.Client

    def __call__(self, hls_url: str) -> None:
        require_playable(self.http, hls_url)


def _text(manifest: bytes) -> str:
    text = manifest.decode("utf-8", "replace")
    if not text.startswith("#EXTM3U"):
        raise ProviderVideoNotReady("no_manifest")
    return text


def _first_entry(manifest: str) -> str | None:
    lines = (line.strip() for line in manifest.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), None)


def _joined(base: str, entry: str) -> str:
    try:
        return urljoin(base, entry)
    except ValueError as error:
        raise ProviderVideoNotReady("manifest_unusable") from error


def _fetch(http: httpx.Client, url: str, *, max_bytes: int) -> tuple[bytes, str]:
    content = bytearray()
    terms = until(time.monotonic() + _SECONDS)
    try:
        with http.stream("GET", url, timeout=_TIMEOUT, follow_redirects=True, extensions=terms) as response:
            if not response.is_success:
                raise _failure(response)
            for piece in response.iter_bytes():
                content += piece
                if len(content) >= max_bytes:
                    break
            return bytes(content), str(response.url)
    except httpx.HTTPError as error:
        raise VideoUnreachable("no_reply") from error
    except httpx.InvalidURL as error:
        raise ProviderVideoNotReady("manifest_unusable") from error


def _failure(response: httpx.Response) -> VideoFailure:
    return failure_of(response.status_code, response.headers, {})
