"""Banks as recorded: our clients send what the samples hold, and read every recorded answer and webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from auto360.providers.payments import (
    Bank,
    BankRefused,
    ListedPayment,
    NewOrder,
    Notification,
    OrderRef,
    OrderState,
    OrderStatus,
    Refund,
    WebhookAuthenticity,
)
from auto360.providers.payments.elqr import NotElqr, parse
from auto360.providers.transport.connections import new_client
from tests.support.recorded import recorded
from tests.support.recorded_banks import ATTEMPT, BANKS, NOW, SHORT, callback, order
from tests.support.replay import Replay, mismatches, replaying

SECONDS = 5.0
PAID_AT = datetime(2025, 10, 9, 9, 0, tzinfo=UTC)


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with new_client(timeout=SECONDS) as http:
        yield http


def bank(name: str, replay: Replay, http: httpx.Client, **more: str) -> Bank:
    return BANKS[name](replay.url, http, more)


def create(bank: Bank) -> NewOrder:
    return bank.orders.create(order(bank.name), timeout=SECONDS)


@pytest.mark.parametrize(
    ("name", "sample", "ref", "more"),
    [
        ("odengi", "create", "938714053163", {}),
        ("mkassa", "create", "MKSA-0001", {}),
        ("bakai", "qr", SHORT, {}),
        ("bakai", "pay_link", SHORT, {"BAKAI_PAYLINK_TOKEN": "demo-paylink-token"}),
        ("optima", "create", "T-1", {}),
        ("freedompay", "create", "4567788", {}),
    ],
)
def test_an_order_is_made_as_recorded(
    replay: Replay, http: httpx.Client, *, name: str, sample: str, ref: str, more: dict[str, str]
) -> None:
    exchange = recorded(name)[sample]
    replay.play(exchange)
    made = create(bank(name, replay, http, **more))
    assert made.provider_ref == ref
    assert made.qr_text or made.redirect_url
    assert mismatches(replay.got[0], exchange.request) == []


@pytest.mark.parametrize(
    ("name", "sample", "ref", "status"),
    [
        (
            "odengi",
            "status",
            "938714053163",
            OrderStatus(
                OrderState.PAID,
                "938714053163",
                10_000,
                "KGS",
                PAID_AT,
                "555001",
                payer_phone="996700123456",
                attempt_id=ATTEMPT,
            ),
        ),
        (
            "mkassa",
            "status",
            "MKSA-0001",
            OrderStatus(
                OrderState.PAID,
                "MKSA-0001",
                10_000,
                "KGS",
                PAID_AT.replace(microsecond=123456),
                "MKSA-0001",
                attempt_id=ATTEMPT,
            ),
        ),
        ("bakai", "state", SHORT, OrderStatus(OrderState.PAID, SHORT, None, "KGS", None, SHORT, attempt_id=ATTEMPT)),
        (
            "optima",
            "status",
            "T-1",
            OrderStatus(OrderState.PAID, "T-1", 10_000, "KGS", PAID_AT, "T-1", attempt_id=ATTEMPT),
        ),
        ("optima", "status_unpaid", "T-1", OrderStatus(OrderState.PENDING, "T-1", None, "KGS", None, "T-1")),
        ("freedompay", "status", "4567788", OrderStatus(OrderState.PAID, "4567788", 10_000, "KGS", None, "4567788")),
        (
            "freedompay",
            "status_refunded",
            "4567788",
            OrderStatus(OrderState.REFUNDED, "4567788", 10_000, "KGS", None, "4567788", refunded_tyiyn=10_000),
        ),
    ],
)
def test_the_state_of_an_order_is_queried_and_read_as_recorded(
    replay: Replay, http: httpx.Client, *, name: str, sample: str, ref: str, status: OrderStatus
) -> None:
    exchange = recorded(name)[sample]
    replay.play(exchange)
    assert bank(name, replay, http).orders.query(OrderRef(ATTEMPT, ref), timeout=SECONDS) == status
    assert mismatches(replay.got[0], exchange.request) == []


def test_cancelling_and_refunding_go_out_as_recorded(replay: Replay, http: httpx.Client) -> None:
    def cancel(name: str, ref: str) -> None:
        cancels = bank(name, replay, http).cancels
        assert cancels is not None
        cancels.cancel(OrderRef(ATTEMPT, ref), timeout=SECONDS)

    def refund() -> None:
        refunds = bank("freedompay", replay, http).refunds
        assert refunds is not None
        ref = OrderRef(ATTEMPT, "4567788")
        made = refunds.refund(ref, amount_tyiyn=10_000, refund_id="r1", timeout=SECONDS)
        assert made == Refund("4567788:r1", is_done=False)

    calls: list[tuple[str, str, Callable[[], None]]] = [
        ("odengi", "cancel", lambda: cancel("odengi", "938714053163")),
        ("mkassa", "cancel", lambda: cancel("mkassa", "MKSA-0001")),
        ("freedompay", "refund", refund),
    ]
    for name, sample, call in calls:
        replay.play(recorded(name)[sample])
        call()
        assert mismatches(replay.got[0], recorded(name)[sample].request) == [], name


@pytest.mark.parametrize(
    ("name", "sample", "line"),
    [
        (
            "mkassa",
            "list",
            ListedPayment(
                "MKSA-0001", ATTEMPT, OrderState.PAID, 10_000, PAID_AT.replace(microsecond=123456), "MKSA-0001"
            ),
        ),
        (
            "optima",
            "statement",
            ListedPayment(None, ATTEMPT, OrderState.PAID, 10_000, PAID_AT, "stan-2025-10-09-000123"),
        ),
    ],
)
def test_a_statement_is_fetched_and_read_as_recorded(
    replay: Replay, http: httpx.Client, name: str, sample: str, line: ListedPayment
) -> None:
    exchange, lists = recorded(name)[sample], bank(name, replay, http).lists
    assert lists is not None
    replay.play(exchange)
    found = lists.payments(since=NOW - timedelta(hours=2), until=NOW + timedelta(hours=2), timeout=SECONDS)
    assert list(found) == [line]
    assert mismatches(replay.got[0], exchange.request) == []


@pytest.mark.parametrize(
    ("name", "sample", "code", "lasting"),
    [
        ("odengi", "unknown_subscriber", "error_26", False),
        ("bakai", "foreign_token", "http_401", True),
        ("optima", "wrong_key", "http_401", True),
        ("freedompay", "unknown_merchant", "error_9998", True),
        ("freedompay", "wrong_signature", "error_1100", True),
    ],
)
def test_a_recorded_refusal_is_one(
    replay: Replay, http: httpx.Client, *, name: str, sample: str, code: str, lasting: bool
) -> None:
    replay.play(recorded(name)[sample])
    with pytest.raises(BankRefused) as refused:
        bank(name, replay, http).orders.query(OrderRef(ATTEMPT, "T-1"), timeout=SECONDS)
    assert (refused.value.bank_code, refused.value.lasting) == (code, lasting)


@pytest.mark.parametrize(
    ("name", "trust", "told"),
    [
        (
            "odengi",
            WebhookAuthenticity.VERIFIED,
            Notification("555001:3", OrderState.PAID, ATTEMPT, None, 10_000, "KGS", "555001", is_test=True),
        ),
        (
            "mkassa",
            WebhookAuthenticity.UNVERIFIED,
            Notification("MKSA-0001:paid", OrderState.PAID, ATTEMPT, "MKSA-0001", 10_000, "KGS", "MKSA-0001"),
        ),
        (
            "bakai",
            WebhookAuthenticity.UNVERIFIED,
            Notification(
                "0b6f6c1e-0000-4000-8000-000000000000", OrderState.PAID, ATTEMPT, SHORT, 10_000, "KGS", "OPENBANKING.1"
            ),
        ),
        (
            "optima",
            WebhookAuthenticity.UNVERIFIED,
            Notification("T-1:PROCESSED", OrderState.PAID, ATTEMPT, "T-1", 10_000, "KGS", "T-1"),
        ),
        (
            "freedompay",
            WebhookAuthenticity.VERIFIED,
            Notification("4567788:1", OrderState.PAID, ATTEMPT, "4567788", 10_000, "KGS", "4567788", is_test=True),
        ),
    ],
)
def test_a_recorded_webhook_is_trusted_as_far_as_it_may_be_and_read(
    replay: Replay, http: httpx.Client, name: str, trust: WebhookAuthenticity, told: Notification
) -> None:
    callbacks, call = bank(name, replay, http).callbacks, callback(name, recorded(name))
    assert callbacks.verify(call) is trust
    assert callbacks.parse(call) == told


def test_a_national_code_is_read_and_one_with_another_check_sum_is_none() -> None:
    texts = recorded("elqr").texts
    code = parse(texts["dynamic"])
    assert (code.is_dynamic, code.is_editable, code.amount_tyiyn, code.currency) == (True, False, 10_000, "417")
    assert (code.provider, code.transaction_id, code.payee) == ("c2b.demo.kg", "pay7f3a", "360AUTO")
    with pytest.raises(NotElqr):
        parse(texts["crc16_instead"])
