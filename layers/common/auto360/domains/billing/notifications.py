"""Billing notifications that also go out by SMS, as configured."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import field_validator

from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.sms_reports import sms_record
from auto360.providers.database.functions.sms_sending import billing_sms_claim
from auto360.providers.sms.delivery import Deliver

_KINDS = (
    *("payment_completed", "payment_in_review", "payment_not_made", "payment_refunded"),
    *("subscription_ending", "subscription_grace", "subscription_ended", "tier_offered"),
)
# Small batches: an SMS may take ten seconds, and a killed run's claims expire after five minutes.
_BATCH = 4


class NoticePolicy(EnvSettings):
    """`BILLING_SMS`: kinds of notifications, comma-separated; empty: none goes out by SMS."""

    billing_sms: str = ""

    @field_validator("billing_sms")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and not set(value.split(",")) <= set(_KINDS):
            raise ValueError(f"must be a comma-separated list of: {', '.join(_KINDS)}")
        return value

    @property
    def kinds(self) -> list[str]:
        """Return the configured kinds."""
        return self.billing_sms.split(",") if self.billing_sms else []


@dataclass(frozen=True)
class Notices:
    """SMS notifications and their dependencies."""

    database: Database
    deliver: Deliver
    policy: NoticePolicy

    def send(self, *, may_go_on: Callable[[], bool]) -> int:
        """Send due notifications in batches; returns the number of accepted ones. Each goes out once, under one id."""
        taken, more = 0, bool(self.policy.kinds)
        while more and may_go_on():
            claimed = billing_sms_claim(self.database, kinds=self.policy.kinds, limit=_BATCH)
            taken += self._deliver(claimed)
            more = len(claimed["messages"]) == _BATCH
        return taken

    def _deliver(self, claimed: Row) -> int:
        taken = 0
        for message in claimed["messages"]:
            delivery = self.deliver(
                message["phone"],
                message["text"],
                sms_id=message["sms_id"],
                passed_over=claimed["open_circuits"],
            )
            sms_record(self.database, **delivery.record(message["sms_id"]))
            taken += delivery.provider is not None
        return taken
