"""Delivery reports: what providers push, what is asked for, and what a forger can do."""

import hashlib
import threading
from urllib.parse import urlencode

import pytest

from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.people import Person
from tests.support.rows import rows

STATE = (
    "select supplier, supplier_message_id, state, report_code from sms_messages where phone = %s order by created_at"
)


def push(functions: Functions, provider: str, body: str, *, secret: str | None = None) -> Answer:
    """Return a call of a provider's webhook."""
    shown = functions.environ["SMS_REPORT_SECRET"] if secret is None else secret
    event = http_event("POST", f"/webhooks/sms/{provider}/{shown}", body, headers={"Content-Type": "application/xml"})
    event["pathParameters"] = {"provider": provider, "secret": shown}
    return functions.raw("sms_report", event)


def nikita_xml(message_id: str, phone: str, report: int = 3) -> str:
    """Return a push of nikita."""
    return (
        '<report xmlns="http://Giper.mobi/schema/DeliveryReport">'
        f"<dr><id>{message_id}</id><phone><number>{phone.lstrip('+')}</number><report>{report}</report>"
        "<sendTime>20260105120000</sendTime><rcvTime>20260105120004</rcvTime></phone></dr></report>"
    )


def smsc_form(functions: Functions, message_id: str, phone: str, status: int = 1, *, secret: str | None = None) -> str:
    """Return a push of SMSC."""
    word = functions.environ["SMSC_CALLBACK_SECRET"] if secret is None else secret
    number = phone.lstrip("+")
    signed = hashlib.md5(f"{message_id}:{number}:{status}:{word}".encode()).hexdigest()  # noqa: S324
    return urlencode({"id": message_id, "phone": number, "status": status, "err": 0, "md5": signed})


def sent(person: Person, database: Database) -> tuple[str, str]:
    """Return an SMS that a provider took: its provider and its id there."""
    assert person.request_code().status == 200
    provider, message_id, state, _ = rows(database, STATE, person.phone)[0]
    assert state == "accepted"
    return provider, message_id


def state_of(person: Person, database: Database) -> str:
    return str(rows(database, STATE, person.phone)[0][2])


def test_a_push_of_nikita_is_confirmed_by_a_question_and_then_believed(person: Person, database: Database) -> None:
    _, message_id = sent(person, database)
    person.sms.let_time_pass(60)
    answer = push(person.functions, "nikita", nikita_xml(message_id, person.phone))
    assert (answer.status, answer.body["data"]) == (200, {"changed": 1})
    assert state_of(person, database) == "delivered"
    assert person.sms.nikita.requests["dr"] == 1


def test_a_forged_push_changes_nothing_because_nikita_does_not_say_so(person: Person, database: Database) -> None:
    _, message_id = sent(person, database)
    answer = push(person.functions, "nikita", nikita_xml(message_id, person.phone, report=4))
    assert (answer.status, state_of(person, database)) == (200, "accepted")
    person.sms.let_time_pass(60)
    with database.connect() as connection:
        connection.execute("update sms_messages set report_asked_at = null where phone = %s", (person.phone,))
    push(person.functions, "nikita", nikita_xml(message_id, person.phone, report=2))
    assert state_of(person, database) == "delivered"


def test_a_final_state_never_moves_back(person: Person, database: Database) -> None:
    provider, message_id = sent(person, database)
    for state, code in (("delivered", "3"), ("failed", "4"), ("pending", "1")):
        rows(
            database,
            """select sms_reports_record(%s, jsonb_build_array(jsonb_build_object(
                 'message_id', %s::text, 'phone', %s::text, 'state', %s::text, 'code', %s::text)))""",
            provider, message_id, person.phone, state, code,
        )  # fmt: skip
    assert rows(database, STATE, person.phone) == [(provider, message_id, "delivered", "3")]


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 64])
def test_without_the_secret_of_the_address_nobody_is_heard(person: Person, database: Database, secret: str) -> None:
    _, message_id = sent(person, database)
    person.sms.let_time_pass(60)
    answer = push(person.functions, "nikita", nikita_xml(message_id, person.phone), secret=secret or "-")
    assert (answer.status, answer.code) == (404, "not_found")
    assert state_of(person, database) == "accepted"
    assert "dr" not in person.sms.nikita.requests


def test_reports_about_other_peoples_messages_are_passed_over(person: Person, database: Database) -> None:
    _, message_id = sent(person, database)
    person.sms.let_time_pass(60)
    for body in (nikita_xml("abcdefghijkl", person.phone), nikita_xml(message_id, "+996700000000")):
        answer = push(person.functions, "nikita", body)
        assert (answer.status, answer.body["data"]) == (200, {"changed": 0})
    assert state_of(person, database) == "accepted"
    assert "dr" not in person.sms.nikita.requests


BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><report><dr><id>&a;</id></dr></report>'
OUTSIDE = '<!DOCTYPE r SYSTEM "file:///etc/passwd"><report/>'


@pytest.mark.parametrize("body", ["", "{}", "<report>", BOMB, OUTSIDE, "<a>" * 50, "\x00"], ids=range(7))
def test_what_nikita_would_not_send_is_refused(functions: Functions, body: str) -> None:
    assert push(functions, "nikita", body).status == 404


