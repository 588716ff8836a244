"""Asking for a login code."""

import time
from dataclasses import replace

import psycopg
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.people import REQUEST_CODE, Person, new_address, new_phone, wrong
from tests.support.rows import age, rows
from tests.support.sms import SmsWorld


def test_a_code_arrives_and_the_app_is_told_its_length(person: Person) -> None:
    answer = person.request_code()
    assert answer.status == 200
    data = answer.body["data"]
    assert (answer.body["success"], data["codeLength"], data["expiresIn"], data["resendIn"]) == (True, 6, 600, 60)
    assert data["message"] == "Код отправлен по SMS"
    assert len(person.sms.code(person.phone)) == 6
    assert person.sms.senders(person.phone) == ["nikita"]


def test_the_code_is_nowhere_in_the_answer_or_the_database(person: Person, database: Database) -> None:
    answer = person.request_code()
    code = person.sms.code(person.phone)
    assert code not in str(answer.body)
    stored = rows(database, "select to_jsonb(c)::text from verification_codes c where phone = %s", person.phone)
    assert len(stored) == 1
    assert code not in stored[0][0]


@pytest.mark.parametrize("length", [6, 8])
def test_the_length_is_a_setting(person: Person, length: int) -> None:
    person.functions.set(OTP_CODE_LENGTH=str(length))
    assert person.request_code().body["data"]["codeLength"] == length
    assert len(person.sms.code(person.phone)) == length
    assert person.verify(person.sms.code(person.phone)).status == 200


@pytest.mark.parametrize(
    ("platform", "last"), [("android", "FA+9qCX9VSu"), ("ios", "@360auto.kg #"), ("web", "@360auto.kg #")]
)
def test_the_text_can_be_filled_in_by_the_phone(person: Person, platform: str, last: str) -> None:
    person.functions.set(APP_DOMAIN="360auto.kg", ANDROID_APP_HASH="FA+9qCX9VSu")
    assert person.request_code(platform=platform).status == 200
    assert person.sms.texts(person.phone)[0].splitlines()[-1].startswith(last)


def test_a_second_request_within_a_minute_is_told_to_wait(person: Person) -> None:
    person.request_code()
    answer = person.request_code()
    assert (answer.status, answer.code) == (429, "otp_too_soon")
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert len(person.sms.texts(person.phone)) == 1


def test_within_its_life_the_same_code_is_sent_again_with_its_tries_spent(person: Person, database: Database) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    person.verify(wrong(code))
    age(database, person.phone, 61)
    assert person.request_code().body["data"]["expiresIn"] <= 540
    assert person.sms.texts(person.phone)[0] == person.sms.texts(person.phone)[1]
    assert rows(database, "select attempts from verification_codes where phone = %s", person.phone) == [(1,)]
    assert person.verify(code).status == 200


def test_a_code_that_is_about_to_end_is_replaced(person: Person, database: Database) -> None:
    person.request_code()
    old = person.sms.code(person.phone)
    age(database, person.phone, 560)
    person.request_code()
    assert person.sms.code(person.phone) != old
    assert person.verify(old).status == 400
    assert person.verify(person.sms.code(person.phone)).status == 200


def test_three_an_hour_and_ten_a_day(person: Person, database: Database) -> None:
    for _ in range(3):
        assert person.request_code().status == 200
        age(database, person.phone, 61)
    refused = person.request_code()
    assert (refused.status, refused.code) == (429, "otp_phone_limit")
    assert 3300 < int(refused.headers["Retry-After"]) <= 3600
    for _ in range(7):
        age(database, person.phone, 3601)
        assert person.request_code().status == 200
    age(database, person.phone, 3601)
    refused = person.request_code()
    assert refused.code == "otp_phone_limit"
    assert int(refused.headers["Retry-After"]) > 3600


def test_an_address_has_a_limit_an_hour(person: Person) -> None:
    person.functions.set(OTP_ADDRESS_PER_HOUR="10")
    statuses = [replace(person, phone=new_phone()).request_code() for _ in range(11)]
    assert [answer.status for answer in statuses[:10]] == [200] * 10
    assert statuses[10].code == "otp_address_limit"


