"""Sessions: token pair, rotation and end."""

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from pydantic import Field

from auto360.core.errors import AccountBlocked, AuthenticationRequired, RateLimited
from auto360.core.identity import AccessTokens, Principal
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row, bytea
from auto360.providers.database.functions.users_and_sessions import session_end, session_refresh


class SessionPolicy(EnvSettings):
    """Session lifetimes (absolute, idle, grace for parallel refreshes) and the refresh rate limit.

    Unknown tokens are counted separately, by address (docs/decisions/0082).
    """

    session_lifetime_seconds: int = Field(90 * 86400, ge=3600)
    session_idle_seconds: int = Field(30 * 86400, ge=3600)
    refresh_grace_seconds: int = Field(10, ge=0, le=60)
    refresh_per_15_minutes: int = Field(60, ge=1)
    refresh_wrong_per_15_minutes: int = Field(1000, ge=1)


@dataclass(frozen=True)
class OpenSession:
    """Session tokens after login or refresh. The refresh token is shown once; only its digest is kept."""

    access_token: str
    expires_in: int
    refresh_token: str
    session_id: str
    user: Row
    is_new_user: bool

    @classmethod
    def from_answer(cls, answer: dict[str, Any], *, tokens: AccessTokens, refresh_token: str) -> Self:
        """Build from the database's `{session_id, is_new_user, user}` by signing the access token."""
        user, session_id = answer["user"], answer["session_id"]
        access_token = tokens.issue(user_id=user["id"], session_id=session_id, phone=user["phone"])
        return cls(access_token, tokens.lifetime_seconds, refresh_token, session_id, user, answer["is_new_user"])


@dataclass(frozen=True)
class Sessions:
    """Session use cases and their dependencies."""

    database: Database
    policy: SessionPolicy
    tokens: AccessTokens
    new_refresh_token: Callable[[], str] = lambda: randomness.token_urlsafe(32)

    def refresh(self, refresh_token: str, *, address: str, request_id: str) -> OpenSession:
        """Exchange a refresh token for a new pair.

        Raises AuthenticationRequired for an unknown or expired token, or one used again after the grace period; the
        last ends the whole session. Raises RateLimited for too many refreshes of a session.
        """
        new_token = self.new_refresh_token()
        answer = session_refresh(
            self.database,
            token_digest=_digest(refresh_token),
            new_digest=_digest(new_token),
            address=address,
            grace_seconds=self.policy.refresh_grace_seconds,
            idle_seconds=self.policy.session_idle_seconds,
            limits={
                "family": self.policy.refresh_per_15_minutes,
                "wrong": self.policy.refresh_wrong_per_15_minutes,
                "seconds": 900,
            },
            request_id=request_id,
        )
        if answer["outcome"] == "limited":
            raise RateLimited(retry_after=answer["retry_after"])
        if answer["outcome"] != "ok":
            raise AuthenticationRequired
        return OpenSession.from_answer(answer, tokens=self.tokens, refresh_token=new_token)

    def end(self, principal: Principal, *, everywhere: bool) -> int:
        """Log out this session, or all sessions of the user; returns the number of ended ones."""
        ended: int = session_end(
            self.database, user_id=principal.user_id, session_id=principal.session_id, everywhere=everywhere
        )
        return ended

    def current_user(self, principal: Principal) -> Row:
        """Return the user of an open session, read with the user's own token.

        Raises AuthenticationRequired when the session has ended or the user is blocked.
        """
        query = {
            "select": f"{_USER_COLUMNS},is_blocked,auth_sessions!inner(id)",
            "id": f"eq.{principal.user_id}",
            "auth_sessions.id": f"eq.{principal.session_id}",
            "auth_sessions.revoked_at": "is.null",
            "auth_sessions.expires_at": "gt.now",
        }
        try:
            rows = self.database.select("accounts", query, user_token=principal.token)
        except AccountBlocked:
            raise AuthenticationRequired from None
        if not rows or rows[0]["is_blocked"]:
            raise AuthenticationRequired
        return rows[0]


_USER_COLUMNS = (
    "id,phone,email,name,avatar_url,bio,city,language,is_verified,rating,free_limit,paid_slots,last_seen,"
    "created_at,updated_at"
)


def _digest(token: str) -> str:
    return bytea(hashlib.sha256(token.encode()).digest())
