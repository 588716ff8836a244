"""Appointments by one administrator alone: a role begins with the second one's word, the first one by command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.payers import Connection, ask, connected, value
from tests.support.people import new_phone
from tests.support.sms import SmsWorld
from tests.support.staff import Browser, new_staff_member, sign_in
from tests.support.two_people import Office, staff_member


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with connected(database) as opened:
        yield opened


@pytest.fixture
def office(functions: Functions, database: Database, sms_world: SmsWorld) -> Office:
    return Office(functions, database, sms_world)


def test_an_administrators_second_sim_gets_no_role(office: Office, connection: Connection) -> None:
    admin, _ = office.enter("admin")
    second_sim = new_phone()
    for _ in range(2):
        asked = admin.submit("/admin/staff", {"phone": second_sim, "role": "finance"}, on="/admin/staff")
        assert asked.location.endswith("?done=appointment_waits")
    assert value(connection, "select role from accounts where phone = %s", second_sim) == "user"
    assert sign_in(Browser(office.functions), office.sms, second_sim).status == 403
    page = admin.get("/admin/staff").words
    assert second_sim in page
    assert "Ждут второго администратора" in page

    other, _ = office.enter("admin")
    confirmed = other.submit("/admin/staff", {"phone": second_sim, "role": "finance"}, on="/admin/staff")
    assert confirmed.location.endswith("?done=appointed")
    assert value(connection, "select role from accounts where phone = %s", second_sim) == "finance"
    log = """select array_agg(l.action order by l.created_at) from audit_log l
        join accounts u on u.id::text = l.subject_id where u.phone = %s and l.action <> 'operator.refused'"""
    assert value(connection, log, second_sim) == ["operator.ask_appointment", "operator.appoint"]


def appoint(connection: Connection, admin: str | None, phone: str, role: str) -> dict[str, Any]:
    given: dict[str, Any] = ask(
        connection, "operator_appoint", actor_id=admin, phone=phone, role=role, address=None, request_id="req-1"
    )
    return given


def test_of_two_administrators_at_the_same_moment_one_is_the_second(database: Database, connection: Connection) -> None:
    admins = [staff_member(connection, "admin") for _ in range(2)]
    phone = new_phone()
    calls: list[Callable[[Connection], Any]] = [
        lambda opened, admin=admin: appoint(opened, admin, phone, "finance")["waits"]  # type: ignore[misc]
        for admin in admins
    ]
    assert sorted(at_once(database, calls)) == [False, True]
    assert value(connection, "select role from accounts where phone = %s", phone) == "finance"


@pytest.mark.parametrize("end", ["blocked", "lost the role", "a week ago"])
def test_a_request_ends_with_its_askers_role_and_after_a_week(connection: Connection, end: str) -> None:
    first, second = staff_member(connection, "admin"), staff_member(connection, "admin")
    phone = new_phone()
    assert appoint(connection, first, phone, "admin")["waits"] is True
    if end == "blocked":
        connection.execute("update accounts set is_blocked = true where id = %s", [first])
    elif end == "lost the role":
        appoint(connection, second, str(value(connection, "select phone from accounts where id = %s", first)), "user")
    else:
        connection.execute(
            "update operator_appointments set created_at = now() - interval '8 days' where asked_by = %s", [first]
        )
    assert appoint(connection, second, phone, "admin")["waits"] is True
    assert value(connection, "select role from accounts where phone = %s", phone) == "user"


def test_a_role_is_taken_away_at_once_and_what_waits_is_refused(connection: Connection) -> None:
    first, second = staff_member(connection, "admin"), staff_member(connection, "admin")
    phone = new_phone()
    appoint(connection, None, phone, "moderator")
    assert appoint(connection, first, phone, "admin")["waits"] is True
    assert appoint(connection, second, phone, "user")["waits"] is False
    assert value(connection, "select role from accounts where phone = %s", phone) == "user"
    refused = """select l.details ->> 'asked_by' from audit_log l
        join accounts u on u.id::text = l.subject_id where u.phone = %s and l.action = 'operator.appointment_refused'"""
    assert value(connection, refused, phone) == first


def test_the_first_administrator_is_made_by_command(connection: Connection, database: Database) -> None:
    phone = new_staff_member(database, "user")
    assert appoint(connection, None, phone, "admin") == {
        "user_id": value(connection, "select id::text from accounts where phone = %s", phone),
        "role": "admin",
        "before": "user",
        "waits": False,
    }
