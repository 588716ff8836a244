"""Token of the function's own service account, which a cloud passes with each invocation."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class InvocationToken:
    """`token` of a function's context as received, and the time of receipt (Unix seconds)."""

    token: Any = field(repr=False)
    at: float


_granted: ContextVar[InvocationToken | None] = ContextVar("granted_token", default=None)


def remember_grant(context: Any) -> None:
    """Store the token at the start of an invocation; AWS, and functions without a service account, pass none."""
    token = getattr(context, "token", None)
    _granted.set(InvocationToken(token, time.time()) if token else None)


def grant() -> InvocationToken | None:
    """Return the token of the running invocation."""
    return _granted.get()


def access_token() -> str | None:
    """Return the token for the cloud's own services, or None if none was granted."""
    match _granted.get():
        case InvocationToken(token={"access_token": str(value)}):
            return value
    return None


def seconds_left(context: Any, *, otherwise: float) -> float:
    """Return seconds until the platform ends this call; `otherwise` where it is not given."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if not callable(remaining):
        return otherwise
    return max(0.0, float(remaining()) / 1000)
