"""Profile for the published app: four digits and long tokens, and the limits of guessing them."""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from auto360.core.errors import SettingsInvalid
from auto360.domains.accounts.code_policy import CodePolicy, LockPolicy
from tests.support.database import Database
from tests.support.people import Person, new_address, new_phone, wrong
from tests.support.rows import age, rows

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400


@pytest.fixture
def shopper(person: Person) -> Person:
    """Somebody with the app in the shops."""
    person.functions.set(APP_PROFILE="shops")
    return person


def guess(person: Person, times: int) -> list[str | None]:
    """Ask for a code and show wrong ones; gives the answers' codes."""
    person.request_code()
    code = person.sms.code(person.phone)
    return [str(person.verify(wrong(code)).code) for _ in range(times)]


def elsewhere(person: Person) -> Person:
    """Return the same phone in a network where it has never logged in."""
    return replace(person, address=new_address())


def test_the_four_digits_of_the_register_screen_log_in_for_thirty_days(shopper: Person) -> None:
    asked = shopper.request_code()
    code = shopper.sms.code(shopper.phone)
    answer = shopper.verify(code)

    assert (asked.body["data"]["codeLength"], len(code), answer.status) == (4, 4, 200)
    claims = jwt.decode(answer.body["data"]["token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 30 * DAY


def test_four_digits_are_no_setting_of_the_strict_profile(person: Person) -> None:
    with pytest.raises(SettingsInvalid, match="OTP_CODE_LENGTH"):
        CodePolicy.load({"OTP_CODE_LENGTH": "4"})
    with pytest.raises(SettingsInvalid, match="APP_PROFILE"):
        CodePolicy.load({"APP_PROFILE": "shop"})
    assert person.request_code().body["data"]["codeLength"] == 6


def test_the_sum_of_the_decision_is_below_one_in_ten_thousand_a_day() -> None:
    week = LockPolicy.load({"APP_PROFILE": "shops"}).lock()["week"]
    guesses_a_day = (week["own"] + week["strangers"]) * DAY / week["seconds"]
    assert guesses_a_day / 10 ** CodePolicy.load({"APP_PROFILE": "shops"}).code_length < 1 / 10_000


def test_a_phone_is_guessed_four_times_a_week_by_strangers(shopper: Person, database: Database) -> None:
    assert guess(shopper, 3) == ["otp_invalid"] * 3
    age(database, shopper.phone, 2 * HOUR)
    assert guess(shopper, 2) == ["otp_invalid", "otp_locked"]
    age(database, shopper.phone, 2 * HOUR)
    shopper.request_code()
    locked = shopper.verify(shopper.sms.code(shopper.phone))

    assert (locked.status, locked.code) == (429, "otp_locked")
    assert WEEK - 5 * HOUR < int(locked.headers["Retry-After"]) <= WEEK - 4 * HOUR
    age(database, shopper.phone, WEEK)
    shopper.request_code()
    assert shopper.verify(shopper.sms.code(shopper.phone)).status == 200


def test_many_addresses_over_days_compare_no_more_than_six_codes(shopper: Person, database: Database) -> None:
    shopper.log_in()
    for number in range(40):
        age(database, shopper.phone, 3 * HOUR)
        guess(shopper if number % 4 == 0 else elsewhere(shopper), 3)
    compared = "select count(*) from login_failures where phone = %s and is_guess"
    assert rows(database, compared, shopper.phone) == [(6,)]


def test_a_wrong_repeat_of_a_login_is_a_guess_like_others(shopper: Person, database: Database) -> None:
    shopper.request_code()
    code = shopper.sms.code(shopper.phone)
    assert shopper.verify(code).status == 200
    # From the address that has just logged in, such as a neighbour's behind the same carrier.
    assert [shopper.verify(wrong(code)).code for _ in range(3)] == ["otp_invalid"] * 3
    compared = "select count(*) filter (where is_guess), count(*) from login_failures where phone = %s"
    assert rows(database, compared, shopper.phone) == [(1, 3)]


def test_strangers_do_not_lock_the_owner_out_of_known_places(shopper: Person, database: Database) -> None:
    shopper.log_in()
    for _ in range(4):
        age(database, shopper.phone, 3 * HOUR)
        guess(elsewhere(shopper), 3)
    age(database, shopper.phone, 3 * HOUR)

    assert guess(elsewhere(shopper), 1) == ["otp_locked"]
    age(database, shopper.phone, 3 * HOUR)
    assert guess(shopper, 1) == ["otp_invalid"]
    assert shopper.verify(shopper.sms.code(shopper.phone)).status == 200


@pytest.mark.parametrize(
    ("ended", "caller"),
    [("logout", "own"), ("logout_everywhere", "own"), ("token_reuse", "elsewhere"), ("blocked", "elsewhere")],
)
def test_a_network_is_known_unless_its_session_was_ended_as_anothers(
    ended: str, caller: str, person: Person, database: Database
) -> None:
    person.log_in()
    query = "select (private.login_caller(%s, %s::inet)).caller"
    assert rows(database, query, person.phone, person.address) == [("own",)]
    rows(
        database,
        "update auth_sessions s set revoked_at = now(), revoked_reason = %s from accounts a"
        " where a.id = s.user_id and a.phone = %s returning s.id",
        ended,
        person.phone,
    )
    assert rows(database, query, person.phone, person.address) == [(caller,)]


def test_without_a_live_code_nothing_is_used_up(shopper: Person, database: Database) -> None:
    for _ in range(10):
        assert shopper.verify("1234").code in ("otp_invalid", "otp_locked")
    age(database, shopper.phone, HOUR)
    shopper.request_code()
    assert shopper.verify(shopper.sms.code(shopper.phone)).status == 200


def test_a_code_of_four_digits_is_none_for_the_strict_profile_and_the_operations_page(shopper: Person) -> None:
    shopper.request_code()
    code = shopper.sms.code(shopper.phone)
    shopper.functions.set(APP_PROFILE="")
    assert shopper.verify(code).code == "otp_invalid"
    assert LockPolicy.load({}).lock()["min_length"] == 6


def test_the_strict_profile_has_no_weekly_limit(person: Person, database: Database) -> None:
    other = replace(person, phone=new_phone())
    for _ in range(3):
        assert guess(other, 3) == ["otp_invalid"] * 3
        age(database, other.phone, 2 * HOUR)
    other.request_code()
    assert other.verify(other.sms.code(other.phone)).status == 200
