"""SendEmail with Postbox's checks: one of `Simple` and `Raw`, and refusals of raw mails."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.policy import default
from typing import Any

# Quotas of a new account at Postbox.
MAX_RECIPIENTS, MAX_BYTES = 10, 10 * 1024 * 1024
_MAX_LINE = 1000
_ONE_EACH = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
_REQUIRED = ("From", "To", "Subject", "Date")
_TAG = re.compile(r"[A-Za-z0-9_.@-]{1,256}")


class MailRefused(Exception):
    """Request refused by the service, with its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class MailRequest:
    """Mail that may be sent."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    tags: Mapping[str, str]
    raw: str = ""


def read_request(body: bytes) -> MailRequest:
    """Read the request. Raises MailRefused."""
    try:
        asked = json.loads(body)
        sender, recipients = asked["FromEmailAddress"], tuple(asked["Destination"]["ToAddresses"])
        content: Mapping[str, Any] = asked["Content"]
    except (ValueError, KeyError, TypeError):
        raise MailRefused("BadRequestException") from None
    if not recipients or len(recipients) > MAX_RECIPIENTS:
        raise MailRefused("BadRequestException")
    if len(content.keys() & {"Simple", "Raw", "Template"}) != 1:
        raise MailRefused("BadRequestException")
    if "Raw" in content:
        return _raw(content["Raw"], sender, recipients)
    try:
        subject, text = content["Simple"]["Subject"]["Data"], content["Simple"]["Body"]["Text"]["Data"]
    except (KeyError, TypeError):
        raise MailRefused("BadRequestException") from None
    return MailRequest(sender, recipients, subject, text, {})


def _raw(part: Any, sender: str, recipients: tuple[str, ...]) -> MailRequest:
    try:
        written = base64.b64decode(part["Data"], validate=True)
        text = written.decode("ascii")
    except (KeyError, TypeError, binascii.Error, UnicodeDecodeError):
        raise MailRefused("BadRequestException") from None
    if len(written) > MAX_BYTES or any(len(line) > _MAX_LINE for line in text.split("\r\n")):
        raise MailRefused("BadRequestException")
    try:
        message: Any = message_from_bytes(written, policy=default)
        faults = [*message.defects, *(fault for part in message.walk() for fault in part.defects)]
    except MessageError:
        raise MailRefused("BadRequestException") from None
    counts = {name: len(message.get_all(name, [])) for name in _ONE_EACH}
    if faults or any(counts[name] != 1 for name in _REQUIRED) or any(count > 1 for count in counts.values()):
        raise MailRefused("BadRequestException")
    if [each.addr_spec for each in message["From"].addresses] != [sender]:
        raise MailRefused("MailFromDomainNotVerifiedException")
    if [each.addr_spec for each in message["To"].addresses] != list(recipients) or message["Bcc"] or message["Cc"]:
        raise MailRefused("BadRequestException")
    plain = message.get_body(("plain",))
    shown = str(plain.get_content()).replace("\r\n", "\n") if plain else ""
    return MailRequest(sender, recipients, str(message["Subject"]), shown, _tags(message), text)


def _tags(message: Any) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in str(message["X-SES-MESSAGE-TAGS"] or "").split(",") if pair]
    tags = {name.strip(): value.strip() for name, _, value in pairs}
    if not all(_TAG.fullmatch(part) for tag in tags.items() for part in tag):
        raise MailRefused("BadRequestException")
    return tags
