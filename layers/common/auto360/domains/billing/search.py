"""Payment search for staff, and a payment with its whole history."""

from dataclasses import dataclass

from auto360.core.refusals import accepted
from auto360.domains.billing.operations import ActingStaff
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.billing_reports import customer_by_phone, payment_history, payments_search


@dataclass(frozen=True)
class PaymentSearch:
    """Payment queries for staff. Every method raises Forbidden without the finance role."""

    database: Database

    def find(self, staff_member: ActingStaff, text: str, *, limit: int) -> list[Row]:
        """Return payments by user id, our number or the bank's, newest first; without a text the newest."""
        payments: list[Row] = accepted(
            payments_search(self.database, operator_id=staff_member.user_id, text=text, limit=limit)
        )["payments"]
        return payments

    def one(self, staff_member: ActingStaff, payment_id: str) -> Row:
        """Return a payment with refunds, bank orders, events and the refundable amount. Raises NotFound."""
        return accepted(payment_history(self.database, operator_id=staff_member.user_id, payment_id=payment_id))

    def customer(self, staff_member: ActingStaff, phone: str) -> Row:
        """Return the user of a phone (E.164): {user_id, name}. Raises NotFound."""
        return accepted(customer_by_phone(self.database, operator_id=staff_member.user_id, phone=phone))
