"""/api/video/{video_id}: state, playback and deletion of a video."""

from typing import Annotated
from uuid import UUID

from auto360.container import videos
from auto360.core.errors import Forbidden
from auto360.core.refusals.videos import VideoNotReady, VideoServiceUnavailable
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import MaybeSignedIn, SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Response
from auto360.http.redirects import redirect
from auto360.http.schemas.videos import Removed, VideoFlattened, video_at_top

app = make_app()
LIMITS = [limited("default")]
PLAYBACK = [limited("playback")]
# Our id, or that at api.video, as used by the existing app.
AnyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_\-]{1,100}$")]
Id = Annotated[UUID, Path()]


# An app polls every few seconds while a video is being encoded.
@app.get("/api/video/<video_id>", middlewares=PLAYBACK)
def read(video_id: AnyId, viewer: MaybeSignedIn) -> VideoFlattened:
    """Get a video's state and current addresses."""
    return video_at_top(videos.videos().one(video_id, viewer=viewer))


@app.get("/api/video/<video_id>/manifest.m3u8", middlewares=PLAYBACK, status_code=302)
@refuses(VideoNotReady, VideoServiceUnavailable)
def manifest(video_id: Id) -> Response[str]:
    """Redirect to the HLS manifest."""
    return redirect(videos.videos().playback(str(video_id)).hls_url)


@app.get("/api/video/<video_id>/video.mp4", middlewares=PLAYBACK, status_code=302)
@refuses(VideoNotReady, VideoServiceUnavailable)
def file(video_id: Id) -> Response[str]:
    """Redirect to the video as one file."""
    return redirect(videos.videos().file(str(video_id)))


@app.get("/api/video/<video_id>/thumbnail.jpg", middlewares=PLAYBACK, status_code=302)
def thumbnail(video_id: Id) -> Response[str]:
    """Redirect to a still picture."""
    return redirect(videos.videos().thumbnail(str(video_id)))


@app.delete("/api/video/<video_id>", middlewares=LIMITS)
@refuses(Forbidden)
def delete(video_id: AnyId, user: SignedIn) -> Envelope[Removed]:
    """Delete a video of the caller; a timer deletes its replicas."""
    return Envelope(data=Removed(**videos.videos().delete(user, video_id)))


handler = entrypoint(app)
