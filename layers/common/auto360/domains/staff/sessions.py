"""Sign-in to the operations page and its sessions (docs/decisions/0055).

The browser holds an opaque token; the database holds its digest. The token of a form is derived from the session's
token, so that it needs no place of its own and is worth nothing in another session.
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
from auto360.core.settings import EnvSettings
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_policy import LockPolicy
from auto360.domains.accounts.code_secrets import CodeSecrets
from auto360.domains.accounts.errors import CodeInvalid, LoginLocked
from auto360.domains.staff.errors import OperatorRequired
from auto360.providers.database import Database, bytea

Role = Literal["moderator", "finance", "admin"]


class OperatorSessionPolicy(EnvSettings):
    """How long a session of the operations page lives: unused, and in all."""

    operator_session_idle_seconds: int = Field(1800, ge=60)
    operator_session_seconds: int = Field(43_200, ge=300)


@dataclass(frozen=True)
class StaffMember:
    """Who is signed in. `phone_end` is the last three digits."""

    user_id: str
    session_id: str
    name: str
    role: Role
    phone_end: str

    @property
    def principal(self) -> Principal:
        """The person as the other domains know him. There is no access token: nothing is read with it."""
        return Principal(self.user_id, self.session_id, "")


@dataclass(frozen=True)
class OperatorSessions:
    """Sessions of the operations page, with everything they touch."""

    database: Database
    secrets: CodeSecrets
    locks: LockPolicy
    policy: OperatorSessionPolicy
    new_token: Callable[[], str] = lambda: randomness.token_urlsafe(32)

    def open(self, phone: str, code: str, *, request_id: UUID, client: Client) -> str:
        """Check a login code of a phone (E.164) and return the token of a new session.

        Raises CodeInvalid, LoginLocked, AccountBlocked, and OperatorRequired for a proved phone without a role.
        """
        token = self.new_token()
        digests = {
            key_id: self.secrets.check_digest(key_id, phone=phone, code=code).hex() for key_id in self.secrets.ids
        }
        answer = self.database.call(
            "operator_sign_in",
            {
                "p_phone": phone,
                "p_digests": digests,
                "p_address": client.address,
                "p_sms_id": str(request_id),
                "p_token_digest": _digest(token),
                "p_session": {
                    "platform": "web",
                    "user_agent": client.user_agent,
                    "address": client.address,
                    "lifetime_seconds": self.policy.operator_session_seconds,
                },
                "p_lock": self.locks.lock(),
                "p_request_id": client.request_id,
            },
        )
        if answer["outcome"] == "locked":
            raise LoginLocked(retry_after=answer["retry_after"])
        refusals = {"blocked": AccountBlocked, "refused": OperatorRequired}
        if answer["outcome"] != "ok":
            raise refusals.get(answer["outcome"], CodeInvalid)
        return token

    def find(self, token: str) -> StaffMember | None:
        """The operator whose session this is, or None; a session that is used lives on."""
        idle = self.policy.operator_session_idle_seconds
        found = self.database.call("operator_session", {"p_token_digest": _digest(token), "p_idle_seconds": idle})
        return StaffMember(**found) if found else None

    def is_first(self, operator: StaffMember, form_key: UUID) -> bool:
        """Whether this form is sent for the first time; a second press of its button is not."""
        arguments = {"p_operator_id": operator.user_id, "p_key": str(form_key)}
        return bool(self.database.call("operator_form_once", arguments))

    def end(self, token: str, *, address: str, request_id: str) -> None:
        """Sign out."""
        arguments = {"p_token_digest": _digest(token), "p_address": address, "p_request_id": request_id}
        self.database.call("operator_sign_out", arguments)


def form_token(token: str) -> str:
    """The token that every form of a session carries."""
    digest = hmac.new(token.encode(), b"operations page: form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_form_token(shown: str, *, token: str) -> bool:
    """Whether a form belongs to the session of this token."""
    return hmac.compare_digest(shown.encode(), form_token(token).encode())


def _digest(token: str) -> str:
    return bytea(hashlib.sha256(token.encode()).digest())
