"""Permissions to upload one picture each, bound to user, purpose, size and type."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from auto360.core.errors import NotFound
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.refusals.pictures import PictureTooLarge
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.pictures import picture_list, picture_open, picture_read
from auto360.providers.object_storage import UploadLink, UploadSigner

Purpose = Literal["listing", "avatar", "business_logo", "chat"]
ContentType = Literal["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"]
_MAX_LISTED = 100


class PictureUploadPolicy(EnvSettings):
    """Largest upload in bytes, and the lifetime of a permission."""

    picture_max_bytes: int = Field(15 * 1024 * 1024, ge=1, le=15 * 1024 * 1024)
    picture_upload_seconds: int = Field(900, ge=60, le=3600)


@dataclass(frozen=True)
class WantedPicture:
    """Declared picture. `listing_id` names the listing that gets it when it is ready."""

    purpose: Purpose
    bytes: int
    content_type: ContentType
    listing_id: str | None = None


@dataclass(frozen=True)
class OpenedPicture:
    """Picture that awaits its upload."""

    row: Row
    link: UploadLink


@dataclass(frozen=True)
class PictureUploads:
    """Opens uploads, and reads their states."""

    database: Database
    signer: UploadSigner
    policy: PictureUploadPolicy

    def open(self, principal: Principal, wanted: WantedPicture) -> OpenedPicture:
        """Permit an upload. A repeated request opens another one; unused ones expire.

        Raises PictureTooLarge, PictureLimitReached, NotFound and Forbidden for the listing, AccountBlocked.
        """
        if wanted.bytes > self.policy.picture_max_bytes:
            raise PictureTooLarge
        request = {
            "purpose": wanted.purpose,
            "bytes": wanted.bytes,
            "content_type": wanted.content_type,
            "listing_id": wanted.listing_id,
        }
        seconds = self.policy.picture_upload_seconds
        row = accepted(picture_open(self.database, user_id=principal.user_id, request=request, seconds=seconds))
        link = self.signer.upload_link(row["key"], size=wanted.bytes, content_type=wanted.content_type, seconds=seconds)
        return OpenedPicture(row, link)

    def one(self, principal: Principal, picture_id: str) -> Row:
        """Return a picture of the caller. Raises NotFound."""
        found: Row | None = picture_read(self.database, user_id=principal.user_id, id=picture_id)
        if found is None:
            raise NotFound
        return found

    def all(self, principal: Principal, *, listing_id: str | None) -> list[Row]:
        """Return the caller's newest pictures, of one listing where given."""
        rows: list[Row] = picture_list(
            self.database, user_id=principal.user_id, listing_id=listing_id, limit=_MAX_LISTED
        )
        return rows
