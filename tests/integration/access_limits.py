"""Access matrix, the columns "how many" and "how large": what one user may write through PostgREST.

Every table that a user may insert into or update has an entry, and every column that a user may write. A column names
what guards it in the database: a check, a foreign key, a trigger or a policy of its table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verb = Literal["insert", "update"]
Window = tuple[int, int]
"""Rows, and the seconds in which one user may write as many."""

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Column:
    """Column that a user writes: its guards, and for free text the most characters."""

    guards: tuple[str, ...]
    max_characters: int | None = None


def by(*guards: str) -> Column:
    """Return a column whose type, values or format bound its size."""
    return Column(guards)


def text(max_characters: int, *guards: str) -> Column:
    """Free text of at most that many characters."""
    return Column(guards, max_characters)


@dataclass(frozen=True)
class Writes:
    """Limits of users' writes in a table."""

    columns: dict[str, Column]
    insert: tuple[Window, ...] = ()
    update: tuple[Window, ...] = ()
    inserted: dict[str, Column] = field(default_factory=dict)

    def windows(self, verb: Verb) -> tuple[Window, ...]:
        """Return the limits of a verb; none: users may not."""
        return self.insert if verb == "insert" else self.update


MARKS, EDITS, READS = ((300, HOUR), (1000, DAY)), ((200, HOUR), (1000, DAY)), ((5000, HOUR), (20000, DAY))


def mark(table: str) -> Writes:
    """Return a like or a favourite."""
    key = {"user_id": by(f"{table}_insert"), "listing_id": by(f"{table}_insert", f"{table}_listing_id_fkey")}
    return Writes({}, insert=MARKS, inserted=key)


def checked(table: str, *names: str) -> dict[str, Column]:
    """Columns with a check of their own name."""
    return {name: by(f"{table}_{name}_check") for name in names}


def texts(table: str, **sizes: int) -> dict[str, Column]:
    """Texts with a check of their own name."""
    return {name: text(number, f"{table}_{name}_check") for name, number in sizes.items()}


WRITES: dict[str, Writes] = {
    "accounts": Writes(
        {
            **texts("accounts", name=255, bio=500, city=100),
            **checked("accounts", "language"),
            "avatar_url": by("accounts_avatar_url_check", "accounts_own_picture"),
            "expo_push_token": by("accounts_expo_push_token_check", "accounts_register_token"),
        },
        update=((30, HOUR), (100, DAY)),
    ),
    "business_accounts": Writes(
        {
            **texts("business_accounts", name=255, description=1000, city=100, address=500),
            **checked("business_accounts", "category", "phone_public", "working_hours"),
        },
        update=((60, HOUR), (200, DAY)),
    ),
    "business_members": Writes(
        {
            "role": by("business_members_role_check", "business_members_guard"),
            "status": by("business_members_status_check", "business_members_guard"),
        },
        update=((60, HOUR), (200, DAY)),
    ),
    "listings": Writes(
        {
            **texts("listings", title=255, description=2000, city=100, location=200, location_text=200),
            **checked("listings", "price", "latitude", "longitude"),
            **checked("listings", "video_trim_start", "video_trim_end"),
            **checked("listings", "video_original_duration", "video_trimmed_duration"),
            "status": by("listings_status_check", "listings_guard"),
            "updated_at": by("listings_touch_updated_at"),
        },
        update=EDITS,
    ),
    "listing_contacts": Writes(checked("listing_contacts", "phone_for_listing"), update=EDITS),
    "car_details": Writes(
        {
            **texts("car_details", brand=50, model=50, color=50, body_type=50, damage_report=2000),
            **checked("car_details", "mileage", "transmission", "fuel_type", "engine_volume", "drive"),
            **checked("car_details", "steering_wheel", "condition", "vin"),
            "year": by("car_details_year_check", "car_details_not_unbuilt"),
        },
        update=EDITS,
    ),
    "horse_details": Writes(
        {
            **texts("horse_details", breed=50, color=50, training=200, purpose=200, health_notes=2000),
            **checked("horse_details", "age", "gender", "height"),
            "pedigree": by("horse_details_update"),
            "health_certificate": by("horse_details_update"),
        },
        update=EDITS,
    ),
    "real_estate_details": Writes(
        {
            **texts("real_estate_details", address=200),
            **checked("real_estate_details", "property_type", "deal_type", "rooms", "area", "land_area", "floor"),
            **checked("real_estate_details", "total_floors"),
            "is_owner": by("real_estate_details_update"),
        },
        update=EDITS,
    ),
    "listing_likes": mark("listing_likes"),
    "listing_saves": mark("listing_saves"),
    "reports": Writes(
        {},
        insert=((20, HOUR), (50, DAY)),
        inserted={
            **texts("reports", comment=1000),
            **checked("reports", "target_type", "reason", "status"),
            "reporter_id": by("reports_insert"),
            "target_id": by("reports_know_target"),
            "reported_user_id": by("reports_know_target"),
        },
    ),
    "chat_threads": Writes(
        {"buyer_deleted_at": by("chat_threads_guard"), "seller_deleted_at": by("chat_threads_guard")},
        insert=((30, HOUR), (100, DAY)),
        update=EDITS,
        inserted={name: by("chat_threads_insert") for name in ("listing_id", "buyer_id", "seller_id")},
    ),
    "chat_messages": Writes(
        {"is_read": by("chat_messages_mark_read"), "read_at": by("chat_messages_mark_read")},
        insert=((30, MINUTE), (300, HOUR), (2000, DAY)),
        update=READS,
        inserted={
            **texts("chat_messages", body=1000),
            **checked("chat_messages", "message_type", "offer_amount"),
            "thread_id": by("chat_messages_insert"),
            "sender_id": by("chat_messages_insert"),
            "client_message_id": by("chat_messages_thread_id_sender_id_client_message_id_key"),
        },
    ),
    "comments": Writes(
        {"text": text(1000, "comments_text_check"), "is_deleted": by("comments_guard")},
        insert=((10, MINUTE), (60, HOUR), (200, DAY)),
        update=((60, HOUR), (200, DAY)),
        inserted={
            "text": text(1000, "comments_text_check"),
            "user_id": by("comments_insert"),
            **{name: by("comments_guard") for name in ("listing_id", "parent_id")},
        },
    ),
    "comment_likes": Writes(
        {},
        insert=MARKS,
        inserted={name: by("comment_likes_insert") for name in ("comment_id", "user_id")},
    ),
    "comment_reactions": Writes(
        {},
        insert=MARKS,
        inserted={
            **{name: by("comment_reactions_insert") for name in ("comment_id", "user_id")},
            "emoji": by("comment_reactions_emoji_check"),
        },
    ),
    "user_behavior": Writes(
        {},
        insert=((200, MINUTE), (3000, HOUR), (20000, DAY)),
        inserted={
            **checked("user_behavior", "event_type", "category", "metadata"),
            "user_id": by("user_behavior_insert"),
            "listing_id": by("user_behavior_take"),
            "created_at": by("user_behavior_take"),
        },
    ),
    "notifications": Writes({"is_read": by("notifications_update")}, update=READS),
}
