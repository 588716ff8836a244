"""/api/subscriptions…: the caller's plan, its tiers and its changes."""

from auto360.container import billing
from auto360.core.errors import IdempotencyKeyReused
from auto360.core.refusals.billing import (
    BankNotOffered,
    BankUnavailable,
    PaymentBeingPrepared,
    PaymentRefused,
    SubscriptionNone,
    TierBelowCurrent,
    TierNeedsOffer,
    TierNotForSale,
    TierNotLower,
)
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.payments import CurrentPayer, IdempotencyKey, NewPayment, PaymentAnswer
from auto360.http.schemas.subscriptions import BankChoice, Choices, Downgrade, Period, Plan, Tier

app = make_app()
LIMITS = [limited("default")]


@app.get("/api/subscriptions", middlewares=LIMITS)
def plan(user: SignedIn) -> Envelope[Plan]:
    """Read the caller's plan."""
    return Envelope(data=Plan.of(billing.plans().current(user)))


@app.get("/api/subscriptions/tiers", middlewares=LIMITS)
def choices(user: SignedIn, request: CurrentRequest) -> Envelope[Choices]:
    """List tiers with prices, and the banks that accept orders."""
    tiers = [Tier.of(row) for row in billing.plans().tiers(user, language=request.language)]
    banks = [BankChoice.of(bank) for bank in billing.plans().banks_offered()]
    return Envelope(data=Choices(tiers=tiers, banks=banks))


@app.get("/api/subscriptions/history", middlewares=LIMITS)
def periods(user: SignedIn) -> Envelope[list[Period]]:
    """List the paid periods, newest first."""
    return Envelope(data=[Period.model_validate(row) for row in billing.plans().history(user)])


@app.post("/api/subscriptions/upgrade", middlewares=LIMITS)
@refuses(
    BankNotOffered,
    BankUnavailable,
    IdempotencyKeyReused,
    PaymentBeingPrepared,
    PaymentRefused,
    TierBelowCurrent,
    TierNeedsOffer,
    TierNotForSale,
)
def upgrade(body: NewPayment, payer: CurrentPayer, *, idempotency_key: IdempotencyKey = "") -> PaymentAnswer:
    """Order a higher tier. It starts once paid; the rest of the lower one is added as time."""
    payment = billing.orders().open(
        payer, tier=body.tier, bank=body.bank, key=idempotency_key or None, keep_card=body.keep_card
    )
    return PaymentAnswer.of(payment, picture=body.picture)


@app.post("/api/subscriptions/downgrade", middlewares=LIMITS)
@refuses(SubscriptionNone, TierNotLower)
def downgrade(body: Downgrade, user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Schedule a lower tier for the end of the paid period."""
    changed = billing.plans().change(user, "downgrade", request_id=request.id, tier=body.tier)
    return Envelope(data=Plan.of(changed))


@app.post("/api/subscriptions/cancel", middlewares=LIMITS)
@refuses(SubscriptionNone, TierNotLower)
def end(user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Cancel the renewal; the plan ends with its paid period."""
    return Envelope(data=Plan.of(billing.plans().change(user, "cancel", request_id=request.id)))


@app.post("/api/subscriptions/resume", middlewares=LIMITS)
@refuses(SubscriptionNone, TierNotLower)
def resume(user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Undo a cancellation or a scheduled downgrade."""
    return Envelope(data=Plan.of(billing.plans().change(user, "resume", request_id=request.id)))


handler = entrypoint(app)
