"""Refusals of the rules about payments and subscriptions."""

from auto360.core.errors import DomainError


class BankNotOffered(DomainError):
    """Bank unknown, or closed for new orders at the moment."""

    code, status = "bank_not_offered", 422


class BankUnavailable(DomainError):
    """Bank did not create the order; the payment stays open for another try."""

    code, status = "bank_unavailable", 503


class TierNotForSale(DomainError):
    """Tier unknown or free of charge."""

    code, status = "tier_not_for_sale", 422


class TierNeedsOffer(DomainError):
    """Tier without a list price, and no offer for the user."""

    code, status = "tier_needs_offer", 409


class TierBelowCurrent(DomainError):
    """Tier below the running one; use a downgrade."""

    code, status = "tier_below_current", 409


class TierNotLower(DomainError):
    """Tier not below the running one; buy it instead."""

    code, status = "tier_not_lower", 409


class SubscriptionNone(DomainError):
    """No running subscription to change."""

    code, status = "subscription_none", 409


class PaymentRefused(DomainError):
    """Order refused by the fraud rules."""

    code, status = "payment_refused", 403


class PaymentBeingPrepared(DomainError):
    """Earlier request for the same order is still at the bank."""

    code, status = "payment_being_prepared", 409


class PaymentNotOpen(DomainError):
    """Payment is not waiting for money, so it cannot be cancelled."""

    code, status = "payment_not_open", 409


class RefundTooLarge(DomainError):
    """Refund exceeds the money received and not yet returned."""

    code, status = "refund_too_large", 409


class RefundDecided(DomainError):
    """Refund, approval or orphan was decided already, or is not at this step."""

    code, status = "payment_already_decided", 409


class SecondPersonRequired(DomainError):
    """Requester cannot approve; another staff member must."""

    code, status = "second_person_required", 403


class OwnMoney(DomainError):
    """Staff cannot decide about their own money."""

    code, status = "operator_own_money", 403


class EvidenceUsed(DomainError):
    """Bank's number serves as evidence of another payment already."""

    code, status = "payment_evidence_used", 409
