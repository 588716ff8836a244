"""Life of a session after login."""

import time
from dataclasses import replace
from typing import Any

import pytest

from auto360.container.data import database as wired_database
from auto360.providers import database as database_port
from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.logs import remember_secret
from tests.support.people import Person
from tests.support.rows import rows


def refresh(functions: Functions, token: str) -> Answer:
    answer = functions.post("session", "/api/auth/refresh", {"refreshToken": token})
    if answer.status == 200:
        remember_secret(answer.body["data"]["refreshToken"])
    return answer


def me(functions: Functions, token: str | None) -> Answer:
    return functions.get("session", "/api/auth/me", token=token)


def let_pass(database: Database, user: dict[str, Any], seconds: int) -> None:
    with database.connect() as connection:
        values = {"age": f"{seconds} seconds", "user": user["id"]}
        connection.execute(
            "update refresh_tokens t set used_at = used_at - %(age)s::interval from auth_sessions s "
            "where s.id = t.session_id and s.user_id = %(user)s",
            values,
        )
        connection.execute(
            "update auth_sessions set last_used_at = last_used_at - %(age)s::interval, "
            "expires_at = expires_at - %(age)s::interval where user_id = %(user)s",
            values,
        )


def test_me_is_the_signed_in_user_in_the_envelope_and_at_the_top(person: Person) -> None:
    data = person.log_in()
    answer = me(person.functions, data["token"])
    assert answer.status == 200
    assert answer.body["data"] == answer.body["user"]
    assert answer.body["data"]["id"] == data["user"]["id"]
    assert answer.headers["RateLimit-Limit"] == "100"


def test_validate_says_whether_the_session_is_open(person: Person) -> None:
    token = person.log_in()["token"]
    assert person.functions.post("session", "/api/auth/validate", token=token).body["success"] is True
    person.functions.post("session", "/api/auth/logout", token=token)
    assert person.functions.post("session", "/api/auth/validate", token=token).status == 401


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "é"])
def test_without_a_good_token_nobody_is_signed_in(functions: Functions, token: str | None) -> None:
    answer = me(functions, token)
    assert (answer.status, answer.code) == (401, "authentication_required")


def test_a_refresh_gives_a_new_pair_and_the_old_token_is_spent(person: Person, database: Database) -> None:
    data = person.log_in()
    answer = refresh(person.functions, data["refreshToken"])
    assert answer.status == 200
    assert answer.body["data"]["refreshToken"] != data["refreshToken"]
    assert me(person.functions, answer.body["data"]["token"]).status == 200
    assert refresh(person.functions, answer.body["data"]["refreshToken"]).status == 200


def test_within_ten_seconds_a_parallel_refresh_is_answered(person: Person) -> None:
    data = person.log_in()
    first, second = (refresh(person.functions, data["refreshToken"]) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert first.body["data"]["refreshToken"] != second.body["data"]["refreshToken"]


def test_a_token_used_again_later_ends_the_whole_family(person: Person, database: Database) -> None:
    data = person.log_in()
    current = refresh(person.functions, data["refreshToken"]).body["data"]
    let_pass(database, data["user"], 11)
    assert refresh(person.functions, data["refreshToken"]).status == 401
    assert refresh(person.functions, current["refreshToken"]).status == 401
    assert me(person.functions, current["token"]).status == 401
    logged = rows(
        database, "select count(*) from audit_log where action = 'refresh_token_reused' and actor_user_id = %s",
        data["user"]["id"],
    )  # fmt: skip
    assert logged == [(1,)]


def test_of_two_siblings_the_one_left_behind_is_found_out(person: Person, database: Database) -> None:
    data = person.log_in()
    mine, copied = (refresh(person.functions, data["refreshToken"]).body["data"] for _ in range(2))
    assert refresh(person.functions, mine["refreshToken"]).status == 200
    let_pass(database, data["user"], 11)
    assert refresh(person.functions, copied["refreshToken"]).status == 401


@pytest.mark.parametrize("seconds", [31 * 86400, 91 * 86400])
def test_a_session_ends_when_it_is_idle_or_old(person: Person, database: Database, seconds: int) -> None:
    data = person.log_in()
    let_pass(database, data["user"], seconds)
    assert refresh(person.functions, data["refreshToken"]).status == 401


def test_use_keeps_a_session_from_idling_but_not_from_its_end(person: Person, database: Database) -> None:
    data = person.log_in()
    token = data["refreshToken"]
    for _ in range(4):
        let_pass(database, data["user"], 20 * 86400)
        answer = refresh(person.functions, token)
        assert answer.status == 200
        token = answer.body["data"]["refreshToken"]
    let_pass(database, data["user"], 20 * 86400)
    assert refresh(person.functions, token).status == 401


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "x" * 300, "not/base64+" * 4])
def test_an_unknown_refresh_token_is_refused(functions: Functions, token: str) -> None:
    assert refresh(functions, token).status in (401, 422)


def test_logout_ends_this_session_and_no_other(person: Person, database: Database) -> None:
    phone, tablet = person.log_in(), replace(person).functions
    with database.connect() as connection:
        connection.execute("delete from sms_limit_hits")
    other = person.log_in()
    answer = tablet.post("session", "/api/auth/logout", token=phone["token"])
    assert answer.body["data"]["ended"] == 1
    assert me(person.functions, phone["token"]).status == 401
    assert refresh(person.functions, phone["refreshToken"]).status == 401
    assert me(person.functions, other["token"]).status == 200


def test_logout_everywhere_ends_all(person: Person, database: Database) -> None:
    one = person.log_in()
    with database.connect() as connection:
        connection.execute("delete from sms_limit_hits")
    two = person.log_in()
    answer = person.functions.post("session", "/api/auth/logout", {"everywhere": True}, token=one["token"])
    assert answer.body["data"]["ended"] == 2
    assert {me(person.functions, session["token"]).status for session in (one, two)} == {401}


def test_a_blocked_user_is_signed_out(person: Person, database: Database) -> None:
    data = person.log_in()
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where id = %s", [data["user"]["id"]])
    assert me(person.functions, data["token"]).status == 401
    assert refresh(person.functions, data["refreshToken"]).status == 401


def test_a_request_of_an_ended_session_leaves_nothing_behind_for_what_the_process_does_next(person: Person) -> None:
    token = person.log_in()["token"]
    person.functions.post("session", "/api/auth/logout", token=token)
    assert me(person.functions, token).status == 401
    assert database_port.acting() is None
    assert wired_database().call("health_check", {}) is not None


def test_the_limit_counts_per_user_and_says_when_it_opens(person: Person) -> None:
    token = person.log_in()["token"]
    person.functions.set(LIMIT_DEFAULT_PER_15_MINUTES="3")
    answers = [me(person.functions, token) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["Retry-After"]) > 800
    other = replace(person, phone=person.phone[:-1] + str((int(person.phone[-1]) + 1) % 10))
    assert me(person.functions, other.log_in()["token"]).status == 200


def test_the_limit_holds_without_a_redis_that_should_be_there(person: Person) -> None:
    token = person.log_in()["token"]
    person.functions.set(REDIS_URL="redis://127.0.0.1:9/0", LIMIT_DEFAULT_PER_15_MINUTES="2")
    started = time.monotonic()
    assert [me(person.functions, token).status for _ in range(3)] == [200, 200, 429]
    assert time.monotonic() - started < 10
