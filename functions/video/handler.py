"""/api/video/{video_id}: a video's state, where it plays, and removing it."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from auto360.runtime.app import entrypoint, make_app
from auto360.runtime.envelope import Answer
from auto360.runtime.redirects import redirect
from auto360.runtime.signed_in import MaybeSignedIn, SignedIn, limited
from auto360.runtime.video_bodies import Removed, VideoAtTop, video_at_top
from auto360.wiring import media

app = make_app()
LIMITS = [limited("default")]
PLAYBACK = [limited("playback")]
# Our id, or that at api.video, which the existing app knows.
AnyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_\-]{1,100}$")]
Id = Annotated[UUID, Path()]


# An app asks every few seconds while a video is being made.
@app.get("/api/video/<video_id>", middlewares=PLAYBACK)
def read(video_id: AnyId, viewer: MaybeSignedIn) -> VideoAtTop:
    """State of a video and its addresses at this moment."""
    return video_at_top(media.videos().one(video_id, viewer=viewer))


@app.get("/api/video/<video_id>/manifest.m3u8", middlewares=PLAYBACK, status_code=302)
def manifest(video_id: Id) -> Response[str]:
    """Leads to where the video plays now."""
    playback = media.videos().playback(str(video_id))
    return redirect(playback.hls_url, seconds=300 if playback.is_lasting else 0)


@app.get("/api/video/<video_id>/video.mp4", middlewares=PLAYBACK)
def file(video_id: Id) -> Response[str]:
    """Leads to the video as one file."""
    return redirect(media.videos().file(str(video_id)), seconds=0)


@app.get("/api/video/<video_id>/thumbnail.jpg", middlewares=PLAYBACK, status_code=302)
def thumbnail(video_id: Id) -> Response[str]:
    """Leads to a picture of the video."""
    return redirect(media.videos().thumbnail(str(video_id)), seconds=300)


@app.delete("/api/video/<video_id>", middlewares=LIMITS)
def delete(video_id: AnyId, user: SignedIn) -> Answer[Removed]:
    """Remove a video of one's own; its copies are deleted by a timer."""
    return Answer(data=Removed(**media.videos().delete(user, video_id)))


handler = entrypoint(app)
