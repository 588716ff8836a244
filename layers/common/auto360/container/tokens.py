"""Wiring of access tokens."""

from functools import cache

from auto360.core.clock import utc_now
from auto360.core.identity import AccessTokens, AccessTokenSettings


@cache
def access_tokens() -> AccessTokens:
    """Return the maker and checker of access tokens with this process's keys.

    Raises SettingsInvalid for keys that cannot sign.
    """
    settings = AccessTokenSettings.load()
    tokens = AccessTokens(settings, now=utc_now)
    if settings.jwt_signing_key is not None:
        tokens.require_usable()
    return tokens
