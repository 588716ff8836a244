"""POST /webhooks/video/api-video: encoding webhooks of api.video."""

from typing import Annotated

from auto360.container import videos
from auto360.core.errors import AuthenticationRequired
from auto360.core.refusals.videos import VideoServiceUnavailable
from auto360.http.app import entrypoint, make_app
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, Model
from auto360.http.params import Header
from auto360.http.requests import RawBody

app = make_app()


class Received(Model):
    """State of the video afterwards; `ignored` for an unknown video."""

    state: str


@app.post("/webhooks/video/api-video")
@refuses(AuthenticationRequired, VideoServiceUnavailable)
def report(
    body: RawBody, *, signature: Annotated[str, Header(alias="X-Api-Video-Signature", max_length=200)] = ""
) -> Envelope[Received]:
    """Receive a webhook; the video is read from api.video again, regardless of the payload."""
    return Envelope(data=Received(state=videos.video_reports().take(body, signature=signature)))


handler = entrypoint(app, body="raw")
