"""Strangers at the address of a bank's webhooks: they get no signature of ours, no tier and nobody's money back."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest

from local.banks import NAMES, function_variables
from local.paths import DataFolder
from local.secrets import Keyring
from tests.support.buyers import buyer, order, pay, state_of
from tests.support.plain_http import plain_client, plain_request
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

WEBHOOKS = "/webhooks/payments"
ANY_SIGNATURE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def stranger(stack: RunningStack) -> Iterator[httpx.Client]:
    """Yield a client without any secret."""
    with plain_client(base_url=stack.url, timeout=30) as client:
        yield client


def secrets_of(stack: RunningStack) -> dict[str, str]:
    """Return the functions' secrets of banks."""
    return function_variables(Keyring.load_or_create(DataFolder(stack.data).secrets), "")


def signature_for(stranger: httpx.Client, *signed: str) -> dict[str, str]:
    """Try to have these values signed: the refusal of a call below a path that is made of them.

    What comes back is what a request would need beside the values: the signature and the rest that it covers.
    """
    answer = stranger.post(f"{WEBHOOKS}/freedompay/{quote(';'.join(signed), safe='')}", content="pg_result=1")
    assert answer.status_code in (403, 404)
    salt = re.search(r"<pg_salt>(.*?)</pg_salt>", answer.text)
    found = re.search(r"<pg_sig>(.*?)</pg_sig>", answer.text)
    rest = {"pg_ta": "rejected", "pg_tb": salt[1] if salt else "", "pg_tc": "rejected"}
    return rest | {"pg_sig": found[1] if found else "0" * 32}


def test_a_stranger_completes_no_unpaid_order_with_a_signature_of_our_own(
    stack: RunningStack, stranger: httpx.Client
) -> None:
    with buyer(stack) as client:
        payment = order(client, tier="premium", bank="freedompay")
        number = stack.local("banks")[0]["ref"]
        forged = {"pg_amount": "500.00", "pg_currency": "KGS", "pg_payment_id": number, "pg_result": "1"}
        forged |= signature_for(stranger, "freedompay", *forged.values())
        answer = stranger.post(f"{WEBHOOKS}/freedompay", data=forged)
        assert (answer.status_code, ANY_SIGNATURE.search(answer.text)) == (403, None)
        assert state_of(client, payment, seconds=0) == "pending"
        assert client.get("/api/subscriptions").json()["data"]["tier_code"] == "free"


def test_a_stranger_gives_nobodys_money_back_with_a_signature_of_our_own(
    stack: RunningStack, stranger: httpx.Client
) -> None:
    with buyer(stack) as client:
        payment = order(client, tier="basic", bank="freedompay")
        shown = stack.local("banks")[0]
        pay(stack, shown["page"])
        assert state_of(client, payment) == "completed"
        revoke = {
            "pg_merchant_id": secrets_of(stack)["FREEDOMPAY_MERCHANT_ID"],
            "pg_payment_id": shown["ref"],
            "pg_refund_amount": "100.00",
            "pg_salt": "salt",
        }
        revoke |= signature_for(stranger, "revoke.php", *revoke.values())
        bank = plain_request("POST", f"http://127.0.0.1:{stack.ports.simulators}/freedompay/revoke.php", data=revoke)
        assert "<pg_status>ok</pg_status>" not in bank.text
        stack.local("timers/payment_reconciler/0", "POST")
        assert state_of(client, payment) == "completed"
        assert client.get("/api/subscriptions").json()["data"]["tier_code"] == "basic"


@pytest.mark.parametrize("bank", NAMES)
def test_the_refusal_of_an_unverified_call_says_nothing_and_signs_nothing(stranger: httpx.Client, bank: str) -> None:
    genuine_looking = {"pg_result": "1", "pg_payment_id": "1", "pg_salt": "s", "pg_sig": "0" * 32}
    for path in (bank, f"{bank}/guessed", f"{bank}/get_status3.php"):
        answer = stranger.post(f"{WEBHOOKS}/{path}", data=genuine_looking)
        assert (answer.status_code, answer.text) == (403, "{}")


def odengi_call(secrets: dict[str, str], our_id: str) -> str:
    """Return a call of O!Деньги about money, as whoever knows the password signs it."""
    fields = {
        "trans_id": "900001",
        "status_pay": 3,
        "site_id": secrets["ODENGI_SID"],
        "order_id": our_id,
        "amount": 10000,
        "currency": "KGS",
        "mktime": "1760000100",
        "test": 0,
    }
    signed = ":::".join(str(value) for value in fields.values())
    digest = hmac.new(secrets["ODENGI_PASSWORD"].encode(), signed.encode(), hashlib.md5).hexdigest()
    return json.dumps({**fields, "hash": digest})


def freedom_pay_call(secrets: dict[str, str], our_id: str, number: str) -> str:
    """Return a call of Freedom Pay about money, as whoever knows the secret signs it."""
    fields = {
        "pg_amount": "100.00",
        "pg_currency": "KGS",
        "pg_merchant_id": secrets["FREEDOMPAY_MERCHANT_ID"],
        "pg_order_id": our_id,
        "pg_payment_id": number,
        "pg_result": "1",
        "pg_salt": "salt",
        "pg_testing_mode": "0",
    }
    signed = ";".join(["freedompay", *fields.values(), secrets["FREEDOMPAY_SECRET_KEY"]])
    return urlencode({**fields, "pg_sig": hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()})


@pytest.mark.parametrize("bank", ["odengi", "freedompay"])
def test_with_a_stolen_secret_nothing_is_paid_that_the_bank_does_not_know_of(
    stack: RunningStack, stranger: httpx.Client, bank: str
) -> None:
    stolen = secrets_of(stack)
    with buyer(stack) as client:
        payment = order(client, tier="basic", bank=bank)
        shown = stack.local("banks")[0]
        call = (
            odengi_call(stolen, shown["our_id"])
            if bank == "odengi"
            else freedom_pay_call(stolen, shown["our_id"], shown["ref"])
        )
        assert stranger.post(f"{WEBHOOKS}/{bank}", content=call).status_code == 200
        assert state_of(client, payment, seconds=0) == "pending"
        pay(stack, shown["page"])
        assert state_of(client, payment) == "completed"
