"""Wiring of access tokens."""

from functools import cache

from auto360.core.clock import utc_now
from auto360.core.identity import AccessTokens, AccessTokenSettings


@cache
def access_tokens() -> AccessTokens:
    """Return the maker and checker of access tokens with this process's keys."""
    return AccessTokens(AccessTokenSettings.load(), now=utc_now)
