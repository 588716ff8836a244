"""Listing commands: post, edit, delete, sell and reactivate."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from auto360.core import phone
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.core.urls import ImageLinks
from auto360.domains.listings.feed import CACHED
from auto360.domains.listings.video_links import VideoLinks
from auto360.providers.cache import Cache
from auto360.providers.database import Database, Row, bytea
from auto360.providers.database.functions.listing_editing import listing_delete, listing_update
from auto360.providers.database.functions.listing_posting import listing_create
from auto360.providers.database.functions.listing_sales import listing_mark_sold, listing_reactivate

PICTURES = "listings-thumbnails"


class SalePolicy(EnvSettings):
    """Days for which a sold listing stays visible."""

    listing_sold_days: int = Field(14, ge=1, le=365)


@dataclass(frozen=True)
class Posting:
    """Listing commands and their dependencies. Each is one database call and invalidates the cached feed."""

    database: Database
    cache: Cache
    images: ImageLinks
    videos: VideoLinks
    policy: SalePolicy

    def create(self, principal: Principal, fields: Mapping[str, Any], *, key: str | None) -> Row:
        """Post a listing; idempotent by `key`, or without one for identical content within ten minutes.

        Raises LimitReached, ListingRefused, VideoUnavailable, IdempotencyKeyReused, AccountBlocked, Forbidden for a
        business without the caller's membership, PhoneInvalid, ValidationFailed for addresses that are not allowed.
        """
        document = self._stored(principal, fields)
        body = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
        answer = listing_create(
            self.database,
            user_id=principal.user_id,
            fields=document,
            key=key,
            digest=bytea(hashlib.sha256(body).digest()),
        )
        listing: Row = self._changed(answer)["listing"]
        return listing

    def update(self, principal: Principal, listing_id: str, fields: Mapping[str, Any]) -> Row:
        """Change the named fields; None empties one.

        Raises NotFound, Forbidden, NotActive, LimitReached, ListingRefused, VideoUnavailable, AccountBlocked,
        PhoneInvalid, ValidationFailed.
        """
        stored = self._stored(principal, fields)
        answer = listing_update(self.database, user_id=principal.user_id, listing_id=listing_id, fields=stored)
        listing: Row = self._changed(answer)["listing"]
        return listing

    def delete(self, principal: Principal, listing_id: str) -> Row:
        """Delete a listing; a timer releases its videos. Raises NotFound, Forbidden, AccountBlocked."""
        return self._changed(listing_delete(self.database, user_id=principal.user_id, listing_id=listing_id))

    def mark_sold(self, principal: Principal, listing_id: str) -> Row:
        """Mark as sold; visible until `delete_at`. Raises NotFound, Forbidden, NotActive, AccountBlocked."""
        days = self.policy.listing_sold_days
        answer = listing_mark_sold(self.database, user_id=principal.user_id, listing_id=listing_id, days=days)
        return self._changed(answer)

    def reactivate(self, principal: Principal, listing_id: str) -> Row:
        """Reactivate a sold listing. Raises NotFound, Forbidden, NotSold, SaleFinal, AccountBlocked."""
        return self._changed(listing_reactivate(self.database, user_id=principal.user_id, listing_id=listing_id))

    def _changed(self, answer: dict[str, Any]) -> dict[str, Any]:
        changed = accepted(answer)
        self.cache.invalidate(CACHED)
        return changed

    def _stored(self, principal: Principal, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields in stored form: normal phone, allowed addresses, video addresses filled in."""
        stored = dict(fields)
        if stored.get("phone_for_listing"):
            stored["phone_for_listing"] = phone.normalise(stored["phone_for_listing"])
        video = self.videos.video(url=stored.get("video_url"), video_id=stored.get("video_id"))
        if video is not None:
            stored |= {"video_id": video.id, "video_url": video.url, "video_player_url": video.player_url}
            stored |= {"video_thumbnail_url": video.thumbnail_url}
            if stored.get("thumbnail_url") in (None, video.thumbnail_url):
                stored["thumbnail_url"] = video.thumbnail_url
        if stored.get("thumbnail_url") and (video is None or stored["thumbnail_url"] != video.thumbnail_url):
            stored["thumbnail_url"] = self._picture(principal, stored["thumbnail_url"], "thumbnail_url")
        if stored.get("additional_images"):
            pictures = enumerate(stored["additional_images"])
            stored["additional_images"] = [
                self._picture(principal, picture, f"additional_images.{number}") for number, picture in pictures
            ]
        return stored

    def _picture(self, principal: Principal, reference: str, field: str) -> str:
        return self.images.resolve(reference, bucket=PICTURES, user_id=principal.user_id, field=field)
