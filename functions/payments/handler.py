"""/api/payments… and /api/subscriptions…: orders at banks, payments, and the plan that follows from them."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from auto360.container import billing
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.envelope import Envelope
from auto360.http.requests import CurrentRequest
from auto360.http.schemas.payments import (
    CurrentPayer,
    IdempotencyKey,
    NewPayment,
    PaymentAnswer,
    PaymentLine,
    Payments,
    Picture,
)
from auto360.http.schemas.subscriptions import BankChoice, Choices, Downgrade, Period, Plan, Tier

app = make_app()
LIMITS = [limited("default")]
# The app asks every few seconds while somebody pays.
WAITING = [limited("payment")]
Id = Annotated[UUID, Path()]


@app.post("/api/payments", middlewares=LIMITS)
def order(body: NewPayment, payer: CurrentPayer, *, idempotency_key: IdempotencyKey = "") -> PaymentAnswer:
    """Order a tier; returns the ways to pay. Idempotent by `Idempotency-Key`."""
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
    """Get a payment; polls its bank while it is unpaid."""
    return PaymentAnswer.of(billing.orders().read(payer, str(payment_id)), picture=picture)


@app.post("/api/payments/<payment_id>/cancel", middlewares=LIMITS)
def cancel(payment_id: Id, payer: CurrentPayer) -> PaymentAnswer:
    """Cancel an unpaid payment."""
    return PaymentAnswer.of(billing.orders().cancel(payer, str(payment_id)), picture="none")


@app.get("/api/subscriptions", middlewares=LIMITS)
def plan(user: SignedIn) -> Envelope[Plan]:
    """Get the caller's plan."""
    return Envelope(data=Plan.of(billing.plans().current(user)))


@app.get("/api/subscriptions/tiers", middlewares=LIMITS)
def choices(user: SignedIn, request: CurrentRequest) -> Envelope[Choices]:
    """List tiers and banks on offer."""
    tiers = [Tier.of(row) for row in billing.plans().tiers(user, language=request.language)]
    banks = [BankChoice.of(bank) for bank in billing.plans().banks_offered()]
    return Envelope(data=Choices(tiers=tiers, banks=banks))


@app.get("/api/subscriptions/history", middlewares=LIMITS)
def periods(user: SignedIn) -> Envelope[list[Period]]:
    """List the paid periods."""
    return Envelope(data=[Period.model_validate(row) for row in billing.plans().history(user)])


@app.post("/api/subscriptions/upgrade", middlewares=LIMITS)
def upgrade(body: NewPayment, payer: CurrentPayer, *, idempotency_key: IdempotencyKey = "") -> PaymentAnswer:
    """Order a higher tier; it starts when paid, and the rest of the lower one is added as time."""
    return order(body, payer, idempotency_key=idempotency_key)


@app.post("/api/subscriptions/downgrade", middlewares=LIMITS)
def downgrade(body: Downgrade, user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Schedule a lower tier for the end of the paid period."""
    changed = billing.plans().change(user, "downgrade", request_id=request.id, tier=body.tier)
    return Envelope(data=Plan.of(changed))


@app.post("/api/subscriptions/cancel", middlewares=LIMITS)
def end(user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Cancel the plan at the end of the paid period."""
    return Envelope(data=Plan.of(billing.plans().change(user, "cancel", request_id=request.id)))


@app.post("/api/subscriptions/resume", middlewares=LIMITS)
def resume(user: SignedIn, request: CurrentRequest) -> Envelope[Plan]:
    """Undo a cancellation or a downgrade."""
    return Envelope(data=Plan.of(billing.plans().change(user, "resume", request_id=request.id)))


handler = entrypoint(app)
