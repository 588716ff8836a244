"""Requests and responses of the moderation queue."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from auto360.core.text import Paragraph
from auto360.http.envelope import Model, RequestBody

Words = Annotated[Paragraph, Field(min_length=3, max_length=1000)]


class Seen(RequestBody):
    """Version of the queue item that the moderator has seen."""

    version: int = Field(ge=1, le=2_147_483_647)


class Rejection(Seen):
    """Rejection with a reason in words for the seller."""

    reason: Words


class Escalation(Seen):
    """Escalation with a reason for the administrator."""

    reason: Words | None = None


class CheckedListing(Model):
    """Listing as shown to a moderator."""

    id: str
    category: str
    title: str
    description: str
    price: float
    currency: str
    city: str | None
    location: str | None
    status: str
    moderation_status: str
    thumbnail_url: str | None
    video_url: str | None
    video_id: str | None
    additional_images: list[str]
    details: dict[str, Any]
    seller: dict[str, Any]
    created_at: datetime


class QueueItem(Model):
    """Queue item. `flags` are the codes of the rules that the listing breaks."""

    model_config = ConfigDict(extra="ignore")

    listing_id: str
    status: str
    priority: str
    flags: list[str]
    reports_count: int
    assigned_to: str | None
    reason: str | None
    submitted_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    version: int
    listing: CheckedListing


class HistoryEvent(Model):
    """Step of the check; `details` holds the matched rules."""

    action: str
    reason: str | None
    details: dict[str, Any]
    moderator_id: str | None
    created_at: datetime


class ListingReport(Model):
    """User report about the listing."""

    reason: str
    comment: str | None
    status: str
    created_at: datetime


class QueueItemWithHistory(QueueItem):
    """Queue item with its history."""

    events: list[HistoryEvent]
    reports: list[ListingReport]


class Queue(Model):
    """Page of the queue; `next_cursor` is null on the last one."""

    items: list[QueueItem]
    next_cursor: str | None
