"""Database is away, and what stands before it answers in its place: people, banks and staff are told the truth."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from auto360.container import monitoring
from auto360.providers.database import DatabaseUnavailable
from local.operations import ALERT_PHONE
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.odd_server import OddServer, Script, whole
from tests.support.operations import Operations
from tests.support.paying import Paying
from tests.support.people import new_phone

HTML = "<html><title>Web server is down</title></html>"
AWAY = {
    "a proxy without its origin": whole(521, HTML, kind="text/html"),
    "a paused project": whole(540, HTML, kind="text/html"),
    "a page instead of an answer": whole(200, HTML, kind="text/html"),
    "a proxy that lost its origin": whole(400, "", kind="text/plain"),
    "too many requests": whole(429, HTML, kind="text/html"),
    "a read-only server": whole(405, '{"code":"25006","message":"cannot execute INSERT in a read-only transaction"}'),
    "a server that shuts down": whole(500, '{"code":"57P01","message":"terminating connection"}'),
    "a cancelled statement": whole(500, '{"code":"57014","message":"canceling statement due to statement timeout"}'),
    "a deadlock that stays": whole(500, '{"code":"40P01","message":"deadlock detected"}'),
}
outages = pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())


@outages
def test_a_person_who_logs_in_is_told_to_come_back(functions: Functions, odd_server: OddServer, away: Script) -> None:
    odd_server.script = away
    functions.set(SUPABASE_REST_URL=odd_server.url)
    answer = functions.post("request_code", "/api/auth/request-code", {"phone": new_phone()})
    assert (answer.status, answer.code) == (503, "service_unavailable")


@outages
def test_a_bank_is_asked_to_call_again_and_the_money_counts(
    paying: Paying, odd_server: OddServer, away: Script
) -> None:
    odd_server.script = away
    payment = paying.order("odengi")
    paying.functions.set(SUPABASE_REST_URL=odd_server.url)
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    assert paying.answered[0] == 503
    paying.functions.set(SUPABASE_REST_URL=paying.database.environ["SUPABASE_REST_URL"])
    paying.wait_for_calls(2)
    assert paying.answered[-1] == 200
    assert paying.state(payment["id"]) == "completed"


@outages
def test_staff_get_one_sms(operations: Operations, odd_server: OddServer, away: Script) -> None:
    odd_server.script = away
    operations.functions.set(SUPABASE_REST_URL=odd_server.url)
    monitor = monitoring.monitor()
    impatient = replace(monitor, call_for_help=replace(monitor.call_for_help, sleep=lambda _: None))  # type: ignore[type-var]
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            impatient()
    assert operations.sms.texts(ALERT_PHONE) == ["360Auto! База данных не отвечает. database-down"]


def test_a_database_that_accepts_no_writes_is_not_healthy(database: Database) -> None:
    with database.connect() as connection, connection.transaction():
        connection.execute("set transaction read only")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("select public.health_check()")
