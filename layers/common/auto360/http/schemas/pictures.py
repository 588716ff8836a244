"""Requests and responses of pictures."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from auto360.core.messages import TEXTS, Language, sentence
from auto360.domains.pictures.uploads import ContentType, OpenedPicture, Purpose, WantedPicture
from auto360.http.envelope import Model, RequestBody
from auto360.http.schemas.listing_responses import ListingImage
from auto360.providers.database import Row


class NewPicture(RequestBody):
    """Declaration of a picture: exact size in bytes and type. `listing_id` adds it to a listing when it is ready."""

    purpose: Purpose
    bytes: int = Field(ge=1)
    content_type: ContentType
    listing_id: UUID | None = Field(None, strict=False)

    def wanted(self) -> WantedPicture:
        """Convert to the domain's request."""
        listing_id = str(self.listing_id) if self.listing_id else None
        return WantedPicture(self.purpose, self.bytes, self.content_type, listing_id)


class PictureUpload(Model):
    """Address for the bytes, with the headers that the request must carry."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]


class OpenedPictureUpload(Model):
    """Picture that awaits its bytes."""

    picture_id: str
    upload: PictureUpload
    expires_at: datetime

    @classmethod
    def of(cls, opened: OpenedPicture) -> Self:
        """Build from an opened upload."""
        upload = PictureUpload(url=opened.link.url, headers=dict(opened.link.headers))
        return cls(picture_id=opened.row["id"], upload=upload, expires_at=opened.row["expires_at"])


class PictureState(Model):
    """Picture of the caller. `url` and `image` are present when it is `ready`; `message` is the reason of a refusal.

    `withdrawn`: no public object uses it, as after a rejection; it returns together with such an object.
    """

    id: str
    purpose: str
    listing_id: str | None
    state: Literal["awaiting", "received", "ready", "withdrawn", "refused", "expired", "deleting", "deleted"]
    refusal: str | None
    message: str | None
    url: str | None
    image: ListingImage | None
    created_at: datetime

    @classmethod
    def of(cls, row: Row, language: Language) -> Self:
        """Build from a row, with the sentence of a refusal in a language."""
        refusal = row["refusal"]
        message = sentence(TEXTS, f"picture_{refusal}", language) if refusal else None
        return cls.model_validate({**row, "message": message})