def test_a_network_and_a_block_of_numbers_have_limits_of_their_own(person: Person) -> None:
    person.functions.set(OTP_NETWORK_PER_HOUR="2")
    network = new_address().rpartition(".")[0]
    answers = [replace(person, phone=new_phone(), address=f"{network}.{host}").request_code() for host in (1, 2, 3)]
    assert [answer.code for answer in answers] == [None, None, "otp_address_limit"]
    person.functions.set(OTP_NETWORK_PER_HOUR="100", OTP_BLOCK_PER_HOUR="2")
    block = f"+9965551{int(new_phone()[-6:-4]) % 10}"
    answers = [replace(person, phone=f"{block}{n:04d}", address=new_address()).request_code() for n in (11, 22, 33)]
    assert [answer.code for answer in answers] == [None, None, "otp_temporarily_limited"]


@pytest.mark.parametrize(("used", "code"), [(0, "otp_temporarily_limited"), (1, None)])
def test_where_codes_are_requested_and_not_used_new_phones_get_none_and_known_ones_do(
    person: Person, database: Database, used: int, code: str | None
) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_limit_hits")
    person.functions.set(OTP_BRAKE_REQUESTS="5", OTP_BRAKE_PERCENT="20")
    network = new_address().rpartition(".")[0]
    asked = [replace(person, phone=new_phone(), address=f"{network}.{host}") for host in range(1, 6)]
    for number, each in enumerate(asked):
        assert each.request_code().status == 200
        if number < used:
            assert each.verify(each.sms.code(each.phone)).status == 200
        age(database, each.phone, 601)
    known = replace(person, phone=new_phone(), address=new_address())
    known.log_in()
    age(database, known.phone, 61)
    assert replace(person, phone=new_phone(), address=f"{network}.9").request_code().code == code
    assert replace(known, address=f"{network}.10").request_code().status == 200


def test_the_days_budget_ends_the_sending(person: Person, database: Database) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_spending")
    person.functions.set(OTP_SMS_COST_TYIYN="200", OTP_DAILY_BUDGET_TYIYN="570", NIKITA_SMS_PRICE_TYIYN="200")
    person.functions.set(OTP_HOURLY_SHARE_PERCENT="100")
    assert person.request_code().status == 200
    other = replace(person, phone=new_phone(), address=new_address()).request_code()
    assert (other.status, other.code) == (429, "otp_temporarily_limited")
    assert rows(database, "select spent_tyiyn from sms_spending") == [(200,)]


@pytest.mark.parametrize("typed", ["0{0}", "996{0}", "+996 {0}", "00996{0}"])
def test_all_forms_of_a_number_are_one_phone_to_the_limits(person: Person, typed: str) -> None:
    assert person.request_code().status == 200
    again = replace(person, phone=typed.format(person.phone[4:])).request_code()
    assert again.code == "otp_too_soon"


def test_what_was_sent_is_recorded_with_its_cost_and_attempts(person: Person, database: Database) -> None:
    person.sms.turn("nikita", "status", status=5)
    answer = person.request_code()
    sms = rows(
        database,
        "select id::text, state, supplier, parts, cost_tyiyn from sms_messages where phone = %s",
        person.phone,
    )
    assert [row[:4] for row in sms] == [(answer.body["data"]["requestId"], "accepted", "smsc", 1)]
    assert sms[0][4] > 0
    attempts = rows(
        database,
        "select supplier, outcome, supplier_code from sms_attempts where sms_message_id = %s order by position",
        sms[0][0],
    )
    assert attempts == [("nikita", "refused", "5"), ("smsc", "accepted", "")]


def test_when_nobody_takes_it_the_caller_is_told_and_the_allowance_given_back(
    person: Person, database: Database
) -> None:
    person.sms.turn("nikita", "status", status=4)
    person.sms.turn("smsc", "error", error_code=3)
    for _ in range(4):
        answer = person.request_code()
        assert (answer.status, answer.code) == (503, "sms_unavailable")
        with database.connect() as connection:
            connection.execute("update sms_circuits set open_until = null")
    person.sms.turn("nikita", "ok")
    assert person.request_code().status == 200


def test_a_number_that_the_operator_refuses_is_a_user_error_without_a_second_provider(person: Person) -> None:
    person.sms.turn("nikita", "status", status=7)
    answer = person.request_code()
    assert (answer.status, answer.code) == (422, "phone_rejected")
    assert person.sms.texts(person.phone) == []


