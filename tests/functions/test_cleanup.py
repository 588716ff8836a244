"""Sweep: what has served its purpose goes, what is still needed stays."""

from __future__ import annotations

import threading

import pytest

from auto360.container import cleanup
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import new_listing, new_number, new_user_id
from tests.support.rows import rows


def run(functions: Functions) -> dict[str, int]:
    report: dict[str, int] = functions.handler("cleanup")({}, None)
    return report


def execute(database: Database, statement: str, *values: object) -> None:
    with database.connect() as connection:
        connection.execute(statement.encode(), values)


CODE = """insert into verification_codes (phone, key_id, nonce, code_digest, code_length,
            created_at, expires_at, used_at)
          select %s, 'k', 'n', sha256('x'), 6, at, at + interval '1 minute', now()
          from (select now() - interval '{age}' as at) as moment"""
INVITED = """with owner as (insert into accounts (phone) values ('+99697' || right(%s, 7)) returning id),
               business as (insert into business_accounts (user_id, name) select id, 'Салон' from owner returning id)
             insert into business_invitations (business_id, phone, role, expires_at)
             select id, '+996700000000', 'seller', now() + interval '{age}' from business"""
# What is old, what is young, and where they lie: statements that add one row each.
KINDS = {
    "invitations": ("business_invitations", INVITED.format(age="-1 minute"), INVITED.format(age="1 minute")),
    "codes": ("verification_codes", CODE.format(age="15 days"), CODE.format(age="13 days")),
    "login_failures": (
        "login_failures",
        "insert into login_failures (phone, address, created_at) values (%s, '::1', now() - interval '193 hours')",
        "insert into login_failures (phone, address, created_at) values (%s, '::1', now() - interval '191 hours')",
    ),
    "rate_limits": (
        "rate_limits",
        "insert into rate_limits (key, started_at) values ('old' || %s, now() - interval '2 days')",
        "insert into rate_limits (key, started_at) values ('young' || %s, now() - interval '1 hour')",
    ),
    "sms": (
        "sms_messages",
        "insert into sms_messages (purpose, phone, created_at) values ('notice', %s, now() - interval '181 days')",
        "insert into sms_messages (purpose, phone, created_at) values ('notice', %s, now() - interval '30 minutes')",
    ),
    "balances": (
        "supplier_balances",
        """insert into supplier_balances (supplier, balance, currency, measured_at)
           values (%s, 1, 'KGS', now() - interval '401 days')""",
        "insert into supplier_balances (supplier, balance, currency) values (%s, 1, 'KGS')",
    ),
    "search_terms": (
        "search_terms",
        "insert into search_terms (term, searched_on) values (%s, now()::date - 70)",
        "insert into search_terms (term, searched_on) values (%s, now()::date - 50)",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_old_goes_and_the_young_stays(functions: Functions, database: Database, kind: str) -> None:
    table, old, young = KINDS[kind]
    execute(database, f"delete from {table}")
    for _ in range(3):
        execute(database, old, new_number())
    execute(database, young, new_number())
    assert run(functions)[kind] == 3
    assert rows(database, f"select count(*) from {table}") == [(1,)]
    assert run(functions).get(kind, 0) == 0


def test_sessions_go_a_month_after_their_end_with_their_tokens(functions: Functions, database: Database) -> None:
    user = new_user_id(database)
    for expires, revoked in (("-31 days", None), ("10 days", "-31 days"), ("-29 days", None), ("10 days", None)):
        execute(
            database,
            """with s as (insert into auth_sessions (user_id, expires_at, revoked_at, revoked_reason)
                 values (%s, now() + %s::interval, now() + %s::interval, case when %s then 'logout' end) returning id)
               insert into refresh_tokens (session_id, token_digest, generation, used_at)
               select s.id, sha256(gen_random_uuid()::text::bytea), 0, now() from s""",
            user, expires, revoked, revoked is not None,
        )  # fmt: skip
    assert run(functions)["sessions"] == 2
    left = "from refresh_tokens t join auth_sessions s on s.id = t.session_id where s.user_id = %s"
    assert rows(database, f"select count(*) {left}", user) == [(2,)]
    execute(
        database,
        """update refresh_tokens set used_at = now() - interval '31 days' where session_id in (
             select id from auth_sessions where user_id = %s and expires_at > now())""",
        user,
    )
    assert run(functions)["tokens"] == 1
    assert rows(database, f"select count(*) {left}", user) == [(1,)]


def test_an_sms_that_was_never_handed_over_is_released(functions: Functions, database: Database) -> None:
    phone = new_number()
    execute(
        database,
        "insert into sms_messages (purpose, phone, created_at) values ('notice', %s, now() - interval '61 minutes')",
        phone,
    )
    assert run(functions)["stray_sms"] >= 1
    assert rows(database, "select state from sms_messages where phone = %s", phone) == [("released",)]


def test_a_sold_listing_past_its_time_disappears_and_its_video_is_asked_to(
    functions: Functions, database: Database
) -> None:
    seller = new_user_id(database)
    past, future = new_listing(database, seller), new_listing(database, seller)
    for listing, distance in ((past, "-1 minute"), (future, "1 day")):
        execute(
            database,
            "update listings set status = 'sold', sold_at = now(), delete_at = now() + %s::interval where id = %s",
            distance, listing,
        )  # fmt: skip
        execute(
            database,
            """insert into videos (owner_user_id, listing_id, provider, provider_video_id, state)
               values (%s, %s, 'yandex', gen_random_uuid()::text, 'ready')""",
            seller, listing,
        )  # fmt: skip
    assert run(functions)["sold_listings"] == 1
    found = rows(
        database,
        """select l.id::text, l.deleted_at is not null, v.delete_requested_at is not null
           from listings l join videos v on v.listing_id = l.id where l.seller_user_id = %s""",
        seller,
    )
    assert sorted(found) == sorted([(past, True, True), (future, False, False)])


def test_listings_expire_and_boosts_end(functions: Functions, database: Database) -> None:
    listing = new_listing(database, new_user_id(database))
    execute(
        database,
        """update listings set expires_at = now(), is_boosted = true, boost_type = 'top', boost_expires_at = now()
           where id = %s""",
        listing,
    )
    report = run(functions)
    assert report["expired_listings"] >= 1
    assert report["ended_boosts"] >= 1
    assert rows(database, "select status, is_boosted from listings where id = %s", listing) == [("expired", False)]


def test_batch_follows_batch_until_nothing_is_left(functions: Functions, database: Database) -> None:
    execute(database, "delete from rate_limits")
    execute(
        database,
        """insert into rate_limits (key, started_at)
           select 'old' || n, now() - interval '2 days' from generate_series(1, 2500) as n""",
    )
    assert run(functions)["rate_limits"] == 2500


def test_two_sweeps_at_once_are_one(functions: Functions, database: Database) -> None:
    execute(database, "update job_leases set holder = null, lease_until = null where job = 'cleanup'")
    reports: list[dict[str, int]] = []
    sweep = cleanup.cleanup()
    gate = threading.Barrier(4)

    def one() -> None:
        gate.wait()
        reports.append(sweep())

    execute(
        database,
        """insert into rate_limits (key, started_at)
           select 'w' || n, now() - interval '2 days' from generate_series(1, 3000) as n""",
    )
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.get("rate_limits", 0) for report in reports) == 3000


def test_a_paused_sweep_does_nothing(functions: Functions, database: Database) -> None:
    run(functions)
    execute(database, "update job_leases set paused_at = now() where job = 'cleanup'")
    assert run(functions) == {"skipped": 1}
    execute(database, "update job_leases set paused_at = null where job = 'cleanup'")
