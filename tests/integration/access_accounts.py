"""Access matrix: people, sessions, login codes, SMS, consent; business accounts and their members."""

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
    append_only,
    backend_only,
)

ACCOUNTS = [
    Case(
        "accounts",
        lambda s: {"id": s.newcomer, "phone": "+996700998877"},
        {"bio": "Продаю сам"},
        select=OWNER,
        insert=SERVICE,
        update=OWNER,
        delete=SERVICE,
        owner=lambda s: s.newcomer,
    ),
    Case(
        "public_profiles",
        lambda s: {
            "id": s.without_profile,
            "name": "Имя",
            "is_verified": False,
            "rating": 0,
            "total_sales": 0,
            "created_at": EARLIER,
        },
        {"name": "Другое имя"},
        select=EVERYBODY,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
        owner=lambda s: s.without_profile,
    ),
    Case(
        "auth_sessions",
        lambda s: {"user_id": s.owner, "expires_at": LATER},
        {"user_agent": "app"},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    backend_only(
        "operator_sessions",
        lambda s: {"auth_session_id": s.session, "token_digest": DIGEST_32, "expires_at": LATER},
        {"last_used_at": EARLIER},
    ),
    backend_only(
        "refresh_tokens",
        lambda s: {"session_id": s.session, "token_digest": DIGEST_32, "generation": 0},
        {"used_at": EARLIER},
    ),
    backend_only(
        "verification_codes",
        lambda _: {
            "phone": "+996700990000",
            "key_id": "k1",
            "nonce": "n",
            "code_digest": DIGEST_32,
            "code_length": 6,
            "expires_at": LATER,
        },
        {"attempts": 1},
    ),
    backend_only(
        "login_failures", lambda _: {"phone": "+996700990000", "address": "192.0.2.1"}, {"holds_request": True}
    ),
    backend_only("sms_messages", lambda _: {"purpose": "notice", "phone": "+996700990000"}, {"state": "accepted"}),
    backend_only(
        "sms_limit_hits", lambda s: {"sms_message_id": s.sms, "limit_key": "address:192.0.2.1"}, {"limit_key": "x"}
    ),
    backend_only(
        "sms_attempts",
        lambda s: {
            "sms_message_id": s.sms,
            "position": 0,
            "supplier": "nikita",
            "supplier_message_id": "1",
            "outcome": "accepted",
            "duration_ms": 5,
        },
        {"duration_ms": 6},
    ),
    backend_only("sms_circuits", lambda _: {"supplier": "scene"}, {"failures": 1}),
    backend_only("sms_spending", lambda _: {"day": "2000-01-01"}, {"spent_tyiyn": 5}),
    backend_only("image_origins", lambda _: {"kind": "host", "origin": "img.example.kg"}, {"origin": "cdn.example.kg"}),
    backend_only("rate_limits", lambda _: {"key": "scene"}, {"hits": 2}),
    Case(
        "user_consents",
        lambda s: {"user_id": s.owner, "terms_version": "1", "privacy_version": "1", "processing_version": "1"},
        {"marketing_accepted": True},
        select=OWNER,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
    ),
    append_only(
        "consent_audit_log", lambda s: {"user_id": s.owner, "action": "accept", "versions": {}}, {"request_id": "x"}
    ),
    append_only("audit_log", lambda s: {"actor_user_id": s.owner, "action": "x", "subject_type": "y"}, {"action": "z"}),
]

BUSINESS = [
    Case(
        "business_accounts",
        lambda s: {"user_id": s.owner, "name": "Новый салон"},
        {"description": "Машины из Кореи"},
        select=EVERYBODY,
        insert=SERVICE,
        update=TEAM,
        delete=SERVICE,
        also=lambda s, key: [
            ("business_members", {"business_id": key, "user_id": s.member, "role": "admin", "status": "active"})
        ],
    ),
    Case(
        "business_accounts",
        lambda s: {"user_id": s.owner, "name": "Закрытый салон"},
        {"description": "Машины из Кореи"},
        select=SERVICE,
        insert=SERVICE,
        update=SERVICE,
        delete=SERVICE,
        what="closed",
        extra={"deleted_at": EARLIER},
    ),
    backend_only(
        "business_invitations",
        lambda s: {"business_id": s.business, "phone": "+996700990000", "role": "seller", "invited_by": s.founder},
        {"declined_at": EARLIER},
    ),
    backend_only(
        "business_registrations",
        lambda s: {"business_id": s.business, "tax_id": "12345678901234", "email": "info@example.kg"},
        {"verification_status": "pending"},
    ),
    Case(
        "business_members",
        lambda s: {
            "business_id": s.business,
            "user_id": s.invitee,
            "role": "seller",
            "status": "invited",
            "invited_by": s.member,
        },
        {"status": "active"},
        select=TEAM,
        insert=SERVICE,
        update=OWNER,
        delete=TEAM,
        what="as the invited person",
        owner=lambda s: s.invitee,
    ),
    Case(
        "business_members",
        lambda s: {
            "business_id": s.business,
            "user_id": s.invitee,
            "role": "admin",
            "status": "invited",
            "invited_by": s.founder,
        },
        {"role": "seller"},
        select=TEAM,
        insert=SERVICE,
        update=OWNER,
        delete=OWNER,
        what="an admin, as the owner of the business",
        owner=lambda s: s.founder,
    ),
]
