"""Mail service with the API of Amazon SES (version 2) as Yandex Cloud Postbox offers it, and all mailboxes in one.

Beside the modes, addresses select the outcome of a mail, like in the providers' own simulators: `bounce@…`,
`full@…` (a temporary bounce), `complaint@…`, `suppressed@…`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from aiohttp import web

from local.s3.signature import Denied, signer_of
from local.simulators.mail_event import Taken, event_of
from local.simulators.mail_request import MailRefused, MailRequest, read_request
from local.simulators.phone import note
from local.simulators.switch import Switch, caller_stayed, reset

MODES = (
    *("ok", "dead", "slow", "http_500", "throttled", "not_verified", "paused"),
    *("taken_then_504", "bounce", "complaint", "delay", "twice_reported", "reports_lost"),
)
_KEPT = 1000
# The provider refuses this domain at once.
_REFUSED = "@refused.invalid"
_BY_ADDRESS = {"bounce": "bounce", "full": "full", "complaint": "complaint", "suppressed": "suppressed"}


@dataclass(frozen=True)
class MailAccount:
    """Customer's static access key, its allowed sender, and the address for reports."""

    access_key: str
    secret_key: str
    sender: str
    report_url: str = ""


@dataclass
class Mailbox:
    """Provider's side, and the mail received."""

    account: MailAccount
    switch: Switch = field(default_factory=lambda: Switch(MODES))
    requests: dict[str, int] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    """Reports about mails, oldest first, delivered or not."""
    _received: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        app.router.add_post(f"{prefix}/v2/email/outbound-emails", self.handle)
        app.router.add_get(f"{prefix}/v2/email/identities/{{name}}", self.identity)

    def turn(self, body: dict[str, Any]) -> None:
        """Take a new mode."""
        self.switch.turn(body)

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "requests": dict(self.requests)}

    def inbox(self) -> list[dict[str, str]]:
        """Return received messages, newest first; `raw` is the mail as it was sent."""
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
        if mode == "paused":
            return _error(400, "SendingPausedException")
        return self._take(body, mode)

    async def identity(self, request: web.Request) -> web.StreamResponse:
        """GetEmailIdentity: permission to send from a domain, and the presence of its signature in the DNS."""
        self.requests["identity"] = self.requests.get("identity", 0) + 1
        if self.switch.mode in ("dead", "slow"):
            return reset(request)
        try:
            signer_of(request, {self.account.access_key: self.account.secret_key}, body=b"")
        except Denied as denied:
            return _error(403, denied.code)
        if request.match_info["name"] != self.account.sender.partition("@")[2]:
            return _error(404, "NotFoundException")
        is_verified = self.switch.mode != "not_verified"
        return web.json_response(
            {
                "IdentityType": "DOMAIN",
                "VerifiedForSendingStatus": is_verified,
                "DkimAttributes": {"SigningEnabled": is_verified, "Status": "SUCCESS" if is_verified else "PENDING"},
            }
        )

    def _take(self, body: bytes, mode: str) -> web.Response:
        try:
            asked = read_request(body)
        except MailRefused as refused:
            return _error(400, refused.code)
        if mode == "not_verified" or asked.sender != self.account.sender:
            return _error(400, "MailFromDomainNotVerifiedException")
        if any(recipient.endswith(_REFUSED) for recipient in asked.recipients):
            return _error(400, "MessageRejected")
        reference = uuid4().hex
        for recipient in asked.recipients:
            self._deliver(asked, recipient, reference, _fate(recipient, mode))
        note("mail taken", recipients=len(asked.recipients))
        if mode == "taken_then_504":
            return web.Response(status=504, text="Gateway Timeout")
        return web.json_response({"MessageId": reference})

    def _deliver(self, asked: MailRequest, recipient: str, reference: str, fate: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if fate in ("delivered", "complaint"):
            self._received.append(
                {"to": recipient, "subject": asked.subject, "text": asked.text, "at": moment, "raw": asked.raw}
            )
        for kind in ("delivered", "complaint") if fate == "complaint" else (fate,):
            event = event_of(Taken(reference, asked.sender, recipient, asked.subject, asked.tags), kind, moment)
            self.reports.append(event)
            if self.account.report_url and self.switch.mode != "reports_lost":
                for _ in range(2 if self.switch.mode == "twice_reported" else 1):
                    task = asyncio.get_running_loop().create_task(self._report(event))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def _report(self, event: dict[str, Any]) -> None:
        """Pass a report on like a trigger of Data Streams: repeated until it is accepted, three times."""
        async with httpx.AsyncClient(timeout=20.0, trust_env=False) as http:
            for pause in (0.3, 2.0, 5.0):
                await asyncio.sleep(pause)
                try:
                    answer = await http.post(self.account.report_url, json={"messages": [event]})
                except httpx.HTTPError:
                    continue
                if answer.is_success:
                    return


def _fate(recipient: str, mode: str) -> str:
    name = recipient.partition("@")[0]
    if name in _BY_ADDRESS:
        return _BY_ADDRESS[name]
    return mode if mode in ("bounce", "complaint", "delay") else "delivered"


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"message": code}, status=status, headers={"x-amzn-ErrorType": code})