def test_a_push_that_is_too_large_is_refused(functions: Functions) -> None:
    answer = push(functions, "nikita", nikita_xml("abcdefghijkl", "+996700000000") + " " * 70_000)
    assert (answer.status, answer.code) == (413, "payload_too_large")


def test_when_nikita_cannot_be_asked_the_push_is_taken_and_the_poller_asks_later(
    person: Person, database: Database
) -> None:
    _, message_id = sent(person, database)
    person.sms.let_time_pass(60)
    person.sms.turn("nikita", "dead")
    answer = push(person.functions, "nikita", nikita_xml(message_id, person.phone))
    assert (answer.status, answer.body["data"]) == (200, {"changed": 0})
    person.sms.turn("nikita", "ok")
    make_due(person, database)
    poll(person)
    assert state_of(person, database) == "delivered"


def test_a_signed_callback_of_smsc_is_proof(person: Person, database: Database) -> None:
    person.functions.set(SMS_PROVIDERS="smsc,nikita")
    _, message_id = sent(person, database)
    answer = push(person.functions, "smsc", smsc_form(person.functions, message_id, person.phone, 20))
    assert (answer.status, answer.body["data"]) == (200, {"changed": 1})
    assert rows(database, STATE, person.phone) == [("smsc", message_id, "failed", "20")]
    assert "status" not in person.sms.smsc.requests


def test_a_callback_of_smsc_with_a_forged_signature_is_refused(person: Person, database: Database) -> None:
    person.functions.set(SMS_PROVIDERS="smsc,nikita")
    _, message_id = sent(person, database)
    right = smsc_form(person.functions, message_id, person.phone)
    forged = [
        smsc_form(person.functions, message_id, person.phone, secret="guessed"),
        right.replace("status=1", "status=20"),
        right.partition("&md5=")[0],
        right.partition("&md5=")[0] + "&crc32=1",
        right + "&sha1=0",
    ]
    assert [push(person.functions, "smsc", body).status for body in forged] == [404] * 5
    assert state_of(person, database) == "accepted"
    assert push(person.functions, "nobody", right).status == 404


def poll(person: Person) -> dict[str, int]:
    result: dict[str, int] = person.functions.handler("sms_poller")({}, None)
    return result


def make_due(person: Person, database: Database) -> None:
    """Before all others: one run asks about a few only."""
    due = "update sms_messages set next_report_at = now() - interval '1 day' where state = 'accepted' and phone = %s"
    with database.connect() as connection:
        connection.execute(due, [person.phone])


def test_the_poller_asks_where_no_report_came_and_stops_when_it_is_final(person: Person, database: Database) -> None:
    sent(person, database)
    poll(person)
    assert rows(database, "select report_asks from sms_messages where phone = %s", person.phone) == [(0,)]
    make_due(person, database)
    poll(person)
    assert state_of(person, database) == "accepted"
    wait = "select report_asks, round(extract(epoch from next_report_at - report_asked_at)) from sms_messages"
    assert rows(database, f"{wait} where phone = %s", person.phone) == [(1, 60)]
    person.sms.let_time_pass(60)
    make_due(person, database)
    poll(person)
    assert state_of(person, database) == "delivered"
    make_due(person, database)
    assert rows(database, "select next_report_at from sms_messages where phone = %s", person.phone) == [(None,)]


def test_after_a_day_nobody_is_asked_any_more(person: Person, database: Database) -> None:
    sent(person, database)
    with database.connect() as connection:
        connection.execute(
            "update sms_messages set created_at = now() - interval '25 hours',"
            " next_report_at = now() - interval '1 day' where phone = %s",
            (person.phone,),
        )
    poll(person)
    assert rows(database, "select next_report_at from sms_messages where phone = %s", person.phone) == [(None,)]


def test_two_pollers_at_once_ask_about_different_messages(person: Person, database: Database) -> None:
    for _ in range(6):
        with database.connect() as connection:
            connection.execute(
                """insert into sms_messages (purpose, phone, state, supplier, supplier_message_id, next_report_at)
                   values ('notice', '+996700999000', 'accepted', 'elsewhere', gen_random_uuid()::text, now())"""
            )
    claimed: list[str] = []

    def claim() -> None:
        [(due,)] = rows(database, "select sms_reports_due(4, array['elsewhere'])")
        claimed.extend(message["message_id"] for message in due["messages"])

    threads = [threading.Thread(target=claim) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 6


def test_the_poller_measures_balances_every_ten_minutes(person: Person, database: Database) -> None:
    with database.connect() as connection:
        connection.execute("delete from supplier_balances")
    assert poll(person)["balances"] == 2
    assert poll(person)["balances"] == 0
    measured = rows(database, "select supplier, balance, price_tyiyn from supplier_balances order by supplier")
    assert [(name, float(balance), price) for name, balance, price in measured] == [
        ("nikita", 1000.0, 70),
        ("smsc", 950.3, None),
    ]
    person.sms.turn("nikita", "dead")
    with database.connect() as connection:
        connection.execute("update supplier_balances set measured_at = now() - interval '11 minutes'")
    assert poll(person)["balances"] == 1
