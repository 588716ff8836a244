"""Access matrix: conversations, blocks, notifications, moderation."""

from __future__ import annotations

from tests.integration.access_case import (
    EARLIER,
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
        lambda s: {"user_id": s.owner, "type": "x", "title": "Новое"},
        {"is_read": True},
        select=OWNER,
        insert=SERVICE,
        update=OWNER,
        delete=SERVICE,
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
