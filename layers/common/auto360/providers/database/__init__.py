"""The port to the database: calling an SQL function, and reading rows as the user whose token is shown."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from auto360.core.errors import DomainError, ServiceUnavailable

Row = dict[str, Any]


class DatabaseUnavailable(ServiceUnavailable):
    """The database did not answer, or not in time, or works for nobody. Whether a write happened is unknown.

    `reason` is for the log: an HTTP status with an SQLSTATE, or the name of a failure of the network.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class DatabaseRefused(RuntimeError):
    """The database answered with an error: a defect of ours. Carries the SQLSTATE alone, never the text."""


@dataclass(frozen=True)
class Acting:
    """The session on whose behalf the running request calls the database, and what to raise where it has ended.

    `refusals` maps the reasons of `private.check_session` to errors.
    """

    session_id: str
    refusals: Mapping[str, type[DomainError]]


class Database(Protocol):
    """What a domain may ask of the database."""

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Run an SQL function with named arguments as the backend, in one transaction, and return its result.

        After `act_for` nothing is run, and the given refusal raised, once that session has ended.
        """

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        """Read rows in PostgREST's query language as the user of the token: row security decides what is seen."""


_round_trips: ContextVar[int] = ContextVar("database_round_trips", default=0)


_acting: ContextVar[Acting | None] = ContextVar("acting_session", default=None)


def act_for(session: Acting | None) -> None:
    """Make every later call of this request depend on a live session, or, with None, on none (docs/decisions/0080)."""
    _acting.set(session)


def acting() -> Acting | None:
    """The session of the running request, if it has one."""
    return _acting.get()


def count_round_trip() -> None:
    """Called by a provider each time it talks to the database."""
    _round_trips.set(_round_trips.get() + 1)


def reset_round_trips() -> None:
    """Called at the start of a request or job; it acts for no session yet."""
    _round_trips.set(0)
    _acting.set(None)


def round_trips() -> int:
    """How often this request has talked to the database so far."""
    return _round_trips.get()


def bytea(data: bytes) -> str:
    """Bytes in the text form in which Postgres reads them."""
    return "\\x" + data.hex()
