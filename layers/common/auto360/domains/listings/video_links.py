"""Video addresses at api.video and our own: allowed forms, and the video that they name.

The app sends the address alone, and builds addresses again from the id: both must be stored
(docs/reference/app-contract.md, section 1.6).
"""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import field_validator

from auto360.core.errors import Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence
from auto360.core.settings import EnvSettings
from auto360.core.urls import is_web_address

_ID = r"[A-Za-z0-9_\-]{1,100}"
_OUR_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATH = re.compile(rf"/vod/({_ID})(?:/[\w\-./]{{0,200}})?", re.ASCII)


class VideoLinkSettings(EnvSettings):
    """`VIDEO_HOSTS`: hosts of our video provider, comma-separated; a video at any other is refused."""

    video_hosts: str = "cdn.api.video,vod.api.video,embed.api.video"

    @field_validator("video_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        if not all(is_web_address(f"https://{host}") for host in value.split(",")):
            raise ValueError("must be a comma-separated list of host names")
        return value

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(self.video_hosts.split(","))


class OwnAddresses(Protocol):
    """Port of our own lasting video addresses."""

    def manifest(self, video_id: str) -> str:
        """Return the address of the HLS manifest."""

    def thumbnail(self, video_id: str) -> str:
        """Return the address of the thumbnail."""

    def video_in(self, url: str) -> str | None:
        """Return our id in one of these addresses, None for any other."""


@dataclass(frozen=True)
class LinkedVideo:
    """Video by its id at api.video or by ours, and its playback addresses."""

    id: str
    url: str
    player_url: str
    thumbnail_url: str


@dataclass(frozen=True)
class VideoLinks:
    """Parses addresses at the allowed hosts, and our own."""

    hosts: frozenset[str]
    ours: OwnAddresses

    def video(self, *, url: str | None, video_id: str | None) -> LinkedVideo | None:
        """Return the video that an address or an id names; None without either.

        Raises ValidationFailed for another host, another form, or an address and an id of two videos.
        """
        if url is None and video_id is None:
            return None
        found = video_id if url is None else self._id_in(url)
        if found is None or not re.fullmatch(_ID, found) or video_id not in (None, found):
            field = "video_url" if url is not None else "video_id"
            raise ValidationFailed(problems=[Problem(field, sentence(FIELDS, "value", "ru"))])
        if _OUR_ID.fullmatch(found):
            manifest = self.ours.manifest(found)
            return LinkedVideo(found, manifest, manifest, self.ours.thumbnail(found))
        at = f"https://cdn.api.video/vod/{found}"
        return LinkedVideo(
            found, url or f"{at}/hls/manifest.m3u8", f"https://embed.api.video/vod/{found}", f"{at}/thumbnail.jpg"
        )

    def _id_in(self, url: str) -> str | None:
        own = self.ours.video_in(url)
        if own is not None:
            return own
        parts = urlsplit(url) if is_web_address(url) else None
        if parts is None or parts.hostname not in self.hosts or parts.query or parts.fragment:
            return None
        match = _PATH.fullmatch(parts.path)
        return match[1] if match else None
