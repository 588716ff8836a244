"""First requests of the functions that are no part of a login, and what the plain twin reads for each."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from uuid import UUID

import psycopg

from benchmarks.cold_start.services import Services

_NOBODY = str(UUID(int=0))
_PERSON = """
with person as (
  insert into public.accounts (phone, name, role) values (%(phone)s, 'Бенчмарк', %(role)s) returning id)
insert into public.auth_sessions (user_id, expires_at) select id, now() + interval '1 day' from person
returning user_id::text, id::text
"""
_REPORT = (
    '<?xml version="1.0" encoding="UTF-8"?><report><dr><id>none</id><phone><number>996550000000</number>'
    "<report>3</report></phone></dr></report>"
)
_VIEWS = {"v": 1, "id": _NOBODY, "session": "0" * 16, "rate": 1, "views": [{"start_ms": 400}]}
Call = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class First:
    """First request of a function, and its twin: SQL functions and tables that it reads, `{user}` for its caller.

    `known_by` names the variable by which a webhook's sender is known, in its address or its signature. `fetches` is
    what is read at api.video.
    """

    function: str
    method: str
    path: str
    caller: Literal["", "user", "staff"] = "user"
    body: str = ""
    status: int = 200
    calls: tuple[Call, ...] = ()
    tables: tuple[str, ...] = ()
    known_by: str = ""
    is_counted: bool = True
    is_page: bool = False
    fetches: str = ""
    has_own_twin: bool = False

    def told(self, services: Services) -> First:
        """Return the request with the sender's secret in its address, where it belongs there."""
        secret = services.variables.get(self.known_by, "")
        return replace(self, path=self.path.replace("{secret}", secret))

    def twin(self) -> dict[str, str]:
        """Return the variable that tells the twin of all functions its part."""
        return {"TWIN": json.dumps(asdict(self))}

    def headers(self, services: Services, token: str) -> dict[str, str]:
        """Return the headers beyond those of every request."""
        if self.known_by == "API_VIDEO_WEBHOOK_SECRET":
            key = services.variables[self.known_by].encode()
            return {"X-Api-Video-Signature": hmac.new(key, self.body.encode(), hashlib.sha256).hexdigest()}
        return {"Authorization": f"Bearer {token}"} if self.caller else {}


def _read(function: str, **arguments: Any) -> Call:
    return function, {f"p_{name}": value for name, value in arguments.items()}


_QUEUE = _read(
    "moderation_list",
    moderator_id="{user}",
    statuses=["pending", "in_review", "escalated"],
    is_mine=False,
    after_rank=0,
    after="-infinity",
    after_id=_NOBODY,
    limit=21,
)
_UPLOAD = {"title": "Camry", "fileSize": 20_000_000, "duration": 20.5, "contentType": "video/mp4"}
FIRSTS = (
    First("consents", "GET", "/api/consents/status", tables=("user_consents",)),
    First("business", "GET", "/api/business/mine", calls=(_read("business_mine", user_id="{user}"),)),
    First(
        "notifications", "GET", "/api/notifications/unread", calls=(_read("notifications_unread", user_id="{user}"),)
    ),
    First("moderation", "GET", "/api/moderation/queue", "staff", calls=(_QUEUE,)),
    First("admin", "GET", "/admin/sign-in", "", is_counted=False, is_page=True),
    First("payments", "GET", "/api/payments", tables=("payments",)),
    First("subscriptions", "GET", "/api/subscriptions", calls=(_read("subscription_read", user_id="{user}"),)),
    # A bank that proves nothing is refused before anything is read.
    First("payment_webhook", "POST", "/webhooks/payments/mbank", "", "{}", 403, known_by="MKASSA_CALLBACK_SECRET"),
    First("video_token", "POST", "/api/video/create", "user", json.dumps(_UPLOAD), has_own_twin=True),
    First("video", "GET", f"/api/video/{_NOBODY}", "user", status=404, calls=(_read("video_read", video_id=_NOBODY),)),
    First(
        "video_webhook",
        "POST",
        "/webhooks/video/api-video",
        "",
        json.dumps({"type": "video.encoding.quality.completed", "videoId": "none"}),
        calls=(_read("video_find", provider="api_video", provider_video_id="none"),),
        known_by="API_VIDEO_WEBHOOK_SECRET",
        is_counted=False,
        fetches="/videos/none",
    ),
    First("sms", "GET", "/api/sms/status", "staff", calls=(_read("sms_status", operator_id="{user}", days=30),)),
    First(
        "sms_report",
        "POST",
        "/webhooks/sms/nikita/{secret}",
        "",
        _REPORT,
        calls=(_read("sms_reports_hinted", supplier="nikita", reports=[], limit=3),),
        known_by="SMS_REPORT_SECRET",
        is_counted=False,
    ),
    First("account_email", "GET", "/api/account/email", calls=(_read("email_state", user_id="{user}"),)),
    First("email_links", "GET", f"/api/email/unsubscribe/{'x' * 43}", "", status=404, is_page=True),
    First(
        "email_webhook",
        "POST",
        "/webhooks/email/{secret}",
        "",
        '{"messages": []}',
        known_by="MAIL_REPORT_SECRET",
        is_counted=False,
    ),
    First(
        "pictures", "GET", "/api/pictures", calls=(_read("picture_list", user_id="{user}", limit=50, listing_id=None),)
    ),
    First(
        "quality",
        "POST",
        "/api/quality/views",
        "",
        json.dumps(_VIEWS),
        202,
        calls=(
            _read(
                "quality_record",
                address="198.51.100.1",
                batch={**_VIEWS, "os": "other"},
                max_views=10_000,
                max_queue_mb=512,
            ),
        ),
        is_counted=False,
    ),
)


def tokens(services: Services, *, side: int) -> dict[str, str]:
    """Return access tokens of a user and of a staff member, made for one side."""
    made = {}
    with psycopg.connect(services.superuser_dsn, autocommit=True) as connection:
        for place, role in enumerate(("user", "admin")):
            phone = f"+99670000{side}{place:03d}"
            row = connection.execute(_PERSON.encode(), {"phone": phone, "role": role}).fetchone()
            if row is None:
                raise RuntimeError("nobody was made")
            made["staff" if place else "user"] = services.keys.user_token(row[0], {"session_id": row[1]})
    return {**made, "": ""}
