"""Access matrix: conversations, blocks, notifications, moderation."""

from __future__ import annotations

from tests.integration.access_case import (
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

CHAT = [
    Case(
        "chat_threads",
        lambda s: {"listing_id": s.business_horse, "buyer_id": s.owner, "seller_id": s.seller},
        {"buyer_deleted_at": EARLIER},
        select=OWNER,
        insert=OWNER,
        update=OWNER,
        delete=SERVICE,
        what="as the buyer",
    ),
    Case(
        "chat_threads",
        lambda s: {"listing_id": s.business_horse, "buyer_id": s.owner, "seller_id": s.seller},
        {"buyer_deleted_at": EARLIER},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
        what="as the seller, on the buyer's mark",
        owner=lambda s: s.seller,
    ),
    Case(
        "chat_messages",
        lambda s: {"thread_id": s.thread, "sender_id": s.owner, "body": "Ещё продаётся?"},
        {"is_read": True},
        select=OWNER,
        insert=OWNER,
        update=SERVICE,
        delete=SERVICE,
        what="as the sender",
    ),
    Case(
        "chat_messages",
        lambda s: {"thread_id": s.thread, "sender_id": s.owner, "body": "Ещё продаётся?"},
        {"is_read": True},
        select=OWNER,
        insert=SERVICE,
        update=OWNER,
        delete=SERVICE,
        what="as the recipient",
        owner=lambda s: s.seller,
    ),
    Case(
        "chat_blocks",
        lambda s: {"blocker_id": s.owner, "blocked_id": s.other},
        {"created_at": EARLIER},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "notifications",
        lambda s: {"user_id": s.owner, "type": "comment", "title": "Новое"},
        {"is_read": True},
        select=OWNER,
        insert=SERVICE,
        update=OWNER,
        delete=SERVICE,
    ),
]

NOTIFICATIONS = [
    backend_only(
        "notification_types",
        lambda _: {
            "code": "scene",
            "area": "news",
            "channels": ["push"],
            "defaults": [],
            "quiet": "defer",
            "life_seconds": 60,
        },
        {"priority": 2},
    ),
    Case(
        "notification_settings",
        lambda s: {"user_id": s.owner},
        {"is_enabled": False},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "notification_preferences",
        lambda s: {"user_id": s.owner, "type": "comment", "channel": "push", "is_on": False},
        {"is_on": True},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    backend_only(
        "push_devices",
        lambda s: {"user_id": s.owner, "session_id": s.session, "token": "ExponentPushToken[scene-scene-1]"},
        {"app_build": 7},
    ),
    backend_only(
        "pushes",
        lambda s: {
            "notification_id": s.notification,
            "user_id": s.owner,
            "type": "comment",
            "subject": "comments:",
            "priority": 5,
            "not_before": EARLIER,
            "expires_at": EARLIER,
        },
        {"reason": "scene"},
    ),
    backend_only(
        "email_verifications",
        lambda s: {
            "user_id": s.owner,
            "session_id": s.session,
            "address": "a@example.com",
            "key_id": "k1",
            "nonce": "0" * 32,
            "code_digest": DIGEST_32,
            "link_digest": DIGEST_32,
            "expires_at": LATER,
        },
        {"attempts": 1},
    ),
    backend_only(
        "email_changes",
        lambda s: {
            "user_id": s.owner,
            "old_address": "a@example.com",
            "key_id": "k1",
            "nonce": "0" * 32,
            "undo_digest": DIGEST_32,
            "expires_at": LATER,
        },
        {"undone_at": EARLIER},
    ),
    backend_only(
        "emails",
        lambda s: {
            "user_id": s.owner,
            "kind": "address_changed",
            "type": "address_changed",
            "change_id": s.email_change,
            "address": "b@example.com",
            "priority": 1,
            "is_resent": True,
            "expires_at": LATER,
        },
        {"reason": "scene"},
    ),
    backend_only(
        "email_events", lambda _: {"event_id": "e-1", "provider_ref": "r-1", "kind": "bounce"}, {"code": "5.1.1"}
    ),
    backend_only("email_stops", lambda _: {"address_digest": DIGEST_32}, {"transient_bounces": 2}),
    backend_only(
        "push_circuits", lambda _: {"provider": "expo", "open_until": EARLIER, "reason": "x"}, {"reason": "y"}
    ),
    backend_only(
        "listing_notices",
        lambda s: {"listing_id": s.car, "kind": "listing_expired", "due_at": EARLIER},
        {"kind": "listing_removed"},
    ),
    backend_only(
        "notification_fanouts", lambda s: {"type": "price_drop", "listing_id": s.car}, {"values": {"new_price": 1}}
    ),
    backend_only(
        "push_campaigns",
        lambda _: {"title": ["А", "Б", "C"], "message": ["а", "б", "c"], "max_recipients": 1},
        {"city": "Ош"},
    ),
]

COMMENTS = [
    Case(
        "comments",
        lambda s: {"listing_id": s.business_car, "user_id": s.owner, "text": "Ещё продаётся?"},
        {"text": "Ещё продаётся? Какой год?"},
        select=EVERYBODY,
        insert=OWNER,
        update=OWNER,
        delete=SERVICE,
    ),
    Case(
        "comments",
        lambda s: {"listing_id": s.business_car, "user_id": s.owner, "text": "Звоните"},
        {"text": "Не звоните"},
        select=OWNER,
        insert=OWNER,
        update=OWNER,
        delete=SERVICE,
        what="hidden from others",
        extra={"is_hidden": True},
    ),
    Case(
        "comment_likes",
        lambda s: {"comment_id": s.comment, "user_id": s.owner},
        {"created_at": EARLIER},
        select=OWNER,
        insert=OWNER,
        update=SERVICE,
        delete=OWNER,
    ),
    Case(
        "comment_reactions",
        lambda s: {"comment_id": s.comment, "user_id": s.owner, "emoji": "👍"},
        {"emoji": "🔥"},
        select=EVERYBODY,
        insert=OWNER,
        update=SERVICE,
        delete=OWNER,
    ),
]

MODERATION = [
    Case(
        "moderation_queue",
        lambda s: {"listing_id": s.car},
        {"priority": "high"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "moderation_queue",
        lambda s: {"listing_id": s.business_car},
        {"priority": "high"},
        select=TEAM,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
        what="of the business, as its seller",
        owner=lambda s: s.seller,
    ),
    Case(
        "moderation_events",
        lambda s: {"listing_id": s.car, "action": "reject", "reason": "Нет фото"},
        {"reason": "Другое"},
        select=OWNER,
        insert=SERVICE,
    ),
    Case(
        "moderation_events",
        lambda s: {"listing_id": s.car, "action": "auto_flag"},
        {"reason": "Другое"},
        select=SERVICE,
        insert=SERVICE,
        what="of a rule",
    ),
    backend_only(
        "moderation_rules",
        lambda _: {"code": "scene", "kind": "word", "expression": "даром", "reason": "Обман"},
        {"effect": "raise"},
    ),
]
