"""POST /api/quality/views: reports of playback from the app's player, counted anonymously."""

from auto360.container import quality
from auto360.http.app import entrypoint, make_app
from auto360.http.envelope import Envelope
from auto360.http.requests import CurrentRequest, RawBody
from auto360.http.schemas.common import Empty
from auto360.http.schemas.quality import read_batch

app = make_app()

# Above the limit of any gateway: a large body is counted and accepted like the rest.
_MAX_BODY_BYTES = 8 * 1024 * 1024


@app.post("/api/quality/views", status_code=202)
def report_views(body: RawBody, request: CurrentRequest) -> Envelope[Empty]:
    """Receive a batch of playback reports; invalid ones are accepted, dropped and counted."""
    quality.intake().take(read_batch(body), address=request.address)
    return Envelope(data=Empty())


handler = entrypoint(app, max_body_bytes=_MAX_BODY_BYTES, body="raw")
