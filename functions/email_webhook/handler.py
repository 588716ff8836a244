"""POST /webhooks/email/{secret}: reports of the mail provider about deliveries, bounces and complaints."""

from typing import Annotated

from auto360.container import emails
from auto360.core.errors import NotFound, ServiceUnavailable
from auto360.http.app import entrypoint, make_app
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, Model
from auto360.http.params import Path
from auto360.http.requests import RawBody

app = make_app()
# An envelope of Amazon SNS is up to 256 KB.
MAX_BODY_BYTES = 320 * 1024


class Applied(Model):
    """Number of changed mails; repetitions change none."""

    applied: int


@app.post("/webhooks/email/<secret>")
@refuses(NotFound, ServiceUnavailable)
def report(secret: Annotated[str, Path(max_length=200)], body: RawBody) -> Envelope[Applied]:
    """Receive reports: an envelope of Amazon SNS, or a message of Yandex Data Streams from Postbox."""
    return Envelope(data=Applied(applied=emails.reports().receive(body, shown_secret=secret)))


handler = entrypoint(app, body="raw", max_body_bytes=MAX_BODY_BYTES)
