"""Access tokens."""

from functools import cache

from auto360.core.clock import utc_now
from auto360.core.identity import AccessTokens, AccessTokenSettings


@cache
def access_tokens() -> AccessTokens:
    """Makes and checks access tokens with this process's keys."""
    return AccessTokens(AccessTokenSettings.load(), now=utc_now)
