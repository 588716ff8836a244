"""Checking a login code."""

import itertools
from dataclasses import replace
from uuid import UUID, uuid4

import jwt
import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.people import VERIFY_CODE, Person, new_address, new_phone, wrong
from tests.support.rows import age, rows


def test_the_right_code_opens_a_session(person: Person, database: Database) -> None:
    person.request_code()
    answer = person.verify(person.sms.code(person.phone))
    data = answer.body["data"]
    assert (answer.status, answer.body["success"], data["isNewUser"]) == (200, True, True)
    assert data["user"]["phone"] == person.phone
    assert data["user"]["name"] == "Пользователь"
    assert {"id", "avatar_url", "is_verified", "rating", "created_at", "updated_at", "free_limit", "paid_slots"} <= set(
        data["user"]
    )
    claims = jwt.decode(data["token"], options={"verify_signature": False})
    assert claims["sub"] == data["user"]["id"]
    assert UUID(claims["session_id"])
    assert rows(database, "select count(*) from auth_sessions where user_id = %s", data["user"]["id"]) == [(1,)]


def test_a_known_phone_gets_its_user_back(person: Person, database: Database) -> None:
    first = person.log_in()
    age(database, person.phone, 120)
    again = person.log_in()
    assert again["user"]["id"] == first["user"]["id"]
    assert (first["isNewUser"], again["isNewUser"]) == (True, False)


def test_wrong_expired_used_and_unknown_are_one_answer(person: Person, database: Database) -> None:
    unknown = replace(person, phone=new_phone(), address=new_address()).verify("123456")
    person.request_code()
    code = person.sms.code(person.phone)
    answers = [unknown, person.verify(wrong(code))]
    age(database, person.phone, 601)
    answers.append(person.verify(code))
    other = replace(person, phone=new_phone(), address=new_address())
    other.request_code()
    other.verify(other.sms.code(other.phone))
    age(database, other.phone, 120)
    answers.append(other.verify(other.sms.code(other.phone)))
    assert {(answer.status, answer.code, answer.body["error"]) for answer in answers} == {
        (400, "otp_invalid", unknown.body["error"])
    }


def test_a_code_dies_after_three_tries(person: Person, database: Database) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    for _ in range(3):
        assert person.verify(wrong(code)).code == "otp_invalid"
    assert person.verify(code).code == "otp_invalid"
    assert rows(database, "select attempts from verification_codes where phone = %s", person.phone) == [(3,)]


def test_after_its_tries_are_spent_a_new_code_is_sent(person: Person, database: Database) -> None:
    person.request_code()
    old = person.sms.code(person.phone)
    for _ in range(3):
        person.verify(wrong(old))
    age(database, person.phone, 61)
    person.request_code()
    assert person.sms.code(person.phone) != old
    assert person.verify(person.sms.code(person.phone)).status == 200


def test_five_failures_lock_the_caller_for_fifteen_minutes(person: Person, database: Database) -> None:
    for _ in range(5):
        assert person.verify("000000").code == "otp_invalid"
    locked = person.verify("000000")
    assert (locked.status, locked.code) == (429, "otp_locked")
    assert 800 < int(locked.headers["Retry-After"]) <= 900
    person.request_code()
    code = person.sms.code(person.phone)
    assert person.verify(code).code == "otp_locked"
    age(database, person.phone, 901)
    assert person.verify("000000").code == "otp_invalid"


def test_a_lock_that_is_tried_does_not_last_longer(person: Person, database: Database) -> None:
    for _ in range(5):
        person.verify("000000")
    age(database, person.phone, 600)
    for _ in range(5):
        person.verify("000000")
    age(database, person.phone, 301)
    assert person.verify("000000").code == "otp_invalid"


def test_a_stranger_cannot_lock_the_owner_out(person: Person) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    for _ in range(4):
        stranger = replace(person, address=new_address())
        answers = [stranger.verify(wrong(code)).code for _ in range(6)]
    assert answers[-1] == "otp_locked"
    assert person.verify(code).status == 200


def test_behind_one_address_the_request_id_tells_owner_from_stranger(person: Person) -> None:
    stranger = person
    for _ in range(5):
        stranger.verify("000000")
    request_id = person.request_code().body["data"]["requestId"]
    code = person.sms.code(person.phone)
    assert stranger.verify(code).code == "otp_locked"
    assert person.verify(code, requestId=request_id).status == 200


def test_the_last_try_is_not_for_a_stranger(person: Person, database: Database) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    for _ in range(3):
        replace(person, address=new_address()).verify(wrong(code))
    assert replace(person, address=new_address()).verify(code).code == "otp_invalid"
    assert rows(database, "select attempts from verification_codes where phone = %s", person.phone) == [(2,)]
    assert person.verify(code).status == 200


