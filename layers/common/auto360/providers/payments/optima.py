"""Optima Business QR: JSON with an API key, webhooks with HTTP Basic (docs/reference/payments.md, 1.4).

The bank takes no order id: it makes its own, and ours is in the note. A creation that timed out may leave a live
code, so the note is read back from webhooks and statements. Basic does not protect the body of a webhook: it is
UNVERIFIED.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import httpx
from pydantic import Field, SecretStr

from auto360.core.clock import Clock
from auto360.core.money import som_number
from auto360.core.settings import EnvSettings
from auto360.core.timezone import BISHKEK
from auto360.providers.payments import (
    Bank,
    Callback,
    CallbackAnswer,
    CallbackUnreadable,
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
    Som,
    Word,
    basic_pair,
    local_text,
    path_part,
    read_callback,
    read_reply,
)
from auto360.providers.payments.optima_statement import note_of, noted_id, statement_lines

_QR_TYPE = "CALLBACK_WEB_PARTNER_BY_SALE_POINT"
_QR_PIXELS = 300
_MAX_DAYS = 14
# NOT_EXIST is the state of an unpaid code in one source: no failure.
_STATES = {"PROCESSED": OrderState.PAID, "ERROR": OrderState.FAILED}
_ANSWERS = {
    PaymentOutcome.TAKEN: (200, "accepted"),
    PaymentOutcome.REFUSED: (401, "rejected"),
    PaymentOutcome.LATER: (500, "try again"),
}


class OptimaSettings(EnvSettings):
    """Company, point of sale, and the login pair that we gave to the bank for its webhooks."""

    optima_api_url: BankUrl
    optima_api_key: SecretStr
    optima_legal_party_id: int
    optima_sale_point_code: int
    optima_cash_code: int
    optima_callback_login: str = Field(min_length=1)
    optima_callback_password: SecretStr = Field(min_length=24)
    optima_link_hosts: str = "mobile.optima24.kg,pay.payqr.kg"


class _Code(ProviderModel):
    transaction_id: Id = Field(alias="transactionId")
    qr_url: str = Field(alias="qrUrl")


class _Transaction(ProviderModel):
    transaction_id: Id | None = Field(default=None, alias="transactionId")
    status: Word
    sum: Som | None = None
    note: str | None = None
    processed_at: Moment = Field(default=None, alias="transactionProcessedDateTime")

    @property
    def state(self) -> OrderState:
        return _STATES.get(self.status, OrderState.PENDING)

    @property
    def attempt_id(self) -> str | None:
        return noted_id(self.note)


class Optima:
    """Orders, webhooks and statements at Optima Bank."""

    def __init__(self, settings: OptimaSettings, line: BankConnection, links: BankLinks, clock: Clock) -> None:
        self._settings, self._line, self._links, self._clock = settings, line, links, clock

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create a code of the type that sends webhooks. Not idempotent."""
        expires_at = self._clock() + order.lifetime
        body = {
            "requisite": {
                "salePointCode": self._settings.optima_sale_point_code,
                "cashCode": self._settings.optima_cash_code,
                "legalPartyId": self._settings.optima_legal_party_id,
            },
            "sum": som_number(order.amount_tyiyn),
            "note": note_of(order),
            "qrGenerateType": _QR_TYPE,
            "transactionCount": 1,
            "untilDateTime": local_text(expires_at, "T"),
            "allowEditSum": False,
            "qrType": "png",
            "qrSize": _QR_PIXELS,
            "payerClientType": "",
        }
        reply = self._call("POST", "/api/v2/generate/qr", timeout=timeout, repeatable=False, content=compact_json(body))
        code = read_reply(_Code, require_success(reply))
        link = self._links.allowed(code.qr_url)
        text = require_payable(link, amount_tyiyn=order.amount_tyiyn) if "#" in link else None
        return NewOrder(
            provider_ref=code.transaction_id,
            expires_at=expires_at,
            redirect_url=None if text else link,
            qr_text=link if text else None,
            deep_links=self._links.deep_links(text) if text else (),
        )

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Query the transaction; known by the bank's id only."""
        path = f"/api/v1/get-qr-transaction-info/{path_part(ref.provider_ref)}"
        reply = self._call("GET", path, timeout=timeout, repeatable=True)
        if reply.status == httpx.codes.NOT_FOUND:
            raise OrderUnknown("http_404")
        found = read_reply(_Transaction, require_success(reply))
        is_paid = found.state is OrderState.PAID
        return OrderStatus(
            found.state,
            ref.provider_ref,
            found.sum if is_paid else None,
            "KGS",
            paid_at=found.processed_at if is_paid else None,
            transaction_id=ref.provider_ref,
            attempt_id=found.attempt_id,
        )

    def payments(self, *, since: datetime, until: datetime, timeout: float) -> Iterator[ListedPayment]:
        """Yield the statement of whole days, 14 at a time; `timeout` is for each piece.

        A line has its own number and no transaction: our id in its note identifies the order.
        """
        first, last = (moment.astimezone(BISHKEK).date() for moment in (since, until))
        while first <= last:
            end = min(last, first + timedelta(days=_MAX_DAYS - 1))
            params = {
                "startDate": first.isoformat(),
                "endDate": end.isoformat(),
                "salePointCodes": str(self._settings.optima_sale_point_code),
                "legalPartyId": str(self._settings.optima_legal_party_id),
            }
            path = "/api/v1/get-qr-operation-statement"
            reply = self._call("GET", path, timeout=timeout, repeatable=True, params=params)
            yield from statement_lines(require_success(reply), first)
            first = end + timedelta(days=1)

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return UNVERIFIED for the right pair: it identifies the caller, not the body."""
        pair = basic_pair(callback.headers.get("authorization", ""))
        if pair is None:
            return WebhookAuthenticity.REJECTED
        login = self._settings.optima_callback_login.encode()
        password = self._settings.optima_callback_password.get_secret_value().encode()
        is_login, is_password = hmac.compare_digest(pair[0], login), hmac.compare_digest(pair[1], password)
        return WebhookAuthenticity.UNVERIFIED if is_login and is_password else WebhookAuthenticity.REJECTED

    def parse(self, callback: Callback) -> Notification:
        """Parse the transaction to query; our id comes from the note."""
        told = read_callback(_Transaction, callback.body)
        if told.transaction_id is None:
            raise CallbackUnreadable
        return Notification(
            event_key=f"{told.transaction_id}:{told.status}"[:300],
            state=told.state,
            attempt_id=told.attempt_id,
            provider_ref=told.transaction_id,
            amount_tyiyn=told.sum,
            currency="KGS",
            transaction_id=told.transaction_id,
        )

    def ack(self, outcome: PaymentOutcome, callback: Callback, /) -> CallbackAnswer:
        """Answer with the bank's number and the time of receipt."""
        try:
            number = read_callback(_Transaction, callback.body).transaction_id
        except CallbackUnreadable:
            number = None
        status, message = _ANSWERS[outcome]
        body = {"message": message, "transactionId": number, "receivedAt": self._clock().isoformat(timespec="seconds")}
        return CallbackAnswer(status, json.dumps(body))

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
        headers = {"X-API-KEY": self._settings.optima_api_key.get_secret_value(), "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self._line.call(
            method, path, timeout=timeout, repeatable=repeatable, headers=headers, params=params, content=content
        )


def optima(settings: OptimaSettings, http: httpx.Client, terms: BankTerms) -> Bank:
    """Build the bank with its parts."""
    links = BankLinks(settings.optima_link_hosts.split(","), terms.apps)
    side = Optima(settings, BankConnection(http, settings.optima_api_url), links, terms.clock)
    capabilities = Capabilities(
        signature="basic",
        trust=WebhookAuthenticity.UNVERIFIED,
        unit="som",
        query=True,
        order_id=False,
        cancel=False,
        refund="manual",
        recurring=False,
        lists=True,
        qr=True,
        deep_links=True,
        redirect=False,
        min_tyiyn=terms.min_tyiyn,
        max_tyiyn=terms.max_tyiyn,
        lifetime=timedelta(minutes=30),
    )
    return Bank("optima", "Optima", capabilities, side, side, lists=side)
