"""Feed and search: pages shared by all callers, overlaid with each caller's marks."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.errors import Problem, ValidationFailed
from auto360.core.identity import Principal
from auto360.core.messages import FIELDS, sentence
from auto360.core.pagination import Page, decode_cursor, encode_cursor
from auto360.core.settings import EnvSettings
from auto360.core.text import fold
from auto360.core.timezone import BISHKEK
from auto360.domains.listings.synonyms import in_latin
from auto360.domains.listings.write_buffer import Batch, Item
from auto360.providers.cache import Cache, CacheSettings, remembered
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.feed_pages import listing_feed
from auto360.providers.database.functions.listing_view import listing_marks
from auto360.providers.database.functions.popular_searches import count_searches, popular_searches

Category = Literal["car", "horse", "real_estate"]
Sort = Literal["newest", "price_asc", "price_desc", "views", "nearest"]

CACHED = "feed"
_ORDERED_BY = {"price_asc": "price", "price_desc": "price", "views": "views_count", "nearest": "distance"}
# Five digits separated by signs alone, or as many digits as a phone number has.
_LIKE_A_NUMBER = re.compile(r"(?:[0-9][\W_]*){5}|(?:[0-9]\D*){9}")


class PopularSettings(EnvSettings):
    """Popular searches: number of days, and minimum of searches."""

    popular_search_days: int = Field(7, ge=1, le=60)
    popular_search_min: int = Field(3, ge=1)


@dataclass(frozen=True)
class FeedQuery:
    """Filters of a page. Prices are in som, areas in square metres, the radius in kilometres."""

    category: Category | None = None
    status: Literal["active", "sold"] | None = None
    city: str | None = None
    brand: str | None = None
    model: str | None = None
    breed: str | None = None
    property_type: str | None = None
    transmission: str | None = None
    fuel_type: str | None = None
    gender: str | None = None
    rooms: int | None = None
    price_min: float | None = None
    price_max: float | None = None
    year_min: int | None = None
    year_max: int | None = None
    area_min: float | None = None
    area_max: float | None = None
    seller: str | None = None
    business: str | None = None
    text: str | None = None
    sort: Sort | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_km: float = 50.0
    limit: int = 20

    @property
    def order(self) -> Sort:
        """Return the requested order; by default nearest first with a place, else newest first."""
        return self.sort or ("newest" if self.latitude is None else "nearest")

    def document(self, cursor: str | None) -> dict[str, Any]:
        """Return the query in SQL's form, with one row more than a page. Raises ValidationFailed."""
        if self.order == "nearest" and (self.latitude is None or self.longitude is None):
            raise ValidationFailed(problems=[Problem("latitude", sentence(FIELDS, "value", "ru"))])
        document = {name: value for name, value in asdict(self).items() if value is not None}
        document |= {"sort": self.order, "limit": self.limit + 1}
        if self.order != "nearest":
            document = {name: document[name] for name in document if name not in ("latitude", "longitude", "radius_km")}
        if self.text is not None:
            document |= {"match": "words", "latin": in_latin(fold(self.text))}
        if cursor:
            value, match, listing_id = decode_cursor(cursor, order=self.order)
            document |= {"after": [str(value), listing_id]}
            if self.text is not None and match:
                document["match"] = match
        return document


@dataclass(frozen=True)
class Feed:
    """Feed use cases and their dependencies. Guests' pages may lag by `lag_seconds`; 0 without a replica."""

    database: Database
    cache: Cache
    keeps: CacheSettings
    popular_of: PopularSettings
    searches: Batch
    now: Clock
    lag_seconds: int = 0

    def page(self, query: FeedQuery, *, viewer: Principal | None, cursor: str | None) -> Page:
        """Return a page with the viewer's `is_liked` and `is_saved`. Raises ValidationFailed."""
        shared, marks = self._shared(query.document(cursor), viewer)
        rows, match = shared["listings"], shared["match"]
        if query.text is not None and not cursor and rows:
            self._count(query.text, query.category)
        page = [_marked(row, marks) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        return Page(page, _cursor_after(page[-1], order=query.order, match=match) if more else None)

    def popular(self, *, category: Category | None, limit: int) -> list[Row]:
        """Return the most frequent searches: `[{term, searches}]`."""
        found: list[Row] = remembered(
            self.cache,
            "searches",
            f"{category}:{limit}",
            seconds=self.keeps.cache_popular_searches_seconds,
            make=lambda: popular_searches(
                self.database,
                category=category,
                days=self.popular_of.popular_search_days,
                min_searches=self.popular_of.popular_search_min,
                limit=limit,
            ),
        )
        return found

    def _shared(self, document: dict[str, Any], viewer: Principal | None) -> tuple[Row, Row]:
        """Return the shared page and the viewer's marks: one database call in all, none for a cached page."""
        viewer_id = viewer.user_id if viewer else None
        marks: Row = {}

        def query_database() -> Row:
            answer: Row = listing_feed(self.database, query=document, viewer_id=viewer_id)
            self.searches.flush(self._write)
            marks.update(answer["marks"] or {})
            return {"listings": answer["listings"], "match": answer["match"]}

        key = json.dumps(document, ensure_ascii=False, sort_keys=True)
        if viewer is None and "text" not in document:
            # Guests' pages of the feed are kept as finished responses; a search is counted each time.
            return query_database(), marks
        settles_in = 0
        if viewer is None and self.lag_seconds:
            # From a replica: the newest writes of a signed-in caller may be missing.
            key, settles_in = f"guests:{key}", self.lag_seconds
        shared: Row = remembered(
            self.cache, CACHED, key, seconds=self.keeps.cache_feed_seconds, settles_in=settles_in, make=query_database
        )
        if viewer_id is not None and not marks and shared["listings"]:
            ids = [row["id"] for row in shared["listings"]]
            marks = listing_marks(self.database, listing_ids=ids, viewer_id=viewer_id)
        return shared, marks

    def _write(self, searches: list[Item]) -> None:
        count_searches(self.database, searches=searches)

    def _count(self, text: str, category: Category | None) -> None:
        # Searches for phone numbers are personal data and are not counted.
        term = fold(text)
        if 2 <= len(term) <= 100 and not _LIKE_A_NUMBER.search(term):
            day = self.now().astimezone(BISHKEK).date().isoformat()
            item = {"term": term, "category": category or "all", "searched_on": day, "searches": 1}
            self.searches.add(item, adds_up="searches")


def _marked(row: Row, marks: Mapping[str, Sequence[str]]) -> Row:
    return {**row, "is_liked": row["id"] in marks.get("liked", ()), "is_saved": row["id"] in marks.get("saved", ())}


def _cursor_after(row: Row, *, order: Sort, match: str | None) -> str:
    return encode_cursor(order, row[_ORDERED_BY.get(order, "created_at")], match or "", row["id"])
