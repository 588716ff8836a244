"""Bank reports about an order in the form that SQL function `payment_settle` takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from auto360.core.encrypted_fields import StoredSecrets
from auto360.providers.payments import ListedPayment, Notification, OrderRef, OrderState, OrderStatus

PAYER = "payment_risk_decisions.payer_digest"


@dataclass(frozen=True)
class PaymentAttempt:
    """Our order at one bank, with the database's names. `amount_tyiyn` is the ordered amount."""

    id: str
    bank: str
    provider_ref: str | None
    amount_tyiyn: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Build from {attempt_id, bank, provider_ref, amount_tyiyn}."""
        return cls(row["attempt_id"], row["bank"], row["provider_ref"], row["amount_tyiyn"])

    @property
    def ref(self) -> OrderRef:
        """Return the reference for queries at the bank."""
        return OrderRef(self.id, self.provider_ref)


def of_status(status: OrderStatus, secrets: StoredSecrets, *, told: Notification | None = None) -> dict[str, Any]:
    """Convert the bank's answer to a query; a missing amount is taken from the webhook that caused the query."""
    amount, currency = status.amount_tyiyn, status.currency
    if told is not None and status.state is OrderState.PAID and told.state is OrderState.PAID:
        amount = told.amount_tyiyn if amount is None else amount
        currency = currency or told.currency
    payer = status.payer_phone
    return _report(
        state=status.state,
        amount_tyiyn=amount,
        currency=currency,
        transaction_id=status.transaction_id or (told.transaction_id if told else None),
        provider_ref=status.provider_ref or (told.provider_ref if told else None),
        paid_at=status.paid_at,
        is_test=status.is_test if status.is_test is not None else (told.is_test if told else None),
        refunded_tyiyn=status.refunded_tyiyn,
        payer_digest="\\x" + secrets.digest(payer, purpose=PAYER).hex() if payer else None,
        is_confirmed=True,
    )


def of_notification(told: Notification, *, is_confirmed: bool) -> dict[str, Any]:
    """Convert a webhook. `is_confirmed`: it was proof."""
    return _report(
        state=told.state,
        amount_tyiyn=told.amount_tyiyn,
        currency=told.currency,
        transaction_id=told.transaction_id,
        provider_ref=told.provider_ref,
        attempt_id=uuid_text(told.attempt_id),
        is_test=told.is_test,
        is_confirmed=is_confirmed,
    )


def of_line(line: ListedPayment) -> dict[str, Any]:
    """Convert a line of a bank's statement, which counts as proof."""
    return _report(
        state=line.state,
        amount_tyiyn=line.amount_tyiyn,
        transaction_id=line.transaction_id,
        provider_ref=line.provider_ref,
        attempt_id=uuid_text(line.attempt_id),
        paid_at=line.paid_at,
        is_confirmed=True,
    )


def notification_of(report: Mapping[str, Any], *, event_key: str = "") -> Notification:
    """Rebuild the notification of a stored webhook whose process crashed."""
    return Notification(
        event_key=event_key,
        state=OrderState(report["state"]),
        attempt_id=report.get("attempt_id"),
        provider_ref=report.get("provider_ref"),
        amount_tyiyn=report.get("amount_tyiyn"),
        currency=report.get("currency"),
        transaction_id=report.get("transaction_id"),
        is_test=report.get("is_test"),
    )


def uuid_text(text: str | None) -> str | None:
    """Return a UUID in its canonical form, or None for anything else."""
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None


def _report(**values: Any) -> dict[str, Any]:
    report = {name: value for name, value in values.items() if value is not None}
    report["state"] = str(report["state"])
    if isinstance(report.get("paid_at"), datetime):
        report["paid_at"] = report["paid_at"].isoformat()
    return report
