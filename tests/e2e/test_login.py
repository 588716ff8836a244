"""Login on the running stack, through HTTP: as a person, as a crowd, and with a provider that is broken."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from tests.support.functions import ROOT
from tests.support.logs import remember_secret
from tests.support.people import REQUEST_CODE, VERIFY_CODE, new_address, new_phone, wrong
from tests.support.plain_http import plain_request
from tests.support.sms import code_in
from tests.support.stack import RunningStack
from tests.support.stack_requests import all_at_once, database, post

pytestmark = pytest.mark.xdist_group("stack")


def test_the_four_lines_of_the_readme_log_a_person_in(stack: RunningStack) -> None:
    phone = new_phone()
    assert post(stack, REQUEST_CODE, {"phone": phone}).status_code == 200
    [sms] = stack.inbox(phone)
    assert sms.keys() == {"phone", "text", "provider", "at"}
    answer = post(stack, VERIFY_CODE, {"phone": phone, "code": code_in(sms["text"])}).json()
    token = answer["data"]["token"]
    for secret in (token, answer["data"]["refreshToken"]):
        remember_secret(secret)
    for path in ("/api/auth/me", "/auth/me", "/api/v1/auth/me", "/api/api/auth/me"):
        me = plain_request("GET", stack.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert me.json()["data"]["phone"] == phone


def test_of_two_hundred_requests_for_one_phone_one_sms_leaves(stack: RunningStack) -> None:
    phone = new_phone()
    answers = all_at_once(stack, REQUEST_CODE, [(new_address(), {"phone": phone})] * 200)
    assert Counter(status for status, _ in answers) == {200: 1, 429: 199}
    assert {answer["code"] for status, answer in answers if status == 429} == {"otp_too_soon"}
    assert len(stack.inbox(phone)) == 1


@pytest.mark.parametrize("spread", [False, True], ids=["one address", "many addresses"])
def test_of_a_thousand_guesses_three_are_compared_and_one_session_opened_at_most(
    stack: RunningStack, *, spread: bool
) -> None:
    phone, address = new_phone(), new_address()
    post(stack, REQUEST_CODE, {"phone": phone}, address=address)
    code = code_in(stack.inbox(phone)[0]["text"])
    guesses = [f"{int(code) + shift:06d}"[-6:] for shift in range(1000)]
    bodies = [(new_address() if spread else address, {"phone": phone, "code": guess}) for guess in guesses]
    answers = all_at_once(stack, VERIFY_CODE, bodies)
    assert {status for status, _ in answers} <= {200, 400, 429}
    opened = {answer["data"]["user"]["id"] for status, answer in answers if status == 200}
    with database(stack) as connection:
        query = "select attempts from verification_codes where phone = %s"
        [(attempts,)] = connection.execute(query, [phone]).fetchall()
        query = "select count(*) from auth_sessions s join accounts u on u.id = s.user_id where u.phone = %s"
        [(sessions,)] = connection.execute(query, [phone]).fetchall()
    assert attempts <= 3
    assert sessions == len(opened) <= 1


BROKEN: list[tuple[str, dict[str, int]]] = [
    ("dead", {}),
    ("slow", {"seconds": 30}),
    *(("status", {"status": status}) for status in (2, 3, 4, 5, 6, 9, 10)),
    ("http_500", {}),
    ("garbage", {}),
    ("bomb", {}),
    ("empty", {}),
]


@pytest.mark.parametrize(("mode", "settings"), BROKEN, ids=str)
def test_with_nikita_broken_the_sms_comes_from_the_second_provider_in_time(
    stack: RunningStack, mode: str, settings: dict[str, int]
) -> None:
    phone, address = new_phone(), new_address()
    with database(stack) as connection:
        connection.execute("delete from sms_circuits")
    stack.turn("nikita", mode, **settings)
    started = time.monotonic()
    try:
        assert post(stack, REQUEST_CODE, {"phone": phone}, address=address).status_code == 200
    finally:
        stack.turn("nikita", "ok")
    assert time.monotonic() - started < 12
    assert [sms["provider"] for sms in stack.inbox(phone)] == ["smsc"]
    code = code_in(stack.inbox(phone)[0]["text"])
    assert post(stack, VERIFY_CODE, {"phone": phone, "code": wrong(code)}, address=address).status_code == 400
    assert post(stack, VERIFY_CODE, {"phone": phone, "code": code}, address=address).status_code == 200


@pytest.mark.parametrize("mode", ["slow_taken", "busy_taken", "repeat_taken"])
def test_what_nikita_has_taken_is_not_sent_again(stack: RunningStack, mode: str) -> None:
    phone = new_phone()
    with database(stack) as connection:
        connection.execute("delete from sms_circuits")
    stack.turn("nikita", mode)
    try:
        assert post(stack, REQUEST_CODE, {"phone": phone}, address=new_address()).status_code == 200
    finally:
        stack.turn("nikita", "ok")
    assert [sms["provider"] for sms in stack.inbox(phone)] == ["nikita"]


BAD_REQUESTS: list[tuple[object, int]] = [
    ("{not json", 400),
    ("", 422),
    ("[" * 60_000, 400),
    ({"phone": 996700123456}, 422),
    ({"phone": "+996700123456", "extra": 1}, 422),
    ({}, 422),
    ({"phone": "x" * 3_000_000}, 413),
    ({"phone": "x" * 200_000}, 413),
    (b"\xff\xfe\x00\x01", 400),
]


@pytest.mark.parametrize(("body", "status"), BAD_REQUESTS, ids=range(len(BAD_REQUESTS)))
def test_bad_input_is_a_russian_sentence_in_the_envelope(stack: RunningStack, body: object, status: int) -> None:
    answer = post(stack, REQUEST_CODE, body)
    assert answer.status_code == status
    told = answer.json()
    assert told["success"] is False
    assert re.search("[а-я]", told["error"])
    assert told["request_id"]
    assert "Traceback" not in answer.text


def test_a_form_of_another_site_is_not_taken_for_json(stack: RunningStack) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(stack, REQUEST_CODE, "phone=%2B996700123456", **form).status_code == 400
    assert post(stack, REQUEST_CODE, '{"phone":"+996700123456"}', **{"Content-Type": "text/plain"}).status_code == 400


def test_the_readme_names_the_calls_that_work() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for route in (REQUEST_CODE, VERIFY_CODE, "/api/auth/me", "/_local/sms?phone=%2B996"):
        assert route in text
