"""Requests and responses of subscriptions."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from auto360.http.envelope import Model, RequestBody
from auto360.http.schemas.payments import Payment
from auto360.providers.payments import Bank


class Downgrade(RequestBody):
    """Lower tier that follows the paid period; `free` ends the plan then."""

    tier: str = Field(pattern=r"^[a-z_]{2,30}$")


class Subscription(Model):
    """Running plan. `listing_limit` null: unlimited. `ends_with_period`: cancelled, but paid until `expires_at`."""

    id: str
    tier: str
    tier_code: str
    status: str
    listing_limit: int | None
    started_at: datetime
    expires_at: datetime
    grace_until: datetime | None
    auto_renew: bool
    ends_with_period: bool
    next_tier: str | None
    next_tier_code: str | None


class Offer(Model):
    """Personal price in tyiyn for `period_days` days."""

    tier: str
    tier_code: str
    amount_tyiyn: int
    period_days: int
    listing_limit: int | None
    valid_until: datetime


class Plan(Model):
    """Caller's plan. `tier` is the app's name; `subscription` is null on the free tier."""

    tier: str
    tier_code: str
    subscription: Subscription | None
    listing_limit: int | None
    listings_this_month: int
    hidden_listings: int
    open_payments: list[Payment]
    offers: list[Offer]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Build from the database's view."""
        payments = [Payment.of(payment, picture="none") for payment in row["open_payments"]]
        return cls.model_validate({**row, "open_payments": payments})


class Tier(Model):
    """Tier on sale. `price` is in som for `period_days` days; null: by an offer."""

    tier: str
    tier_code: str
    name: str
    listings_per_month: int | None
    price: float | None
    price_tyiyn: int | None
    period_days: int
    features: list[str]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Build from the table's row."""
        tyiyn = row["price_tyiyn"]
        return cls.model_validate({**row, "price": None if tyiyn is None else tyiyn / 100})


class BankChoice(Model):
    """Bank to pay at, and its features; amounts in tyiyn."""

    bank: str
    title: str
    qr: bool
    deep_links: bool
    redirect: bool
    keeps_card: bool
    min_tyiyn: int
    max_tyiyn: int

    @classmethod
    def of(cls, bank: Bank) -> Self:
        """Build from the bank's capabilities."""
        can = bank.capabilities
        return cls(
            bank=bank.name,
            title=bank.title,
            qr=can.qr,
            deep_links=can.deep_links,
            redirect=can.redirect,
            keeps_card=can.recurring,
            min_tyiyn=can.min_tyiyn,
            max_tyiyn=can.max_tyiyn,
        )


class Choices(Model):
    """Tiers, the cheapest first, and banks in display order."""

    tiers: list[Tier]
    banks: list[BankChoice]


class Period(Model):
    """Paid period; `revoked_at` is set by its refund. `amount` is in som."""

    tier: str
    tier_code: str
    payment_id: str
    amount: float
    amount_tyiyn: int
    currency: str
    bank: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
