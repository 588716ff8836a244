"""Registry of video providers by name, behind the ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from auto360.providers.video import (
    Playback,
    ProviderName,
    ProviderVideo,
    UploadDesk,
    VideoFailure,
    VideoLibrary,
    VideoPlayer,
)


class VideoProvider(VideoLibrary, VideoPlayer, UploadDesk, Protocol):
    """Provider with everything that users' videos need."""


@dataclass(frozen=True)
class VideoProviders:
    """Configured providers."""

    by_name: Mapping[str, VideoProvider]

    def __getitem__(self, provider: str) -> VideoProvider:
        return self.by_name[provider]

    def one(self, provider: str, video_id: str) -> dict[str, Any] | None:
        """Return a video's state as SQL takes it; None when there is none. Raises VideoFailure."""
        found = self[provider].find([video_id]).get(video_id)
        return None if found is None else self.told(provider, found)

    def told(self, provider: str, video: ProviderVideo) -> dict[str, Any]:
        """Return a found video's state as SQL takes it, with lasting addresses once it plays."""
        played = self._lasting(provider, video) if video.state == "ready" else None
        return {
            "title": video.title,
            "state": video.state or "processing",
            "bytes": video.bytes,
            "duration_seconds": video.duration_seconds,
            "width": video.width,
            "height": video.height,
            "is_panoramic": video.is_panoramic,
            "created_at": video.created_at.isoformat() if video.created_at else None,
            "hls_url": played.hls_url if played else None,
            "player_url": played.player_url if played else None,
            "thumbnail_url": played.thumbnail_url if played else None,
            "file_url": played.file_url if played and video.has_mp4 else None,
        }

    def _lasting(self, provider: ProviderName | str, video: ProviderVideo) -> Playback | None:
        if provider != "api_video":
            return None
        try:
            playback = self[provider].playback(video.video_id)
        except VideoFailure:
            # Its usual addresses are valid too.
            return None
        return playback if playback.is_lasting else None
