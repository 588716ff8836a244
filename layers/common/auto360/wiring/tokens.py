"""Access tokens."""

from functools import cache

from auto360.accounts.access_tokens import AccessTokens, AccessTokenSettings
from auto360.clock import utc_now


@cache
def access_tokens() -> AccessTokens:
    """Makes and checks access tokens with this process's keys."""
    return AccessTokens(AccessTokenSettings.load(), now=utc_now)
