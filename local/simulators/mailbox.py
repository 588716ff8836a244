"""Mail service with the API of Amazon SES (version 2), and all mailboxes in one."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from local.s3.signature import Denied, signer_of
from local.simulators.phone import note
from local.simulators.switch import Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500", "throttled", "not_verified")
_KEPT = 1000
# Addresses of this domain are on the list of those that bounced.
_REFUSED = "@refused.invalid"


@dataclass(frozen=True)
class MailAccount:
    """Customer's static access key, and the address from which he may send."""

    access_key: str
    secret_key: str
    sender: str


@dataclass
class Mailbox:
    """Provider's side, and what arrived."""

    account: MailAccount
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    _received: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Put the interface below a prefix."""
        app.router.add_post(f"{prefix}/v2/email/outbound-emails", self.handle)
        app.router.add_get(f"{prefix}/v2/email/identities/{{name}}", self.identity)

    def turn(self, body: dict[str, Any]) -> None:
        """Take a new mode."""
        self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    def inbox(self) -> list[dict[str, str]]:
        """Return received messages, newest first."""
        return list(reversed(self._received))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """SendEmail."""
        self.requests["send"] = self.requests.get("send", 0) + 1
        body, mode = await request.read(), self.switch.mode
        if mode == "dead" or (mode == "slow" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500, text="Internal Server Error")
        if mode == "throttled":
            return _error(429, "TooManyRequestsException")
        try:
            signer_of(request, {self.account.access_key: self.account.secret_key}, body=body)
        except Denied as denied:
            return _error(403, denied.code)
        return self._take(body, may_send=mode != "not_verified")

    async def identity(self, request: web.Request) -> web.StreamResponse:
        """GetEmailIdentity: whether mail may come from a domain."""
        self.requests["identity"] = self.requests.get("identity", 0) + 1
        if self.switch.mode in ("dead", "slow"):
            return reset(request)
        try:
            signer_of(request, {self.account.access_key: self.account.secret_key}, body=b"")
        except Denied as denied:
            return _error(403, denied.code)
        if request.match_info["name"] != self.account.sender.partition("@")[2]:
            return _error(404, "NotFoundException")
        return web.json_response(
            {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": self.switch.mode != "not_verified"}
        )

    def _take(self, body: bytes, *, may_send: bool) -> web.Response:
        try:
            asked = json.loads(body)
            simple = asked["Content"]["Simple"]
            subject, text = simple["Subject"]["Data"], simple["Body"]["Text"]["Data"]
            recipients = asked["Destination"]["ToAddresses"]
        except (ValueError, KeyError, TypeError):
            return _error(400, "BadRequestException")
        if not may_send or asked.get("FromEmailAddress") != self.account.sender:
            return _error(400, "MailFromDomainNotVerifiedException")
        if any(recipient.endswith(_REFUSED) for recipient in recipients):
            return _error(400, "MessageRejected")
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for recipient in recipients:
            self._received.append({"to": recipient, "subject": subject, "text": text, "at": moment})
        note("mail taken", recipients=len(recipients))
        return web.json_response({"MessageId": uuid4().hex})


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"message": code}, status=status, headers={"x-amzn-ErrorType": code})
