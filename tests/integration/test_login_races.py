"""Rules of login hold when many ask at the same moment, over connections of their own."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from auto360.core.keyed_secrets import stored_digest
from auto360.domains.accounts.code_policy import CodePolicy, LockPolicy
from auto360.domains.accounts.code_secrets import CodeSecrets
from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.people import new_address, new_phone
from tests.support.rows import rows
from tests.support.sql_calls import function

SECRETS = CodeSecrets({"k1": b"k" * 32})
POLICY = CodePolicy(otp_daily_budget_tyiyn=10**9)


def asking(phone: str, address: str, *, policy: CodePolicy = POLICY) -> Call:
    """Return a request for a code; its nonce is its code, so that tests know it."""

    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        code_id, nonce = uuid4(), uuid4().hex
        code = SECRETS.code("k1", phone=phone, nonce=nonce, length=6)
        digest = stored_digest(code_id, SECRETS.check_digest("k1", phone=phone, code=code))
        answer: dict[str, Any] = function(
            connection,
            "login_request_code",
            p_phone=phone,
            p_address=address,
            p_request_id="r",
            p_rules=Jsonb(policy.rules(phone, address)),
            p_code_id=code_id,
            p_nonce=nonce,
            p_code_digest=digest,
            p_key_id="k1",
            p_code_length=6,
            p_known_key_ids=["k1"],
            p_tries=3,
            p_ttl_seconds=600,
            p_min_life_seconds=60,
            p_cost_tyiyn=policy.otp_sms_cost_tyiyn,
        )
        return answer

    return call


def checking(phone: str, address: str, code: str) -> Call:
    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        answer: dict[str, Any] = function(
            connection,
            "login_verify_code",
            p_phone=phone,
            p_digests=Jsonb({"k1": SECRETS.check_digest("k1", phone=phone, code=code).hex()}),
            p_address=address,
            p_sms_id=None,
            p_refresh_digest=hashlib.sha256(uuid4().bytes).digest(),
            p_session=Jsonb({"address": address, "lifetime_seconds": 86400}),
            p_lock=Jsonb(LockPolicy().lock()),
        )
        return answer

    return call


def code_for(database: Database, phone: str, address: str) -> str:
    with database.connect() as connection:
        reserved = asking(phone, address)(connection)
    return SECRETS.code("k1", phone=phone, nonce=reserved["nonce"], length=6)


def test_of_fifty_requests_for_one_phone_one_sms_is_reserved(database: Database) -> None:
    phone = new_phone()
    answers = at_once(database, [asking(phone, new_address()) for _ in range(50)])
    assert Counter(answer.get("reason") for answer in answers) == {None: 1, "otp_too_soon": 49}
    live = "select count(*) from verification_codes where phone = %s and used_at is null and superseded_at is null"
    assert rows(database, live, phone) == [(1,)]


def test_of_fifty_phones_behind_one_address_ten_are_served(database: Database) -> None:
    address = new_address()
    policy = CodePolicy(otp_daily_budget_tyiyn=10**9, otp_address_per_hour=10)
    answers = at_once(database, [asking(new_phone(), address, policy=policy) for _ in range(50)])
    assert Counter(answer.get("reason") for answer in answers) == {None: 10, "otp_address_limit": 40}


def test_the_days_budget_is_never_overdrawn(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_spending")
    policy = CodePolicy(
        otp_sms_cost_tyiyn=200,
        otp_daily_budget_tyiyn=2000,
        otp_reserve_accounts_percent=25,
        otp_hourly_share_percent=100,
    )
    answers = at_once(database, [asking(new_phone(), new_address(), policy=policy) for _ in range(40)])
    assert Counter(answer.get("reason") for answer in answers) == {None: 7, "otp_temporarily_limited": 33}
    assert rows(database, "select spent_tyiyn from sms_spending") == [(1400,)]


def test_requests_that_share_some_limits_never_block_each_other_for_ever(database: Database) -> None:
    phones, addresses = [new_phone() for _ in range(5)], [new_address() for _ in range(5)]
    calls = [asking(phones[n % 5], addresses[(n * 3 + n // 5) % 5]) for n in range(100)]
    answers = at_once(database, calls)
    assert sum("reason" not in answer for answer in answers) == 5


@pytest.mark.parametrize("spread", [True, False], ids=["many addresses", "one address"])
def test_of_a_thousand_guesses_three_are_compared_and_one_session_opened_at_most(
    database: Database, *, spread: bool
) -> None:
    phone, address = new_phone(), new_address()
    code = code_for(database, phone, address)
    guesses = [f"{number:06d}" for number in range(999) if f"{number:06d}" != code] + [code]
    calls = [checking(phone, new_address() if spread else address, guess) for guess in guesses]
    outcomes = Counter(answer["outcome"] for answer in at_once(database, calls))
    assert outcomes["ok"] <= 1
    [(attempts,)] = rows(database, "select attempts from verification_codes where phone = %s", phone)
    assert attempts <= 3
    opened = "select count(*) from auth_sessions s join accounts u on u.id = s.user_id where u.phone = %s"
    assert rows(database, opened, phone)[0][0] == outcomes["ok"]


def test_the_right_code_shown_many_times_at_once_opens_one_session_for_one_user(database: Database) -> None:
    phone, address = new_phone(), new_address()
    code = code_for(database, phone, address)
    answers = at_once(database, [checking(phone, address, code) for _ in range(30)])
    served = [answer for answer in answers if answer["outcome"] == "ok"]
    assert len(served) == 4
    assert len({answer["session_id"] for answer in served}) == 1
    assert rows(database, "select count(*) from accounts where phone = %s", phone) == [(1,)]


def test_parallel_refreshes_all_stay_in_one_family(database: Database) -> None:
    phone, address = new_phone(), new_address()
    code = code_for(database, phone, address)
    with database.connect() as connection:
        session = checking(phone, address, code)(connection)["session_id"]
        token = hashlib.sha256(b"known").digest()
        connection.execute("update refresh_tokens set token_digest = %s where session_id = %s", [token, session])

    def refreshing(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        answer: dict[str, Any] = function(
            connection,
            "session_refresh",
            p_token_digest=token,
            p_new_digest=hashlib.sha256(uuid4().bytes).digest(),
            p_address=address,
            p_grace_seconds=10,
            p_idle_seconds=86400,
            p_limits=Jsonb({"family": 60, "wrong": 1000, "seconds": 900}),
            p_request_id="r",
        )
        return answer

    answers = at_once(database, [refreshing] * 30)
    assert {answer["outcome"] for answer in answers} == {"ok"}
    assert {answer["session_id"] for answer in answers} == {session}
    generations = rows(database, "select distinct generation from refresh_tokens where session_id = %s", session)
    assert sorted(generations) == [(0,), (1,)]


def test_a_limit_counts_every_parallel_request_once(database: Database) -> None:
    key = f"default:user:{uuid4()}"

    def hit(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        answer: dict[str, Any] = function(connection, "rate_limit_hit", p_key=key, p_max_hits=60, p_seconds=900)
        return answer

    hits = [answer["hits"] for answer in at_once(database, [hit] * 100)]
    assert sorted(hits)[:60] == list(range(1, 61))
    assert set(sorted(hits)[60:]) == {61}


def test_an_sms_is_recorded_once_whoever_reports_it(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_spending")
        reserved = asking(new_phone(), new_address())(connection)

    def recording(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        function(
            connection,
            "login_record_sms",
            p_sms_id=reserved["sms_id"],
            p_state="released",
            p_supplier=None,
            p_supplier_message_id=None,
            p_parts=None,
            p_cost_tyiyn=0,
            p_attempts=Jsonb([]),
        )
        return {}

    at_once(database, [recording] * 20)
    assert rows(database, "select spent_tyiyn from sms_spending") == [(0,)]


def accepting(sms_id: str, *outcomes: str) -> Call:
    """Return a record of an SMS that nikita accepted at the last of these attempts."""
    attempts = [
        {
            "position": position,
            "supplier": "nikita",
            "supplier_message_id": "m",
            "outcome": outcome,
            "duration_ms": 1,
            "opens_circuit": False,
        }
        for position, outcome in enumerate(outcomes)
    ]

    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        function(
            connection,
            "login_record_sms",
            p_sms_id=sms_id,
            p_state="accepted",
            p_supplier="nikita",
            p_supplier_message_id="m",
            p_parts=1,
            p_cost_tyiyn=POLICY.otp_sms_cost_tyiyn,
            p_attempts=Jsonb(attempts),
        )
        return {}

    return call


def test_a_success_at_the_reserved_price_is_recorded_while_another_login_holds_budget_and_circuit(
    database: Database,
) -> None:
    closed = """insert into sms_circuits (supplier) values ('nikita')
        on conflict (supplier) do update set failures = 0, open_until = null"""
    with database.connect() as connection:
        reserved = asking(new_phone(), new_address())(connection)
        connection.execute(closed)
    with database.connect() as holder, database.connect() as other:
        other.execute("set lock_timeout = '1s'")
        with holder.transaction():
            holder.execute("select from sms_spending for update")
            holder.execute("select from sms_circuits for update")
            accepting(reserved["sms_id"], "accepted")(other)
    assert rows(database, "select state, parts from sms_messages where id = %s", reserved["sms_id"]) == [
        ("accepted", 1)
    ]


def test_an_sms_accepted_at_its_second_attempt_leaves_a_closed_circuit_closed(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("delete from sms_circuits")
        first, second = (asking(new_phone(), new_address())(connection)["sms_id"] for _ in range(2))
        accepting(first, "unknown", "accepted")(connection)
        accepting(second, "unknown", "accepted")(connection)
    assert rows(database, "select supplier, failures, open_until from sms_circuits") == [("nikita", 0, None)]
