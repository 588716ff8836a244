"""MBank through MKassa's partner interface: JSON with an API key, unsigned webhooks (docs/reference/payments.md, 1.2).

A QR code is valid for 60 seconds unless the contract allows longer ones. An old code may still be paid, so every order
keeps the bank's id.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import Field, SecretStr

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.core.timezone import BISHKEK
from auto360.providers.payments import (
    Bank,
    BankUncertain,
    Callback,
    CallbackAnswer,
    Capabilities,
    ListedPayment,
    NewOrder,
    Notification,
    Order,
    OrderRef,
    OrderState,
    OrderStatus,
    OrderUnknown,
    PaymentOutcome,
    WebhookAuthenticity,
)
from auto360.providers.payments.elqr import require_payable
from auto360.providers.payments.http_client import BankConnection, BankReply, BankUrl, compact_json, require_success
from auto360.providers.payments.links import BankLinks, BankTerms
from auto360.providers.payments.models import (
    Id,
    Moment,
    ProviderModel,
    Tyiyn,
    Word,
    attempt_of,
    path_part,
    read_callback,
    read_reply,
)
from auto360.providers.payments.texts import is_secret

_TRANSACTIONS = "/api/partners/transactions"
_SHORT_LIFE = timedelta(seconds=60)
_MAX_PAGES = 500
_STATES = {
    "paid": OrderState.PAID,
    "failed": OrderState.FAILED,
    "overdue": OrderState.EXPIRED,
    "canceled": OrderState.CANCELED,
    "for_rollback": OrderState.REFUND_PENDING,
    "rollback": OrderState.REFUNDED,
}
_WITH_MONEY = (OrderState.PAID, OrderState.REFUND_PENDING, OrderState.REFUNDED)
_ANSWERS = {PaymentOutcome.TAKEN: 200, PaymentOutcome.REFUSED: 403, PaymentOutcome.LATER: 500}


class MkassaSettings(EnvSettings):
    """Key of the merchant, and the secret last part of the webhook path."""

    mkassa_api_url: BankUrl
    mkassa_api_key: SecretStr
    mkassa_callback_secret: SecretStr = Field(min_length=24)
    mkassa_long_living: bool = False
    mkassa_link_hosts: str = "app.mbank.kg"


class _Transaction(ProviderModel):
    id: Id
    status: Word
    amount: Tyiyn
    paid_at: Moment = None
    metadata: dict[str, Any] | None = None

    @property
    def state(self) -> OrderState:
        return _STATES.get(self.status, OrderState.PENDING)

    @property
    def attempt_id(self) -> str | None:
        return attempt_of((self.metadata or {}).get("payment_id"))


class _Created(_Transaction):
    payment_token: str


class _Page(ProviderModel):
    results: list[_Transaction]
    next: str | None = None


class Mkassa:
    """Orders, webhooks, cancellation and the daily statement at MBank."""

    def __init__(self, settings: MkassaSettings, line: BankConnection, links: BankLinks, clock: Clock) -> None:
        self._settings, self._line, self._links, self._clock = settings, line, links, clock

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create a QR code. Not idempotent: a second call makes a second code."""
        lasting = self._settings.mkassa_long_living
        body = {
            "amount": order.amount_tyiyn,
            "is_long_living": lasting,
            "metadata": {"payment_id": order.attempt_id, "description": order.description[:150]},
        }
        path = f"{_TRANSACTIONS}/init_payment/"
        reply = self._call("POST", path, timeout=timeout, repeatable=False, content=compact_json(body))
        created = read_reply(_Created, require_success(reply))
        link = self._links.allowed(created.payment_token)
        text = require_payable(link, amount_tyiyn=order.amount_tyiyn)
        return NewOrder(
            provider_ref=created.id,
            expires_at=self._clock() + (order.lifetime if lasting else min(order.lifetime, _SHORT_LIFE)),
            qr_text=link,
            deep_links=self._links.deep_links(text),
        )

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Query the transaction by the bank's id, the only known one."""
        path = f"{_TRANSACTIONS}/{path_part(ref.provider_ref)}/"
        found = read_reply(_Transaction, self._found(self._call("GET", path, timeout=timeout, repeatable=True)))
        return OrderStatus(
            found.state,
            found.id,
            found.amount if found.state in _WITH_MONEY else None,
            "KGS",
            paid_at=found.paid_at,
            transaction_id=found.id,
            refunded_tyiyn=found.amount if found.state is OrderState.REFUNDED else 0,
            attempt_id=found.attempt_id,
        )

    def cancel(self, ref: OrderRef, *, timeout: float) -> None:
        """Cancel an unpaid code."""
        path = f"{_TRANSACTIONS}/{path_part(ref.provider_ref)}/cancel/"
        self._found(self._call("PUT", path, timeout=timeout, repeatable=True))

    def payments(self, *, since: datetime, until: datetime, timeout: float) -> Iterator[ListedPayment]:
        """Yield the transactions of these days, page by page; `timeout` is for each page."""
        path = "/api/partners/v1/transactions/"
        days = {"start_date": _day(since), "end_date": _day(until)}
        for number in range(1, _MAX_PAGES + 1):
            params = {**days, "page": str(number)}
            reply = self._call("GET", path, timeout=timeout, repeatable=True, params=params)
            page = read_reply(_Page, require_success(reply))
            for found in page.results:
                yield ListedPayment(
                    found.id,
                    found.attempt_id,
                    found.state,
                    found.amount,
                    found.paid_at,
                    transaction_id=found.id,
                )
            if not page.next:
                return
        raise BankUncertain("endless_list")

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return UNVERIFIED at best: nothing is signed, the secret path only excludes strangers."""
        secret = self._settings.mkassa_callback_secret.get_secret_value()
        return (
            WebhookAuthenticity.UNVERIFIED
            if is_secret(secret, callback.path_secret or "")
            else WebhookAuthenticity.REJECTED
        )

    def parse(self, callback: Callback) -> Notification:
        """Parse the transaction to query, and its claimed state."""
        told = read_callback(_Transaction, callback.body)
        return Notification(
            event_key=f"{told.id}:{told.status}"[:300],
            state=told.state,
            attempt_id=told.attempt_id,
            provider_ref=told.id,
            amount_tyiyn=told.amount,
            currency="KGS",
            transaction_id=told.id,
        )

    def ack(self, outcome: PaymentOutcome, _callback: Callback, /) -> CallbackAnswer:
        """Answer 200 to end deliveries, 403 to refuse, 500 to get a repetition."""
        return CallbackAnswer(_ANSWERS[outcome], "{}")

    def _call(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        repeatable: bool,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> BankReply:
        headers = {"Authorization": f"api-key {self._settings.mkassa_api_key.get_secret_value()}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self._line.call(
            method, path, timeout=timeout, repeatable=repeatable, headers=headers, params=params, content=content
        )

    def _found(self, reply: BankReply) -> bytes:
        if reply.status == httpx.codes.NOT_FOUND:
            raise OrderUnknown("http_404")
        return require_success(reply)


def _day(moment: datetime) -> str:
    return moment.astimezone(BISHKEK).date().isoformat()


def mkassa(settings: MkassaSettings, http: httpx.Client, terms: BankTerms) -> Bank:
    """Build the bank with its parts."""
    links = BankLinks(settings.mkassa_link_hosts.split(","), terms.apps)
    side = Mkassa(settings, BankConnection(http, settings.mkassa_api_url), links, terms.clock)
    capabilities = Capabilities(
        signature="none",
        trust=WebhookAuthenticity.UNVERIFIED,
        unit="tyiyn",
        query=True,
        order_id=False,
        cancel=True,
        refund="manual",
        recurring=False,
        lists=True,
        qr=True,
        deep_links=True,
        redirect=False,
        min_tyiyn=terms.min_tyiyn,
        max_tyiyn=terms.max_tyiyn,
        lifetime=timedelta(minutes=30) if settings.mkassa_long_living else _SHORT_LIFE,
    )
    return Bank("mbank", "MBank", capabilities, side, side, cancels=side, lists=side)
