"""Staff decisions about money: queue, held payments, manual records, refunds, orphans, offers, revenue metrics.

Every call checks in the database that the staff member may act on money, and writes to the audit log there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.domains.billing.refunds import Refunding
from auto360.domains.billing.settlement import Actor, Settlement
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.billing_reports import billing_metrics
from auto360.providers.database.functions.manual_payments import (
    billing_queue,
    payment_approval_decide,
    payment_decide,
    payment_query_soon,
    payment_record_by_hand,
)
from auto360.providers.database.functions.offers_and_orphans import payment_orphan_resolve, tier_offer_make
from auto360.providers.database.functions.refunds import refund_close, refund_decide, refund_request

_QUEUE = 100


class OperationsPolicy(EnvSettings):
    """`second_person_tyiyn`: largest sum that one staff member may give or refund alone, in tyiyn.

    Bounds three sums: per payment, per customer in 24 hours, and per staff member in 24 hours. Above it another
    staff member must approve.
    """

    second_person_tyiyn: int = Field(100_000, ge=0)


@dataclass(frozen=True)
class ActingStaff:
    """Acting staff member; the database reads the role."""

    user_id: str
    request_id: str

    @property
    def actor(self) -> Actor:
        """Return the actor for the payment's history."""
        return {"kind": "operator", "user_id": self.user_id, "request_id": self.request_id}


