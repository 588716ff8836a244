"""Requests and responses of saved searches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from auto360.core.text import Line
from auto360.domains.listings.feed import FeedQuery
from auto360.domains.listings.saved_searches import Frequency
from auto360.http.envelope import Model, RequestBody
from auto360.http.schemas.listing_filters import ListingFilters

SearchName = Annotated[Line, Field(min_length=1, max_length=80)]


class SavedFilters(ListingFilters):
    """Filters of the feed, and `q` as typed. Unknown fields are refused; a place needs both coordinates."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="forbid")

    q: Annotated[Line | None, Field(min_length=2, max_length=100)] = None


class NewSavedSearch(RequestBody):
    """Body of a new saved search."""

    name: SearchName
    filters: SavedFilters
    frequency: Frequency = "daily"

    def query(self) -> FeedQuery:
        """Convert the filters to the feed's query."""
        return self.filters.query(text=self.filters.q)


class SavedSearchChanges(RequestBody):
    """Fields to change; omitted ones stay."""

    name: SearchName | None = None
    frequency: Frequency | None = None

    def changes(self) -> dict[str, Any]:
        """Return the named fields."""
        return self.model_dump(exclude_none=True)


class SavedSearch(Model):
    """Saved search. `new_count`: hits since the caller last looked, at most 100."""

    id: str
    name: str
    filters: SavedFilters
    frequency: Frequency
    may_be_instant: bool
    new_count: int
    looked_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Convert a row: the stored text is `q`."""
        query = dict(row["query"])
        text = query.pop("text", None)
        return cls.model_validate({**row, "filters": {**query, "q": text}})


class SavedSearchId(Model):
    """Id of a deleted saved search."""

    id: str
