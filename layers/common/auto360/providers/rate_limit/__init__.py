"""Port to request counters shared by all instances, and the request limits (docs/reference/limits.md)."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from auto360.core.settings import EnvSettings


@dataclass(frozen=True)
class Limit:
    """At most `max_hits` requests within `seconds` per caller."""

    name: str
    max_hits: int
    seconds: int


@dataclass(frozen=True)
class Count:
    """Count of a caller in the running window, this request included."""

    hits: int
    reset_in: int


class RequestCounter(Protocol):
    """Counts requests by key."""

    def hit(self, key: str, limit: Limit) -> Count:
        """Count one request; the window begins with its first request."""


# Limit name: its setting and its window in seconds. Each function receives only the settings it uses.
_LIMITS = {
    "default": ("limit_default_per_15_minutes", 900),
    "address": ("limit_address_per_minute", 60),
    "chat": ("limit_chat_per_minute", 60),
    "payment": ("limit_payment_per_minute", 60),
    "upload": ("limit_upload_per_hour", 3600),
    "picture": ("limit_picture_per_hour", 3600),
    "playback": ("limit_playback_per_minute", 60),
}


class LimitSettings(EnvSettings):
    """Request limits per user, and per address, which a mobile network's users may share."""

    limit_default_per_15_minutes: int = Field(100, ge=1)
    limit_address_per_minute: int = Field(3000, ge=1)
    limit_chat_per_minute: int = Field(30, ge=1)
    limit_payment_per_minute: int = Field(30, ge=1)
    limit_upload_per_hour: int = Field(20, ge=1)
    limit_picture_per_hour: int = Field(120, ge=1)
    limit_playback_per_minute: int = Field(3000, ge=1)

    def limit(self, name: str) -> Limit:
        """Return the limit of a name that routes use."""
        setting, seconds = _LIMITS[name]
        return Limit(name, getattr(self, setting), seconds)
