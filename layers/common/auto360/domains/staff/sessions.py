"""Sign-in to the operations page and its sessions (docs/decisions/0055).

The browser holds an opaque token; the database holds its digest. Form tokens are derived from the session's token, so
that they need no storage and are useless in another session.
"""

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import Field

from auto360.core.errors import AccountBlocked
from auto360.core.identity import Principal
from auto360.core.refusals.accounts import CodeInvalid, LoginLocked
from auto360.core.refusals.staff import StaffRoleRequired
from auto360.core.settings import EnvSettings
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_policy import LockPolicy
from auto360.domains.accounts.code_secrets import CodeSecrets
from auto360.providers.database import Database, bytea
from auto360.providers.database.functions.staff_overview import operator_form_once
from auto360.providers.database.functions.staff_sessions import operator_session, operator_sign_in, operator_sign_out

Role = Literal["moderator", "finance", "admin"]


class StaffSessionPolicy(EnvSettings):
    """Lifetime of a session of the operations page: idle and absolute."""

    staff_session_idle_seconds: int = Field(1800, ge=60)
    staff_session_seconds: int = Field(43_200, ge=300)


@dataclass(frozen=True)
class StaffMember:
    """Signed-in staff member. `phone_end` is the last three digits."""

    user_id: str
    session_id: str
    name: str
    role: Role
    phone_end: str

    @property
    def principal(self) -> Principal:
        """Return the person for other domains; without an access token, so nothing is read with it."""
        return Principal(self.user_id, self.session_id, "")


@dataclass(frozen=True)
class StaffSessions:
    """Sessions of the operations page and their dependencies."""

    database: Database
    secrets: CodeSecrets
    locks: LockPolicy
    policy: StaffSessionPolicy
    new_token: Callable[[], str] = lambda: randomness.token_urlsafe(32)

    def open(self, phone: str, code: str, *, request_id: UUID, client: Client) -> str:
        """Check a login code of a phone (E.164) and return the token of a new session.

        Raises CodeInvalid, LoginLocked, AccountBlocked, and StaffRoleRequired for a proved phone without a role.
        """
        token = self.new_token()
        digests = {
            key_id: self.secrets.check_digest(key_id, phone=phone, code=code).hex() for key_id in self.secrets.ids
        }
        answer = operator_sign_in(
            self.database,
            phone=phone,
            digests=digests,
            address=client.address,
            sms_id=str(request_id),
            token_digest=_digest(token),
            session={
                "platform": "web",
                "user_agent": client.user_agent,
                "address": client.address,
                "lifetime_seconds": self.policy.staff_session_seconds,
            },
            lock=self.locks.lock(),
            request_id=client.request_id,
        )
        if answer["outcome"] == "locked":
            raise LoginLocked(retry_after=answer["retry_after"])
        refusals = {"blocked": AccountBlocked, "refused": StaffRoleRequired}
        if answer["outcome"] != "ok":
            raise refusals.get(answer["outcome"], CodeInvalid)
        return token

    def find(self, token: str) -> StaffMember | None:
        """Return the staff member of a session, or None; extends the session's idle time."""
        idle = self.policy.staff_session_idle_seconds
        found = operator_session(self.database, token_digest=_digest(token), idle_seconds=idle)
        return StaffMember(**found) if found else None

    def is_first(self, staff_member: StaffMember, form_key: UUID) -> bool:
        """Return True for the first submission of a form; False for a repeated one."""
        return bool(operator_form_once(self.database, operator_id=staff_member.user_id, key=str(form_key)))

    def end(self, token: str, *, address: str, request_id: str) -> None:
        operator_sign_out(self.database, token_digest=_digest(token), address=address, request_id=request_id)


def form_token(token: str) -> str:
    """Return the token that every form of a session contains."""
    digest = hmac.new(token.encode(), b"operations page: form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_form_token(shown: str, *, token: str) -> bool:
    """Return True for a form token of this session."""
    return hmac.compare_digest(shown.encode(), form_token(token).encode())


def _digest(token: str) -> str:
    return bytea(hashlib.sha256(token.encode()).digest())
