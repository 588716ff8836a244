"""Lasting video addresses on our API, which redirect to the current place of playback.

Providers' playback addresses may end within minutes, so listings, cached pages and direct readers of the database use
one of these (docs/decisions/0020).
"""

import re
from dataclasses import dataclass

from pydantic import field_validator

from auto360.core.settings import EnvSettings
from auto360.core.urls import is_web_address

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class PublicApiSettings(EnvSettings):
    """`PUBLIC_API_URL`: public address of our API, such as https://api.360auto.kg/api."""

    public_api_url: str

    @field_validator("public_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not is_web_address(value) and not value.startswith("http://127.0.0.1:"):
            raise ValueError("must be an address that begins with https://")
        return value.rstrip("/")


@dataclass(frozen=True)
class VideoAddresses:
    """Video addresses below our API."""

    api_url: str

    def manifest(self, video_id: str) -> str:
        """Return the address of the HLS manifest; `video_id` is our id."""
        return f"{self.api_url}/video/{video_id}/manifest.m3u8"

    def thumbnail(self, video_id: str) -> str:
        """Return the address of the thumbnail."""
        return f"{self.api_url}/video/{video_id}/thumbnail.jpg"

    def fields(self, video_id: str) -> dict[str, str]:
        """Return the address fields of a listing whose video is not at api.video."""
        manifest, thumbnail = self.manifest(video_id), self.thumbnail(video_id)
        return {
            "video_url": manifest,
            "video_player_url": manifest,
            "video_thumbnail_url": thumbnail,
            "thumbnail_url": thumbnail,
        }

    def video_in(self, url: str) -> str | None:
        """Return our id of the video that this address plays, None for any other address."""
        found = re.fullmatch(rf"{re.escape(self.api_url)}/video/({_UUID})/(?:manifest\.m3u8|video\.mp4)", url)
        return found[1] if found else None
