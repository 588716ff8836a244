"""Bodies and answers of the routes about videos. The app reads fields at the top level, so they are there as well."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from auto360.core.text import Line
from auto360.domains.videos.playback import PlayableVideo
from auto360.domains.videos.uploads import Ticket, WantedUpload
from auto360.http.envelope import CamelModel, Envelope, RequestBody

# What a server would take for one chunk; a mobile network rather less. api.video counts each chunk as a call.
_CHUNK_BYTES = 20 * 1024 * 1024


class NewUpload(RequestBody):
    """What is about to be uploaded. `description` and `tags` come from the existing app; nothing is made of them."""

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
        """For the domain."""
        listing_id = str(self.listing_id) if self.listing_id else None
        return WantedUpload(self.title, self.file_size, self.duration, self.content_type, listing_id, self.projection)


class UploadDone(RequestBody):
    """The upload has ended; `videoId` is what api.video answered to it."""

    model_config = ConfigDict(alias_generator=to_camel)

    video_id: str | None = Field(None, min_length=1, max_length=100)


class UploadTicket(CamelModel):
    """Where to send the file. `video_id` is our id. `upload_token` is there for api.video only."""

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
    def of(cls, ticket: Ticket) -> Self:
        """The answer for a ticket."""
        target = ticket.target
        return cls(
            provider=ticket.provider,
            protocol=target.protocol,
            video_id=ticket.video_id,
            upload_url=target.url,
            upload_token=target.ticket if target.protocol == "form" else None,
            file_name=ticket.file_name,
            file_size=ticket.bytes,
            chunk_size=_CHUNK_BYTES,
            expires_at=datetime.fromisoformat(ticket.expires_at),
        )


class UploadTicketFlattened(UploadTicket):
    """A ticket in `data`, and its fields at the top level."""

    success: Literal[True] = True
    data: UploadTicket


class VideoState(CamelModel):
    """A video and where it plays now. `status` is one of ours; `failure` says why it failed."""

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
        """The answer for a video."""
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
    """A video in `data`, and its fields at the top level."""

    success: Literal[True] = True
    data: VideoState


class UploadState(CamelModel):
    """Where the uploaded video stands."""

    id: str
    state: str


class Removed(BaseModel):
    """The video is shown no longer."""

    id: str


def ticket_at_top(ticket: Ticket) -> UploadTicketFlattened:
    """A ticket for the app."""
    told = UploadTicket.of(ticket)
    return UploadTicketFlattened(**vars(told), data=told)


def video_at_top(video: PlayableVideo) -> VideoFlattened:
    """A video for the app."""
    told = VideoState.of(video)
    return VideoFlattened(**vars(told), data=told)


__all__ = [
    "Envelope",
    "NewUpload",
    "Removed",
    "UploadDone",
    "UploadState",
    "UploadTicketFlattened",
    "VideoFlattened",
    "ticket_at_top",
    "video_at_top",
]
