"""Strangers at the login: they spend little of the SMS money, lock nobody out, stop nobody behind their address."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest

from tests.support.callers import Caller
from tests.support.people import REQUEST_CODE, new_address, new_phone, wrong
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

BUDGET_TYIYN = 2_000_000
"""The day's default."""


def crowd(stack: RunningStack, path: str, requests: Sequence[tuple[str, object]]) -> list[tuple[int, Any]]:
    """POST every body at the same time, each from its address."""

    async def run() -> list[tuple[int, Any]]:
        timeout = aiohttp.ClientTimeout(total=180)
        async with aiohttp.ClientSession(stack.url, timeout=timeout) as session:

            async def one(address: str, body: object) -> tuple[int, Any]:
                async with session.post(path, json=body, headers={"X-Local-Address": address}) as answer:
                    return answer.status, await answer.json()

            return await asyncio.gather(*(one(*request) for request in requests))

    return asyncio.run(run())


@contextmanager
def spent(stack: RunningStack, percent: int) -> Iterator[None]:
    """Yield the day's budget used up so far."""
    day = "(now() at time zone 'Asia/Bishkek')::date"
    stack.rows(f"insert into sms_spending (day) values ({day}) on conflict do nothing")
    [before] = stack.rows(f"select spent_tyiyn, new_tyiyn, elsewhere_tyiyn from sms_spending where day = {day}")
    change = f"update sms_spending set spent_tyiyn = %s, new_tyiyn = %s, elsewhere_tyiyn = %s where day = {day}"
    stack.rows(change, BUDGET_TYIYN * percent // 100, 0, 0)
    try:
        yield
    finally:
        stack.rows(change, *before)


def let_an_hour_pass(stack: RunningStack, phone: str) -> None:
    for table, match in (("sms_limit_hits", "limit_key like '%%' || %s || '%%'"), ("verification_codes", "phone = %s")):
        stack.rows(f"update {table} set created_at = created_at - interval '61 minutes' where {match}", phone)


def test_three_hundred_networks_of_one_site_get_sixty_codes_and_stop_nobody_else(stack: RunningStack) -> None:
    attack = [(f"2001:db8:66:{n * 218:x}::1", {"phone": new_phone()}) for n in range(300)]
    answers = crowd(stack, REQUEST_CODE, attack)
    assert Counter(status for status, _ in answers) == {200: 60, 429: 240}
    assert Caller(stack, address="2001:db8:67::1").request_code().status_code == 200


def test_one_home_gets_twenty_codes_however_many_of_its_networks_it_uses(stack: RunningStack) -> None:
    attack = [(f"2001:db8:68:ff{n:02x}::{host:x}", {"phone": new_phone()}) for n in range(8) for host in range(1, 6)]
    answers = crowd(stack, REQUEST_CODE, attack)
    assert Counter(status for status, _ in answers) == {200: 20, 429: 20}


def test_when_strangers_have_used_their_money_known_people_still_log_in_and_staff_longest(stack: RunningStack) -> None:
    known = [Caller(stack).log_in() for _ in range(4)]
    staff = Caller(stack).log_in()
    stack.rows("update accounts set role = 'moderator' where id = %s", staff.id)
    travelling = [Caller(stack, phone=person.phone) for person in known]
    for person in (*known, staff):
        let_an_hour_pass(stack, person.phone)

    with spent(stack, 71):
        assert Caller(stack).request_code().json()["code"] == "otp_temporarily_limited"
        assert travelling[0].request_code().status_code == 200
    with spent(stack, 88):
        assert travelling[1].request_code().json()["code"] == "otp_temporarily_limited"
        assert known[1].request_code().status_code == 200
    with spent(stack, 98):
        assert known[2].request_code().json()["code"] == "otp_temporarily_limited"
        assert Caller(stack, phone=staff.phone).request_code().status_code == 200


def test_new_phones_use_a_tenth_of_the_days_money_in_an_hour(stack: RunningStack) -> None:
    known = Caller(stack).log_in()
    travelling = Caller(stack, phone=known.phone)
    let_an_hour_pass(stack, known.phone)
    with spent(stack, 20):
        stack.rows("update sms_spending set new_tyiyn = %s, share_hour = date_trunc('hour', now())", BUDGET_TYIYN // 10)
        refused = Caller(stack).request_code()
        assert refused.json()["code"] == "otp_temporarily_limited"
        assert int(refused.headers["Retry-After"]) <= 3600
        assert travelling.request_code().status_code == 200


def test_strangers_who_ask_all_day_lock_no_known_phone_out(stack: RunningStack) -> None:
    owner = Caller(stack).log_in()
    let_an_hour_pass(stack, owner.phone)
    codes = 0
    for _ in range(8):
        for _ in range(3):
            codes += Caller(stack, phone=owner.phone).request_code().status_code == 200
            stack.rows(
                "update sms_limit_hits set created_at = created_at - interval '61 seconds' where limit_key = %s",
                f"phone:{owner.phone}",
            )
        let_an_hour_pass(stack, owner.phone)
    assert codes == 5
    assert owner.request_code().status_code == 200
    assert owner.verify(owner.newest_code()).status_code == 200


def test_forty_people_behind_one_address_of_a_carrier_log_in_within_the_hour(stack: RunningStack) -> None:
    address = new_address()
    people = [Caller(stack, address=address) for _ in range(40)]
    answers = crowd(stack, REQUEST_CODE, [(address, {"phone": person.phone}) for person in people])
    assert Counter(status for status, _ in answers) == {200: 40}


def test_guesses_at_phones_that_nobody_has_fill_no_table(stack: RunningStack) -> None:
    address = new_address()
    guesses = [(address, {"phone": new_phone(), "code": "000000"}) for _ in range(140)]
    statuses = Counter(status for status, _ in crowd(stack, "/api/auth/verify-code", guesses))
    [(written,)] = stack.rows("select count(*) from login_failures where address = %s", address)
    assert statuses[429] >= 1
    # Requests for different phones are decided side by side: a few more than the limit may pass.
    assert 100 <= written <= 120
    neighbour = Caller(stack, address=address)
    assert neighbour.request_code().status_code == 200
    assert neighbour.verify(neighbour.newest_code()).status_code == 200


def test_five_strangers_guesses_do_not_turn_the_owners_repeated_login_into_a_lock(stack: RunningStack) -> None:
    owner = Caller(stack).log_in()
    code = owner.newest_code()
    for _ in range(6):
        Caller(stack, phone=owner.phone).verify(wrong(code))
    again = owner.verify(code)
    assert again.status_code == 200
    assert again.json()["data"]["user"]["id"] == owner.id


def test_a_device_that_changes_its_address_within_its_network_is_still_who_asked(stack: RunningStack) -> None:
    owner = Caller(stack, address="2001:db8:70:1::1")
    assert owner.request_code().status_code == 200
    code = owner.newest_code()
    for n in range(6):
        Caller(stack, phone=owner.phone, address=f"2001:db8:71:{n:x}::1").verify(wrong(code))
    owner.address = "2001:db8:70:1:aaaa::7"
    assert owner.verify(code).status_code == 200
