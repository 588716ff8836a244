"""Subscription timer: reminders, renewal orders, card debits, grace periods, expiry."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field, field_validator

from auto360.core.encrypted_fields import AssociatedData, NotDecryptable, StoredSecrets
from auto360.core.settings import EnvSettings
from auto360.domains.billing.orders import PaymentAddresses
from auto360.domains.billing.provider_registry import BankDirectory
from auto360.providers.database import Database
from auto360.providers.database.functions.payment_orders import payment_attempt_failed, payment_attempt_opened
from auto360.providers.database.functions.renewals import (
    payment_debit_open,
    payment_profile_revoke,
    subscription_step,
    subscriptions_due,
)
from auto360.providers.database.lease import lease
from auto360.providers.payments import BankFailure, BankRefused, Debits, Order

_ACTOR = {"kind": "timer"}
_BATCH = 200
_CHARGE_SECONDS = 9.0
_LEASE_SECONDS = 290


class RenewalPolicy(EnvSettings):
    """Reminder days before the end, reminder hours (Bishkek), and days of grace."""

    renewal_reminder_days: str = "3,1,0"
    renewal_from_hour: int = Field(9, ge=0, le=23)
    renewal_to_hour: int = Field(21, ge=1, le=24)
    renewal_grace_days: int = Field(3, ge=0, le=30)

    @field_validator("renewal_reminder_days")
    @classmethod
    def _days(cls, value: str) -> str:
        if not all(day.isdecimal() and int(day) <= 7 for day in value.split(",")):
            raise ValueError("must be days before the end from 0 to 7, comma-separated")
        return value

    def document(self, banks: list[str]) -> dict[str, Any]:
        """Return the policy for the database; renewal orders are made at one of these banks."""
        return {
            "reminder_days": [int(day) for day in self.renewal_reminder_days.split(",")],
            "from_hour": self.renewal_from_hour,
            "to_hour": self.renewal_to_hour,
            "grace_days": self.renewal_grace_days,
            "banks": banks,
        }


@dataclass(frozen=True)
class Renewals:
    """Renewal use cases and their dependencies."""

    database: Database
    banks: BankDirectory
    secrets: StoredSecrets
    addresses: PaymentAddresses
    policy: RenewalPolicy
    run_seconds: float = 200.0
    seconds: Callable[[], float] = time.monotonic

    def run(self) -> dict[str, int]:
        """Run one round: {reminded, moved, grace, ended, nothing, debited}.

        Each step is one transaction, safe to repeat.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "subscription_renewal", seconds=_LEASE_SECONDS) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts = {"reminded": 0, "moved": 0, "grace": 0, "ended": 0, "nothing": 0, "debited": 0}
        policy = self.policy.document(list(self.banks.offered))
        ends_at, done = self.seconds() + self.run_seconds, set[str]()
        while self.seconds() < ends_at:
            due: list[str] = subscriptions_due(self.database, policy=policy, limit=_BATCH)
            fresh = [subscription_id for subscription_id in due if subscription_id not in done]
            if not fresh:
                break
            for subscription_id in fresh:
                self._step(subscription_id, policy, counts)
            done.update(fresh)
        return counts

    def _step(self, subscription_id: str, policy: Mapping[str, Any], counts: dict[str, int]) -> None:
        step = subscription_step(self.database, subscription_id=subscription_id, policy=policy)
        counts[step["did"]] += 1
        if step["is_debited"]:
            counts["debited"] += self._debit(subscription_id, policy)

    def _debit(self, subscription_id: str, policy: Mapping[str, Any]) -> bool:
        """Order a debit of the user's card. Recorded first; the reconciler polls the result."""
        opened = payment_debit_open(self.database, subscription_id=subscription_id, policy=policy)
        bank = self.banks.named(opened.get("bank", ""))
        if "reason" in opened or bank is None or bank.debits is None:
            return False
        place = AssociatedData("payment_profiles", "token_encrypted", opened["profile_id"])
        ask = opened["ask"]
        order = Order(
            attempt_id=ask["attempt_id"],
            amount_tyiyn=ask["amount_tyiyn"],
            description=ask["description"],
            callback_url=self.addresses.callback(bank.name),
            return_url=self.addresses.back(ask["attempt_id"]),
            lifetime=timedelta(seconds=ask["seconds"]),
        )
        try:
            token = self.secrets.decrypt(opened["token_encrypted"], place=place)
        except NotDecryptable:
            self._give_up(ask["attempt_id"], BankRefused("token_unreadable", lasting=True), opened["profile_id"])
            return False
        return self._charge(bank.debits, order, token=token, profile_id=opened["profile_id"])

    def _charge(self, debits: Debits, order: Order, *, token: str, profile_id: str) -> bool:
        try:
            made = debits.charge(order, token=token, timeout=_CHARGE_SECONDS)
        except BankFailure as failure:
            self._give_up(order.attempt_id, failure, profile_id)
            return False
        given = asdict(made) | {"expires_at": made.expires_at.isoformat()}
        payment_attempt_opened(self.database, attempt_id=order.attempt_id, made=given, actor=_ACTOR)
        return True

    def _give_up(self, attempt_id: str, failure: BankFailure, profile_id: str) -> None:
        payment_attempt_failed(
            self.database, attempt_id=attempt_id, outcome=failure.outcome, code=failure.bank_code, actor=_ACTOR
        )
        if isinstance(failure, BankRefused) and failure.lasting:
            payment_profile_revoke(self.database, profile_id=profile_id)
