"""Requests and responses of payments (docs/reference/app-contract.md, sections 1.4 and 6)."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import Field

from auto360.domains.billing.orders import Payer
from auto360.http.auth import NEEDS_TOKEN, principal_of
from auto360.http.envelope import Envelope, Model, RequestBody
from auto360.http.requests import header, request_of
from auto360.providers.payments.qr_codes import qr_png, qr_svg

Picture = Literal["svg", "png", "none"]
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[!-~]*$")]
# The app's names for payment states.
_APP_STATUS = {"pending": "pending", "completed": "success", "failed": "failed", "refunded": "refunded"}


def _payer(resolved: ResolvedRequest) -> Payer:
    event = resolved.resolved_event.raw_event
    request = request_of(event)
    device = header(event, "X-Device-Id")[:200]
    return Payer(principal_of(event), request.address, device, request.language, request.id)


CurrentPayer = Annotated[Payer, Depends(_payer), NEEDS_TOKEN]
"""Parameter type for a signed-in payer."""


class NewPayment(RequestBody):
    """Tier by our or the app's name, and the bank. `keep_card`: debit later periods, where possible."""

    tier: str = Field(pattern=r"^[a-z_]{2,30}$")
    bank: str = Field(pattern=r"^[a-z]{2,20}$")
    keep_card: bool = False
    picture: Picture = "svg"


class PaymentLink(Model):
    """Link that opens a bank's app with the order in it."""

    code: str
    name: str
    url: str


class PaymentOptions(Model):
    """Ways to pay until `expires_at`: a page, a QR code as text and picture, links into banks' apps.

    `qr_picture` is an SVG document, or a PNG as a data address.
    """

    redirect_url: str | None
    qr_text: str | None
    qr_picture: str | None
    deep_links: list[PaymentLink]
    expires_at: datetime


class PaymentLine(Model):
    """Payment in the history. `amount` is in som; `status` is for the app, `state` is the full state."""

    id: str
    amount: float
    amount_tyiyn: int
    refunded_tyiyn: int
    currency: str
    payment_type: str
    description: str
    status: str
    state: str
    bank: str
    metadata: dict[str, Any]
    completed_at: datetime | None
    created_at: datetime


class Payment(PaymentLine):
    """Payment with its ways to pay; `pay` is null when there is nothing to pay."""

    tier: str
    tier_code: str
    expires_at: datetime | None
    failure_reason: str | None
    pay: PaymentOptions | None

    @classmethod
    def of(cls, row: dict[str, Any], *, picture: Picture) -> Self:
        """Build from the database's view."""
        attempt, text = row["attempt"], (row["attempt"] or {}).get("qr_text")
        way = None if attempt is None else {**attempt, "qr_picture": _picture(text, picture)}
        return cls.model_validate({**row, "pay": way})


def _picture(text: str | None, kind: Picture) -> str | None:
    if text is None or kind == "none":
        return None
    if kind == "svg":
        return qr_svg(text)
    import base64

    return f"data:image/png;base64,{base64.b64encode(qr_png(text)).decode()}"


class PaymentAnswer(Envelope[Payment]):
    """Payment with the app's own field names at the top level."""

    payment_id: str
    payment_url: str | None
    status: str

    @classmethod
    def of(cls, row: dict[str, Any], *, picture: Picture) -> Self:
        """Build from the database's view."""
        payment = Payment.of(row, picture=picture)
        url = None if payment.pay is None else payment.pay.redirect_url or payment.pay.qr_text
        status = "cancelled" if payment.state == "canceled" else _APP_STATUS[payment.status]
        return cls(data=payment, payment_id=payment.id, payment_url=url, status=status)


class Payments(Model):
    """Page of payments, newest first; `next_cursor` is null on the last one."""

    payments: list[PaymentLine]
    next_cursor: str | None
