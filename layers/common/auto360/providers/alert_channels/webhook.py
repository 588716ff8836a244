"""Outgoing alert webhook, signed like Standard Webhooks: `webhook-id`, `-timestamp`, `-signature`."""

import base64
import hashlib
import hmac
import json

import httpx
from pydantic import Field, SecretStr

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.providers.alert_channels import AlertMessage, ChannelFailure
from auto360.providers.transport import at_most

_TIMEOUT_SECONDS = 5.0
_MAX_REPLY_BYTES = 64 * 1024


class WebhookSettings(EnvSettings):
    """Secret with which the receiver verifies our alerts."""

    alert_webhook_secret: SecretStr = Field(min_length=24)


class SignedWebhook:
    """`AlertChannel` over HTTP. The receiver deduplicates by `webhook-id`."""

    def __init__(self, settings: WebhookSettings, url: str, http: httpx.Client, *, now: Clock) -> None:
        self._settings, self._url, self._http, self._now = settings, url, http, now

    def send(self, message: AlertMessage) -> None:
        """POST the fields as JSON; any 2xx accepts it. Raises ChannelFailure."""
        body = json.dumps({**message.fields, "text": message.text}, ensure_ascii=False, default=str).encode()
        stamp = str(int(self._now().timestamp()))
        secret = self._settings.alert_webhook_secret.get_secret_value().encode()
        signed = b".".join((message.id.encode(), stamp.encode(), body))
        signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature}",
        }
        terms = at_most(_MAX_REPLY_BYTES)
        try:
            reply = self._http.post(
                self._url, content=body, headers=headers, timeout=_TIMEOUT_SECONDS, extensions=terms
            )
        except httpx.HTTPError as error:
            raise ChannelFailure("no_reply", is_down=True) from error
        if not reply.is_success:
            raise ChannelFailure(f"http_{reply.status_code}", is_down=True)
