"""POST /api/video/create: a permission to upload one video; POST /api/video/{video_id}/uploaded: it has been used."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from auto360.container import videos
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.envelope import Envelope
from auto360.http.schemas.videos import NewUpload, UploadDone, UploadState, UploadTicketFlattened, ticket_at_top

app = make_app()


@app.post("/api/video/create", middlewares=[limited("upload")])
def create(
    body: NewUpload,
    user: SignedIn,
    *,
    key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
    build: Annotated[int | None, Header(alias="X-App-Build", ge=0)] = None,
) -> UploadTicketFlattened:
    """A ticket for a declared size, duration and type. `X-App-Build` tells what the app knows of uploading."""
    return ticket_at_top(videos.upload_tickets().open(user, body.wanted(), key=key, build=build))


@app.post("/api/video/<video_id>/uploaded", middlewares=[limited("default")])
def uploaded(video_id: Annotated[UUID, Path()], body: UploadDone, user: SignedIn) -> Envelope[UploadState]:
    """The upload is done: it is compared with what was declared, and its ticket revoked."""
    state = videos.upload_tickets().complete(user, str(video_id), provider_video_id=body.video_id)
    return Envelope(data=UploadState(id=state["id"], state=state["state"]))


handler = entrypoint(app)
