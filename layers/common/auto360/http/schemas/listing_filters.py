"""Query parameters of the feed and the search."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from auto360.core.text import Line
from auto360.domains.listings.feed import Category, FeedQuery, Sort
from auto360.domains.listings.synonyms import code_of
from auto360.http.envelope import Model

Word = Annotated[Line, Field(min_length=1, max_length=100)]
Som = Annotated[float, Field(ge=0, le=999_999_999, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Area = Annotated[float, Field(ge=0, le=9_999_999, allow_inf_nan=False)]


class ListingFilters(Model):
    """Filters of listings for sale."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    category: Category | None = None
    city: Word | None = None
    brand: Word | None = None
    model: Word | None = None
    breed: Word | None = None
    property_type: Annotated[str | None, Field(pattern="^(apartment|house|land|commercial)$")] = None
    transmission: Annotated[Word | None, BeforeValidator(lambda word: code_of("transmission", word))] = None
    fuel_type: Annotated[Word | None, BeforeValidator(lambda word: code_of("fuel_type", word))] = None
    gender: Annotated[Word | None, BeforeValidator(lambda word: code_of("gender", word))] = None
    rooms: Annotated[int | None, Field(ge=0, le=100)] = None
    price_min: Som | None = None
    price_max: Som | None = None
    year_min: Year | None = None
    year_max: Year | None = None
    area_min: Area | None = None
    area_max: Area | None = None
    seller: UUID | None = None
    business: UUID | None = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    radius_km: Annotated[float, Field(gt=0, le=500)] = 50.0

    def query(self, *, text: str | None = None) -> FeedQuery:
        """Convert to the domain's query."""
        values = self.model_dump(mode="json", exclude={"cursor", "q"})
        return FeedQuery(**values, text=text)


class FeedFilters(ListingFilters):
    """Filters and order. Numbers may come as text; unknown parameters are ignored."""

    status: Annotated[str | None, Field(pattern="^(active|sold)$")] = None
    sort: Sort | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20
    cursor: Annotated[str | None, Field(max_length=500)] = None


class SearchFilters(FeedFilters):
    """Search: `q` as typed, with the filters of the feed."""

    q: Annotated[Line, Field(min_length=2, max_length=100)]
