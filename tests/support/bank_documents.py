"""Documents of banks that fuzz tests spoil, and clients that read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx
from hypothesis import settings

from auto360.core.encrypted_fields import StoredSecrets, StoredSecretSettings
from auto360.providers.payments import Bank, BankFailure, Callback, CallbackUnreadable, Order, OrderRef
from auto360.providers.payments.freedom_pay_signature import sign
from auto360.providers.payments.models import short_id
from auto360.providers.payments.odengi_signature import callback_hash
from local.banks import function_variables
from local.simulators.elqr import elqr
from tests.support.banks import MAKERS, bank_keyring
from tests.support.spoilt import as_json, is_storable

OURS = str(UUID(int=7))
SHORT = short_id(OURS)
REF = OrderRef(OURS, "77")
CODE_TEXT = elqr("c2b.mbank.kg", "77", 10_000)
QR = quote(CODE_TEXT)
ORDER = Order(OURS, 10_000, "360Auto", "https://a.example/x", "https://a.example/y", timedelta(minutes=5))
unhurried = settings(deadline=None)
FAILURE_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,40}")
SID, ACCOUNT, MERCHANT = "1234567890", "1240000000000000", "100100"
PAID = {"pg_status": "ok", "pg_payment_id": "77", "pg_order_id": SHORT, "pg_amount": "100.00", "pg_currency": "KGS"}

CALLS: dict[str, dict[str, Any]] = {
    "odengi": {
        "trans_id": "5", "status_pay": 3, "site_id": SID, "order_id": OURS, "amount": 10000,
        "currency": "KGS", "mktime": "1760000100", "test": 0,
    },
    "mbank": {"id": "77", "status": "paid", "amount": "10000", "paid_at": None, "metadata": {"payment_id": OURS}},
    "bakai": {
        "accountNo": ACCOUNT, "amount": 100.0, "currencyID": 417, "operationID": SHORT,
        "operationState": "success", "qrTransactionID": "O.1", "elqrID": "e-1",
    },
    "optima": {
        "status": "PROCESSED", "sum": 100.0, "note": f"{SHORT} x", "transactionId": "T-1",
        "transactionProcessedDateTime": "2026-10-01T04:12:00Z",
    },
    "freedompay": {
        "pg_order_id": SHORT, "pg_payment_id": "77", "pg_amount": "100.00", "pg_currency": "KGS", "pg_result": "1",
        "pg_salt": "s", "pg_testing_mode": "0", "pg_param1": MERCHANT,
        "pg_recurring_profile_id": "9", "pg_card_pan": "4483-18XX-XXXX-0293",
        "pg_recurring_profile_expiry_date": "2029-01-01 00:00:00",
    },
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    "odengi": {
        "data": {
            "status": "approved", "invoice_id": "77", "order_id": OURS, "emv_qr": CODE_TEXT, "site_pay": "https://api.dengi.o.kg/1",
            "payments": [{"status": "approved", "trans_id": "5", "amount": 10000, "date_pay": "2026-10-01 10:00:00"}],
        }
    },
    "mbank": {
        "id": "77", "status": "paid", "amount": 10000, "paid_at": "2026-10-01T10:00:00+06:00", "refund_date": None,
        "metadata": {"payment_id": OURS}, "payment_token": f"https://app.mbank.kg/qr/#{QR}", "next": None,
        "results": [{"id": "77", "status": "paid", "amount": 10000, "paid_at": "2026-10-01T10:00:00+06:00"}],
    },
    "bakai": {"statusCode": 200, "result": {"state": "Success", "amount": 100.0, "qrLink": f"https://bakai.app/#{QR}"}},
    "optima": {
        "status": "PROCESSED", "sum": 100.0, "note": f"{SHORT} x", "transactionId": "77", "qrUrl": f"https://pay.payqr.kg/#{QR}",
        "transactionProcessedDateTime": "2026-10-01T04:12:00Z",
    },
    "freedompay": {
        **PAID, "pg_payment_status": "success", "pg_refund_amount": "0.00", "pg_payment_date": "2026-10-01 10:00:00",
        "pg_redirect_url": "https://customer.freedompay.kg/x", "pg_user_phone": "996700000000",
        "pg_refund_payments": [{"pg_payment_id": "8", "pg_payment_status": "success", "pg_amount": "-1.00"}],
        "pg_payment_refund_id": "8", "pg_refund_status": "success", "pg_captured": "1",
    },
}  # fmt: skip
OPERATION = {
    "stan": "000123", "operationSum": 100.0, "description": f"{SHORT} x",
    "operationProcessedDateTime": "2026-10-01T10:12:00",
}  # fmt: skip
LISTED = {"qrOperations": [OPERATION]}


@cache
def variables() -> dict[str, str]:
    """Settings of all banks."""
    return function_variables(bank_keyring(), "http://127.0.0.1:1")


@cache
def stored_secrets() -> StoredSecrets:
    """Keys for what is stored."""
    return StoredSecretSettings.load(variables()).secrets()


def bank(name: str, answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200)) -> Bank:
    """Return our client of a bank that answers like this."""
    return MAKERS[name](variables(), httpx.Client(transport=httpx.MockTransport(answer)))


def call_of(name: str, body: Any) -> Callback:
    """Return a call with a body that passes the check of its bank wherever it can be signed at all."""
    secret = {"mbank": variables()["MKASSA_CALLBACK_SECRET"], "bakai": variables()["BAKAI_CALLBACK_SECRET"]}.get(name)
    login = httpx.BasicAuth(variables()["OPTIMA_CALLBACK_LOGIN"], variables()["OPTIMA_CALLBACK_PASSWORD"])._auth_header
    content = as_json(body)
    if name == "odengi" and isinstance(body, dict):
        content = as_json({**body, "hash": hash_of(body)})
    if name == "freedompay":
        content = form_of(body)
    return Callback(f"/webhooks/payments/{name}", {"authorization": login}, content, secret)


def hash_of(body: Mapping[str, Any]) -> str:
    try:
        return callback_hash(body, variables()["ODENGI_PASSWORD"])
    except (CallbackUnreadable, UnicodeEncodeError):
        return "0"


def form_of(body: Any) -> bytes:
    if not isinstance(body, dict):
        return str(body).encode("utf-8", "surrogatepass")
    fields = {str(name): str(value) for name, value in body.items()}
    try:
        signed = {**fields, "pg_sig": sign("freedompay", fields, variables()["FREEDOMPAY_SECRET_KEY"])}
    except UnicodeEncodeError:
        signed = {**fields, "pg_sig": "0"}
    return urlencode(signed, errors="surrogatepass").encode()


def answer_of(name: str, body: Any, script: str) -> bytes:
    """Return an answer in the bank's form; Freedom Pay's is signed."""
    if name != "freedompay":
        return as_json(body)
    root = Element("response")
    fill(root, body)
    fields = list(values_of(root))
    SubElement(root, "pg_sig").text = sign(script, dict(enumerate_names(fields)), variables()["FREEDOMPAY_SECRET_KEY"])
    return tostring(root)


def fill(parent: Element, value: Any) -> None:
    """Append a value as XML, without characters that XML lacks."""
    if isinstance(value, dict):
        for name, part in value.items():
            fill(SubElement(parent, re.sub(r"[^a-z_0-9]", "", str(name)) or "x"), part)
    elif isinstance(value, list):
        for part in value:
            fill(SubElement(parent, "item"), part)
    else:
        parent.text = re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", str(value))


def values_of(element: Element) -> list[str]:
    found: list[str] = []
    for child in sorted(element, key=lambda item: item.tag):
        found += values_of(child) if len(child) else [child.text or ""]
    return found


def enumerate_names(values: list[str]) -> list[tuple[str, str]]:
    return [(f"{number:06d}", value) for number, value in enumerate(values)]


def assert_short(*texts: str | None) -> None:
    """Require texts of a bank to fit into an index."""
    assert all(text is None or (len(text) <= 200 and is_storable(text)) for text in texts)


def assert_ours(failure: BankFailure) -> None:
    """Require a failure that may be logged and stored."""
    assert FAILURE_CODE.fullmatch(failure.bank_code), failure.bank_code
