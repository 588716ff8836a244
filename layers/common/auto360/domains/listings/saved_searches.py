"""Saved searches of the caller: the feed's own query, stored with a name and a frequency (docs/decisions/0140)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.domains.listings.feed import FeedQuery
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.saved_search import (
    saved_search_create,
    saved_search_delete,
    saved_search_looked,
    saved_search_update,
    saved_searches_list,
)

Frequency = Literal["instant", "daily", "weekly"]
# Order and page of the feed, and fields that it derives from the text.
_NOT_SAVED = {"sort", "limit", "match", "latin"}


def saved_form(query: FeedQuery) -> dict[str, Any]:
    """Return the query in its stored form: the feed's document without order and page. Raises ValidationFailed."""
    return {name: value for name, value in query.document(None).items() if name not in _NOT_SAVED}


@dataclass(frozen=True)
class SavedSearches:
    """Saved searches and their dependencies. SQL checks content and number."""

    database: Database

    def mine(self, principal: Principal) -> list[Row]:
        """Return the caller's saved searches, newest first, with their numbers of new listings."""
        found: list[Row] = saved_searches_list(self.database, user_id=principal.user_id)
        return found

    def save(self, principal: Principal, query: FeedQuery, *, name: str, frequency: Frequency) -> Row:
        """Save a search; idempotent by its filters. Raises SavedSearchLimitReached, SavedSearchTooBroad."""
        search = {"name": name, "query": saved_form(query), "frequency": frequency}
        row: Row = accepted(saved_search_create(self.database, user_id=principal.user_id, search=search))["search"]
        return row

    def change(self, principal: Principal, search_id: str, changes: Mapping[str, Any]) -> Row:
        """Change name or frequency. Raises NotFound, SavedSearchTooBroad."""
        answer = saved_search_update(self.database, user_id=principal.user_id, search_id=search_id, changes=changes)
        row: Row = accepted(answer)["search"]
        return row

    def delete(self, principal: Principal, search_id: str) -> Row:
        """Delete a saved search. Idempotent."""
        return accepted(saved_search_delete(self.database, user_id=principal.user_id, search_id=search_id))

    def looked(self, principal: Principal, search_id: str) -> Row:
        """Reset the count of new listings and drop its pending notifications. Raises NotFound."""
        answer = saved_search_looked(self.database, user_id=principal.user_id, search_id=search_id)
        row: Row = accepted(answer)["search"]
        return row