@dataclass(frozen=True)
class ByHand:
    """Tier for money that arrived outside the banks' APIs. Without amount, days or limit those of the tier count."""

    user_id: str
    tier: str
    amount_tyiyn: int | None = None
    period_days: int | None = None
    listing_limit: int | None = None

    def document(self) -> dict[str, Any]:
        """Return the set fields for the database."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class NewOffer:
    """Personal price of a user; `listing_limit` of None is unlimited."""

    user_id: str
    tier: str
    amount_tyiyn: int
    period_days: int
    listing_limit: int | None
    note: str
    valid_days: int


@dataclass(frozen=True)
class Operations:
    """Staff decisions about money and their dependencies. Every method raises Forbidden without the finance role."""

    database: Database
    settlement: Settlement
    refunding: Refunding
    policy: OperationsPolicy

    def queue(self, staff_member: ActingStaff) -> Row:
        """Return work for a person: {payments, refunds, orphans, calls, comparisons}."""
        return accepted(billing_queue(self.database, operator_id=staff_member.user_id, limit=_QUEUE))

    def record_by_hand(self, staff_member: ActingStaff, order: ByHand, *, reason: str, evidence: str) -> Row:
        """Start a tier for money seen elsewhere; `evidence` is the bank's number of it: {payment, waits}.

        The evidence must cover the list price of the granted time. Raises TierNotForSale, NotFound, OwnMoney,
        EvidenceUsed.
        """
        answer = payment_record_by_hand(
            self.database,
            operator_id=staff_member.user_id,
            order=order.document(),
            reason=reason,
            evidence=evidence,
            policy=self._policy(staff_member),
        )
        return accepted(answer)

    def decide(
        self,
        staff_member: ActingStaff,
        payment_id: str,
        action: Literal["release", "reject"],
        *,
        reason: str,
        evidence: str = "",
    ) -> Row:
        """Release a held payment, or reject one without money: {payment, waits}.

        Raises NotFound, OwnMoney, RefundDecided (decided, waiting, or there is money to refund), EvidenceUsed.
        """
        answer = payment_decide(
            self.database,
            operator_id=staff_member.user_id,
            payment_id=payment_id,
            action=action,
            reason=reason,
            evidence=evidence,
            policy=self._policy(staff_member),
        )
        return accepted(answer)

    def query_soon(self, staff_member: ActingStaff, payment_id: str) -> None:
        """Let the next run of the reconciler query the bank. Raises NotFound where no bank has the order."""
        accepted(
            payment_query_soon(
                self.database,
                payment_id=payment_id,
                operator_id=staff_member.user_id,
                request_id=staff_member.request_id,
            )
        )

    def approve(self, staff_member: ActingStaff, approval_id: str, *, approves: bool) -> Row:
        """Approve or refuse as the second person: {payment}.

        Raises NotFound, SecondPersonRequired, OwnMoney, RefundDecided.
        """
        answer = payment_approval_decide(
            self.database,
            operator_id=staff_member.user_id,
            approval_id=approval_id,
            approves=approves,
            policy=self._policy(staff_member),
        )
        return accepted(answer)

    def refund(self, staff_member: ActingStaff, payment_id: str, *, bank: str, amount_tyiyn: int, reason: str) -> Row:
        """Refund a payment: {refund, waits}. Uses the bank's API, else becomes a manual task.

        Raises NotFound, OwnMoney, RefundTooLarge, RefundDecided while the payment waits for a second person.
        """
        answer = refund_request(
            self.database,
            operator_id=staff_member.user_id,
            payment_id=payment_id,
            amount_tyiyn=amount_tyiyn,
            reason=reason,
            kind=self.refunding.kind_at(bank),
            policy=self._policy(staff_member),
        )
        return self._sent(staff_member, accepted(answer))

    def decide_refund(self, staff_member: ActingStaff, refund_id: str, *, approves: bool) -> Row:
        """Approve or refuse a refund as the second person: {refund}.

        Raises NotFound, SecondPersonRequired, OwnMoney, RefundDecided.
        """
        answer = refund_decide(
            self.database,
            operator_id=staff_member.user_id,
            refund_id=refund_id,
            approves=approves,
            policy=self._policy(staff_member),
        )
        return self._sent(staff_member, accepted(answer))

    def close_refund(self, staff_member: ActingStaff, refund_id: str, *, bank_number: str) -> Row:
        """Close a refund that was made in the bank's cabinet, under this number: {refund}.

        Raises NotFound, OwnMoney, RefundDecided, EvidenceUsed.
        """
        answer = refund_close(
            self.database,
            operator_id=staff_member.user_id,
            refund_id=refund_id,
            ref=bank_number,
            policy=self._policy(staff_member),
        )
        return accepted(answer)

    def resolve_orphan(
        self,
        staff_member: ActingStaff,
        orphan_id: str,
        action: Literal["match", "refund", "dismiss"],
        *,
        resolution: str,
        payment_id: str | None = None,
    ) -> Row:
        """Resolve money without an order; `match` counts it for a payment: {waits} among others.

        `waits`: another staff member must decide the same. Raises NotFound, OwnMoney, RefundDecided.
        """
        answer = payment_orphan_resolve(
            self.database,
            operator_id=staff_member.user_id,
            orphan_id=orphan_id,
            action=action,
            payment_id=payment_id,
            resolution=resolution,
            rules=self.settlement.rules,
            policy=self._policy(staff_member),
        )
        return accepted(answer)

    def offer(self, staff_member: ActingStaff, offer: NewOffer) -> Row:
        """Offer a user a personal price: {offer, waits}; `waits`: another staff member must make the same offer.

        Raises NotFound, OwnMoney, TierNotForSale.
        """
        answer = tier_offer_make(
            self.database, operator_id=staff_member.user_id, offer=vars(offer), policy=self._policy(staff_member)
        )
        return accepted(answer)

    def metrics(self, staff_member: ActingStaff, *, since: date, until: date) -> Row:
        """Return revenue by day, bank and tier, conversion, time to pay, failures, churn, MRR; `until` is exclusive."""
        return accepted(
            billing_metrics(
                self.database, operator_id=staff_member.user_id, since=since.isoformat(), until=until.isoformat()
            )
        )

    def _policy(self, staff_member: ActingStaff) -> Row:
        return {"second_person_tyiyn": self.policy.second_person_tyiyn, "request_id": staff_member.request_id}

    def _sent(self, staff_member: ActingStaff, answer: Row) -> Row:
        """Send a refund that is approved and automatic."""
        refund = answer["refund"]
        if refund["state"] == "approved" and refund["kind"] == "automatic":
            return answer | {"refund": self.refunding.send(refund["id"], actor=staff_member.actor)}
        return answer
