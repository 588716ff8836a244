"""/api/sms: single messages by template, and how SMS are doing; for operators."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from pydantic import BaseModel, Field

from auto360.container import sms as sms_container
from auto360.core import phone
from auto360.core.messages import Language
from auto360.domains.sms.sending import SmsOrigin, Template
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.envelope import Envelope, RequestBody
from auto360.http.requests import CurrentRequest

app = make_app()
LIMITS = [limited("default")]


class Message(RequestBody):
    """Whom to write to, and which of our sentences."""

    phone: str = Field(min_length=1, max_length=40)
    template: Template
    language: Language = "ru"


class Sent(BaseModel):
    """`provider` is null where this very message had been sent before."""

    sms_id: UUID
    state: str
    provider: str | None


class Balance(BaseModel):
    """What is left at a provider, in its unit as told; the price of one part in tyiyn, where it is told."""

    provider: str = Field(validation_alias="supplier")
    balance: float
    currency: str
    price_tyiyn: int | None
    measured_at: datetime


class DayBalance(BaseModel):
    """What was left at the end of a Bishkek day, or now."""

    provider: str = Field(validation_alias="supplier")
    day: date
    balance: float


class Deliveries(BaseModel):
    """Messages of 24 hours to numbers of one operator. The rate is in percent of those that were told about."""

    provider: str = Field(validation_alias="supplier")
    mobile_network: str = Field(validation_alias="operator")
    accepted: int
    delivered: int
    failed: int
    unreported: int
    delivery_rate: float | None


class DayCost(BaseModel):
    """What messages of one purpose cost on one Bishkek day, in tyiyn."""

    day: date
    purpose: str
    provider: str = Field(validation_alias="supplier")
    messages: int
    parts: int
    cost_tyiyn: int


class Status(BaseModel):
    """`circuits`: providers that are passed over for a while, and why."""

    balances: list[Balance]
    balance_history: list[DayBalance]
    deliveries: list[Deliveries]
    costs: list[DayCost]
    budget_spent_tyiyn: int
    circuits: list[dict[str, Any]]


@app.post("/api/sms/send", middlewares=LIMITS)
def send(
    body: Message,
    request: CurrentRequest,
    user: SignedIn,
    *,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> Envelope[Sent]:
    """Send one message to one phone."""
    sent = sms_container.operator_sms().send(
        user,
        phone.normalise(body.phone),
        template=body.template,
        language=body.language,
        idempotency_key=idempotency_key,
        origin=SmsOrigin(request.address, request.id),
    )
    return Envelope(data=Sent.model_validate(sent))


@app.get("/api/sms/status", middlewares=LIMITS)
def status(user: SignedIn, *, days: Annotated[int, Query(ge=1, le=92)] = 30) -> Envelope[Status]:
    """Balances, prices, delivery by operator, costs per day."""
    return Envelope(data=Status.model_validate(sms_container.sms_status()(user, days=days)))


handler = entrypoint(app)
