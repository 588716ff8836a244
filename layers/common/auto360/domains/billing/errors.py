"""Refusals of the rules about payments and subscriptions. The reasons that SQL returns are these codes."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    RateLimited,
)


class BankNotOffered(DomainError):
    """There is no such bank, or no new orders are made there at the moment."""

    code, status = "bank_not_offered", 422


class BankUnavailable(DomainError):
    """The bank did not make the order; the payment stays open for another try."""

    code, status = "bank_unavailable", 503


class TierNotForSale(DomainError):
    """No such tier, or one that costs nothing."""

    code, status = "tier_not_for_sale", 422


class TierNeedsOffer(DomainError):
    """The tier has no price of its own, and there is no offer to this user."""

    code, status = "tier_needs_offer", 409


class TierBelowCurrent(DomainError):
    """A lower tier than the running one begins when that ends, and is chosen there."""

    code, status = "tier_below_current", 409


class TierNotLower(DomainError):
    """Only a lower tier can follow when the paid time ends; a higher one is bought."""

    code, status = "tier_not_lower", 409


class SubscriptionNone(DomainError):
    """There is no running subscription to change."""

    code, status = "subscription_none", 409


class PaymentRefused(DomainError):
    """The fraud rules refuse the order."""

    code, status = "payment_refused", 403


class PaymentBeingPrepared(DomainError):
    """An earlier request for the same is still talking to the bank."""

    code, status = "payment_being_prepared", 409


class PaymentNotOpen(DomainError):
    """Only a payment that waits for money can be cancelled."""

    code, status = "payment_not_open", 409


class RefundTooLarge(DomainError):
    """More than what came in and has not been given back."""

    code, status = "refund_too_large", 409


class RefundDecided(DomainError):
    """The refund, approval or orphan has been decided already, or is not at this step."""

    code, status = "payment_already_decided", 409


class SecondPersonRequired(DomainError):
    """Whoever asked for it cannot approve it himself."""

    code, status = "second_person_required", 403


class OwnMoney(DomainError):
    """Nobody decides about money of his own."""

    code, status = "operator_own_money", 403


class EvidenceUsed(DomainError):
    """The bank's number serves as evidence of another payment already."""

    code, status = "payment_evidence_used", 409


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(BankNotOffered, BankUnavailable, TierNotForSale, TierNeedsOffer, TierBelowCurrent, TierNotLower),
        *(SubscriptionNone, PaymentRefused, PaymentBeingPrepared, PaymentNotOpen),
        *(RefundTooLarge, RefundDecided, SecondPersonRequired, OwnMoney, EvidenceUsed),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound, RateLimited),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]](retry_after=answer.get("retry_after"))
    return dict(answer)
