"""Staff send single template messages and read the SMS status."""

import threading

import pytest

from auto360.core.messages import LANGUAGES
from auto360.core.messages.operations import SMS_TEMPLATES
from auto360.providers.sms.segments import segments_of
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import User, new_number, new_user
from tests.support.rows import rows
from tests.support.sms import SmsWorld


@pytest.fixture
def staff_member(functions: Functions, database: Database, sms_world: SmsWorld) -> User:
    """Return a moderator, with working providers."""
    functions.set(**sms_world.environ)
    return with_role(functions, database, "moderator")


def with_role(functions: Functions, database: Database, role: str) -> User:
    user = new_user(functions, database, "sms")
    with database.connect() as connection:
        connection.execute("update accounts set role = %s where id = %s", (role, user.id))
    return user


def test_a_template_is_one_segment_in_every_language() -> None:
    assert {segments_of(text) for texts in SMS_TEMPLATES.values() for text in texts} == {1}
    assert all(len(texts) == len(LANGUAGES) for texts in SMS_TEMPLATES.values())


def test_an_operator_sends_a_template_and_it_is_written_down(
    staff_member: User, database: Database, sms_world: SmsWorld
) -> None:
    phone = new_number()
    sent = staff_member.data("POST", "/send", {"phone": phone, "template": "listing_question", "language": "ky"})
    assert sms_world.texts(phone) == [SMS_TEMPLATES["listing_question"][1]]
    row = rows(
        database,
        "select purpose, state, sent_by::text, template, supplier from sms_messages where id = %s",
        sent["sms_id"],
    )
    assert row == [("operator", "accepted", staff_member.id, "listing_question", "nikita")]
    log = rows(database, "select actor_user_id::text, details from audit_log where subject_id = %s", sent["sms_id"])
    assert log == [(staff_member.id, {"template": "listing_question"})]


@pytest.mark.parametrize("role", ["user"])
def test_others_may_neither_send_nor_look(functions: Functions, database: Database, role: str) -> None:
    stranger = with_role(functions, database, role)
    assert stranger.send("POST", "/send", {"phone": new_number(), "template": "test"}).code == "forbidden"
    assert stranger.send("GET", "/status").code == "forbidden"
    assert functions.get("sms", "/api/sms/status").status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "+996700123456", "template": "win_a_car"},
        {"phone": "+996700123456", "template": "test", "text": "free words"},
        {"phone": "+7 701 123 45 67", "template": "test"},
        {"phone": "+996700123456"},
    ],
    ids=range(4),
)
def test_no_words_of_ones_own_and_no_other_country(staff_member: User, body: dict[str, str]) -> None:
    assert staff_member.send("POST", "/send", body).status == 422


def test_the_same_key_sends_once(staff_member: User, sms_world: SmsWorld) -> None:
    phone = new_number()
    body, key = {"phone": phone, "template": "test"}, {"Idempotency-Key": "k1"}
    first, second = (staff_member.data("POST", "/send", body, headers=key) for _ in range(2))
    assert first["sms_id"] == second["sms_id"]
    assert len(sms_world.texts(phone)) == 1
    assert (
        staff_member.send("POST", "/send", {**body, "phone": new_number()}, headers=key).code
        == "idempotency_key_reused"
    )


def test_of_many_orders_at_one_moment_as_many_pass_as_the_limit_allows(staff_member: User, database: Database) -> None:
    phone, answers = new_number(), []

    def reserve() -> None:
        call = """select sms_reserve_by_operator(gen_random_uuid(), %s, %s, 'test', '127.0.0.1', 'r', 0, 3, 50)"""
        answers.extend(rows(database, call, staff_member.id, phone))

    threads = [threading.Thread(target=reserve) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("sms_id" in answer for (answer,) in answers) == 3


def test_a_phone_gets_three_an_hour_and_an_operator_sends_so_many_a_day(staff_member: User) -> None:
    phone = new_number()
    answers = [staff_member.send("POST", "/send", {"phone": phone, "template": "test"}) for _ in range(4)]
    assert [answer.code for answer in answers] == [None, None, None, "sms_operator_limit"]
    staff_member.functions.set(STAFF_SMS_PER_DAY="4")
    assert staff_member.send("POST", "/send", {"phone": new_number(), "template": "test"}).status == 200
    assert staff_member.send("POST", "/send", {"phone": new_number(), "template": "test"}).code == "sms_operator_limit"


def test_when_nobody_takes_it_the_operator_is_told_and_may_repeat_it(
    staff_member: User, sms_world: SmsWorld, database: Database
) -> None:
    sms_world.turn("nikita", "status", status=4)
    sms_world.turn("smsc", "error", error_code=3)
    body, key = {"phone": new_number(), "template": "test"}, {"Idempotency-Key": "k2"}
    answer = staff_member.send("POST", "/send", body, headers=key)
    assert (answer.status, answer.code) == (503, "sms_unavailable")
    with database.connect() as connection:
        connection.execute("delete from sms_circuits")
    sms_world.turn("nikita", "ok")
    assert staff_member.data("POST", "/send", body, headers=key)["state"] == "accepted"
    assert len(sms_world.texts(body["phone"])) == 1


def test_in_test_mode_nothing_is_sent_and_nothing_is_billed(
    staff_member: User, sms_world: SmsWorld, database: Database
) -> None:
    staff_member.functions.set(SMS_TEST_MODE="true")
    phone = new_number()
    sent = staff_member.data("POST", "/send", {"phone": phone, "template": "test"})
    assert sms_world.texts(phone) == []
    assert rows(database, "select state, cost_tyiyn from sms_messages where id = %s", sent["sms_id"]) == [
        ("accepted", 0)
    ]
    staff_member.functions.set(APP_ENV="production")
    assert staff_member.send("POST", "/send", {"phone": phone, "template": "test"}).code == "internal"


def test_the_status_tells_balance_price_delivery_by_operator_and_cost_per_day(
    staff_member: User, database: Database, sms_world: SmsWorld
) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_messages")
        connection.execute("delete from supplier_balances")
    for phone in ("+996700000001", "+996700000002", "+996555000001"):
        staff_member.data("POST", "/send", {"phone": phone, "template": "test"})
    sms_world.let_time_pass(60)
    with database.connect() as connection:
        connection.execute("update sms_messages set next_report_at = now() where phone <> '+996700000002'")
        connection.execute("update sms_messages set state = 'failed' where phone = '+996700000002'")
    staff_member.functions.handler("sms_poller")({}, None)
    status = staff_member.data("GET", "/status", query={"days": "7"})
    assert {(row["provider"], row["currency"], row["price_tyiyn"]) for row in status["balances"]} == {
        ("nikita", "KGS", 70),
        ("smsc", "KGS", None),
    }
    with database.connect() as connection:
        connection.execute(
            """insert into supplier_balances (supplier, balance, currency, measured_at)
               values ('nikita', 1200, 'KGS', now() - interval '25 hours')"""
        )
    history = staff_member.data("GET", "/status")["balance_history"]
    assert [row["balance"] for row in history if row["provider"] == "nikita"][-1] == 1200
    assert {(row["mobile_network"], row["accepted"], row["delivery_rate"]) for row in status["deliveries"]} == {
        ("O!", 2, 50.0),
        ("MegaCom", 1, 100.0),
    }
    [cost] = status["costs"]
    assert (cost["purpose"], cost["provider"], cost["messages"], cost["parts"], cost["cost_tyiyn"]) == (
        "operator", "nikita", 3, 3, 600,
    )  # fmt: skip
