"""Contract of every bank about orders, on the simulator of each."""

import re
import time
from datetime import timedelta

import pytest

from auto360.core.clock import utc_now
from auto360.providers.payments import (
    AnswerUnsafe,
    BankFailure,
    BankRefused,
    BankUncertain,
    BankUnreachable,
    NotSupported,
    OrderRef,
    OrderState,
)
from auto360.providers.payments.elqr import require_payable
from tests.support.banks import MAKERS, BankWorld

pytestmark = pytest.mark.parametrize("name", MAKERS)

WITHOUT_QR = {"freedompay"}
WITH_CANCEL = {"odengi", "mbank"}
WITH_LISTS = {"mbank", "optima"}
WRONG_KEYS = {
    "odengi": {"ODENGI_PASSWORD": "wrong"},
    "mbank": {"MKASSA_API_KEY": "wrong"},
    "bakai": {"BAKAI_QR_TOKEN": "wrong"},
    "optima": {"OPTIMA_API_KEY": "wrong"},
    "freedompay": {"FREEDOMPAY_SECRET_KEY": "wrong-wrong"},
}


def test_an_order_has_a_number_an_end_and_something_to_show(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    _, made = bank_world.make(bank, 10_050)
    assert made.provider_ref == bank_world.simulated(name).ref
    assert utc_now() < made.expires_at <= utc_now() + max(bank.capabilities.lifetime, timedelta(minutes=30))
    assert made.qr_text or made.redirect_url
    assert bool(made.qr_text) == bank.capabilities.qr
    assert bool(made.deep_links) == bank.capabilities.deep_links
    for text in [made.qr_text, *(link.url for link in made.deep_links)]:
        if text:
            require_payable(text, amount_tyiyn=10_050)


@pytest.mark.parametrize("amount", [100, 10_010, 49_999, 50_000, 15_000_000])
def test_the_amount_arrives_to_the_tyiyn_and_comes_back(bank_world: BankWorld, name: str, amount: int) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank, amount)
    assert bank_world.simulated(name).amount_tyiyn == amount
    bank_world.act(name, "pay")
    status = bank.orders.query(ref, timeout=5)
    assert status.state is OrderState.PAID
    assert status.currency == "KGS"
    # Bakai never tells it.
    assert status.amount_tyiyn == (None if name == "bakai" else amount)


