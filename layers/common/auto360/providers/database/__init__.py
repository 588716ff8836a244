"""Port to the database: call or read an SQL function, and read rows as the user of a token."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol

from auto360.core.errors import ServiceUnavailable

Row = dict[str, Any]
Document = Mapping[str, Any]
Json = Document | Sequence[Any]


class DatabaseUnavailable(ServiceUnavailable):
    """Database did not answer in time, or fails for everybody. A write may or may not have happened.

    `reason` is for the log: an HTTP status with an SQLSTATE, or the name of a failure of the network.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class DatabaseRefused(RuntimeError):
    """Database answered with an error: our defect. Contains the SQLSTATE alone, never the text."""


class Database(Protocol):
    """Operations that a domain may use."""

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run an SQL function with named arguments as the backend, in one transaction, and return its result.

        After `act_for` of an ended session nothing is run, and the refusal of `private.check_session` is raised.
        """

    def call_read(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run a read-only SQL function, as `call` does; by GET where an address can hold the arguments.

        With `may_lag` the result may be some seconds old.
        """

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        """Read rows in PostgREST's query language as the user of the token; row security applies."""


_round_trips: ContextVar[int] = ContextVar("database_round_trips", default=0)


_acting: ContextVar[str | None] = ContextVar("acting_session", default=None)


_lagging: ContextVar[bool] = ContextVar("reads_may_lag", default=False)


def act_for(session_id: str | None) -> None:
    """Bind later calls of this request to a live session, or, with None, to none (docs/decisions/0080)."""
    _acting.set(session_id)


def acting() -> str | None:
    """Return the id of the session of the running request, if it has one."""
    return _acting.get()


def let_reads_lag(*, lag: bool) -> None:
    """Allow or forbid reads from a replica for the rest of this request (docs/decisions/0117)."""
    _lagging.set(lag)


def may_lag() -> bool:
    """Return True while reads of the running request may come from a replica."""
    return _lagging.get()


def count_round_trip() -> None:
    """Count a database round trip; called by providers each time."""
    _round_trips.set(_round_trips.get() + 1)


def reset_round_trips() -> None:
    """Reset the counter at the start of a request or job, without a session and without a replica."""
    _round_trips.set(0)
    _acting.set(None)
    _lagging.set(False)


def round_trips() -> int:
    """Return the round trips of this request so far."""
    return _round_trips.get()


def given(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that are not None; the others stay at their defaults."""
    return {name: value for name, value in arguments.items() if value is not None}


def bytea(data: bytes) -> str:
    """Return bytes in the text form of Postgres."""
    return "\\x" + data.hex()
