"""Listing responses: the fields that the app reads (docs/reference/app-contract.md, section 1.4)."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict

from auto360.core.pagination import Page
from auto360.domains.listings.synonyms import as_shown
from auto360.http.envelope import Envelope, Model
from auto360.providers.database import Row


class Seller(Model):
    """Public profile of the seller; `phone` is for signed-in callers who read a single listing."""

    id: str
    name: str
    avatar_url: str | None
    city: str | None
    is_verified: bool
    rating: float
    phone: str | None = None


class BusinessCard(Model):
    """Business for which the listing is posted."""

    id: str
    name: str
    logo_url: str | None
    is_verified: bool


class Check(Model):
    """Moderation state of the caller's own listing; `reason` explains a rejection."""

    status: str
    reason: str | None
    submitted_at: datetime
    completed_at: datetime | None


class ImageSource(Model):
    """Encoded picture of one width in pixels."""

    url: str
    width: int


class ListingImage(Model):
    """Picture of a listing with its placeholder; width and height are those of the largest source."""

    blurhash: str
    width: int
    height: int
    srcset: list[ImageSource]


class Listing(Model):
    """Listing. Price in som, mileage in kilometres, area in square metres, `distance_km` from the requested place.

    `video_preview_url` is for muted playback of its first six seconds; null where the provider has no such file.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    category: str
    title: str
    description: str
    price: float
    currency: str
    city: str | None
    location: str | None
    latitude: float | None
    longitude: float | None
    distance_km: float | None = None
    status: str
    moderation_status: str
    video_id: str | None
    video_provider: str | None
    video_status: str
    video_url: str | None
    video_player_url: str | None
    video_thumbnail_url: str | None
    video_preview_url: str | None = None
    thumbnail_url: str | None
    video_trim_start: float | None
    video_trim_end: float | None
    video_original_duration: float | None
    video_trimmed_duration: float | None
    additional_images: list[str]
    images: list[ListingImage]
    seller_user_id: str
    seller_id: str
    business_id: str | None
    seller: Seller
    business: BusinessCard | None = None
    phone_for_listing: str | None = None
    details: dict[str, Any]
    brand: str | None
    model: str | None
    year: int | None
    mileage: int | None
    color: str | None
    transmission: str | None
    fuel_type: str | None
    breed: str | None
    age: int | None
    gender: str | None
    property_type: str | None
    rooms: int | None
    area: float | None
    views_count: int
    likes_count: int
    saves_count: int
    comments_count: int = 0
    is_liked: bool = False
    is_saved: bool = False
    is_favorited: bool = False
    is_mine: bool = False
    is_boosted: bool
    boost_type: str | None
    boost_expires_at: datetime | None
    boost_until: datetime | None
    ai_make: str | None
    ai_model: str | None
    ai_year: int | None
    ai_color: str | None
    ai_summary: str | None
    ai_quality_score: float | None
    ai_confidence: float | None
    published_at: datetime | None
    expires_at: datetime | None
    sold_at: datetime | None
    delete_at: datetime | None
    created_at: datetime
    updated_at: datetime
    moderation: Check | None = None

    @classmethod
    def of(cls, row: Row) -> Self:
        """Build from a listing's row with its seller."""
        distance = row.get("distance")
        return cls.model_validate(
            {
                **row,
                "details": as_shown(row["details"]),
                # The columns of these names hold the codes of the app's filters.
                **{name: row["details"].get(name) for name in ("color", "transmission", "breed")},
                "seller_id": row["seller_user_id"],
                "is_favorited": row.get("is_saved", False),
                "boost_until": row["boost_expires_at"],
                # One unit of the plane is a degree of latitude.
                "distance_km": None if distance is None else round(distance * 111.2, 1),
            }
        )


class ListingFlattened(Listing):
    """Listing in `data`, and its fields at the top level, where the app looks for them."""

    success: Literal[True] = True
    data: Listing


class Listings(Model):
    """Page of listings; `next_cursor` is null on the last one."""

    listings: list[Listing]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Build from a page of rows."""
        return cls(listings=[Listing.of(row) for row in page.rows], next_cursor=page.next_cursor)


class PopularSearch(Model):
    """Search term and its count."""

    term: str
    searches: int


class Reaction(Model):
    """Counters after a like or a save."""

    id: str
    likes_count: int
    saves_count: int
    is_liked: bool | None = None
    is_saved: bool | None = None


class Sold(Model):
    """Sold listing; visible until `delete_at`."""

    id: str
    status: str
    sold_at: datetime
    delete_at: datetime
    days_until_deletion: int


class SoldFlattened(Envelope[Sold]):
    """Sold listing, with `delete_at` at the top level as well, where the app looks for it."""

    delete_at: datetime


class Changed(Model):
    """Listing id and, where the change leaves one, its state."""

    id: str
    status: str | None = None


def at_top(row: Row) -> ListingFlattened:
    """Build the flattened response of a listing."""
    listing = Listing.of(row)
    return ListingFlattened(**vars(listing), data=listing)


def sold(row: Row) -> SoldFlattened:
    """Build the response of a sale."""
    whole = datetime.fromisoformat(row["delete_at"]) - datetime.fromisoformat(row["sold_at"])
    answer = Sold(**row, days_until_deletion=whole.days)
    return SoldFlattened(data=answer, delete_at=answer.delete_at)
