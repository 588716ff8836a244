"""Payment search for staff, and a payment with its whole history."""

from dataclasses import dataclass

from auto360.domains.billing.errors import accepted
from auto360.domains.billing.operations import ActingStaff
from auto360.providers.database import Database, Row


@dataclass(frozen=True)
class PaymentSearch:
    """Payment queries for staff. Every method raises Forbidden without the finance role."""

    database: Database

    def find(self, staff_member: ActingStaff, text: str, *, most: int) -> list[Row]:
        """Return payments by user id, our number or the bank's, newest first; without a text the newest."""
        arguments = {"p_operator_id": staff_member.user_id, "p_text": text, "p_limit": most}
        payments: list[Row] = accepted(self.database.call("payments_search", arguments))["payments"]
        return payments

    def one(self, staff_member: ActingStaff, payment_id: str) -> Row:
        """Return a payment with refunds, bank orders, events and the refundable amount. Raises NotFound."""
        arguments = {"p_operator_id": staff_member.user_id, "p_payment_id": payment_id}
        return accepted(self.database.call("payment_history", arguments))

    def customer(self, staff_member: ActingStaff, phone: str) -> Row:
        """Return the user of a phone (E.164): {user_id, name}. Raises NotFound."""
        arguments = {"p_operator_id": staff_member.user_id, "p_phone": phone}
        return accepted(self.database.call("customer_by_phone", arguments))
