"""Access matrix: tiers, payments, subscriptions; what timers and staff keep."""

from __future__ import annotations

from tests.integration.access_case import (
    DIGEST_32,
    EARLIER,
    EVERYBODY,
    LATER,
    OWNER,
    SERVICE,
    Case,
    append_only,
    backend_only,
    kept_for_ever,
)
from tests.integration.access_scene import alert_rule, payment, scene_id

BILLING = [
    Case(
        "tiers",
        lambda _: {
            "code": "scene",
            "app_code": "pro",
            "name_ru": "Т",
            "name_ky": "Т",
            "name_en": "T",
            "price_tyiyn": 1,
            "position": 9,
        },
        {"price_tyiyn": 0},
        select=EVERYBODY,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "subscriptions",
        lambda s: {"user_id": s.owner, "tier": "premium", "expires_at": LATER},
        {"auto_renew": True},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
    ),
    Case(
        "payments",
        lambda s: payment(s.owner, "case"),
        {"state": "failed"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
    ),
    Case(
        "subscription_periods",
        lambda s: {
            "subscription_id": s.subscription,
            "payment_id": s.payment,
            "tier": "basic",
            "starts_at": EARLIER,
            "ends_at": LATER,
        },
        {"revoked_at": EARLIER},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
    ),
    kept_for_ever(
        "payment_attempts",
        lambda s: {"payment_id": s.payment, "position": 1, "provider": "mbank", "amount_tyiyn": 10000},
        {"state": "pending"},
    ),
    append_only(
        "payment_events", lambda s: {"payment_id": s.payment, "actor_kind": "bank", "event": "paid"}, {"event": "lost"}
    ),
    kept_for_ever(
        "payment_webhook_events",
        lambda _: {"provider": "mbank", "event_key": "1", "trust": "hint", "body_redacted": "{}"},
        {"state": "ignored"},
    ),
    kept_for_ever(
        "refunds",
        lambda s: {"payment_id": s.payment, "amount_tyiyn": 1, "kind": "manual", "reason": "Ошибка"},
        {"reason": "По просьбе"},
    ),
    kept_for_ever(
        "payment_orphans",
        lambda _: {"provider": "mbank", "provider_ref": "scene", "amount_tyiyn": 1},
        {"paid_at": EARLIER},
    ),
    Case(
        "tier_offers",
        lambda s: {
            "user_id": s.owner,
            "tier": "enterprise",
            "amount_tyiyn": 500000,
            "period_days": 30,
            "made_by": s.founder,
            "valid_until": LATER,
        },
        {"note": "До конца года"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
    ),
    kept_for_ever(
        "payment_approvals",
        lambda s: {"payment_id": s.payment, "action": "release", "reason": "Видно в выписке", "asked_by": s.founder},
        {"evidence": "T-1"},
    ),
    append_only(
        "operator_money",
        lambda s: {"operator_id": s.founder, "customer_id": s.owner, "action": "refund", "value_tyiyn": 1},
        {"value_tyiyn": 0},
    ),
    Case(
        "tier_offers",
        lambda s: {
            "user_id": s.owner,
            "tier": "enterprise",
            "amount_tyiyn": 1,
            "period_days": 30,
            "made_by": s.founder,
            "valid_until": LATER,
            "waits": True,
        },
        {"note": "До конца года"},
        select=SERVICE,
        insert=SERVICE,
        update=SERVICE,
        what="that wait for a second person",
    ),
    kept_for_ever("payment_comparisons", lambda _: {"provider": "mbank", "day": "2026-01-01"}, {"listed": 1}),
    append_only("payment_risk_decisions", lambda s: {"user_id": s.owner, "decision": "allow"}, {"decision": "block"}),
    backend_only(
        "payment_profiles",
        lambda s: {
            "user_id": s.owner,
            "provider": "freedompay",
            "token_encrypted": "v1.k1.YWJj",
            "token_digest": DIGEST_32,
        },
        {"last_digits": "4242"},
    ),
]

OPERATIONS = [
    kept_for_ever(
        "operator_appointments",
        lambda s: {"user_id": s.owner, "role": "finance", "asked_by": s.founder},
        {"role": "moderator"},
    ),
    backend_only("job_leases", lambda _: {"job": "scene"}, {"fence": 1}),
    backend_only("cdn_purges", lambda _: {"path": "/scene"}, {"attempts": 1}),
    backend_only(
        "pictures",
        lambda s: {
            "owner_user_id": s.owner,
            "purpose": "listing",
            "bucket_id": "incoming",
            "name": "scene",
            "state": "expired",
            "declared_bytes": 1,
            "expires_at": EARLIER,
        },
        {"attempts": 1},
    ),
    backend_only("video_copy_tasks", lambda s: {"video_id": s.video, "needed_since": EARLIER}, {"tries": 1}),
    backend_only("backup_runs", lambda _: {"kind": "storage"}, {"files": 1}),
    backend_only(
        "backup_copies",
        lambda _: {"kind": "storage", "source": "avatars/x", "object_key": "y", "bytes": 1, "sha256": DIGEST_32},
        {"bytes": 2},
    ),
    backend_only("metrics_daily", lambda _: {"day": "2000-01-01", "metric": "scene", "value": 1}, {"value": 2}),
    Case(
        "supplier_balances",
        lambda _: {"supplier": "scene", "balance": 1, "currency": "KGS"},
        {"balance": 2},
        select=SERVICE,
        insert=SERVICE,
        delete=SERVICE,
    ),
    Case(
        "active_days",
        lambda s: {"day": "2000-01-01", "user_id": s.owner},
        {"day": "2000-01-02"},
        select=SERVICE,
        insert=SERVICE,
        delete=SERVICE,
    ),
    backend_only("phone_operators", lambda _: {"prefix": "9999", "operator": "Scene"}, {"operator": "Other"}),
    backend_only("alert_rules", lambda _: alert_rule(scene_id("another rule"), "another_rule"), {"threshold": 2}),
    backend_only("alerts", lambda s: {"rule_id": s.alert_rule, "subject": "case"}, {"value": 3}),
    backend_only("alert_events", lambda s: {"alert_id": s.alert, "event": "opened", "channel": "sms"}, {"tries": 1}),
]
