"""Asking a bank about an order and acting on the answer: the same for the waiting user, a bank's call and the timer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from auto360.core.encrypted_fields import StoredSecrets
from auto360.core.settings import EnvSettings
from auto360.domains.billing import reports
from auto360.domains.billing.errors import accepted
from auto360.domains.billing.provider_registry import BankDirectory
from auto360.domains.billing.reports import PaymentAttempt
from auto360.providers.database import Database, Row
from auto360.providers.payments import Bank, BankFailure, Notification, OrderStatus

QUERY_SECONDS = 5.0

Actor = Mapping[str, Any]
"""Who acts: {kind: user | bank | timer | operator, user_id, request_id}."""


class SettlementPolicy(EnvSettings):
    """For how many users one phone may pay in 30 days before a person looks at the next payment."""

    risk_users_of_payer: int = Field(4, ge=1)


@dataclass(frozen=True)
class Settlement:
    """What banks say, and what the database makes of it. `takes_test_money` is false in production."""

    database: Database
    banks: BankDirectory
    secrets: StoredSecrets
    policy: SettlementPolicy
    takes_test_money: bool

    @property
    def rules(self) -> dict[str, Any]:
        """What the database must know to judge money."""
        return {"takes_test_money": self.takes_test_money, "users_of_payer": self.policy.risk_users_of_payer}

    def ask(self, bank: Bank, attempt: PaymentAttempt, *, timeout: float = QUERY_SECONDS) -> OrderStatus:
        """Where an order stands at its bank. Raises BankFailure."""
        return bank.orders.query(attempt.ref, timeout=timeout)

    def settle(self, attempt_id: str, report: Mapping[str, Any], *, actor: Actor, event_id: str | None = None) -> Row:
        """Act on a report, once however often it comes: {payment_id, user_id, state, changed, payment}."""
        arguments = {
            "p_attempt_id": attempt_id,
            "p_report": dict(report),
            "p_rules": self.rules,
            "p_actor": dict(actor),
            "p_event_id": event_id,
        }
        return accepted(self.database.call("payment_settle", arguments))

    def ask_and_settle(self, attempt: PaymentAttempt, *, actor: Actor) -> Row | None:
        """Ask the bank and act on its answer. None where it could not be asked, or knows nothing of the order."""
        bank = self.banks.named(attempt.bank)
        if bank is None or not bank.capabilities.query or not (attempt.provider_ref or bank.capabilities.order_id):
            return None
        try:
            status = self.ask(bank, attempt)
        except BankFailure:
            return None
        return self.settle(attempt.id, reports.of_status(status, self.secrets), actor=actor)

    def report_of(self, status: OrderStatus, told: Notification) -> dict[str, Any]:
        """The bank's answer to a question that its own call made us ask."""
        return reports.of_status(status, self.secrets, told=told)
