"""Settlement: query a bank about an order and act on the answer, for users, webhooks and timers alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from auto360.core.encrypted_fields import StoredSecrets
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.domains.billing import reports
from auto360.domains.billing.provider_registry import BankDirectory
from auto360.domains.billing.reports import PaymentAttempt
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.payment_settlement import payment_settle
from auto360.providers.payments import Bank, BankFailure, Notification, OrderStatus

QUERY_SECONDS = 5.0

Actor = Mapping[str, Any]
"""Actor: {kind: user | bank | timer | operator, user_id, request_id}."""


class SettlementPolicy(EnvSettings):
    """Number of users that one phone may pay for in 30 days before the next payment is reviewed."""

    risk_users_of_payer: int = Field(4, ge=1)


@dataclass(frozen=True)
class Settlement:
    """Bank queries and their settlement in the database. `takes_test_money` is False in production."""

    database: Database
    banks: BankDirectory
    secrets: StoredSecrets
    policy: SettlementPolicy
    takes_test_money: bool

    @property
    def rules(self) -> dict[str, Any]:
        """Return the rules by which the database judges money."""
        return {"takes_test_money": self.takes_test_money, "users_of_payer": self.policy.risk_users_of_payer}

    def query(self, bank: Bank, attempt: PaymentAttempt, *, timeout: float = QUERY_SECONDS) -> OrderStatus:
        """Query an order at its bank. Raises BankFailure."""
        return bank.orders.query(attempt.ref, timeout=timeout)

    def settle(self, attempt_id: str, report: Mapping[str, Any], *, actor: Actor, event_id: str | None = None) -> Row:
        """Settle a report; idempotent: {payment_id, user_id, state, changed, payment}."""
        return accepted(
            payment_settle(
                self.database,
                attempt_id=attempt_id,
                report=dict(report),
                rules=self.rules,
                actor=dict(actor),
                event_id=event_id,
            )
        )

    def query_and_settle(self, attempt: PaymentAttempt, *, actor: Actor) -> Row | None:
        """Query the bank and settle the answer. None where the bank fails or does not know the order."""
        bank = self.banks.named(attempt.bank)
        if bank is None or not bank.capabilities.query or not (attempt.provider_ref or bank.capabilities.order_id):
            return None
        try:
            status = self.query(bank, attempt)
        except BankFailure:
            return None
        return self.settle(attempt.id, reports.of_status(status, self.secrets), actor=actor)

    def report_of(self, status: OrderStatus, told: Notification) -> dict[str, Any]:
        """Convert the bank's answer to a query that its own webhook caused."""
        return reports.of_status(status, self.secrets, told=told)
