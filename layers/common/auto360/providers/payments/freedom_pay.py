"""Freedom Pay: forms out, XML back, both signed with `pg_sig` (docs/reference/payments.md, 1.5).

The only bank with refunds by API and debits of a saved card. The payer uses the bank's own page, so no card number
reaches us.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx
from pydantic import Field, SecretStr

from auto360.core.clock import Clock
from auto360.core.money import som_text, tyiyn_of_som
from auto360.core.settings import EnvSettings
from auto360.providers.payments import (
    Bank,
    BankRefused,
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
    Refund,
    WebhookAuthenticity,
    callback_path,
)
from auto360.providers.payments.freedom_pay_fields import (
    MAX_CHARACTERS,
    MERCHANT_THAT_COMES_BACK,
    amount_of,
    flag_of,
    form_of,
    is_call_to,
    refunded_of,
    required_text,
    saved_card_of,
    script_of,
    state_of,
    text_of,
)
from auto360.providers.payments.freedom_pay_signature import SEPARATOR, is_signed, read_signed, sign
from auto360.providers.payments.http_client import BankConnection, BankUrl, require_success
from auto360.providers.payments.links import BankLinks, BankTerms
from auto360.providers.payments.models import attempt_of, moment_of, our_id, short_id

_WRONG_SIGNATURE = "1100"
_DEAD_PROFILES = ("9011", "11070")
_RECURRING_MONTHS = 36
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)
_NAME = "freedompay"
_ANSWERS = {
    PaymentOutcome.TAKEN: (200, "ok"),
    PaymentOutcome.REFUSED: (403, "rejected"),
    PaymentOutcome.LATER: (503, "error"),
}


class FreedomPaySettings(EnvSettings):
    """Merchant, and the secret that signs both ways."""

    freedompay_api_url: BankUrl
    freedompay_merchant_id: str = Field(pattern=r"^[0-9]{1,20}$")
    freedompay_secret_key: SecretStr = Field(min_length=8)
    freedompay_test: bool = False
    freedompay_link_hosts: str = "api.freedompay.kg,customer.freedompay.kg"


class FreedomPay:
    """Orders, webhooks, refunds and debits at Freedom Pay."""

    def __init__(
        self,
        settings: FreedomPaySettings,
        line: BankConnection,
        links: BankLinks,
        clock: Clock,
        salt: Callable[[], str],
    ) -> None:
        self._settings, self._line, self._links, self._clock, self._salt = settings, line, links, clock, salt

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create a hosted page. `keep_card` requests a profile; the merchant must have recurring payments enabled."""
        lifetime = max(_SHORTEST, min(order.lifetime, _LONGEST))
        fields = self._order(order) | {
            "pg_currency": "KGS",
            "pg_success_url": order.return_url,
            "pg_failure_url": order.return_url,
            "pg_lifetime": str(int(lifetime.total_seconds())),
            "pg_language": "en" if order.language == "en" else "ru",
        }
        if order.keep_card:
            fields |= {"pg_recurring_start": "1", "pg_recurring_lifetime": str(_RECURRING_MONTHS)}
        answer = self._call("/init_payment.php", fields, timeout=timeout)
        return NewOrder(
            provider_ref=required_text(answer, "pg_payment_id"),
            expires_at=self._clock() + lifetime,
            redirect_url=self._links.allowed(required_text(answer, "pg_redirect_url", max_characters=2048)),
        )

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Query by the bank's id, else by ours (which after a refund names the refund, so it comes second)."""
        named = {"pg_payment_id": ref.provider_ref} if ref.provider_ref else {"pg_order_id": short_id(our_id(ref))}
        answer = self._call("/get_status3.php", named, timeout=timeout, repeatable=True)
        state = state_of(answer)
        with_money = state in (OrderState.PAID, OrderState.REFUNDED)
        amount = amount_of(answer.findtext("pg_amount")) if with_money else None
        refunded = refunded_of(answer)
        if state is OrderState.PAID and amount is not None and refunded >= amount:
            state = OrderState.REFUNDED
        return OrderStatus(
            state,
            text_of(answer, "pg_payment_id") or ref.provider_ref,
            amount,
            text_of(answer, "pg_currency"),
            paid_at=moment_of(answer.findtext("pg_payment_date")) if with_money else None,
            transaction_id=text_of(answer, "pg_payment_id") or ref.provider_ref,
            refunded_tyiyn=amount if state is OrderState.REFUNDED and amount and not refunded else refunded,
            is_test=flag_of(answer.findtext("pg_testing_mode")),
            payer_phone=text_of(answer, "pg_user_phone"),
            attempt_id=attempt_of(answer.findtext("pg_order_id")),
        )

    def refund(self, ref: OrderRef, *, amount_tyiyn: int, refund_id: str, timeout: float) -> Refund:
        """Refund. The bank has no idempotency key, so query the order after BankUncertain."""
        if ref.provider_ref is None:
            raise OrderUnknown("no_payment_id")
        fields = {"pg_payment_id": ref.provider_ref, "pg_refund_amount": som_text(amount_tyiyn)}
        answer = self._call("/revoke.php", fields, timeout=timeout)
        number = text_of(answer, "pg_payment_refund_id") or text_of(answer, "pg_revoke_id")
        told = (answer.findtext("pg_refund_status") or answer.findtext("pg_revoke_status") or "").lower()
        if told in ("error", "failed"):
            raise BankRefused("refund_declined")
        return Refund(number or f"{ref.provider_ref}:{refund_id}", is_done=told in ("success", "ok"))

    def charge(self, order: Order, *, token: str, timeout: float) -> NewOrder:
        """Order a debit by profile: `ok` means accepted, not paid."""
        fields = self._order(order) | {"pg_recurring_profile": token}
        answer = self._call("/g2g/recurrent", fields, timeout=timeout)
        return NewOrder(required_text(answer, "pg_payment_id"), expires_at=self._clock() + order.lifetime)

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return VERIFIED for a webhook to our address, for our merchant, signed with our secret for that address."""
        fields, script = form_of(callback.body), script_of(callback_path(_NAME))
        is_ours = script_of(callback.path) == script and is_call_to(self._settings.freedompay_merchant_id, fields)
        secret = self._settings.freedompay_secret_key.get_secret_value()
        return (
            WebhookAuthenticity.VERIFIED
            if is_ours and is_signed(script, fields, secret)
            else WebhookAuthenticity.REJECTED
        )

    def parse(self, callback: Callback) -> Notification:
        """Parse the result of a payment, and the card's profile where one was requested."""
        fields = form_of(callback.body)
        number, result = fields.get("pg_payment_id"), fields.get("pg_result")
        currency = fields.get("pg_currency")
        is_long = max(len(number or ""), len(currency or "")) > MAX_CHARACTERS
        if not number or is_long or result not in ("0", "1"):
            raise CallbackUnreadable
        try:
            amount = tyiyn_of_som(fields.get("pg_amount"))
        except ValueError:
            raise CallbackUnreadable from None
        return Notification(
            event_key=f"{number}:{result}"[:300],
            state=OrderState.PAID if result == "1" else OrderState.FAILED,
            attempt_id=attempt_of(fields.get("pg_order_id")),
            provider_ref=number,
            amount_tyiyn=amount,
            currency=currency,
            transaction_id=number,
            is_test=flag_of(fields.get("pg_testing_mode")),
            saved_card=saved_card_of(fields) if result == "1" else None,
        )

    def ack(self, outcome: PaymentOutcome, _callback: Callback, /) -> CallbackAnswer:
        """Build signed XML.

        A rejection is final for the bank only while `pg_can_reject`; it never returns money.
        """
        status, word = _ANSWERS[outcome]
        fields = {"pg_status": word, "pg_description": word, "pg_salt": self._salt()}
        secret = self._settings.freedompay_secret_key.get_secret_value()
        fields["pg_sig"] = sign(script_of(callback_path(_NAME)), fields, secret)
        root = Element("response")
        for name, value in fields.items():
            SubElement(root, name).text = value
        return CallbackAnswer(status, tostring(root, "unicode"), "application/xml")

    def _order(self, order: Order) -> dict[str, str]:
        return {
            "pg_order_id": short_id(order.attempt_id),
            "pg_amount": som_text(order.amount_tyiyn),
            "pg_description": order.description[:255].replace(SEPARATOR, ","),
            MERCHANT_THAT_COMES_BACK: self._settings.freedompay_merchant_id,
            "pg_result_url": order.callback_url,
            "pg_request_method": "POST",
            "pg_testing_mode": str(int(self._settings.freedompay_test)),
        }

    def _call(self, path: str, fields: Mapping[str, str], *, timeout: float, repeatable: bool = False) -> Element:
        """Exchange one signed message. Raises BankFailure, also for an error inside of HTTP 200."""
        script, secret = script_of(path), self._settings.freedompay_secret_key.get_secret_value()
        form = {**fields, "pg_merchant_id": self._settings.freedompay_merchant_id, "pg_salt": self._salt()}
        if any(SEPARATOR in value for value in form.values()):
            raise BankRefused("separator_in_value")
        form["pg_sig"] = sign(script, form, secret)
        reply = self._line.call("POST", path, timeout=timeout, repeatable=repeatable, form=form)
        answer = read_signed(require_success(reply), script=script, secret=secret)
        if answer.findtext("pg_status") != "ok":
            code = answer.findtext("pg_error_code") or "unknown"
            raise BankRefused(f"error_{code}", lasting=code == _WRONG_SIGNATURE or code in _DEAD_PROFILES)
        return answer


def freedom_pay(
    settings: FreedomPaySettings, http: httpx.Client, terms: BankTerms, *, salt: Callable[[], str] | None = None
) -> Bank:
    """Build the bank with its parts."""
    links = BankLinks(settings.freedompay_link_hosts.split(","), ())
    line = BankConnection(http, settings.freedompay_api_url)
    side = FreedomPay(settings, line, links, terms.clock, salt or (lambda: secrets.token_hex(8)))
    capabilities = Capabilities(
        signature="pg_sig",
        trust=WebhookAuthenticity.VERIFIED,
        unit="som",
        query=True,
        order_id=True,
        cancel=False,
        refund="partial",
        recurring=True,
        lists=False,
        qr=False,
        deep_links=False,
        redirect=True,
        min_tyiyn=terms.min_tyiyn,
        max_tyiyn=terms.max_tyiyn,
        lifetime=timedelta(minutes=30),
    )
    return Bank(
        _NAME,
        "Freedom Pay",
        capabilities,
        side,
        side,
        refunds=side,
        debits=side,
        is_test=settings.freedompay_test,
    )
