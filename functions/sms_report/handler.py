"""POST /webhooks/sms/{provider}/{secret}: delivery receipts pushed by SMS providers."""

from typing import Annotated

from auto360.container import sms
from auto360.http.app import entrypoint, make_app
from auto360.http.envelope import Envelope, Model
from auto360.http.params import Path
from auto360.http.requests import RawBody

app = make_app()


class Received(Model):
    """Number of changed messages; known or foreign receipts change none."""

    changed: int


@app.post("/webhooks/sms/<provider>/<secret>")
def report(
    provider: Annotated[str, Path(max_length=40)], secret: Annotated[str, Path(max_length=200)], body: RawBody
) -> Envelope[Received]:
    """Receive delivery receipts. The provider repeats the request after any status other than 200."""
    return Envelope(data=Received(changed=sms.pushed_reports()(provider, shown_secret=secret, body=body)))


handler = entrypoint(app, body="raw")
