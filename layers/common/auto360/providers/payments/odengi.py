"""O!Деньги (O!Bank): JSON over one address, signed with HMAC-MD5 both ways (docs/reference/payments.md, 1.1).

Errors come with HTTP 200. One invoice can be paid twice from two apps; the status then lists both payments.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
from pydantic import Field, SecretStr

from auto360.core.clock import Clock
from auto360.core.money import whole_tyiyn
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
    Order,
    OrderRef,
    OrderState,
    OrderStatus,
    OrderUnknown,
    PaymentOutcome,
    WebhookAuthenticity,
)
from auto360.providers.payments.elqr import require_payable
from auto360.providers.payments.http_client import BankConnection, BankUrl, require_success
from auto360.providers.payments.links import BankLinks, BankTerms
from auto360.providers.payments.models import (
    Id,
    Moment,
    ProviderModel,
    Tyiyn,
    Word,
    attempt_of,
    json_object,
    local_text,
    our_id,
    read_reply,
)
from auto360.providers.payments.odengi_signature import callback_hash, signed_request, signed_texts
from auto360.providers.payments.texts import is_secret

_VERSION = 1005
_CALLBACK_STATES = {"1": OrderState.PENDING, "2": OrderState.CANCELED, "3": OrderState.PAID}
_ANSWERS = {PaymentOutcome.TAKEN: 200, PaymentOutcome.REFUSED: 403, PaymentOutcome.LATER: 503}


class OdengiSettings(EnvSettings):
    """Merchant account. The production host differs between sources, so it has no default."""

    odengi_api_url: BankUrl
    odengi_sid: str = Field(pattern=r"^[0-9]{1,20}$")
    odengi_password: SecretStr
    odengi_test: bool = False
    odengi_link_hosts: str = "api.dengi.o.kg"


class _Invoice(ProviderModel):
    invoice_id: Id
    emv_qr: str | None = None
    site_pay: str | None = None
    paylink_url: str | None = None


class _Approved(ProviderModel):
    trans_id: Id
    amount: Tyiyn
    date_pay: Moment = None
    mobile: Word | None = Field(default=None, repr=False)


class _Status(ProviderModel):
    status: Word | None = None
    invoice_id: Word | None = None
    order_id: Word | None = None
    payments: tuple[dict[str, Any], ...] | None = None

    @property
    def approved(self) -> list[_Approved]:
        """Return real payments, each once; tries in progress may lack any field."""
        found = [read_reply(_Approved, row) for row in self.payments or () if row.get("status") == "approved"]
        return list({payment.trans_id: payment for payment in found}.values())


class _Reply(ProviderModel):
    data: dict[str, Any]


class Odengi:
    """Orders, webhooks and cancellation at O!Деньги."""

    def __init__(self, settings: OdengiSettings, line: BankConnection, links: BankLinks, clock: Clock) -> None:
        self._settings, self._line, self._links, self._clock = settings, line, links, clock

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create an invoice.

        The same order id again returns the same invoice (one source; the contract must say so).
        """
        expires_at = self._clock() + order.lifetime
        data = {
            "order_id": order.attempt_id,
            "desc": order.description[:1000],
            "amount": order.amount_tyiyn,
            "currency": "KGS",
            "test": int(self._settings.odengi_test),
            "long_term": 0,
            "date_life": local_text(expires_at),
            "success_url": order.return_url,
            "fail_url": order.return_url,
            "result_url": order.callback_url,
        }
        language = "en" if order.language == "en" else "ru"
        reply = self._command("createInvoice", data, timeout=timeout, language=language, repeatable=False)
        invoice = read_reply(_Invoice, reply)
        page = invoice.site_pay or invoice.paylink_url
        code = invoice.emv_qr
        text = require_payable(code, amount_tyiyn=order.amount_tyiyn) if code else None
        if not page and not text:
            raise BankUncertain("nothing_to_show")
        return NewOrder(
            provider_ref=invoice.invoice_id,
            expires_at=expires_at,
            redirect_url=self._links.allowed(page) if page else None,
            qr_text=text,
            deep_links=self._links.deep_links(text) if text else (),
        )

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Query the invoice with all its payments; found by our id as well."""
        named = {"invoice_id": ref.provider_ref} if ref.provider_ref else {"order_id": our_id(ref)}
        status = read_reply(_Status, self._command("statusPayment", named, timeout=timeout))
        paid = status.approved
        if paid:
            return OrderStatus(
                OrderState.PAID,
                status.invoice_id or ref.provider_ref,
                sum(payment.amount for payment in paid),
                "KGS",
                paid_at=paid[0].date_pay,
                transaction_id=paid[0].trans_id,
                payer_phone=paid[0].mobile,
                attempt_id=attempt_of(status.order_id),
            )
        # A try that was canceled leaves the invoice payable: only the invoice's own state counts.
        state = OrderState.CANCELED if status.status == "canceled" else OrderState.PENDING
        number = status.invoice_id or ref.provider_ref
        return OrderStatus(state, number, None, "KGS", attempt_id=attempt_of(status.order_id))

    def cancel(self, ref: OrderRef, *, timeout: float) -> None:
        """Cancel an unpaid invoice; known by the bank's id only."""
        if ref.provider_ref is None:
            raise OrderUnknown("no_invoice_id")
        self._command("invoiceCancel", {"invoice_id": ref.provider_ref}, timeout=timeout)

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return VERIFIED when the hash is right and the webhook is for our account."""
        try:
            body = json_object(callback.body)
            expected = callback_hash(body, self._settings.odengi_password.get_secret_value())
        except CallbackUnreadable:
            return WebhookAuthenticity.REJECTED
        is_signed = is_secret(expected, str(body.get("hash")).lower())
        is_ours = str(body.get("site_id")) == self._settings.odengi_sid
        return WebhookAuthenticity.VERIFIED if is_signed and is_ours else WebhookAuthenticity.REJECTED

    def parse(self, callback: Callback) -> Notification:
        """Parse only fields that the hash covers."""
        told = signed_texts(json_object(callback.body))
        number, status = told["trans_id"], told["status_pay"]
        try:
            amount = whole_tyiyn(told["amount"])
        except ValueError:
            raise CallbackUnreadable from None
        if not number:
            raise CallbackUnreadable
        return Notification(
            event_key=f"{number}:{status}"[:300],
            state=_CALLBACK_STATES.get(status, OrderState.PENDING),
            attempt_id=attempt_of(told["order_id"]),
            provider_ref=None,
            amount_tyiyn=amount,
            currency=told["currency"],
            transaction_id=number,
            is_test=told["test"] == "1",
        )

    def ack(self, outcome: PaymentOutcome, _callback: Callback, /) -> CallbackAnswer:
        """Answer by status; the bank reads only the status."""
        return CallbackAnswer(_ANSWERS[outcome], '{"status":"ok"}' if outcome is PaymentOutcome.TAKEN else "{}")

    def _command(
        self, cmd: str, data: Mapping[str, Any], *, timeout: float, language: str = "ru", repeatable: bool = True
    ) -> dict[str, Any]:
        """Send one command; returns its `data`. Raises BankFailure, also for an error inside of HTTP 200."""
        body = signed_request(
            {
                "cmd": cmd,
                "version": _VERSION,
                "sid": self._settings.odengi_sid,
                "lang": language,
                "mktime": str(int(self._clock().timestamp())),
                "data": dict(data),
            },
            self._settings.odengi_password.get_secret_value(),
        )
        headers = {"Content-Type": "application/json; charset=utf-8"}
        reply = self._line.call("POST", "", timeout=timeout, repeatable=repeatable, headers=headers, content=body)
        answer = read_reply(_Reply, require_success(reply)).data
        if answer.get("error"):
            raise BankRefused(f"error_{answer['error']}")
        return answer


def odengi(settings: OdengiSettings, http: httpx.Client, terms: BankTerms) -> Bank:
    """Build the bank with its parts."""
    links = BankLinks(settings.odengi_link_hosts.split(","), terms.apps)
    side = Odengi(settings, BankConnection(http, settings.odengi_api_url), links, terms.clock)
    capabilities = Capabilities(
        signature="odengi_hmac_md5",
        trust=WebhookAuthenticity.VERIFIED,
        unit="tyiyn",
        query=True,
        order_id=True,
        cancel=True,
        refund="manual",
        recurring=False,
        lists=False,
        qr=True,
        deep_links=True,
        redirect=True,
        min_tyiyn=terms.min_tyiyn,
        max_tyiyn=terms.max_tyiyn,
        lifetime=timedelta(minutes=30),
    )
    return Bank("odengi", "O!Деньги", capabilities, side, side, cancels=side, is_test=settings.odengi_test)
