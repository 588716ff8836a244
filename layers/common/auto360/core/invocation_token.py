"""What a cloud gives a running function besides its event: a token of the function's own service account."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class InvocationToken:
    """The `token` of a function's context as it came, and when (Unix seconds)."""

    token: Any = field(repr=False)
    at: float


_granted: ContextVar[InvocationToken | None] = ContextVar("granted_token", default=None)


def remember_grant(context: Any) -> None:
    """Called at the start of each call of a function; AWS, and functions without a service account, grant nothing."""
    token = getattr(context, "token", None)
    _granted.set(InvocationToken(token, time.time()) if token else None)


def grant() -> InvocationToken | None:
    """What was granted to the running call."""
    return _granted.get()


def access_token() -> str | None:
    """The token for the cloud's own services, where one was granted."""
    match _granted.get():
        case InvocationToken(token={"access_token": str(value)}):
            return value
    return None


def seconds_left(context: Any, *, otherwise: float) -> float:
    """Seconds until the platform ends this call; `otherwise` where it does not say."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return otherwise
    return max(0.0, float(remaining()) / 1000)