def test_an_order_is_pending_until_it_is_paid(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    status = bank.orders.query(ref, timeout=5)
    assert (status.state, status.amount_tyiyn, status.paid_at) == (OrderState.PENDING, None, None)


def test_a_paid_order_tells_the_number_and_the_time_of_the_payment(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.act(name, "pay")
    status = bank.orders.query(ref, timeout=5)
    assert status.transaction_id
    assert status.attempt_id == ref.attempt_id
    if name != "bakai":
        assert status.paid_at is not None
        assert abs(utc_now() - status.paid_at) < timedelta(minutes=1)
    assert "996" not in repr(status)


def test_what_was_paid_is_told_and_not_what_was_due(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank, 10_000)
    bank_world.act(name, "pay", "99.50")
    if name != "bakai":
        assert bank.orders.query(ref, timeout=5).amount_tyiyn == 9_950


@pytest.mark.parametrize("action", ["refuse", "expire"])
def test_an_order_that_was_not_paid_is_never_called_paid(bank_world: BankWorld, name: str, action: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.act(name, action)
    unpaid = (OrderState.PENDING, OrderState.FAILED, OrderState.EXPIRED, OrderState.CANCELED)
    assert bank.orders.query(ref, timeout=5).state in unpaid


@pytest.mark.parametrize("before", ["refuse", "expire"])
def test_late_money_is_money(bank_world: BankWorld, name: str, before: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.act(name, before)
    bank_world.act(name, "pay")
    assert bank.orders.query(ref, timeout=5).state is OrderState.PAID


def test_an_unknown_order_is_never_called_paid(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    bank_world.make(bank)
    order = bank_world.order(name)
    for ref in (OrderRef(order.attempt_id, None), OrderRef(order.attempt_id, "999")):
        try:
            assert bank.orders.query(ref, timeout=5).state is OrderState.PENDING
        except BankFailure as failure:
            assert failure.outcome in ("order_unknown", "refused")  # noqa: PT017


def test_after_a_lost_answer_the_order_is_found_where_the_bank_can(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    order = bank_world.order(name)
    bank_world.turn(name, "slow_made", seconds=5)
    with pytest.raises(BankUncertain):
        bank.orders.create(order, timeout=0.4)
    bank_world.turn(name)
    bank_world.act(name, "pay")
    ref = OrderRef(order.attempt_id, None)
    if bank.capabilities.order_id:
        assert bank.orders.query(ref, timeout=5).state is OrderState.PAID
    elif bank.lists is not None:
        day = timedelta(days=1)
        listed = list(bank.lists.payments(since=utc_now() - day, until=utc_now() + day, timeout=5))
        assert [(line.attempt_id, line.state) for line in listed] == [(order.attempt_id, OrderState.PAID)]
    else:
        pytest.fail("money at this bank could be lost from sight")


@pytest.mark.parametrize(
    ("mode", "failure"),
    [("dead", BankUncertain), ("http_500", BankUncertain), ("garbage", BankUncertain), ("slow", BankUncertain)],
)
def test_an_order_is_sent_once_and_a_doubtful_end_is_uncertain(
    bank_world: BankWorld, name: str, mode: str, failure: type[BankFailure]
) -> None:
    bank = bank_world.bank(name)
    bank_world.turn(name, mode)
    with pytest.raises(failure):
        bank.orders.create(bank_world.order(name), timeout=0.5)
    assert sum(bank_world.simulators[name].requests.values()) == 1


@pytest.mark.parametrize("mode", ["dead", "http_500"])
def test_a_question_is_repeated_twice_and_then_given_up(bank_world: BankWorld, name: str, mode: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.turn(name, mode)
    bank_world.simulators[name].requests.clear()
    with pytest.raises(BankUnreachable):
        bank.orders.query(ref, timeout=5)
    assert sum(bank_world.simulators[name].requests.values()) == 3


def test_a_slow_bank_ends_at_the_time_out(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.turn(name, "slow", seconds=30)
    started = time.monotonic()
    with pytest.raises(BankUnreachable):
        bank.orders.query(ref, timeout=0.3)
    assert time.monotonic() - started < 10


def test_a_bank_that_cannot_be_reached_was_not_asked(bank_world: BankWorld, name: str) -> None:
    address = "http://127.0.0.1:1"
    variables = dict.fromkeys(("ODENGI_API_URL", "MKASSA_API_URL", "BAKAI_API_URL", "OPTIMA_API_URL"), address)
    bank = bank_world.bank(name, **variables, FREEDOMPAY_API_URL=address)
    with pytest.raises(BankUnreachable):
        bank.orders.create(bank_world.order(name), timeout=2)


def test_an_answer_that_changed_its_form_decides_nothing(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    bank_world.turn(name, "garbage")
    with pytest.raises(BankUncertain):
        bank.orders.query(ref, timeout=2)


def test_a_wrong_key_is_a_refusal(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name, **WRONG_KEYS[name])
    # Freedom Pay signs its refusal with its own key, which ours does not fit.
    with pytest.raises((BankRefused, BankUncertain)):
        bank.orders.create(bank_world.order(name), timeout=5)
    assert not bank_world.simulators[name].orders


def test_a_link_to_a_foreign_host_is_not_shown(bank_world: BankWorld, name: str) -> None:
    assert unsafe_answer(bank_world, name, "foreign_link") == "foreign_host"


def test_a_qr_code_of_another_amount_is_not_shown(bank_world: BankWorld, name: str) -> None:
    if name in WITHOUT_QR:
        assert not bank_world.bank(name).capabilities.qr
    else:
        assert unsafe_answer(bank_world, name, "wrong_qr") == "qr_amount"


def unsafe_answer(bank_world: BankWorld, name: str, mode: str) -> str:
    bank_world.turn(name, mode)
    with pytest.raises(AnswerUnsafe) as refusal:
        bank_world.bank(name).orders.create(bank_world.order(name), timeout=5)
    return refusal.value.bank_code


def test_a_failure_never_carries_the_banks_text_or_our_keys(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name, **WRONG_KEYS[name])
    for mode in ("ok", "dead", "http_500", "garbage"):
        bank_world.turn(name, mode)
        with pytest.raises(BankFailure) as failure:
            bank.orders.create(bank_world.order(name), timeout=1)
        assert re.fullmatch(r"[a-z0-9_]{1,40}", str(failure.value))


def test_flags_and_parts_say_the_same(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    told = bank.capabilities
    assert bank.name == name
    assert told.cancel == (bank.cancels is not None)
    assert (told.refund in ("full", "partial")) == (bank.refunds is not None)
    assert told.recurring == (bank.debits is not None)
    assert told.lists == (bank.lists is not None)
    assert 0 < told.min_tyiyn <= told.max_tyiyn
    assert told.lifetime > timedelta(0)


def test_an_unpaid_order_can_be_withdrawn_where_the_bank_allows_it(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    ref, _ = bank_world.make(bank)
    assert (bank.cancels is not None) == (name in WITH_CANCEL)
    if bank.cancels is None:
        assert bank.orders.query(ref, timeout=5).state is OrderState.PENDING
        return
    bank.cancels.cancel(ref, timeout=5)
    assert bank.orders.query(ref, timeout=5).state is OrderState.CANCELED
    paid, _ = bank_world.make(bank)
    bank_world.act(name, "pay")
    with pytest.raises(BankRefused):
        bank.cancels.cancel(paid, timeout=5)
    assert bank.orders.query(paid, timeout=5).state is OrderState.PAID


def test_a_list_names_every_payment_once(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name)
    assert (bank.lists is not None) == (name in WITH_LISTS)
    if bank.lists is None:
        return
    refs = []
    for number in range(23):
        ref, _ = bank_world.make(bank, 10_000 + number)
        bank_world.act(name, "pay")
        # Lines of Optima do not name the order: our id in the note leads to it.
        refs.append((None if name == "optima" else ref.provider_ref, ref.attempt_id, 10_000 + number, OrderState.PAID))
    span = timedelta(days=20)
    listed = list(bank.lists.payments(since=utc_now() - span, until=utc_now() + span, timeout=5))
    found = [(line.provider_ref, line.attempt_id, line.amount_tyiyn, line.state) for line in listed]
    assert sorted(found, key=str) == sorted(refs, key=str)
    bank_world.turn(name, "dead")
    with pytest.raises(BankUnreachable):
        list(bank.lists.payments(since=utc_now() - span, until=utc_now(), timeout=2))


def test_settings_without_a_secret_or_with_a_plain_address_do_not_start(bank_world: BankWorld, name: str) -> None:
    secrets = {
        "odengi": "ODENGI_PASSWORD",
        "mbank": "MKASSA_CALLBACK_SECRET",
        "bakai": "BAKAI_CALLBACK_SECRET",
        "optima": "OPTIMA_CALLBACK_PASSWORD",
        "freedompay": "FREEDOMPAY_SECRET_KEY",
    }
    address = {"mbank": "MKASSA"}.get(name, name.upper()) + "_API_URL"
    for variable, value in ((secrets[name], ""), (address, "http://api.example.kg")):
        with pytest.raises(Exception, match=variable):
            bank_world.bank(name, **{variable: value})


def test_only_bakai_without_a_qr_type_cannot_be_queried(bank_world: BankWorld, name: str) -> None:
    bank = bank_world.bank(name, BAKAI_QR_TYPE="")
    ref, _ = bank_world.make(bank)
    assert bank.capabilities.query == (name != "bakai")
    if bank.capabilities.query:
        assert bank.orders.query(ref, timeout=5).state is OrderState.PENDING
    else:
        with pytest.raises(NotSupported):
            bank.orders.query(ref, timeout=5)
