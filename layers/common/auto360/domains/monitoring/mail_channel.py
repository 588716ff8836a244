"""Alerts by mail, over the port of users' mail."""

from dataclasses import dataclass

from auto360.providers.alert_channels import AlertMessage, ChannelFailure
from auto360.providers.email import Mail, MailProvider


@dataclass(frozen=True)
class MailChannel:
    """`AlertChannel` over mail; a retry after a lost answer may arrive twice."""

    provider: MailProvider

    def send(self, message: AlertMessage) -> None:
        """Send one plain text. Raises ChannelFailure."""
        sent = self.provider.send(Mail(message.id, message.recipient, message.subject, message.text))
        if sent.outcome != "accepted":
            is_down = sent.outcome == "unknown" or sent.code == "connect"
            raise ChannelFailure(sent.code, is_down=is_down)
