"""Reports of the mail provider: each is applied once, to its mail (docs/decisions/0144)."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field, SecretStr

from auto360.core.errors import NotFound, ServiceUnavailable
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.email_reports import email_events_record, email_status
from auto360.providers.email.events import MailEvent, read_event
from auto360.providers.email.sns import SnsMessages, SnsRefused, SnsUnreachable

_MAX_EVENTS = 500


class EmailReportSettings(EnvSettings):
    """`MAIL_REPORT_SECRET`: secret last part of the webhook's address. `MAIL_SNS_TOPIC`: topic of Amazon SNS."""

    mail_report_secret: SecretStr = Field(min_length=24)
    mail_sns_topic: str = Field("", pattern=r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256})?$")


@dataclass(frozen=True)
class EmailReports:
    """Receiver of reports."""

    database: Database
    settings: EmailReportSettings
    sns: SnsMessages

    def receive(self, body: bytes, *, shown_secret: str) -> int:
        """Receive one webhook; returns the number of changed mails.

        Takes an envelope of Amazon SNS, whose signature is checked, or the event of a trigger of Yandex Data Streams
        from Postbox: `{"messages": […]}`. Raises NotFound for a wrong secret, a wrong signature and any other body,
        ServiceUnavailable where the provider should repeat it.
        """
        secret = self.settings.mail_report_secret.get_secret_value()
        if not hmac.compare_digest(shown_secret.encode("utf-8", "replace"), secret.encode()):
            raise NotFound
        events = [event for event in map(read_event, self._documents(body)) if event is not None]
        if not events:
            return 0
        return int(email_events_record(self.database, events=[_row(event) for event in events]))

    def _documents(self, body: bytes) -> list[object]:
        try:
            document: Any = json.loads(body)
        except (ValueError, RecursionError):
            raise NotFound from None
        if not isinstance(document, Mapping):
            raise NotFound
        if "SignatureVersion" in document or "TopicArn" in document:
            try:
                return [self.sns.read(document)]
            except SnsRefused:
                raise NotFound from None
            except SnsUnreachable as error:
                raise ServiceUnavailable from error
        messages = document.get("messages", [document])
        if not isinstance(messages, list) or len(messages) > _MAX_EVENTS:
            raise NotFound
        return messages


@dataclass(frozen=True)
class EmailStatus:
    """State of e-mails for the operations page. SQL checks the role in the same call."""

    database: Database

    def __call__(self, staff_member: Principal, *, days: int) -> Row:
        """Return the result of SQL function `email_status`. Raises Forbidden."""
        return accepted(email_status(self.database, operator_id=staff_member.user_id, days=days))


def _row(event: MailEvent) -> Mapping[str, Any]:
    return asdict(event)
