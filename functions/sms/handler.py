"""/api/sms: single template messages and SMS status, for staff."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from auto360.container import sms as sms_container
from auto360.core import phone
from auto360.core.errors import Forbidden, IdempotencyKeyReused, PhoneInvalid
from auto360.core.messages import Language
from auto360.core.refusals.accounts import PhoneRejected, SmsUnavailable
from auto360.core.refusals.sms import StaffSmsLimit
from auto360.domains.sms.sending import SmsOrigin, Template
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope, Model, RequestBody
from auto360.http.params import Header, Query
from auto360.http.requests import CurrentRequest

app = make_app()
LIMITS = [limited("default")]


class Message(RequestBody):
    """Recipient and template of a message."""

    phone: str = Field(min_length=1, max_length=40)
    template: Template
    language: Language = "ru"


class Sent(Model):
    """Accepted message; `provider` is null for a repeated request."""

    sms_id: UUID
    state: str
    provider: str | None


class Balance(Model):
    """Balance at a provider in its own currency; `price_tyiyn` per segment, where known."""

    provider: str = Field(validation_alias="supplier")
    balance: float
    currency: str
    price_tyiyn: int | None
    measured_at: datetime


class DayBalance(Model):
    """Balance at the end of a Bishkek day, or now."""

    provider: str = Field(validation_alias="supplier")
    day: date
    balance: float


class Deliveries(Model):
    """Deliveries of 24 hours per mobile network; the rate is in percent of those with a delivery receipt."""

    provider: str = Field(validation_alias="supplier")
    mobile_network: str = Field(validation_alias="operator")
    accepted: int
    delivered: int
    failed: int
    unreported: int
    delivery_rate: float | None


class DayCost(Model):
    """Cost of one purpose on one Bishkek day, in tyiyn."""

    day: date
    purpose: str
    provider: str = Field(validation_alias="supplier")
    messages: int
    parts: int
    cost_tyiyn: int


class Status(Model):
    """SMS status; `circuits` lists skipped providers, with the reason."""

    balances: list[Balance]
    balance_history: list[DayBalance]
    deliveries: list[Deliveries]
    costs: list[DayCost]
    budget_spent_tyiyn: int
    circuits: list[dict[str, Any]]


@app.post("/api/sms/send", middlewares=LIMITS)
@refuses(Forbidden, IdempotencyKeyReused, PhoneInvalid, PhoneRejected, SmsUnavailable, StaffSmsLimit)
def send(
    body: Message,
    request: CurrentRequest,
    user: SignedIn,
    *,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> Envelope[Sent]:
    """Send one template message to a phone. Idempotent by `Idempotency-Key`."""
    sent = sms_container.staff_sms().send(
        user,
        phone.normalise(body.phone),
        template=body.template,
        language=body.language,
        idempotency_key=idempotency_key,
        origin=SmsOrigin(request.address, request.id),
    )
    return Envelope(data=Sent.model_validate(sent))


@app.get("/api/sms/status", middlewares=LIMITS)
@refuses(Forbidden)
def status(user: SignedIn, *, days: Annotated[int, Query(ge=1, le=92)] = 30) -> Envelope[Status]:
    """Get balances, prices, delivery by mobile network and daily costs."""
    return Envelope(data=Status.model_validate(sms_container.sms_status()(user, days=days)))


handler = entrypoint(app)
