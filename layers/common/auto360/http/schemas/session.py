"""Session responses: the fields that the app reads (docs/reference/app-contract.md, section 1.4)."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from auto360.domains.accounts.sessions import OpenSession
from auto360.http.envelope import Model


class User(Model):
    """Signed-in user. `name` is exactly "Пользователь" until the user sets one."""

    model_config = ConfigDict(extra="ignore")

    id: str
    phone: str
    email: str | None
    name: str
    avatar_url: str | None
    bio: str | None
    city: str | None
    language: str
    is_verified: bool
    rating: float
    free_limit: int
    paid_slots: int
    last_seen: datetime | None
    created_at: datetime
    updated_at: datetime


class SessionData(Model):
    """Tokens and user. `token` is the access token; `expiresIn` is its lifetime in seconds."""

    model_config = ConfigDict(populate_by_name=True)

    token: str
    refresh_token: str = Field(alias="refreshToken")
    expires_in: int = Field(alias="expiresIn")
    is_new_user: bool = Field(alias="isNewUser")
    user: User


def session_data(session: OpenSession) -> SessionData:
    """Build the response for a new or refreshed session."""
    return SessionData(
        token=session.access_token,
        refresh_token=session.refresh_token,
        expires_in=session.expires_in,
        is_new_user=session.is_new_user,
        user=user_data(session.user),
    )


def user_data(row: dict[str, Any]) -> User:
    """Build the response for a user row."""
    return User.model_validate(row)