def test_a_repeat_of_the_successful_request_gets_the_same_session(person: Person, database: Database) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    answers = [person.verify(code) for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 4
    sessions = {
        jwt.decode(answer.body["data"]["token"], options={"verify_signature": False})["session_id"]
        for answer in answers
    }
    assert len(sessions) == 1
    assert {answer.body["data"]["isNewUser"] for answer in answers} == {True}
    assert len({answer.body["data"]["refreshToken"] for answer in answers}) == 4
    assert person.verify(code).code == "otp_invalid"
    assert rows(database, "select count(*) from auth_sessions s join accounts u on u.id = s.user_id "
                "where u.phone = %s", person.phone) == [(1,)]  # fmt: skip


def test_nobody_else_may_repeat_it(person: Person) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    person.verify(code)
    assert replace(person, address=new_address()).verify(code).code == "otp_invalid"


def test_one_wrong_code_ends_the_repeating(person: Person) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    person.verify(code)
    assert person.verify(wrong(code)).code == "otp_invalid"
    assert person.verify(code).code == "otp_invalid"


def test_a_repeat_after_logout_opens_nothing(person: Person) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    token = person.verify(code).body["data"]["token"]
    person.functions.post("session", "/api/auth/logout", token=token)
    assert person.verify(code).code == "otp_invalid"


def test_a_blocked_user_is_told_only_after_proving_the_phone(person: Person, database: Database) -> None:
    person.log_in()
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where phone = %s", [person.phone])
    age(database, person.phone, 120)
    person.request_code()
    code = person.sms.code(person.phone)
    assert person.verify(wrong(code)).code == "otp_invalid"
    assert (person.verify(code).status, person.verify(code).status) == (403, 400)


def test_a_code_made_with_the_secret_before_last_still_works(person: Person) -> None:
    old, new = person.functions.environ["OTP_SECRETS"], f"k2:{'B' * 43}"
    person.request_code()
    person.functions.set(OTP_SECRETS=f"{new},{old}")
    assert person.verify(person.sms.code(person.phone)).status == 200


def test_a_code_made_with_a_withdrawn_secret_is_dead_and_replaced(person: Person, database: Database) -> None:
    person.request_code()
    code = person.sms.code(person.phone)
    person.functions.set(OTP_SECRETS=f"k2:{'B' * 43}")
    assert person.verify(code).code == "otp_invalid"
    age(database, person.phone, 61)
    assert person.request_code().status == 200
    assert person.verify(person.sms.code(person.phone)).status == 200


def test_a_request_id_of_another_phone_proves_nothing(person: Person) -> None:
    other = replace(person, phone=new_phone(), address=new_address())
    foreign = other.request_code().body["data"]["requestId"]
    for shown in (foreign, str(uuid4())):
        assert person.verify("000000", requestId=shown).code == "otp_invalid"


BAD = [
    {"phone": "+996700123456"},
    {"code": "123456"},
    {"phone": "+996700123456", "code": 123456},
    {"phone": "+996700123456", "code": ""},
    {"phone": "+996700123456", "code": "12345a"},
    {"phone": "+996700123456", "code": "12345б"},
    {"phone": "+996700123456", "code": " \u200e"},
    {"phone": "+996700123456", "code": "9" * 50},
    {"phone": "+996700123456", "code": "123456", "requestId": "not-a-uuid"},
    {"phone": "+996700123456", "code": "123456", "admin": True},
    {"phone": "0312 123456", "code": "123456"},
    "{",
]


@pytest.mark.parametrize("body", BAD, ids=itertools.count())
def test_bad_input_is_refused_and_writes_nothing(functions: Functions, database: Database, body: object) -> None:
    before = rows(database, "select count(*) from login_failures")
    answer = functions.post("verify_code", VERIFY_CODE, body)
    assert 400 <= answer.status < 500
    assert answer.code in ("validation_failed", "invalid_json", "phone_invalid")
    assert rows(database, "select count(*) from login_failures") == before


@pytest.mark.parametrize("written", ["{} ", "\u2066{}\u2069\n", "{:s}\u00a0"])
def test_a_pasted_code_is_accepted_with_what_was_pasted_around_it(written: str, person: Person) -> None:
    person.request_code()
    assert person.verify(written.format(person.sms.code(person.phone))).status == 200


def test_a_code_in_arabic_digits_is_accepted(person: Person) -> None:
    person.request_code()
    code = person.sms.code(person.phone).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert person.verify(code).status == 200


def test_a_phone_pasted_with_direction_marks_is_the_same_phone(person: Person) -> None:
    pasted = replace(person, phone=f"\u202a{person.phone}\u202c")
    assert pasted.request_code().status == 200
    assert pasted.verify(person.sms.code(person.phone)).status == 200
