"""Reports about a mail in Postbox's format for a data stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4


@dataclass(frozen=True)
class Taken:
    """Mail accepted by the service."""

    reference: str
    sender: str
    recipient: str
    subject: str
    tags: Mapping[str, str]


def event_of(mail: Taken, fate: str, moment: str) -> dict[str, Any]:
    """Return the report of a mail: delivered, bounce, full, suppressed, complaint or delay."""
    event: dict[str, Any] = {
        "mail": {
            "timestamp": moment,
            "messageId": mail.reference,
            "identityId": "local",
            "commonHeaders": {
                "from": [mail.sender],
                "to": [mail.recipient],
                "subject": mail.subject,
                "date": moment,
                "messageId": mail.reference,
            },
            "tags": {name: [value] for name, value in mail.tags.items()},
        },
        "eventId": f"{uuid4().hex}:0",
    }
    if fate == "delivered":
        delivery = {"timestamp": moment, "processingTimeMillis": 100, "recipients": [mail.recipient]}
        return {**event, "eventType": "Delivery", "delivery": delivery, "bounce": None}
    if fate == "complaint":
        complained = {"complainedRecipients": [{"emailAddress": mail.recipient}], "timestamp": moment}
        return {
            **event,
            "eventType": "Complaint",
            "complaint": {**complained, "feedbackId": event["eventId"], "complaintFeedbackType": "abuse"},
        }
    if fate == "delay":
        delayed = {"delayType": "General", "delayedRecipients": [{"emailAddress": mail.recipient}]}
        return {**event, "eventType": "DeliveryDelay", "deliveryDelay": {**delayed, "timestamp": moment}}
    return {**event, "eventType": "Bounce", "bounce": _bounce(mail, fate, moment), "delivery": None}


def _bounce(mail: Taken, fate: str, moment: str) -> dict[str, Any]:
    told = {
        "bounce": ("Undetermined", "5.1.1", "550 5.1.1 user unknown"),
        "full": ("Undetermined", "4.2.2", "452 4.2.2 The recipient's inbox is out of storage space"),
        "suppressed": ("Suppressed", "", "Blocked by Global Suppression List"),
    }
    subtype, status, diagnostic = told[fate]
    recipient = {"emailAddress": mail.recipient, "action": "failed", "diagnosticCode": diagnostic}
    return {
        # Postbox has no other type, for any answer of the mailbox.
        "bounceType": "Permanent",
        "bounceSubType": subtype,
        "bouncedRecipients": [{**recipient, "status": status} if status else recipient],
        "timestamp": moment,
    }
