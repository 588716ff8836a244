"""Bodies that no bank would send, at the addresses of banks' webhooks: each is refused, none breaks anything."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.banks import function_variables
from local.paths import DataFolder
from local.secrets import Keyring
from tests.support.plain_http import plain_client
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

WEBHOOKS = "/webhooks/payments"
HALF_A_CHARACTER = "\ud800"
HUGE = "1e999999"


@pytest.fixture
def secrets(stack: RunningStack) -> dict[str, str]:
    """Return the banks' secrets: the worst body passes the check."""
    return function_variables(Keyring.load_or_create(DataFolder(stack.data).secrets), "")


@pytest.fixture
def caller(stack: RunningStack) -> Iterator[httpx.Client]:
    """Whoever calls."""
    with plain_client(base_url=stack.url, timeout=30) as client:
        yield client


def odengi(secrets: dict[str, str], **changes: Any) -> dict[str, Any]:
    fields = {
        "trans_id": "900002",
        "status_pay": 3,
        "site_id": secrets["ODENGI_SID"],
        "order_id": "00000000-0000-0000-0000-000000000007",
        "amount": 10000,
        "currency": "KGS",
        "mktime": "1760000100",
        "test": 0,
        **changes,
    }
    signed = ":::".join(str(value) for value in fields.values()).encode("utf-8", "replace")
    return {**fields, "hash": hmac.new(secrets["ODENGI_PASSWORD"].encode(), signed, hashlib.md5).hexdigest()}


def bakai(secrets: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "accountNo": secrets["BAKAI_ACCOUNT"],
        "amount": 100.0,
        "currencyID": 417,
        "operationID": "0" * 24 + "7",
        "operationState": "success",
        **changes,
    }


def mbank(_secrets: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {"id": "MKSA-9", "status": "paid", "amount": "10000", **changes}


def optima(_secrets: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {"status": "PROCESSED", "sum": 100.0, "note": "x", "transactionId": "T-9", **changes}


Made = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (odengi, {"trans_id": HALF_A_CHARACTER}),
        (odengi, {"currency": f"KGS{HALF_A_CHARACTER}"}),
        (odengi, {"trans_id": "\x00"}),
        (odengi, {"amount": HUGE}),
        (odengi, {"trans_id": "9" * 5000}),
        (bakai, {"amount": HUGE}),
        (bakai, {"amount": "NaN"}),
        (bakai, {"operationState": HALF_A_CHARACTER}),
        (bakai, {"elqrID": "\x00"}),
        (bakai, {"qrTransactionID": "9" * 5000}),
        (mbank, {"amount": HUGE}),
        (mbank, {"id": "\x00"}),
        (mbank, {"status": f"paid{HALF_A_CHARACTER}"}),
        (mbank, {"metadata": {"payment_id": HALF_A_CHARACTER, "\x00": "\x00"}}),
        (optima, {"sum": HUGE}),
        (optima, {"sum": "-1e999999"}),
        (optima, {"note": "\x00"}),
        (optima, {"transactionId": HALF_A_CHARACTER}),
    ],
)
def test_a_body_that_cannot_be_read_or_stored_is_refused(
    caller: httpx.Client, secrets: dict[str, str], make: Made, changes: dict[str, Any]
) -> None:
    bank = make.__name__
    path = {"mbank": secrets["MKASSA_CALLBACK_SECRET"], "bakai": secrets["BAKAI_CALLBACK_SECRET"]}.get(bank)
    login = (secrets["OPTIMA_CALLBACK_LOGIN"], secrets["OPTIMA_CALLBACK_PASSWORD"])
    answer = caller.post(
        f"{WEBHOOKS}/{bank}" + (f"/{path}" if path else ""),
        content=json.dumps(make(secrets, **changes)),
        auth=login,
    )
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["freedompay", "odengi", "bakai/x", "mbank/%ED%A0%80", "optima", "%00", "x/%F0%9F"])
@pytest.mark.parametrize(
    "body",
    [b"\xed\xa0\x80", b"pg_amount=1e999999&pg_sig=%ED%A0%80", b"[" * 30_000, b'{"a":' * 10_000, b"\x00", b""],
    ids=range(6),
)
def test_nothing_that_a_stranger_sends_breaks_anything(caller: httpx.Client, path: str, body: bytes) -> None:
    for authorization in ("Basic \x80".encode("latin-1"), b"Basic Og=="):
        answer = caller.post(f"{WEBHOOKS}/{path}", content=body, headers={b"Authorization": authorization})
        assert answer.status_code in (400, 403, 404), answer.text
