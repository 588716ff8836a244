"""Requests and responses of videos. Fields stand at the top level as well, where the app reads them."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from auto360.core.text import Line
from auto360.domains.videos.playback import PlayableVideo
from auto360.domains.videos.uploads import UploadSession, WantedUpload
from auto360.http.envelope import CamelModel, Envelope, Model, RequestBody

# Suits uploads from a server; a phone should use smaller chunks. api.video counts each chunk as a call.
_CHUNK_BYTES = 20 * 1024 * 1024


class NewUpload(RequestBody):
    """Declaration of an upload. `description` and `tags` come from the existing app and are ignored."""

    model_config = ConfigDict(alias_generator=to_camel)

    title: Annotated[Line, Field(max_length=300)] = ""
    description: Annotated[str, Field(max_length=5000)] | None = None
    tags: list[str] | None = Field(None, max_length=50)
    file_size: int | None = Field(None, ge=1)
    duration: float | None = Field(None, ge=0.001, le=9_999_999, allow_inf_nan=False)
    content_type: str = Field("video/mp4", max_length=100)
    listing_id: UUID | None = Field(None, strict=False)
    projection: Literal["flat", "equirectangular"] = "flat"

    def wanted(self) -> WantedUpload:
        """Convert to the domain's request."""
        listing_id = str(self.listing_id) if self.listing_id else None
        return WantedUpload(self.title, self.file_size, self.duration, self.content_type, listing_id, self.projection)


class UploadDone(RequestBody):
    """Finished upload; `videoId` is api.video's response to it."""

    model_config = ConfigDict(alias_generator=to_camel)

    video_id: str | None = Field(None, min_length=1, max_length=100)


class OpenedUpload(CamelModel):
    """Address for the file. `video_id` is our id; `upload_token` is there for api.video only."""

    provider: str
    protocol: Literal["form", "tus"]
    video_id: str
    upload_url: str
    upload_token: str | None
    file_name: str
    file_size: int
    chunk_size: int
    expires_at: datetime

    @classmethod
    def of(cls, session: UploadSession) -> Self:
        """Build from an upload session."""
        target = session.target
        return cls(
            provider=session.provider,
            protocol=target.protocol,
            video_id=session.video_id,
            upload_url=target.url,
            upload_token=target.session_key if target.protocol == "form" else None,
            file_name=session.file_name,
            file_size=session.bytes,
            chunk_size=_CHUNK_BYTES,
            expires_at=datetime.fromisoformat(session.expires_at),
        )


class OpenedUploadFlattened(OpenedUpload):
    """Upload session in `data`, and its fields at the top level."""

    success: Literal[True] = True
    data: OpenedUpload


class VideoState(CamelModel):
    """Video and its current addresses. `status` is our status; `failure` is the reason of a failure."""

    video_id: str
    listing_id: str | None
    provider: str
    status: str
    failure: str | None
    duration: float | None
    width: int | None
    height: int | None
    projection: str
    hls_url: str | None
    player_url: str | None
    thumbnail_url: str | None
    is_mine: bool
    created_at: datetime
    ready_at: datetime | None

    @classmethod
    def of(cls, video: PlayableVideo) -> Self:
        """Build from a playable video."""
        row, playback = video.row, video.playback
        return cls(
            video_id=row["id"],
            status=row["state"],
            failure=row["failure_reason"],
            duration=row["duration_seconds"],
            hls_url=playback.hls_url if playback else None,
            player_url=playback.player_url if playback else None,
            thumbnail_url=playback.thumbnail_url if playback else None,
            **{name: row[name] for name in ("listing_id", "provider", "width", "height", "projection", "is_mine")},
            **{name: row[name] for name in ("created_at", "ready_at")},
        )


class VideoFlattened(VideoState):
    """Video in `data`, and its fields at the top level."""

    success: Literal[True] = True
    data: VideoState


class UploadState(CamelModel):
    """State of the uploaded video."""

    id: str
    state: str


class Removed(Model):
    """Deleted video; shown no longer."""

    id: str


def opened_upload_flattened(session: UploadSession) -> OpenedUploadFlattened:
    """Build the flattened response of an upload session."""
    told = OpenedUpload.of(session)
    return OpenedUploadFlattened(**vars(told), data=told)


def video_at_top(video: PlayableVideo) -> VideoFlattened:
    """Build the flattened response of a video."""
    told = VideoState.of(video)
    return VideoFlattened(**vars(told), data=told)


__all__ = [
    "Envelope",
    "NewUpload",
    "OpenedUploadFlattened",
    "Removed",
    "UploadDone",
    "UploadState",
    "VideoFlattened",
    "opened_upload_flattened",
    "video_at_top",
]
