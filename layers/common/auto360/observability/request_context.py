"""Context of the running request: its id, sent with every outgoing call, and the calls made so far."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class OutgoingCall:
    """Call to another service: target, status (`0` without an answer), start (Unix seconds), duration."""

    target: str
    status: int
    started_at: float
    milliseconds: float


_request_id: ContextVar[str] = ContextVar("request_id", default="")
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept_for_the_request", default=None)
_calls: ContextVar[tuple[OutgoingCall, ...]] = ContextVar("outgoing_calls", default=())


def begin(request_id: str) -> None:
    """Reset the context at the start of a request or job."""
    _request_id.set(request_id)
    _calls.set(())
    _kept.set({})


def once(key: str, make: Callable[[], Kept]) -> Kept:
    """Return the first result of `make` in the running request; outside of one it is made each time."""
    kept = _kept.get()
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    found: Kept = kept[key]
    return found


def keep(key: str, value: object) -> None:
    """Preset the value of `once`."""
    kept = _kept.get()
    if kept is not None:
        kept[key] = value


def request_id() -> str:
    """Return the id of the running request; empty outside of one."""
    return _request_id.get()


def note(target: str, *, status: int, started_at: float) -> None:
    """Record a finished call."""
    call = OutgoingCall(target, status, started_at, round((time.time() - started_at) * 1000, 1))
    _calls.set((*_calls.get(), call))


def made() -> tuple[OutgoingCall, ...]:
    """Return the calls of the running request so far."""
    return _calls.get()
