"""Operations page: payments, refunds, tiers by hand, and the move of videos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.migration import LedgerOf, new_moving
from tests.support.payers import Connection, PayingUser, ask, connected, value
from tests.support.rows import rows
from tests.support.sms import SmsWorld
from tests.support.staff import ORIGIN, Browser, Page, staff_browser

PAYMENTS, MIGRATION = "/admin/payments", "/admin/migration"


@pytest.fixture
def finance(functions: Functions, database: Database, sms_world: SmsWorld) -> Browser:
    return staff_browser(functions, database, sms_world, "finance")


@pytest.fixture
def second(functions: Functions, database: Database, sms_world: SmsWorld) -> Browser:
    """Another person of finance."""
    return staff_browser(functions, database, sms_world, "finance")


@pytest.fixture
def admin(functions: Functions, database: Database, sms_world: SmsWorld) -> Browser:
    return staff_browser(functions, database, sms_world, "admin")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with connected(database) as opened:
        yield opened


@pytest.fixture
def payer(connection: Connection) -> PayingUser:
    return PayingUser.new(connection, name="Чолпон")


def phone_of(payer: PayingUser) -> str:
    return str(value(payer.connection, "select phone from accounts where id = %s", payer.user))


def refund(browser: Browser, payment: str, som: str, reason: str = "Оплата по ошибке") -> Page:
    fields = {"amount_som": som, "reason": reason, "form_key": uuid4()}
    return browser.submit(f"{PAYMENTS}/{payment}/refund", fields, on=f"{PAYMENTS}/{payment}")


def refund_of(database: Database, payment: str) -> tuple[str, str, int]:
    query = "select id::text, state, amount_tyiyn from refunds where payment_id = %s order by created_at desc limit 1"
    key, state, amount = rows(database, query, payment)[0]
    return str(key), str(state), int(amount)


def by_hand(browser: Browser, phone: str, **changes: str) -> Page:
    fields = {"phone": phone, "tier": "basic", "evidence": f"transfer {phone}", "reason": "Оплата переводом", **changes}
    return browser.submit(f"{PAYMENTS}/by-hand", fields, on=PAYMENTS)


def test_a_payment_is_found_by_phone_without_the_phone_in_an_address(finance: Browser, payer: PayingUser) -> None:
    payment = payer.bought()
    led = finance.submit(f"{PAYMENTS}/find", {"text": phone_of(payer)}, on=PAYMENTS)
    assert (led.status, led.location) == (303, f"{PAYMENTS}?q={payer.user}")
    page = finance.get(led.location)
    assert payment in page.text
    assert "100\u00a0сом" in page.text
    assert "Чолпон" in page.words
    assert finance.submit(f"{PAYMENTS}/find", {"text": "+996 555 999 999"}, on=PAYMENTS).status == 404


def test_a_refund_at_a_bank_without_calls_is_closed_with_the_banks_number(
    finance: Browser, payer: PayingUser, database: Database
) -> None:
    payment = payer.bought()
    done = refund(finance, payment, "100")
    assert done.location == f"{PAYMENTS}/{payment}?done=payment_refund"
    assert refund_of(database, payment)[1:] == ("approved", 10000)
    at, key = f"{PAYMENTS}/{payment}", refund_of(database, payment)[0]
    assert "в кабинете банка" in finance.get(at).words
    assert finance.submit(f"/admin/refunds/{key}/close", {"bank_number": ""}, on=at).status == 422
    assert finance.submit(f"/admin/refunds/{key}/close", {"bank_number": f"R-{key[:8]}"}, on=at).status == 303
    assert refund_of(database, payment)[1] == "done"
    assert payer.payment(payment)["state"] == "refunded"
    log = "select action from audit_log where subject_id = %s order by created_at, id"
    assert rows(database, log, key) == [("refund.request",), ("refund.close",)]


def test_finance_has_the_bank_queried_about_an_unpaid_payment(
    finance: Browser, payer: PayingUser, connection: Connection
) -> None:
    payment, attempt = payer.attempt(minutes=60)
    at, due = f"{PAYMENTS}/{payment}", f"select next_check_at <= now() from payments where id = '{payment}'"
    assert value(connection, due) is False
    assert finance.submit(f"{at}/query", {}, on=at).location == f"{at}?done=payment_query"
    assert value(connection, due) is True
    [asked] = [row for row in ask(connection, "payment_checks_due", limit=100) if row["payment_id"] == payment]
    assert [row["attempt_id"] for row in asked["ask"]] == [attempt]
    at_no_bank = PayingUser.new(connection).order()["payment"]["id"]
    assert finance.submit(f"{PAYMENTS}/{at_no_bank}/query", {}, on=at).status == 404


def test_zero_bytes_and_halves_of_characters_break_nothing(
    finance: Browser, payer: PayingUser, database: Database
) -> None:
    payment = payer.bought()
    assert refund(finance, payment, "10", "Ошибка\x00 кассы").status == 303
    assert rows(database, "select reason from refunds where payment_id = %s", payment) == [("Ошибка кассы",)]
    assert finance.get(f"{PAYMENTS}?q=%00%00").status == 200
    fields = {
        "form_token": finance.form_token(),
        "reason": "Ошибка \ud800 банка",
        "amount_som": "10",
        "form_key": str(uuid4()),
    }
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    sent = finance._send("POST", f"{PAYMENTS}/{payment}/refund", json.dumps(fields), headers)
    assert sent.status == 303


@pytest.mark.parametrize("som", ["0", "-5", "100.001", "много", "", "1e3", "99999999999999"])
def test_an_amount_that_is_none_refunds_nothing(
    finance: Browser, payer: PayingUser, database: Database, som: str
) -> None:
    payment = payer.bought()
    assert refund(finance, payment, som).status in (409, 422)
    assert rows(database, "select 1 from refunds where payment_id = %s", payment) == []


def test_more_than_what_came_in_is_not_given_back(finance: Browser, payer: PayingUser, database: Database) -> None:
    payment = payer.bought()
    assert refund(finance, payment, "100,01").status == 409
    assert refund(finance, payment, "60,50").status == 303
    assert refund(finance, payment, "60").status == 409
    assert refund_of(database, payment)[2] == 6050


def test_a_button_that_is_pressed_twice_gives_money_back_once(
    finance: Browser, payer: PayingUser, database: Database
) -> None:
    payment = payer.bought()
    at = f"{PAYMENTS}/{payment}"
    key = finance.get(at).text.split('name="form_key" value="')[1].split('"')[0]
    fields = {"amount_som": "30", "reason": "Двойной щелчок", "form_key": key}
    answers = [finance.submit(f"{at}/refund", fields, on=at).location for _ in range(3)]
    assert answers == [f"{at}?done=payment_refund", f"{at}?done=sent_before", f"{at}?done=sent_before"]
    assert rows(database, "select amount_tyiyn from refunds where payment_id = %s", payment) == [(3000,)]
    assert finance.submit(f"{at}/refund", fields | {"form_key": ""}, on=at).status == 422


def test_of_presses_at_the_same_moment_one_counts(database: Database, payer: PayingUser) -> None:
    key = str(uuid4())

    def press(_number: int) -> bool:
        return bool(rows(database, "select operator_form_once(%s, %s)", payer.user, key)[0][0])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(press, range(8))) == [False] * 7 + [True]


def test_above_the_limit_a_refund_waits_for_another_person(
    functions: Functions, finance: Browser, second: Browser, payer: PayingUser, database: Database
) -> None:
    functions.set(SECOND_PERSON_TYIYN="5000")
    payment = payer.bought()
    waits = refund(finance, payment, "100")
    assert "второй человек" in finance.get(waits.location).words
    key, at = refund_of(database, payment)[0], f"{PAYMENTS}/{payment}"
    assert "Подтвердить должен другой человек." in finance.get(at).words
    assert finance.submit(f"/admin/refunds/{key}/approve", {}, on=at).status == 403
    assert refund_of(database, payment)[1] == "requested"
    assert second.submit(f"/admin/refunds/{key}/approve", {}, on=at).status == 303
    assert refund_of(database, payment)[1] == "approved"


def test_a_tier_is_started_by_hand_once_for_one_bank_number(
    finance: Browser, payer: PayingUser, database: Database
) -> None:
    phone = phone_of(payer)
    done = by_hand(finance, phone)
    assert done.location.endswith("?done=payment_by_hand")
    subscription = payer.subscription()
    assert subscription is not None
    assert (subscription["tier"], subscription["status"]) == ("basic", "active")
    assert "Тариф активирован." in finance.get(done.location).words
    assert by_hand(finance, phone).status == 409


def test_above_the_limit_a_tier_by_hand_waits_for_another_person(
    functions: Functions, finance: Browser, second: Browser, payer: PayingUser
) -> None:
    functions.set(SECOND_PERSON_TYIYN="40000")
    at = by_hand(finance, phone_of(payer), tier="premium").location.partition("?")[0]
    assert payer.subscription() is None
    assert "подтвердить должен другой" in finance.get(at).words
    key = str(value(payer.connection, "select id from payment_approvals where payment_id = %s", at.rpartition("/")[2]))
    assert finance.submit(f"/admin/approvals/{key}/approve", {}, on=at).status == 403
    assert second.submit(f"/admin/approvals/{key}/approve", {}, on=at).status == 303
    subscription = payer.subscription()
    assert subscription is not None
    assert subscription["tier"] == "premium"


def test_a_held_payment_is_released_with_what_the_bank_shows(finance: Browser, payer: PayingUser) -> None:
    payment, attempt = payer.attempt()
    assert payer.settle(attempt, amount_tyiyn=9000, currency="KGS")["state"] == "manual_review"
    assert payment in finance.get(PAYMENTS).text
    at = f"{PAYMENTS}/{payment}"
    assert "пришло меньше" in finance.get(at).words
    fields = {"reason": "Доплатил наличными", "evidence": f"cash {payment[:8]}"}
    assert finance.submit(f"{at}/release", fields, on=at).status == 303
    assert payer.payment(payment)["state"] == "completed"


def test_money_without_an_order_is_settled_with_a_word(finance: Browser, database: Database, payer: PayingUser) -> None:
    query = """insert into payment_orphans (provider, provider_ref, amount_tyiyn) values ('mbank', %s, 7700)
               returning id::text"""
    [(orphan,)] = rows(database, query, f"orphan {payer.user}")
    assert "77\u00a0сом" in finance.get(PAYMENTS).text
    done = finance.submit(f"/admin/orphans/{orphan}/dismiss", {"resolution": "Чужой перевод"}, on=PAYMENTS)
    assert done.location == f"{PAYMENTS}?done=orphan"
    assert rows(database, "select state from payment_orphans where id = %s", orphan) == [("dismissed",)]


def test_analytics_show_what_was_paid(finance: Browser, payer: PayingUser) -> None:
    payer.bought()
    page = finance.get("/admin/revenue?days=7")
    assert page.status == 200
    assert "<rect" in page.text
    assert "MBank" in page.words


def test_a_moderator_who_tries_money_is_refused_by_the_page_and_by_the_database(
    functions: Functions, database: Database, sms_world: SmsWorld, payer: PayingUser
) -> None:
    moderator = staff_browser(functions, database, sms_world, "moderator")
    payment = payer.bought()
    assert moderator.get(PAYMENTS).status == 403
    assert moderator.get(f"{PAYMENTS}/{payment}").status == 403
    token = {"form_token": moderator.form_token(), "amount_som": "100", "reason": "Себе", "form_key": str(uuid4())}
    assert moderator.post(f"{PAYMENTS}/{payment}/refund", token).status == 403
    assert by_hand_refused(moderator, phone_of(payer))
    assert moderator.post(f"{MIGRATION}/pause", token).status == 403
    assert rows(database, "select 1 from refunds where payment_id = %s", payment) == []
    [(staff_member,)] = rows(
        database, "select id::text from accounts where role = 'moderator' order by created_at desc limit 1"
    )
    for call in (
        "payments_search(%s, '', 1)",
        "customer_by_phone(%s, '+996700000000')",
        "migration_overview(%s, 1, 1)",
    ):
        assert rows(database, f"select {call} ->> 'reason'", staff_member) == [("forbidden",)]


def by_hand_refused(browser: Browser, phone: str) -> bool:
    fields = {
        "phone": phone,
        "tier": "basic",
        "evidence": "x1234",
        "reason": "Себе",
        "form_token": browser.form_token(),
    }
    return browser.post(f"{PAYMENTS}/by-hand", fields).status == 403


def test_the_move_of_videos_is_paused_and_goes_on(admin: Browser, database: Database, ledger: LedgerOf) -> None:
    paused = admin.submit(f"{MIGRATION}/pause", {}, on=MIGRATION)
    assert paused.location == f"{MIGRATION}?done=pause"
    assert "на паузе" in admin.get(MIGRATION).words
    query = "select paused_at is not null, paused_by is not null from job_leases where job = 'video_migrator'"
    assert rows(database, query) == [(True, True)]
    assert ledger.claim() in (None, {"stop": "paused"}) or "paused" in str(ledger.claim())
    admin.submit(f"{MIGRATION}/resume", {}, on=MIGRATION)
    assert rows(database, query) == [(False, False)]
    actions = rows(
        database, "select action from audit_log where action like 'migration.%%' order by created_at desc limit 2"
    )
    assert actions == [("migration.resume",), ("migration.pause",)]


def test_a_moved_video_is_rolled_back_by_its_listing(admin: Browser, database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    entry = ledger.confirmed(moving)
    assert "подтверждены" in admin.get(MIGRATION).words
    fields = {"entry": moving.listing, "why": "Не играет на старых телефонах", "day": ""}
    assert admin.submit(f"{MIGRATION}/rollback", fields, on=MIGRATION).location == f"{MIGRATION}?done=rollback"
    assert ledger.row(entry)["state"] == "rolled_back"
    again = admin.submit(f"{MIGRATION}/retry", {"entry": entry}, on=MIGRATION)
    assert again.location == f"{MIGRATION}?done=retry"
    assert ledger.row(entry)["state"] == "planned"


@pytest.mark.parametrize(
    "fields", [{}, {"why": "Так"}, {"entry": "x", "day": "2026-11-24", "why": "Оба"}, {"entry": "x"}]
)
def test_a_rollback_must_say_of_what_and_why(admin: Browser, fields: dict[str, str]) -> None:
    assert admin.submit(f"{MIGRATION}/rollback", fields, on=MIGRATION).status == 422
