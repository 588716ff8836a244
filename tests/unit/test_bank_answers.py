"""Answers and calls of banks in forms that their simulators do not have: empty fields, odd types, other words."""

import json
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auto360.providers.payments import (
    Bank,
    BankFailure,
    BankRefused,
    BankUncertain,
    BankUnreachable,
    Callback,
    CallbackUnreadable,
    OrderRef,
    OrderState,
    OrderUnknown,
    WebhookAuthenticity,
)
from auto360.providers.payments.http_client import BankConnection
from auto360.providers.transport.connections import new_client
from local.banks import function_variables
from tests.support.banks import MAKERS, bank_keyring
from tests.support.odd_server import OddServer, whole

REF = OrderRef(str(uuid4()), "77")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
# A busy machine is no finding.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = (
    *("trans_id", "status_pay", "site_id", "order_id", "amount", "currency", "mktime", "test", "hash"),
    *("id", "status", "metadata", "paid_at", "accountNo", "currencyID", "operationID", "operationState", "elqrID"),
    *("transactionId", "sum", "note", "transactionProcessedDateTime", "state", "data", "payments", "result"),
    *("qrOperations", "stan", "operationSum", "description", "operationProcessedDateTime"),
)


def bank(name: str, answer: Callable[[httpx.Request], httpx.Response]) -> Bank:
    """Return our client of a bank that answers like this."""
    environ = function_variables(bank_keyring(), "http://127.0.0.1:1")
    return MAKERS[name](environ, httpx.Client(transport=httpx.MockTransport(answer)))


def answering(name: str, body: object, status: int = 200) -> Bank:
    """Return a bank that always gives this JSON."""
    return bank(name, lambda _request: httpx.Response(status, json=body))


@pytest.mark.parametrize(
    ("name", "body", "state", "amount"),
    [
        ("odengi", {"data": {"status": None, "payments": None}}, OrderState.PENDING, None),
        (
            "odengi",
            {"data": {"status": "processing", "payments": [{"status": "processing"}]}},
            OrderState.PENDING,
            None,
        ),
        ("odengi", {"data": {"status": "canceled", "invoice_id": 77}}, OrderState.CANCELED, None),
        (
            "odengi",
            {
                "data": {
                    "status": "canceled",
                    "payments": [
                        {"status": "canceled", "trans_id": None, "amount": None},
                        {"status": "approved", "trans_id": 5, "amount": "10000", "date_pay": "yesterday"},
                        {"status": "approved", "trans_id": "5", "amount": 10000},
                        {"status": "approved", "trans_id": 6, "amount": 5000},
                    ],
                }
            },
            OrderState.PAID,
            15000,
        ),
        ("mbank", {"id": 77, "status": "qr_scanned", "amount": "10000", "metadata": None}, OrderState.PENDING, None),
        ("mbank", {"id": "77", "status": "unknown", "amount": 10000, "paid_at": None}, OrderState.PENDING, None),
        ("mbank", {"id": "77", "status": "for_rollback", "amount": 10000}, OrderState.REFUND_PENDING, 10000),
        ("mbank", {"id": "77", "status": "overdue", "amount": 10000}, OrderState.EXPIRED, None),
        ("bakai", {"state": "Processed", "errorMessage": None}, OrderState.PENDING, None),
        ("bakai", {"state": "Success", "amount": 100.10}, OrderState.PAID, 10010),
        ("bakai", {"statusCode": 200, "result": {"state": "Success"}}, OrderState.PAID, None),
        ("optima", {"status": "NOT_EXIST", "sum": None, "note": None}, OrderState.PENDING, None),
        ("optima", {"status": "NEW"}, OrderState.PENDING, None),
        ("optima", {"status": "PROCESSED", "sum": "100.10", "note": "x"}, OrderState.PAID, 10010),
        ("optima", {"status": "PROCESSED", "sum": 100.1}, OrderState.PAID, 10010),
    ],
)
def test_every_known_form_of_a_state_is_read(name: str, body: object, state: OrderState, amount: int | None) -> None:
    status = answering(name, body).orders.query(REF, timeout=1)
    assert (status.state, status.amount_tyiyn) == (state, amount)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("odengi", {"data": {"payments": [{"status": "approved", "trans_id": 5}]}}),
        ("odengi", {"data": {"payments": [{"status": "approved", "trans_id": 5, "amount": 100.5}]}}),
        ("mbank", {"id": "77", "status": "paid", "amount": "100.00"}),
        ("mbank", {"id": "77", "status": "paid", "amount": -1}),
        ("optima", {"status": "PROCESSED", "sum": 100.001}),
        ("optima", {"status": "PROCESSED", "sum": "NaN"}),
        ("bakai", {"state": None}),
    ],
)
def test_an_amount_that_is_not_certain_is_no_answer(name: str, body: object) -> None:
    with pytest.raises(BankUncertain):
        answering(name, body).orders.query(REF, timeout=1)


