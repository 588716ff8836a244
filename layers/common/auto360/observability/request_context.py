"""The running request's id, and whom it has waited for: handed on with every outgoing call, told in the log."""

import time
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class OutgoingCall:
    """One call to another service: whom, how it went (`0` where no answer came), when (Unix seconds), how long."""

    target: str
    status: int
    started_at: float
    milliseconds: float


_request_id: ContextVar[str] = ContextVar("request_id", default="")
_calls: ContextVar[tuple[OutgoingCall, ...]] = ContextVar("outgoing_calls", default=())


def begin(request_id: str) -> None:
    """Called at the start of each request or job."""
    _request_id.set(request_id)
    _calls.set(())


def request_id() -> str:
    """The id of the running request; empty outside of one."""
    return _request_id.get()


def note(target: str, *, status: int, started_at: float) -> None:
    """Called by a client when a call is over."""
    call = OutgoingCall(target, status, started_at, round((time.time() - started_at) * 1000, 1))
    _calls.set((*_calls.get(), call))


def made() -> tuple[OutgoingCall, ...]:
    """The calls of the running request so far."""
    return _calls.get()
