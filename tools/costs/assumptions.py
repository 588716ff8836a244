"""Numbers of `assumptions.toml`, checked."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

PATH = Path(__file__).with_name("assumptions.toml")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Library(_Part):
    """Size of the library: number, size, length and monthly views of videos."""

    users: int = Field(gt=0)
    videos: int = Field(gt=0)
    megabytes_per_video: float = Field(gt=0)
    minutes_per_video: float = Field(gt=0)
    views_per_video: float = Field(ge=0)

    @property
    def gigabytes(self) -> float:
        return self.videos * self.megabytes_per_video / 1000

    @property
    def minutes(self) -> float:
        return self.videos * self.minutes_per_video

    @property
    def delivered_gigabytes(self) -> float:
        """Watched in a month."""
        return self.gigabytes * self.views_per_video

    @property
    def delivered_minutes(self) -> float:
        """Watched in a month."""
        return self.minutes * self.views_per_video

    def for_users(self, users: int) -> Library:
        """Return the same habits with another number of users."""
        return self.model_copy(update={"users": users, "videos": round(self.videos * users / self.users)})


class Growth(_Part):
    """New videos per month."""

    new_videos_per_month: int = Field(ge=0)


class Users(_Part):
    """Numbers of users with a line in the report."""

    counts: tuple[int, ...]


class UnitPrices(_Part):
    """Audit's prices: everything by GB, encoding by minute."""

    storage_gb: float
    delivery_gb: float
    encoding_minute: float


class Stated(_Part):
    """Totals that the audit states, a month."""

    api_video: float
    yandex: float
    saving: float


class Audit(_Part):
    """Audit's model."""

    api_video: UnitPrices
    yandex: UnitPrices
    stated: Stated
    others: dict[str, float]
    others_after: dict[str, float]
    stated_before: float
    stated_after: float


class Range(_Part):
    """Range from the lowest to the highest likely value."""

    low: float = Field(ge=0)
    high: float = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self

    def __add__(self, other: Range) -> Range:
        return Range(low=self.low + other.low, high=self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        """Return the certain and the best difference."""
        low, high = self.low - other.high, self.high - other.low
        return Range.model_construct(low=low, high=high)

    def times(self, factor: Range | float) -> Range:
        """Scale the range by a factor."""
        factors = factor if isinstance(factor, Range) else Range(low=factor, high=factor)
        return Range(low=self.low * factors.low, high=self.high * factors.high)


class Price(Range):
    """Price with its unit, and its certainty."""

    name: str
    unit: str
    date: date
    source: str
    certainty: Literal["documented", "listed", "old", "guess"]


class Migration(_Part):
    """Pace of the transfer."""

    videos_per_day: int = Field(gt=0)
    fallback_days: int = Field(ge=0)


class Assumptions(_Part):
    """Contents of the file."""

    library: Library
    growth: Growth
    users: Users
    audit: Audit
    price: tuple[Price, ...]
    streams: Range
    migration: Migration

    @classmethod
    def load(cls, path: Path = PATH) -> Assumptions:
        """Read the file. Raises pydantic's ValidationError, which names the wrong values."""
        return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))

    def priced(self, name: str) -> Range:
        return next(price for price in self.price if price.name == name)