def test_an_order_without_an_id_of_ours_is_not_asked_for_by_it() -> None:
    for name in ("odengi", "bakai", "freedompay", "mbank", "optima"):
        with pytest.raises(OrderUnknown):
            answering(name, {}).orders.query(OrderRef("", None), timeout=1)


@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(body=JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=9))
def test_no_answer_of_a_bank_breaks_the_reader(name: str, body: object) -> None:
    client = bank(name, lambda _request: httpx.Response(200, text=json.dumps(body)))
    try:
        assert client.orders.query(REF, timeout=1).state in OrderState
    except BankFailure as failure:
        assert failure.outcome in ("unknown", "refused")  # noqa: PT017


@pytest.mark.parametrize("name", MAKERS)
@unhurried
@given(body=JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=9))
def test_no_call_of_a_stranger_is_a_proof_or_breaks_the_reader(name: str, body: object) -> None:
    callbacks = answering(name, {}).callbacks
    call = Callback(f"/webhooks/payments/{name}", {"authorization": "Basic Og=="}, json.dumps(body).encode(), "x" * 24)
    assert callbacks.verify(call) is WebhookAuthenticity.REJECTED
    try:
        told = callbacks.parse(call)
    except CallbackUnreadable:
        return
    assert told.event_key
    assert told.amount_tyiyn is None or told.amount_tyiyn >= 0


@pytest.mark.parametrize(
    ("status", "failure", "lasting"),
    [(400, BankRefused, False), (401, BankRefused, True), (403, BankRefused, True), (302, BankRefused, False)],
)
@pytest.mark.parametrize("name", MAKERS)
def test_a_refusal_is_lasting_when_the_key_is_at_fault(
    name: str, status: int, failure: type[BankFailure], *, lasting: bool
) -> None:
    with pytest.raises(failure) as refusal:
        answering(name, {}, status).orders.query(REF, timeout=1)
    assert refusal.value.lasting is lasting


def test_a_pause_grows_between_tries_and_never_outlives_the_time() -> None:
    pauses: list[float] = []
    http = httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(503)))
    url = "http://127.0.0.1:1"
    line = BankConnection(http, url, pause=pauses.append, jitter=lambda: 0.5)
    with pytest.raises(BankUnreachable):
        line.call("GET", "/", timeout=5, repeatable=True)
    assert pauses == [0.2, 0.4]
    pauses.clear()
    with pytest.raises(BankUnreachable):
        line.call("GET", "/", timeout=0.1, repeatable=True)
    assert pauses == []


def test_a_call_that_must_not_be_repeated_is_sent_once() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        return httpx.Response(int(request.url.params["status"]))

    line = BankConnection(httpx.Client(transport=httpx.MockTransport(answer)), "http://127.0.0.1:1")
    for status, failure in (("503", BankUncertain), ("429", BankUnreachable)):
        with pytest.raises(failure):
            line.call("POST", "/", timeout=1, repeatable=False, params={"status": status})
    assert len(seen) == 2


def test_an_endless_answer_is_cut_off(odd_server: OddServer) -> None:
    odd_server.script = whole(200, b"x" * 2_000_000)
    with new_client(timeout=5.0) as http, pytest.raises(BankUncertain, match="endless_reply"):
        BankConnection(http, odd_server.url).call("POST", "/", timeout=5, repeatable=False)
