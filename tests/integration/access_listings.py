"""Access matrix: listings with their details, contacts, likes and reports; videos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.integration.access_case import (
    DIGEST_16,
    DIGEST_32,
    EARLIER,
    EVERYBODY,
    LATER,
    OWNER,
    SERVICE,
    TEAM,
    Case,
    backend_only,
)
from tests.integration.access_scene import Row, Scene


def listing(what: str, select: str, **extra: Any) -> Case:
    """Return a private listing of the owner, in some state."""
    return Case(
        "listings",
        lambda s: {"seller_user_id": s.owner, "category": "car", "title": "Продаю", "price": 1000},
        # What is over keeps its content.
        {"title": "Продаю срочно"} if extra.get("status") not in ("sold", "archived") else {"price": 2000},
        select=select,
        insert=SERVICE,
        update=OWNER if "deleted_at" not in extra else SERVICE,
        delete=OWNER if "deleted_at" not in extra else SERVICE,
        what=what,
        extra=extra,
    )


def details(table: str, what: str, select: str, row: Callable[[Scene], Row], change: Row) -> Case:
    """Details of a listing of the owner."""
    return Case(table, row, change, select=select, insert=SERVICE, update=OWNER, delete=SERVICE, what=what)


def own_mark(table: str) -> Case:
    """Return a like or a favourite."""
    return Case(
        table,
        lambda s: {"user_id": s.owner, "listing_id": s.business_horse},
        {"created_at": EARLIER},
        select=OWNER,
        insert=OWNER,
        update=SERVICE,
        delete=OWNER,
    )


LISTINGS = [
    listing("a draft", OWNER),
    listing("active", EVERYBODY, status="active", moderation_status="approved"),
    listing("waiting for review", OWNER, status="pending_review"),
    listing("rejected", OWNER, status="rejected", moderation_status="rejected"),
    listing("archived", OWNER, status="archived"),
    listing("sold a day ago", EVERYBODY, status="sold", sold_at=EARLIER, delete_at=LATER),
    listing("sold long ago", OWNER, status="sold", sold_at=EARLIER, delete_at=EARLIER),
    listing("hidden by the tier", OWNER, status="active", moderation_status="approved", is_hidden=True),
    listing("deleted", OWNER, status="archived", deleted_at=EARLIER),
    Case(
        "listings",
        lambda s: {
            "seller_user_id": s.seller,
            "business_id": s.business,
            "category": "horse",
            "title": "Жеребец",
            "price": 5,
        },
        {"title": "Кобыла"},
        select=TEAM,
        insert=SERVICE,
        update=TEAM,
        delete=TEAM,
        what="a draft of the business, as its seller",
        owner=lambda s: s.seller,
    ),
    Case(
        "listing_contacts",
        lambda s: {"listing_id": s.car, "phone_for_listing": "+996700990000"},
        {"phone_for_listing": "+996700990001"},
        select=OWNER,
        insert=SERVICE,
        update=OWNER,
        delete=SERVICE,
    ),
    Case(
        "listing_contacts",
        lambda s: {"listing_id": s.business_car, "phone_for_listing": "+996700990000"},
        {"phone_for_listing": "+996700990001"},
        select=TEAM,
        insert=SERVICE,
        update=TEAM,
        delete=SERVICE,
        what="of the business, as its seller",
        owner=lambda s: s.seller,
    ),
    details(
        "car_details",
        "of an active listing",
        EVERYBODY,
        lambda s: {"listing_id": s.car, "brand": "Toyota", "model": "Camry"},
        {"color": "белый"},
    ),
    details(
        "car_details",
        "of a draft",
        OWNER,
        lambda s: {"listing_id": s.car_draft, "brand": "Toyota", "model": "Camry"},
        {"color": "белый"},
    ),
    Case(
        "car_details",
        lambda s: {"listing_id": s.business_draft, "brand": "Kia", "model": "K5"},
        {"color": "белый"},
        select=TEAM,
        insert=SERVICE,
        update=TEAM,
        delete=SERVICE,
        what="of a draft of the business, as its seller",
        owner=lambda s: s.seller,
    ),
    details("horse_details", "", EVERYBODY, lambda s: {"listing_id": s.horse, "breed": "Донская"}, {"age": 4}),
    details(
        "real_estate_details",
        "",
        EVERYBODY,
        lambda s: {"listing_id": s.estate, "property_type": "house"},
        {"rooms": 4},
    ),
    own_mark("listing_likes"),
    own_mark("listing_saves"),
    backend_only(
        "listing_views",
        lambda s: {"listing_id": s.car, "viewer_digest": DIGEST_16, "viewed_on": "2026-01-01"},
        {"viewed_on": "2026-01-02"},
    ),
    backend_only("listing_counters", lambda s: {"listing_id": s.estate}, {"views_count": 5}),
    Case(
        "user_behavior",
        lambda s: {"user_id": s.owner, "event_type": "view", "listing_id": s.business_car},
        {"event_type": "like"},
        select=OWNER,
        insert=OWNER,
        update=SERVICE,
        delete=SERVICE,
    ),
    backend_only("behavior_days", lambda _: {"day": "2026-01-01", "event_type": "view", "events": 1}, {"events": 2}),
    backend_only("search_spellings", lambda _: {"spelling": "москвич", "name": "moskvich"}, {"name": "moskvitch"}),
    backend_only("search_terms", lambda _: {"term": "камри", "searched_on": "2026-01-01"}, {"searches": 2}),
    Case(
        "saved_searches",
        lambda s: {
            "user_id": s.owner,
            "name": "Тойота",
            "query": {"brand": "Toyota"},
            "filter_hash": "1" * 32,
            "frequency": "daily",
        },
        {"name": "Моё"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    backend_only(
        "search_hits",
        lambda s: {"search_id": s.search, "listing_id": s.business_car, "user_id": s.owner},
        {"digest_no": 1},
    ),
    backend_only("search_schedules", lambda s: {"user_id": s.owner, "frequency": "weekly"}, {"digest_no": 1}),
    backend_only("search_arrivals", lambda s: {"listing_id": s.car_draft}, {"state": "done"}),
    backend_only(
        "listing_places",
        lambda s: {"listing_id": s.car_draft, "payer_id": s.owner, "taken_at": EARLIER},
        {"taken_at": LATER},
    ),
    backend_only(
        "idempotency_keys",
        lambda s: {
            "user_id": s.owner,
            "scope": "listings.create",
            "key": "k",
            "request_digest": DIGEST_32,
            "expires_at": LATER,
        },
        {"key": "l"},
    ),
    Case(
        "reports",
        lambda s: {"reporter_id": s.owner, "target_type": "listing", "target_id": s.business_car, "reason": "fraud"},
        {"status": "upheld"},
        select=OWNER,
        insert=OWNER,
        update=SERVICE,
        delete=SERVICE,
    ),
]

MEDIA = [
    Case(
        "videos",
        lambda s: {"owner_user_id": s.owner, "provider": "yandex"},
        {"title": "Видео"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "videos",
        lambda s: {"owner_user_id": s.seller, "provider": "yandex", "listing_id": s.business_car},
        {"title": "Видео"},
        select=TEAM,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
        what="of the business, as its seller",
        owner=lambda s: s.seller,
    ),
    backend_only(
        "upload_tickets",
        lambda s: {
            "user_id": s.owner,
            "provider": "api_video",
            "provider_ticket": "to1",
            "declared_bytes": 5,
            "content_type": "video/mp4",
            "expires_at": LATER,
        },
        {"state": "expired"},
    ),
    backend_only("video_migrations", lambda s: {"video_id": s.video, "source_video_id": "vi1"}, {"attempts": 1}),
    backend_only("video_migration_days", lambda _: {"day": "2000-01-01", "allowed": 1000}, {"started": 1}),
    backend_only("playback_switches", lambda _: {"provider": "api_video"}, {"switched_back_at": EARLIER}),
]
