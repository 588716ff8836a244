"""Reports about mails as Amazon SES and Yandex Cloud Postbox write them: deliveries, bounces, complaints.

Both put the same object into their stream. Fields may be missing; unknown ones are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from auto360.providers.email import TAG, plain_text

MailEventKind = Literal["delivery", "bounce", "complaint"]


@dataclass(frozen=True)
class MailEvent:
    """Report about one mail. `event_id` is the same in repetitions; `email_id` is our tag, where it is present."""

    event_id: str
    provider_ref: str
    kind: MailEventKind
    email_id: str | None = None
    is_permanent: bool = False
    code: str = ""


def read_event(document: object) -> MailEvent | None:
    """Return the report, or None for one of another kind (opened, delayed) and for anything else."""
    if not isinstance(document, Mapping):
        return None
    name = document.get("eventType") or document.get("notificationType")
    kinds: dict[object, MailEventKind] = {"Delivery": "delivery", "Bounce": "bounce", "Complaint": "complaint"}
    mail, kind = document.get("mail"), kinds.get(name) if isinstance(name, str) else None
    reference = mail.get("messageId") if isinstance(mail, Mapping) else None
    if kind is None or not isinstance(mail, Mapping) or not isinstance(reference, str) or not reference:
        return None
    part = document.get(kind)
    told: Mapping[str, Any] = part if isinstance(part, Mapping) else {}
    own = document.get("eventId") or told.get("feedbackId") or f"{reference}:{kind}:{told.get('timestamp', '')}"
    return MailEvent(
        event_id=plain_text(own),
        provider_ref=plain_text(reference),
        kind=kind,
        email_id=_tag(mail),
        is_permanent=kind == "bounce" and _is_permanent(told),
        code=_code(told),
    )


def _is_permanent(bounce: Mapping[str, Any]) -> bool:
    """Return True for a temporary bounce: Postbox calls every bounce permanent, also of a full mailbox."""
    if bounce.get("bounceType") != "Permanent":
        return False
    statuses = [str(recipient.get("status") or "") for recipient in _recipients(bounce)]
    return not (statuses and all(status.startswith("4") for status in statuses))


def _code(told: Mapping[str, Any]) -> str:
    statuses = [str(recipient["status"]) for recipient in _recipients(told) if recipient.get("status")]
    parts = [told.get("bounceSubType") or told.get("complaintFeedbackType") or "", *statuses[:1]]
    return plain_text(" ".join(str(part) for part in parts if part), at_most=60)


def _recipients(bounce: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = bounce.get("bouncedRecipients")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _tag(mail: Mapping[str, Any]) -> str | None:
    tags = mail.get("tags")
    values = tags.get(TAG) if isinstance(tags, Mapping) else None
    return plain_text(values[0]) if isinstance(values, list) and values else None
