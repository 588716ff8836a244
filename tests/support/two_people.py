"""Two staff members: signing in, limits of one, refusals of rules, simultaneous actions."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.payers import Connection, PayingUser
from tests.support.sms import SmsWorld
from tests.support.staff import ORIGIN, Browser, new_staff_member, sign_in

LIMIT = 100_000
POLICY = {"second_person_tyiyn": LIMIT, "request_id": "req-1"}


def staff_member(connection: Connection, role: str = "finance") -> str:
    """Create a staff member."""
    return PayingUser.new(connection, role=role).user


def denied(connection: Connection, subject: str) -> list[tuple[str, str]]:
    """Return the audit log's refused attempts: action and reason."""
    query = """select action, details ->> 'reason' from audit_log where subject_id = %s and action like '%%_denied'
        order by created_at"""
    return [(str(action), str(reason)) for action, reason in connection.execute(query.encode(), [subject]).fetchall()]


@dataclass(frozen=True)
class Office:
    """Signs people in at the operations page."""

    functions: Functions
    database: Database
    sms: SmsWorld

    def enter(self, role: str) -> tuple[Browser, str]:
        """Sign in a new staff member: browser and phone."""
        phone = new_staff_member(self.database, role)
        self.functions.set(**self.sms.environ, OPERATIONS_ORIGINS=ORIGIN)
        browser = Browser(self.functions)
        assert sign_in(browser, self.sms, phone).status == 303
        return browser, phone
