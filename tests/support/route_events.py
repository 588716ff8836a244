"""Valid events for every route of the API."""

from __future__ import annotations

import re
from typing import Any

from local.gateway.template import ApiEvent
from tests.support.functions import http_event

# The id of anything.
SOMETHING = "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"
# A body that passes validation, so that the call goes on until it needs a setting.
BODIES: dict[str, dict[str, Any]] = {
    "/api/auth/request-code": {"phone": "+996555123456", "platform": "android"},
    "/api/auth/verify-code": {"phone": "+996555123456", "code": "123456"},
    "/api/auth/refresh": {"refreshToken": "a" * 43},
    "/api/auth/logout": {},
    "/api/consents/accept": {},
    "/api/consents/revoke": {},
    "/api/business": {"name": "Салон"},
    "/api/business/{business_id}": {"city": "Ош"},
    "/api/business/{business_id}/members": {"user_id": SOMETHING},
    "/api/business/{business_id}/members/{user_id}": {"role": "seller"},
    "/api/business/{business_id}/transfer": {"user_id": SOMETHING},
    "/api/listings": {
        "category": "car",
        "title": "Toyota Camry 2018",
        "price": 1200000,
        "details": {"brand": "Toyota", "model": "Camry"},
    },
    "/api/listings/{listing_id}": {"price": 5},
    "/api/listings/saved-searches": {"name": "Тойота", "filters": {"brand": "Toyota"}},
    "/api/listings/saved-searches/{search_id}": {"name": "Тойота"},
    "/api/listings/{listing_id}/comments": {"text": "Торг?"},
    "/api/moderation/comments/{comment_id}": {"is_shown": True},
    "/api/listings/{listing_id}/report": {"reason": "spam"},
    **{
        f"/api/moderation/listings/{{listing_id}}/{action}": {"version": 1} for action in ("take", "release", "approve")
    },
    "/api/moderation/listings/{listing_id}/escalate": {"version": 1},
    "/api/moderation/listings/{listing_id}/reject": {"version": 1, "reason": "Чужое видео"},
    "/api/sms/send": {"phone": "+996555123456", "template": "test"},
    "/api/payments": {"tier": "basic", "bank": "mbank"},
    "/api/subscriptions/upgrade": {"tier": "premium", "bank": "mbank"},
    "/api/subscriptions/downgrade": {"tier": "basic"},
    "/api/video/create": {"title": "Toyota Camry"},
    "/api/pictures": {"purpose": "listing", "bytes": 1000, "content_type": "image/jpeg"},
    "/api/video/{video_id}/uploaded": {"videoId": "vi1"},
    "/api/chat/threads": {"listing_id": SOMETHING},
    "/api/chat/threads/{thread_id}/messages": {"text": "Здравствуйте"},
    "/api/notifications/preferences": {"is_enabled": True},
    "/api/devices": {"token": "ExponentPushToken[0123456789abcdef]"},
    "/api/quality/views": {"v": 1, "id": SOMETHING, "session": "0" * 16, "rate": 10, "os": "ios", "views": []},
    "/api/account/email": {"email": "driver@example.com"},
    "/api/account/email/confirm": {"code": "123456"},
    "/api/chat/blocks": {"user_id": SOMETHING},
    "/api/chat/reports": {"target_type": "user", "target_id": SOMETHING, "reason": "spam"},
}


def event_for(route: ApiEvent) -> dict[str, Any]:
    """Build an event for a route."""
    path = re.sub(r"\{\w+\}", SOMETHING, route.path.replace("{action}", "approve"))
    query = {"q": "toyota"} if path.endswith("/search") else {}
    return http_event(route.method, path, BODIES.get(route.path), query=query)
