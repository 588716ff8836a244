"""Payments as operators find them, and one of them with its whole history."""

from dataclasses import dataclass

from auto360.domains.billing.errors import accepted
from auto360.domains.billing.operations import ActingStaff
from auto360.providers.database import Database, Row


@dataclass(frozen=True)
class PaymentSearch:
    """Reads for operators. Every method raises Forbidden for who may not act on money."""

    database: Database

    def find(self, operator: ActingStaff, text: str, *, most: int) -> list[Row]:
        """Payments by the id of their user, our number or the bank's, the newest first; without a text the newest."""
        arguments = {"p_operator_id": operator.user_id, "p_text": text, "p_limit": most}
        payments: list[Row] = accepted(self.database.call("payments_search", arguments))["payments"]
        return payments

    def one(self, operator: ActingStaff, payment_id: str) -> Row:
        """A payment with refunds, orders at banks, events, and what may still go back. Raises NotFound."""
        arguments = {"p_operator_id": operator.user_id, "p_payment_id": payment_id}
        return accepted(self.database.call("payment_history", arguments))

    def customer(self, operator: ActingStaff, phone: str) -> Row:
        """Whose phone (E.164) this is: {user_id, name}. Raises NotFound."""
        arguments = {"p_operator_id": operator.user_id, "p_phone": phone}
        return accepted(self.database.call("customer_by_phone", arguments))
