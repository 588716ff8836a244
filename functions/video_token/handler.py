"""POST /api/video/create: open an upload session for one video; POST /api/video/{video_id}/uploaded: complete it."""

from typing import Annotated
from uuid import UUID

from auto360.container import videos
from auto360.core.errors import Forbidden, IdempotencyKeyReused
from auto360.core.refusals.listings import VideoUnavailable
from auto360.core.refusals.videos import UploadSessionOver, UploadTooLarge, VideoServiceUnavailable
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Header, Path
from auto360.http.schemas.videos import (
    NewUpload,
    OpenedUploadFlattened,
    UploadDone,
    UploadState,
    opened_upload_flattened,
)

app = make_app()


@app.post("/api/video/create", middlewares=[limited("upload")])
@refuses(Forbidden, IdempotencyKeyReused, UploadSessionOver, UploadTooLarge, VideoServiceUnavailable)
def create(
    body: NewUpload,
    user: SignedIn,
    *,
    key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
    build: Annotated[int | None, Header(alias="X-App-Build", ge=0)] = None,
) -> OpenedUploadFlattened:
    """Open an upload session for a declared size, duration and type.

    `X-App-Build` selects the protocol of the upload.
    """
    return opened_upload_flattened(videos.upload_sessions().open(user, body.wanted(), key=key, build=build))


@app.post("/api/video/<video_id>/uploaded", middlewares=[limited("default")])
@refuses(UploadSessionOver, UploadTooLarge, VideoServiceUnavailable, VideoUnavailable)
def uploaded(video_id: Annotated[UUID, Path()], body: UploadDone, user: SignedIn) -> Envelope[UploadState]:
    """Complete an upload: compare it with the declaration and revoke the upload token."""
    state = videos.upload_sessions().complete(user, str(video_id), provider_video_id=body.video_id)
    return Envelope(data=UploadState(id=state["id"], state=state["state"]))


handler = entrypoint(app)
