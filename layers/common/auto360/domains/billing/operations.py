"""What operators do about money: the queue, held payments, money by hand, refunds, orphans, offers, figures.

Every call checks in the database that the operator may act on money, and goes to the audit log there.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.billing.errors import accepted
from auto360.domains.billing.refunds import Refunding
from auto360.domains.billing.settlement import Actor, Settlement
from auto360.providers.database import Database, Row

_QUEUE = 100


class OperationsPolicy(EnvSettings):
    """`second_person_tyiyn`: what one operator may give or give back alone, in tyiyn.

    It bounds three sums: for one payment, for one customer in 24 hours, and of one operator in 24 hours. Above, another
    operator must approve.
    """

    second_person_tyiyn: int = Field(100_000, ge=0)


@dataclass(frozen=True)
class ActingStaff:
    """Who acts; the role is read in the database."""

    user_id: str
    request_id: str

    @property
    def actor(self) -> Actor:
        """For the history of the payment."""
        return {"kind": "operator", "user_id": self.user_id, "request_id": self.request_id}


@dataclass(frozen=True)
class ByHand:
    """A tier for money that came another way. Without amount, days or limit those of the tier count."""

    user_id: str
    tier: str
    amount_tyiyn: int | None = None
    period_days: int | None = None
    listing_limit: int | None = None

    def document(self) -> dict[str, Any]:
        """For the database."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class NewOffer:
    """A price for one user; `listing_limit` of None is unlimited."""

    user_id: str
    tier: str
    amount_tyiyn: int
    period_days: int
    listing_limit: int | None
    note: str
    valid_days: int


@dataclass(frozen=True)
class Operations:
    """Operators' work with everything it touches. Every method raises Forbidden for who may not act on money."""

    database: Database
    settlement: Settlement
    refunding: Refunding
    policy: OperationsPolicy

    def queue(self, operator: ActingStaff) -> Row:
        """What waits for a person: {payments, refunds, orphans, calls, comparisons}."""
        return accepted(self.database.call("billing_queue", {"p_operator_id": operator.user_id, "p_limit": _QUEUE}))

    def record_by_hand(self, operator: ActingStaff, order: ByHand, *, reason: str, evidence: str) -> Row:
        """Start a tier for money seen elsewhere; `evidence` is the bank's number of it: {payment, waits}.

        What counts is at least the list price of the time that is given. Raises TierNotForSale, NotFound, OwnMoney,
        EvidenceUsed.
        """
        arguments = {"p_order": order.document(), "p_reason": reason, "p_evidence": evidence}
        return self._act("payment_record_by_hand", operator, arguments)

    def decide(
        self,
        operator: ActingStaff,
        payment_id: str,
        action: Literal["release", "reject"],
        *,
        reason: str,
        evidence: str = "",
    ) -> Row:
        """Release a held payment, or reject one for which no money came: {payment, waits}.

        Raises NotFound, OwnMoney, RefundDecided (decided, waiting, or there is money to refund), EvidenceUsed.
        """
        arguments = {"p_payment_id": payment_id, "p_action": action, "p_reason": reason, "p_evidence": evidence}
        return self._act("payment_decide", operator, arguments)

    def query_soon(self, operator: ActingStaff, payment_id: str) -> None:
        """Let the next run of the reconciler query the bank. Raises NotFound where no bank has the order."""
        arguments = {"p_payment_id": payment_id, "p_operator_id": operator.user_id, "p_request_id": operator.request_id}
        accepted(self.database.call("payment_query_soon", arguments))

    def approve(self, operator: ActingStaff, approval_id: str, *, approves: bool) -> Row:
        """The second person's word: {payment}. Raises NotFound, SecondPersonRequired, OwnMoney, RefundDecided."""
        arguments = {"p_approval_id": approval_id, "p_approves": approves}
        return self._act("payment_approval_decide", operator, arguments)

    def refund(self, operator: ActingStaff, payment_id: str, *, bank: str, amount_tyiyn: int, reason: str) -> Row:
        """Give money back: {refund, waits}. By call where the bank can, else it becomes a task.

        Raises NotFound, OwnMoney, RefundTooLarge, RefundDecided while the payment waits for a second person.
        """
        kind = self.refunding.kind_at(bank)
        arguments = {"p_payment_id": payment_id, "p_amount_tyiyn": amount_tyiyn, "p_reason": reason, "p_kind": kind}
        return self._sent(operator, self._act("refund_request", operator, arguments))

    def decide_refund(self, operator: ActingStaff, refund_id: str, *, approves: bool) -> Row:
        """The second person's word on a refund: {refund}.

        Raises NotFound, SecondPersonRequired, OwnMoney, RefundDecided.
        """
        arguments = {"p_refund_id": refund_id, "p_approves": approves}
        return self._sent(operator, self._act("refund_decide", operator, arguments))

    def close_refund(self, operator: ActingStaff, refund_id: str, *, bank_number: str) -> Row:
        """The money was given back in the bank's cabinet, under this number: {refund}.

        Raises NotFound, OwnMoney, RefundDecided, EvidenceUsed.
        """
        return self._act("refund_close", operator, {"p_refund_id": refund_id, "p_ref": bank_number})

    def resolve_orphan(
        self,
        operator: ActingStaff,
        orphan_id: str,
        action: Literal["match", "refund", "dismiss"],
        *,
        resolution: str,
        payment_id: str | None = None,
    ) -> Row:
        """Say what money without an order is; `match` counts it for a payment: {waits} among others.

        `waits`: another operator must say the same. Raises NotFound, OwnMoney, RefundDecided.
        """
        arguments = {
            "p_orphan_id": orphan_id,
            "p_action": action,
            "p_payment_id": payment_id,
            "p_resolution": resolution,
            "p_rules": self.settlement.rules,
        }
        return self._act("payment_orphan_resolve", operator, arguments)

    def offer(self, operator: ActingStaff, offer: NewOffer) -> Row:
        """Offer a user a price of his own: {offer, waits}; `waits`: another operator must make the same offer.

        Raises NotFound, OwnMoney, TierNotForSale.
        """
        return self._act("tier_offer_make", operator, {"p_offer": vars(offer)})

    def figures(self, operator: ActingStaff, *, since: date, until: date) -> Row:
        """Revenue by day, bank and tier, conversion, time to pay, failures, churn, MRR; `until` is the day after."""
        span = {"p_since": since.isoformat(), "p_until": until.isoformat()}
        return accepted(self.database.call("billing_figures", {"p_operator_id": operator.user_id} | span))

    def _act(self, function: str, operator: ActingStaff, arguments: dict[str, Any]) -> Row:
        policy = {"second_person_tyiyn": self.policy.second_person_tyiyn, "request_id": operator.request_id}
        who = {"p_operator_id": operator.user_id, "p_policy": policy}
        return accepted(self.database.call(function, who | arguments))

    def _sent(self, operator: ActingStaff, answer: Row) -> Row:
        """A refund that may go now goes now."""
        refund = answer["refund"]
        if refund["state"] == "approved" and refund["kind"] == "automatic":
            return answer | {"refund": self.refunding.send(refund["id"], actor=operator.actor)}
        return answer
