"""Bakai OpenBanking: a token per external service, PayLink or QR, unsigned webhooks (docs/reference/payments.md, 1.3).

The bank returns no id at creation: ours is the only reference, in 25 characters. The QR service is used where it has a
token, else PayLink, whose answer is a plain text. Querying the status depends on `BAKAI_QR_TYPE`.
"""

from datetime import timedelta
from typing import Any, Self

import httpx
from pydantic import Field, SecretStr, model_validator

from auto360.core.clock import Clock
from auto360.core.money import som_number
from auto360.core.settings import EnvSettings
from auto360.providers.payments import (
    Bank,
    BankRefused,
    BankUncertain,
    Callback,
    CallbackAnswer,
    CallbackUnreadable,
    Capabilities,
    NewOrder,
    Notification,
    NotSupported,
    Order,
    OrderRef,
    OrderState,
    OrderStatus,
    OrderUnknown,
    PaymentOutcome,
    WebhookAuthenticity,
)
from auto360.providers.payments.elqr import SOM_NUMBER, require_payable
from auto360.providers.payments.http_client import (
    BankConnection,
    BankReply,
    BankUrl,
    compact_json,
    host_of,
    require_success,
)
from auto360.providers.payments.links import BankLinks, BankTerms
from auto360.providers.payments.models import (
    Id,
    ProviderModel,
    Som,
    Word,
    attempt_of,
    our_id,
    read_callback,
    read_reply,
    short_id,
)
from auto360.providers.payments.texts import is_secret

_SECONDS_UNIT = 0
# "Processed" is another word of the state call; it does not prove that money has moved, so it stays pending.
_STATES = {
    "success": OrderState.PAID,
    "error": OrderState.FAILED,
    "expired": OrderState.EXPIRED,
    "canceled": OrderState.CANCELED,
}
_ANSWERS = {PaymentOutcome.TAKEN: 200, PaymentOutcome.REFUSED: 403, PaymentOutcome.LATER: 503}


class BakaiSettings(EnvSettings):
    """Tokens, each of one service; the status is queried with the token of the service that made the order."""

    bakai_api_url: BankUrl
    bakai_account: str = Field(pattern=r"^[0-9]{16}$")
    bakai_qr_token: SecretStr | None = None
    bakai_paylink_token: SecretStr | None = None
    bakai_callback_secret: SecretStr = Field(min_length=24)
    bakai_qr_type: str = Field("", max_length=30)
    bakai_link_hosts: str = "bakai.app,bakai24.app"

    @model_validator(mode="after")
    def _one_service(self) -> Self:
        if self.bakai_qr_token is None and self.bakai_paylink_token is None:
            raise ValueError("BAKAI_QR_TOKEN or BAKAI_PAYLINK_TOKEN must be set")
        return self

    @property
    def has_qr(self) -> bool:
        """Return True where orders are made by the QR service."""
        return self.bakai_qr_token is not None

    @property
    def token(self) -> str:
        """Return the token of the service in use."""
        token = self.bakai_qr_token or self.bakai_paylink_token
        return token.get_secret_value() if token else ""


class _Code(ProviderModel):
    qr_link: str = Field(alias="qrLink")


class _State(ProviderModel):
    state: Word
    amount: Som | None = None


class _Call(ProviderModel):
    account: Id = Field(alias="accountNo")
    amount: Som
    currency: Word = Field(alias="currencyID")
    operation: Id = Field(alias="operationID")
    state: Word = Field(alias="operationState")
    transaction: Word | None = Field(default=None, alias="qrTransactionID")
    elqr: Word | None = Field(default=None, alias="elqrID")


