"""Wanted settings of the CDN, read from `settings.toml` and checked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from auto360.providers.cdn import Caching, Resource, Rule

PATH = Path(__file__).with_name("settings.toml")
_YEAR = 31_536_000


class _Caching(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    edge_seconds: int | None = Field(None, ge=0, le=_YEAR)
    browser_seconds: int | None = Field(None, ge=0, le=_YEAR)
    browser_as_origin: Literal[True] | None = None
    cors: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    slices: bool | None = None
    ignore_query: bool | None = None
    ignore_cookies: bool | None = None
    https_only: bool | None = None
    stale_on: tuple[str, ...] | None = None
    follows_redirects: bool | None = None
    keeps_posts: bool | None = None

    @model_validator(mode="after")
    def _one_browser_time(self) -> Self:
        if self.browser_as_origin and self.browser_seconds is not None:
            raise ValueError("browser_as_origin and browser_seconds exclude each other")
        return self

    def caching(self) -> Caching:
        """Return the values for the port."""
        keeps_redirects = None if self.edge_seconds is None else False
        return Caching(keeps_redirects=keeps_redirects, **{name: getattr(self, name) for name in _Caching.model_fields})


class _Rule(_Caching):
    name: str = Field(min_length=1, max_length=50)
    pattern: str = Field(min_length=1, max_length=100)
    weight: int = Field(ge=0, le=9999)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError("is not a regular expression") from error
        return value


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    resource: _Caching
    rule: tuple[_Rule, ...] = ()


def wanted(path: Path = PATH) -> Resource:
    """Read the file. Raises pydantic's ValidationError."""
    file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    rules = tuple(Rule(rule.name, rule.pattern, rule.weight, rule.caching()) for rule in file.rule)
    return Resource(file.resource.caching(), rules)
