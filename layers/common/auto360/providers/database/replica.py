"""Database with a read replica: guests read there, everything else goes to the primary (docs/decisions/0117)."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from auto360.providers.database import Database, DatabaseRefused, DatabaseUnavailable, Row, may_lag
from auto360.providers.database.addresses import address_of
from auto360.providers.database.answers import RolledBack

_LOG = logging.getLogger("auto360.providers.database")
_ASK_AGAIN_AFTER_SECONDS = 30.0


class ReadServer(Protocol):
    """Server that answers GET alone."""

    def fetch(self, address: str) -> Any:
        """Return the result of an SQL function at its address."""


class ReplicatedDatabase:
    """`Database` whose reads use the replica where `may_lag` allows it. A failing replica fails no request."""

    def __init__(self, primary: Database, replica: ReadServer, *, now: Callable[[], float] = time.monotonic) -> None:
        self._primary, self._replica, self._now = primary, replica, now
        self._ask_again_at = float("-inf")

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        return self._primary.call(function, arguments)

    def select(self, table: str, query: Mapping[str, str], *, user_token: str) -> list[Row]:
        return self._primary.select(table, query, user_token=user_token)

    def call_read(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Read from the replica, on its failure from the primary; a dead replica is then not tried for a while."""
        address = address_of(function, arguments) if may_lag() and self._now() >= self._ask_again_at else None
        if address is not None:
            try:
                return self._replica.fetch(address)
            except (DatabaseUnavailable, DatabaseRefused) as error:
                self._note(error)
        return self._primary.call_read(function, arguments)

    def _note(self, error: Exception) -> None:
        # A conflict with replay is rolled back, a refusal concerns one call: neither predicts the next one.
        if isinstance(error, DatabaseUnavailable) and not isinstance(error, RolledBack):
            self._ask_again_at = self._now() + _ASK_AGAIN_AFTER_SECONDS
        reason = error.reason if isinstance(error, DatabaseUnavailable) else str(error)
        _LOG.warning("replica unavailable, reading from the primary: %s", reason)