def test_a_lasting_failure_opens_the_circuit_for_everybody(person: Person, database: Database) -> None:
    person.sms.turn("nikita", "status", status=4)
    person.request_code()
    asked = dict(person.sms.nikita.requests)
    replace(person, phone=new_phone(), address=new_address()).request_code()
    assert dict(person.sms.nikita.requests) == asked
    with database.connect() as connection:
        connection.execute("update sms_circuits set open_until = now() - interval '1 second'")
    person.sms.turn("nikita", "ok")
    third = replace(person, phone=new_phone(), address=new_address())
    third.request_code()
    assert third.sms.senders(third.phone) == ["nikita"]
    circuit = rows(database, "select failures, open_until from sms_circuits where supplier = 'nikita'")
    assert circuit == [(0, None)]


def test_an_sms_that_did_not_arrive_goes_by_the_other_provider_the_next_time(
    person: Person, database: Database
) -> None:
    person.sms.turn("nikita", "undelivered")
    person.request_code()
    age(database, person.phone, 61)
    person.request_code()
    assert person.sms.senders(person.phone)[0] == "smsc"


def test_a_test_number_gets_no_sms_and_its_fixed_code(functions: Functions) -> None:
    phone = new_phone()
    functions.set(OTP_TEST_NUMBERS=f"{phone}:135790")
    asked = functions.post("request_code", REQUEST_CODE, {"phone": phone}, address=new_address())
    assert asked.status == 200
    checked = functions.post("verify_code", "/api/auth/verify-code", {"phone": phone, "code": "135790"})
    assert checked.status == 200


def test_test_numbers_stop_a_production_start(functions: Functions) -> None:
    functions.set(OTP_TEST_NUMBERS="+996700000001:135790", APP_ENV="production")
    answer = functions.post("request_code", REQUEST_CODE, {"phone": "+996700000001"})
    assert (answer.status, answer.code) == (500, "internal")


BAD_BODIES = [
    "{not json",
    "",
    "[]",
    '"+996700123456"',
    "null",
    "[" * 30_000,
    '{"phone": NaN}',
    {"phone": None},
    {"phone": 996700123456},
    {"phone": ["+996700123456"]},
    {"phone": {"$ne": ""}},
    {"phone": ""},
    {"phone": "+996700123456", "role": "admin"},
    {"phone": "+996700123456", "platform": "symbian"},
    {"phone": "+996700123456\x00"},
    '{"phone": "\\ud800"}',
    {"phone": "9" * 100_000},
    {},
    {"fone": "+996700123456"},
    {"phone": "+7 701 123 45 67"},
    {"phone": "0312 123456"},
    {"phone": "'; drop table users; --"},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_bad_input_is_a_sentence_in_russian_and_writes_nothing(
    functions: Functions, database: Database, body: object
) -> None:
    before = rows(database, "select (select count(*) from sms_messages), (select count(*) from verification_codes)")
    answer = functions.post("request_code", REQUEST_CODE, body)
    assert 400 <= answer.status < 500
    assert answer.body["success"] is False
    assert any("а" <= letter <= "я" for letter in answer.body["error"])
    assert "Traceback" not in str(answer.body)
    assert "pydantic" not in str(answer.body)
    after = rows(database, "select (select count(*) from sms_messages), (select count(*) from verification_codes)")
    assert before == after


def test_the_fields_at_fault_are_named(functions: Functions) -> None:
    answer = functions.post("request_code", REQUEST_CODE, {"fone": 1}, headers={"Accept-Language": "en"})
    assert answer.body["details"] == [
        {"field": "phone", "message": "This field is required"},
        {"field": "fone", "message": "This field is not known"},
    ]


def test_a_dead_database_is_told_without_its_text(functions: Functions) -> None:
    functions.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    started = time.monotonic()
    answer = functions.post("request_code", REQUEST_CODE, {"phone": new_phone()})
    assert (answer.status, answer.code) == (503, "service_unavailable")
    assert "127.0.0.1" not in str(answer.body)
    assert time.monotonic() - started < 20


def test_the_database_call_is_not_open_to_the_anon_key(database: Database, sms_world: SmsWorld) -> None:
    call = b"set role anon; select public.login_verify_code('', '{}', '::1', null, '', '{}', '{}')"
    with psycopg.connect(database.dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(call)