class Bakai:
    """Orders and webhooks at Bakai Bank."""

    def __init__(self, settings: BakaiSettings, line: BankConnection, links: BankLinks, clock: Clock) -> None:
        self._settings, self._line, self._links, self._clock = settings, line, links, clock

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create a QR code, or a PayLink."""
        return (self._qr if self._settings.has_qr else self._pay_link)(order, timeout=timeout)

    def _qr(self, order: Order, *, timeout: float) -> NewOrder:
        operation = short_id(order.attempt_id)
        body = {
            "accountNo": self._settings.bakai_account,
            "currencyId": int(SOM_NUMBER),
            "amount": som_number(order.amount_tyiyn),
            "operationID": operation,
            "comment": order.description[:100],
            "qrTtl": int(order.lifetime.total_seconds()),
            "qrTtlUnits": _SECONDS_UNIT,
        }
        reply = self._post("/api/Qr/GenerateQRWithComment", body, timeout=timeout)
        link = self._links.allowed(read_reply(_Code, _unwrapped(reply)).qr_link)
        text = require_payable(link, amount_tyiyn=order.amount_tyiyn)
        return NewOrder(
            provider_ref=operation,
            expires_at=self._clock() + order.lifetime,
            qr_text=link,
            deep_links=self._links.deep_links(text),
        )

    def _pay_link(self, order: Order, *, timeout: float) -> NewOrder:
        operation = short_id(order.attempt_id)
        body = {
            "amount": som_number(order.amount_tyiyn),
            "transactionID": operation,
            "comment": order.description[:100],
            "redirectURL": order.return_url,
            "ttl": int(order.lifetime.total_seconds()),
            "ttlUnits": _SECONDS_UNIT,
        }
        reply = require_success(self._post("/api/PayLink/CreatePayLink", body, timeout=timeout))
        url = reply.decode("utf-8", "replace").strip().strip('"')
        if not host_of(url):
            raise BankUncertain("unreadable")
        return NewOrder(
            provider_ref=operation,
            expires_at=self._clock() + order.lifetime,
            redirect_url=self._links.allowed(url),
        )

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Query the state where the contract has the call; the amount is often missing."""
        if not self._settings.bakai_qr_type:
            raise NotSupported("no_qr_type")
        operation = ref.provider_ref or short_id(our_id(ref))
        reply = self._line.call(
            "GET",
            "/api/Qr/GetStateCustomQr",
            timeout=timeout,
            repeatable=True,
            headers=self._headers(),
            params={"qrType": self._settings.bakai_qr_type, "transactionID": operation},
        )
        if reply.status == httpx.codes.NOT_FOUND:
            raise OrderUnknown("http_404")
        found = read_reply(_State, _unwrapped(reply))
        state = _STATES.get(found.state.lower(), OrderState.PENDING)
        amount = found.amount if state is OrderState.PAID else None
        return OrderStatus(state, operation, amount, "KGS", transaction_id=operation, attempt_id=attempt_of(operation))

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return UNVERIFIED at best, and only for our own account: nothing is signed."""
        if not is_secret(self._settings.bakai_callback_secret.get_secret_value(), callback.path_secret or ""):
            return WebhookAuthenticity.REJECTED
        try:
            told = read_callback(_Call, callback.body)
        except CallbackUnreadable:
            return WebhookAuthenticity.REJECTED
        return (
            WebhookAuthenticity.UNVERIFIED
            if told.account == self._settings.bakai_account
            else WebhookAuthenticity.REJECTED
        )

    def parse(self, callback: Callback) -> Notification:
        """Parse; `elqrID` is unique per payment; without it, operation and state identify the event."""
        told = read_callback(_Call, callback.body)
        return Notification(
            event_key=(told.elqr or f"{told.operation}:{told.state}")[:300],
            state=_STATES.get(told.state.lower(), OrderState.PENDING),
            attempt_id=attempt_of(told.operation),
            provider_ref=told.operation,
            amount_tyiyn=told.amount,
            currency="KGS" if told.currency == SOM_NUMBER else told.currency,
            transaction_id=told.transaction or told.elqr,
        )

    def ack(self, outcome: PaymentOutcome, _callback: Callback, /) -> CallbackAnswer:
        """Answer 200 to end repetition; the bank repeats anything else without end."""
        return CallbackAnswer(_ANSWERS[outcome], "{}")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.token}", "Accept": "application/json"}

    def _post(self, path: str, body: dict[str, Any], *, timeout: float) -> BankReply:
        headers = {**self._headers(), "Content-Type": "application/json"}
        return self._line.call(
            "POST", path, timeout=timeout, repeatable=False, headers=headers, content=compact_json(body)
        )


class _Wrapped(ProviderModel):
    status_code: int | None = Field(default=None, alias="statusCode")
    result: dict[str, Any] | None = None


def _unwrapped(reply: BankReply) -> bytes | dict[str, Any]:
    """Return the result; some methods wrap it into `{responseMessage, statusCode, result}`."""
    body = require_success(reply)
    wrapped = read_reply(_Wrapped, body)
    if wrapped.status_code is not None and wrapped.status_code >= 400:
        raise BankRefused(f"status_{wrapped.status_code}", lasting=wrapped.status_code in (401, 403))
    return body if wrapped.result is None else wrapped.result


def bakai(settings: BakaiSettings, http: httpx.Client, terms: BankTerms) -> Bank:
    """Build the bank with its parts."""
    links = BankLinks(settings.bakai_link_hosts.split(","), terms.apps)
    side = Bakai(settings, BankConnection(http, settings.bakai_api_url), links, terms.clock)
    capabilities = Capabilities(
        signature="none",
        trust=WebhookAuthenticity.UNVERIFIED,
        unit="som",
        query=bool(settings.bakai_qr_type),
        order_id=bool(settings.bakai_qr_type),
        cancel=False,
        refund="manual",
        recurring=False,
        lists=False,
        qr=settings.has_qr,
        deep_links=settings.has_qr,
        redirect=not settings.has_qr,
        min_tyiyn=terms.min_tyiyn,
        max_tyiyn=terms.max_tyiyn,
        lifetime=timedelta(minutes=30),
    )
    return Bank("bakai", "Bakai", capabilities, side, side)
