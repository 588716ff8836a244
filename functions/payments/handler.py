"""/api/payments…: orders of a tier at a bank, and payments."""

from typing import Annotated
from uuid import UUID

from auto360.container import billing
from auto360.core.errors import IdempotencyKeyReused
from auto360.core.refusals.billing import (
    BankNotOffered,
    BankUnavailable,
    PaymentBeingPrepared,
    PaymentNotOpen,
    PaymentRefused,
    TierBelowCurrent,
    TierNeedsOffer,
    TierNotForSale,
)
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Query
from auto360.http.schemas.payments import (
    CurrentPayer,
    IdempotencyKey,
    NewPayment,
    PaymentAnswer,
    PaymentLine,
    Payments,
    Picture,
)

app = make_app()
LIMITS = [limited("default")]
# The app polls every few seconds while the payer is at the bank.
WAITING = [limited("payment")]
Id = Annotated[UUID, Path()]


@app.post("/api/payments", middlewares=LIMITS)
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
def order(body: NewPayment, payer: CurrentPayer, *, idempotency_key: IdempotencyKey = "") -> PaymentAnswer:
    """Order a tier; returns the bank's page, QR code and app links."""
    payment = billing.orders().open(
        payer, tier=body.tier, bank=body.bank, key=idempotency_key or None, keep_card=body.keep_card
    )
    return PaymentAnswer.of(payment, picture=body.picture)


@app.get("/api/payments", middlewares=LIMITS)
def history(
    user: SignedIn,
    *,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Envelope[Payments]:
    """List the caller's payments, newest first."""
    page = billing.orders().history(user, cursor=cursor, limit=limit)
    lines = [PaymentLine.model_validate(row) for row in page.rows]
    return Envelope(data=Payments(payments=lines, next_cursor=page.next_cursor))


@app.get("/api/payments/<payment_id>", middlewares=WAITING)
def read(payment_id: Id, payer: CurrentPayer, *, picture: Annotated[Picture, Query()] = "none") -> PaymentAnswer:
    """Read a payment; queries its bank while it is unpaid."""
    return PaymentAnswer.of(billing.orders().read(payer, str(payment_id)), picture=picture)


@app.post("/api/payments/<payment_id>/cancel", middlewares=LIMITS)
@refuses(PaymentNotOpen)
def cancel(payment_id: Id, payer: CurrentPayer) -> PaymentAnswer:
    """Cancel an unpaid payment."""
    return PaymentAnswer.of(billing.orders().cancel(payer, str(payment_id)), picture="none")


handler = entrypoint(app)
