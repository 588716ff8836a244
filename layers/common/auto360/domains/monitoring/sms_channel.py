"""Alerts by SMS: the message's id is the SMS's id, so that retries deliver one SMS."""

from dataclasses import dataclass

from auto360.providers.alert_channels import AlertMessage, ChannelFailure
from auto360.providers.database import Database
from auto360.providers.database.functions.alert_messages import alert_sms_reserve
from auto360.providers.database.functions.sms_reports import sms_record
from auto360.providers.sms.delivery import Deliver


@dataclass(frozen=True)
class SmsChannel:
    """`AlertChannel` over SMS; recipients are phones in E.164."""

    database: Database
    deliver: Deliver

    def send(self, message: AlertMessage) -> None:
        """Reserve, deliver, record. Raises ChannelFailure when no provider accepted it."""
        reserved = alert_sms_reserve(self.database, event_id=message.id, phone=message.recipient)
        if reserved["state"] != "reserved":
            return
        circuits = reserved["open_circuits"]
        delivery = self.deliver(message.recipient, message.short, sms_id=message.id, passed_over=circuits)
        sms_record(self.database, **delivery.record(message.id))
        if delivery.bad_number:
            raise ChannelFailure("bad_number", is_down=False)
        if delivery.provider is None:
            raise ChannelFailure("no_provider", is_down=True)
