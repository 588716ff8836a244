"""Two operators: signing them in, what one may do alone, what a rule refused, and things done at the same moment."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.operators import ORIGIN, Browser, new_operator, sign_in
from tests.support.payers import Connection, PayingUser
from tests.support.sms import SmsWorld

LIMIT = 100_000
POLICY = {"second_person_tyiyn": LIMIT, "request_id": "req-1"}


def operator(connection: Connection, role: str = "finance") -> str:
    """Somebody new with a role."""
    return PayingUser.new(connection, role=role).user


def denied(connection: Connection, subject: str) -> list[tuple[str, str]]:
    """What the audit log says about attempts that a rule stopped: action and reason."""
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
        """Somebody new with a role: the browser and the phone."""
        phone = new_operator(self.database, role)
        self.functions.set(**self.sms.environ, OPERATIONS_ORIGINS=ORIGIN)
        browser = Browser(self.functions)
        assert sign_in(browser, self.sms, phone).status == 303
        return browser, phone
