"""/api/pictures: upload permissions of pictures, and their states."""

from typing import Annotated
from uuid import UUID

from auto360.container import pictures
from auto360.core.errors import Forbidden
from auto360.core.refusals.pictures import PictureLimitReached, PictureTooLarge
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Query
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.pictures import NewPicture, OpenedPictureUpload, PictureState

app = make_app()
LIMITS = [limited("playback")]


@app.post("/api/pictures", middlewares=[limited("picture")])
@refuses(Forbidden, PictureLimitReached, PictureTooLarge)
def create(body: NewPicture, user: SignedIn) -> Envelope[OpenedPictureUpload]:
    """Open an upload of one picture of a declared size and type; send its bytes with exactly these headers."""
    return Envelope(data=OpenedPictureUpload.of(pictures.uploads().open(user, body.wanted())))


# An app polls every second or two while a picture is being encoded.
@app.get("/api/pictures/<picture_id>", middlewares=LIMITS)
def read(picture_id: Annotated[UUID, Path()], user: SignedIn, request: CurrentRequest) -> Envelope[PictureState]:
    """Get the state of a picture of the caller."""
    return Envelope(data=PictureState.of(pictures.uploads().one(user, str(picture_id)), request.language))


@app.get("/api/pictures", middlewares=LIMITS)
def list_mine(
    user: SignedIn, request: CurrentRequest, *, listing_id: Annotated[UUID | None, Query()] = None
) -> Envelope[list[PictureState]]:
    """List the caller's newest pictures with their states, of one listing where given."""
    listing = str(listing_id) if listing_id else None
    found = pictures.uploads().all(user, listing_id=listing)
    return Envelope(data=[PictureState.of(row, request.language) for row in found])


handler = entrypoint(app)
