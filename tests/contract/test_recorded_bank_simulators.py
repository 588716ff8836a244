"""Simulated banks get the recorded requests: no friendlier than the samples, and no stranger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from auto360.core.timezone import BISHKEK
from auto360.providers.transport.connections import new_client
from tests.support.recorded import Request, differences, leaves, misfits, recorded, send, without
from tests.support.recorded_banks import SHORT, Simulated, simulated
from tests.support.replay import Replay, replaying

PREFIX = {"odengi": "938714053163", "mkassa": "MKSA-0001", "optima": "T-1", "freedompay": "4567788", "bakai": SHORT}
MAKES = {"odengi": "create", "mkassa": "create", "bakai": "qr", "optima": "create", "freedompay": "create"}


@pytest.fixture
def merchant() -> Iterator[Replay]:
    """Yield a server that takes the banks' webhooks."""
    with replaying() as merchant:
        merchant.answers = [recorded("mkassa")["cancel"].answer]
        yield merchant


@pytest.fixture
def banks(merchant: Replay) -> Iterator[Simulated]:
    with simulated(f"{merchant.url}/webhooks/payments/{'x' * 10}/freedompay") as banks:
        yield banks


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=5.0) as http:
        yield http


def ask(banks: Simulated, http: httpx.Client, bank: str, request: Request, **more: str) -> httpx.Response:
    return send(http, f"{banks.url}/{bank}", request, **more)


def order(banks: Simulated, http: httpx.Client, bank: str) -> str:
    """Have the sample's order made; gives the bank's number."""
    assert ask(banks, http, bank, recorded(bank)[MAKES[bank]].request).status_code < 300
    return banks.newest(bank)


def about(banks: Simulated, bank: str, request: Request) -> Request:
    """Return a recorded request about the newest order, signed anew."""
    number, recorded_number = banks.newest(bank), PREFIX[bank]
    body = request.body.replace(recorded_number, number)
    if bank == "odengi":
        side = banks.sides["odengi"]
        unsigned = body[: body.index(',"hash"')] + "}"
        body = f'{unsigned[:-1]},"hash":"{side._hash(unsigned.encode())}"}}'  # type: ignore[attr-defined]
    if bank == "freedompay":
        from auto360.providers.payments.freedom_pay_signature import sign

        fields = {name: str(value) for name, value in leaves(body, "form-urlencoded").items()}
        body = str(httpx.QueryParams({**fields, "pg_sig": sign(request.path[1:], fields, "demo-secret")}))
    return replace(request, path=request.path.replace(recorded_number, number), body=body)


def pay(banks: Simulated, http: httpx.Client, bank: str) -> None:
    page = f"{banks.url}/_local/banks/{bank}/{banks.newest(bank)}"
    http.post(page, data={"action": "pay"}).raise_for_status()


@pytest.mark.parametrize(
    ("bank", "name"),
    [
        ("odengi", "create"),
        ("odengi", "unknown_subscriber"),
        ("mkassa", "create"),
        ("mkassa", "with_branch"),
        ("bakai", "qr"),
        ("bakai", "pay_link"),
        ("bakai", "pay_link_without_life"),
        ("bakai", "foreign_token"),
        ("optima", "create"),
        ("optima", "wrong_key"),
        ("freedompay", "create"),
        ("freedompay", "unknown_merchant"),
        ("freedompay", "wrong_signature"),
    ],
)
def test_a_first_request_is_answered_as_recorded(banks: Simulated, http: httpx.Client, bank: str, name: str) -> None:
    sample = recorded(bank)[name]
    assert misfits(ask(banks, http, bank, sample.request), sample.answer) == []


@pytest.mark.parametrize(
    ("bank", "name"),
    [
        ("odengi", "status"),
        ("mkassa", "status"),
        ("mkassa", "list"),
        ("bakai", "state"),
        ("optima", "status"),
        ("optima", "statement"),
        ("freedompay", "status"),
        ("freedompay", "refund"),
    ],
)
def test_a_request_about_a_paid_order_is_answered_as_recorded(
    banks: Simulated, http: httpx.Client, bank: str, name: str
) -> None:
    sample = recorded(bank)[name]
    order(banks, http, bank)
    pay(banks, http, bank)
    request = about(banks, bank, sample.request)
    if "start" in "".join(request.query):
        from auto360.core.clock import utc_now

        today = utc_now().astimezone(BISHKEK).date().isoformat()
        request = replace(request, query={**request.query, **{name: today for name in request.query if "ate" in name}})
    answer = ask(banks, http, bank, request)
    assert misfits(answer, sample.answer) == []
    if name == "refund":
        refunded = recorded(bank)["status_refunded"]
        told = ask(banks, http, bank, about(banks, bank, refunded.request))
        assert misfits(told, refunded.answer) == []
        assert leaves(told.content, "xml")["pg_refund_amount"] == "-100"


@pytest.mark.parametrize(("bank", "name"), [("odengi", "cancel"), ("mkassa", "cancel"), ("optima", "status_unpaid")])
def test_a_request_about_an_unpaid_order_is_answered_as_recorded(
    banks: Simulated, http: httpx.Client, bank: str, name: str
) -> None:
    sample = recorded(bank)[name]
    banks.sides[bank].orders[order(banks, http, bank)].expires_at = None
    assert misfits(ask(banks, http, bank, about(banks, bank, sample.request)), sample.answer) == []


@pytest.mark.parametrize("bank", MAKES)
def test_no_order_is_made_without_a_required_field(banks: Simulated, http: httpx.Client, bank: str) -> None:
    request = recorded(bank)[MAKES[bank]].request
    for missing in request.required:
        ask(banks, http, bank, request, body=without(request, missing))
        assert banks.sides[bank].orders == {}, missing


def test_a_statement_wants_days_and_no_moments(banks: Simulated, http: httpx.Client) -> None:
    request = recorded("optima")["statement"].request
    moments = replace(request, query={**request.query, "startDate": "2025-10-09T00:00:00"})
    assert ask(banks, http, "optima", moments).status_code == 400


@pytest.mark.parametrize("bank", MAKES)
def test_a_payment_is_told_as_recorded(banks: Simulated, merchant: Replay, http: httpx.Client, bank: str) -> None:
    sample = recorded(bank).webhooks["paid"]
    order(banks, http, bank)
    side = banks.sides[bank]
    found = side.orders[banks.newest(bank)]
    found.callback_url = f"{merchant.url}/webhooks/payments/{side.name}"
    pay(banks, http, bank)
    merchant.wait_for(1)
    (call,) = merchant.got
    kind = sample.headers["Content-Type"]
    assert call.headers["Content-Type"] == kind
    assert differences(leaves(call.body, kind), leaves(sample.body, kind), sample.optional, sample.also) == []
