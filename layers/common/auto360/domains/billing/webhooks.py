"""Bank webhooks: verified, stored, confirmed by a query where possible, acted upon once.

A signature proves the sender. The amount is queried all the same: a webhook that contradicts the bank's own answer
completes nothing, and its order is polled again (docs/decisions/0070).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from auto360.core.encrypted_fields import AssociatedData, StoredSecrets
from auto360.core.errors import NotFound, ServiceUnavailable
from auto360.domains.billing import reports
from auto360.domains.billing.reports import PaymentAttempt
from auto360.domains.billing.settlement import QUERY_SECONDS, Settlement
from auto360.observability.redaction import redact
from auto360.providers.database import Database, bytea
from auto360.providers.database.functions.payment_settlement import payment_orphan_found, payment_webhook_receive
from auto360.providers.database.functions.renewals import payment_profile_save
from auto360.providers.payments import (
    Bank,
    BankFailure,
    Callback,
    CallbackAnswer,
    CallbackUnreadable,
    Notification,
    NotSupported,
    OrderRef,
    OrderState,
    OrderStatus,
    OrderUnknown,
    PaymentOutcome,
    WebhookAuthenticity,
)

# The same answer to every unverified sender, at every bank; never signed.
_UNVERIFIED = CallbackAnswer(403, "{}")


@dataclass(frozen=True)
class StoredCall:
    """Webhook in the database. `attempt` is None where it names no known order."""

    event_id: str
    told: Notification
    trust: WebhookAuthenticity
    attempt: PaymentAttempt | None
    is_old: bool = False


@dataclass(frozen=True)
class BankWebhooks:
    """Webhook use cases and their dependencies."""

    database: Database
    settlement: Settlement
    secrets: StoredSecrets

    def receive(self, name: str, callback: Callback, *, request_id: str) -> CallbackAnswer:
        """Receive a webhook and respond in the bank's form. Raises NotFound for a bank without a contract.

        Unverified senders get 403 without the bank's form, since that may be signed.

        A webhook is stored before anything else. When the database or the bank does not answer, the response makes the
        bank repeat it, and the timer finishes it if the bank does not.
        """
        bank = self.settlement.banks.named(name)
        if bank is None:
            raise NotFound
        trust = _verified(bank, callback)
        if trust is WebhookAuthenticity.REJECTED:
            return _UNVERIFIED
        try:
            return bank.callbacks.ack(self._take(bank, callback, trust, request_id=request_id), callback)
        except ServiceUnavailable:
            return bank.callbacks.ack(PaymentOutcome.LATER, callback)

    def act(self, call: StoredCall, bank: Bank, *, actor: Mapping[str, Any]) -> PaymentOutcome:
        """Finish a stored webhook. LATER leaves it open."""
        if call.attempt is None:
            return self._without_order(call, bank)
        # Where the answer to our order was lost, the webhook is the first to contain the bank's number.
        ref = OrderRef(call.attempt.id, call.attempt.provider_ref or call.told.provider_ref)
        report = self._confirmed(call, bank, ref)
        if report is None and not call.is_old:
            return PaymentOutcome.LATER
        if report is None:
            # The bank did not answer for a day. Webhooks about money go to staff.
            report = reports.of_notification(_without_news(call.told), is_confirmed=False)
        settled = self.settlement.settle(call.attempt.id, report, actor=actor, event_id=call.event_id)
        return self._keep_card(settled["payment_id"], call.told, call.trust)

    def _take(self, bank: Bank, callback: Callback, trust: WebhookAuthenticity, *, request_id: str) -> PaymentOutcome:
        try:
            told = bank.callbacks.parse(callback)
        except CallbackUnreadable:
            key = f"unreadable:{hashlib.sha256(callback.body).hexdigest()}"
            stored = self._store(bank, callback, trust, key=key, report={})
            self._put_away(bank, stored["event_id"], {}, is_money=False, outcome="unreadable")
            return PaymentOutcome.REFUSED
        stored = self._store(
            bank,
            callback,
            trust,
            key=told.event_key[:300],
            report=reports.of_notification(told, is_confirmed=trust is WebhookAuthenticity.VERIFIED),
        )
        if stored["is_done"] and stored["payment_id"] is not None:
            return self._keep_card(stored["payment_id"], told, trust)
        if stored["is_done"] or stored["attempt"] is None:
            # A repeat, or an unknown order: perhaps its number is being stored now. The timer
            # retries in a minute, and then keeps the money for staff.
            return PaymentOutcome.TAKEN
        call = StoredCall(stored["event_id"], told, trust, PaymentAttempt.of(stored["attempt"]))
        return self.act(call, bank, actor={"kind": "bank", "request_id": request_id})

    def _store(
        self, bank: Bank, callback: Callback, trust: WebhookAuthenticity, *, key: str, report: Mapping[str, Any]
    ) -> dict[str, Any]:
        event = {
            "event_key": key,
            "trust": str(trust),
            "attempt_id": report.get("attempt_id"),
            "provider_ref": report.get("provider_ref"),
            "report": dict(report),
            "body": redact(callback.body),
        }
        stored: dict[str, Any] = payment_webhook_receive(self.database, provider=bank.name, event=event)
        return stored

    def _confirmed(self, call: StoredCall, bank: Bank, ref: OrderRef) -> dict[str, Any] | None:
        """Return the report to act upon, from a query to the bank; None when the query must be repeated.

        Where a bank cannot be queried, its signed webhook counts; an unsigned one is not confirmed, and staff review
        it.
        """
        try:
            status = self._queried(call, bank, ref)
        except NotSupported:
            status = None
        except OrderUnknown:
            # The bank's answer wins over the webhook, whose numbers are not kept either.
            told = replace(call.told, state=OrderState.PENDING, provider_ref=None)
            return reports.of_notification(told, is_confirmed=True)
        except BankFailure:
            return None
        if status is None:
            return reports.of_notification(call.told, is_confirmed=call.trust is WebhookAuthenticity.VERIFIED)
        return self.settlement.report_of(status, call.told)

    def _queried(self, call: StoredCall, bank: Bank, ref: OrderRef) -> OrderStatus | None:
        if not bank.capabilities.query:
            return None
        return _of_this_order(bank.orders.query(ref, timeout=QUERY_SECONDS), ref, call)

    def _without_order(self, call: StoredCall, bank: Bank) -> PaymentOutcome:
        ref = OrderRef(call.told.attempt_id or "", call.told.provider_ref)
        has_number = bool(ref.attempt_id or ref.provider_ref)
        report = self._confirmed(call, bank, ref) if has_number else None
        if has_number and not call.is_old and (report is None or _contradicts(report, call)):
            return PaymentOutcome.LATER
        if report is None or _contradicts(report, call):
            # The bank did not answer for a day, or contradicted. The webhook is about money, so staff review it.
            report = reports.of_notification(call.told, is_confirmed=True)
        is_believed = report["is_confirmed"] or not bank.capabilities.query
        is_money = report["state"] == OrderState.PAID and is_believed
        self._put_away(bank, call.event_id, report, is_money=is_money, outcome="no order of ours")
        return PaymentOutcome.TAKEN

    def _put_away(self, bank: Bank, event_id: str, report: Mapping[str, Any], *, is_money: bool, outcome: str) -> None:
        payment_orphan_found(
            self.database,
            provider=bank.name,
            report=dict(report),
            is_money=is_money,
            event_id=event_id,
            outcome=outcome,
        )

    def _keep_card(self, payment_id: str, told: Notification, trust: WebhookAuthenticity) -> PaymentOutcome:
        """Store the card of a signed webhook.

        LATER while the payment is unpaid: only a repeat brings the card again.
        """
        if told.saved_card is None or trust is not WebhookAuthenticity.VERIFIED:
            return PaymentOutcome.TAKEN
        card, row_id = told.saved_card, str(uuid4())
        place = AssociatedData("payment_profiles", "token_encrypted", row_id)
        profile = {
            "id": row_id,
            "token_encrypted": self.secrets.encrypt(card.token, place=place),
            "token_digest": bytea(self.secrets.digest(card.token, purpose="payment_profiles.token_digest")),
            "last_digits": card.last_digits,
            "expires_at": card.expires_at.isoformat() if card.expires_at else None,
        }
        saved = payment_profile_save(self.database, payment_id=payment_id, profile=profile)
        return PaymentOutcome.LATER if saved["waits"] else PaymentOutcome.TAKEN


def _verified(bank: Bank, callback: Callback) -> WebhookAuthenticity:
    """Return the trust in a webhook. A bank without a secret path has no address below its own."""
    if callback.path_secret is not None and not bank.capabilities.secret_path:
        return WebhookAuthenticity.REJECTED
    return bank.callbacks.verify(callback)


def _of_this_order(status: OrderStatus, ref: OrderRef, call: StoredCall) -> OrderStatus:
    """Return the answer if it is about this order: a webhook may name another user's payment.

    Where only the webhook has the bank's number, the answer must contain our order. Raises OrderUnknown otherwise.
    """
    number_is_ours = call.attempt is None or ref.provider_ref in (None, call.attempt.provider_ref)
    if ref.attempt_id and status.attempt_id != ref.attempt_id and not (number_is_ours and status.attempt_id is None):
        raise OrderUnknown("another_order")
    return status


def _contradicts(report: Mapping[str, Any], call: StoredCall) -> bool:
    """Return True for a signed webhook about money that the bank does not confirm when queried."""
    return (
        call.trust is WebhookAuthenticity.VERIFIED
        and call.told.state is OrderState.PAID
        and report["state"] == OrderState.PENDING
    )


def _without_news(told: Notification) -> Notification:
    """Return an unconfirmed notification reduced to money for review."""
    return told if told.state is OrderState.PAID else replace(told, state=OrderState.PENDING)
