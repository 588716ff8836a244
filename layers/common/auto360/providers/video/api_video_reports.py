"""Webhooks of api.video: registration and signature check (docs/reference/video-providers.md, section 1.7)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import VideoUncertain, VideoUnknown
from auto360.providers.video.api_video import ApiVideoSettings, account_header
from auto360.providers.video.http import Exchange
from auto360.providers.video.parsing import header_value, identifier, objects, text

_READY_EVENT = "video.encoding.quality.completed"


@dataclass(frozen=True)
class Webhook:
    """Registered webhook address, and its signing secret."""

    id: str
    url: str
    secret: str = field(repr=False)


class ApiVideoWebhooks:
    """Webhooks of our account."""

    def __init__(self, settings: ApiVideoSettings, lines: Lines, *, retry_policy: RetryPolicy | None = None) -> None:
        self._exchange = Exchange(lines, str(settings.api_video_url).rstrip("/"), retry_policy or RetryPolicy())
        self._account = account_header(settings)

    def all(self) -> list[Webhook]:
        """Return the registered webhooks. Raises VideoFailure."""
        reply = self._exchange.call("GET", "/webhooks", headers=self._account, params={"pageSize": "100"})
        return [_webhook(item) for item in objects(reply.body.get("data"))]

    def add(self, url: str) -> Webhook:
        """Register an address for encoded qualities. Raises VideoFailure."""
        body = {"events": [_READY_EVENT], "url": url}
        added = _webhook(self._exchange.call("POST", "/webhooks", headers=self._account, body=body).body)
        if not added.id or not added.secret:
            raise VideoUncertain("no_webhook")
        return added

    def remove(self, webhook_id: str) -> None:
        """Unregister a webhook; idempotent. Raises VideoFailure."""
        try:
            self._exchange.call("DELETE", f"/webhooks/{quote(webhook_id, safe='')}", headers=self._account)
        except VideoUnknown:
            return


def is_signed(body: bytes, *, signature: str, secret: str) -> bool:
    """Return True for a webhook signed by api.video. Without a time in it, it can be replayed."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _webhook(item: Mapping[str, Any]) -> Webhook:
    secret = header_value(item.get("signatureSecret"))
    return Webhook(identifier(item.get("webhookId")) or "", text(item.get("url")) or "", secret or "")
