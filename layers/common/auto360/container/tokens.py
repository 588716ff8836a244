"""Wiring of access tokens."""

from functools import cache

from auto360.core.clock import utc_now
from auto360.core.identity import AccessTokens, AccessTokenSettings


@cache
def access_tokens() -> AccessTokens:
    """Return the checker of access tokens with this process's keys."""
    return AccessTokens(AccessTokenSettings.load(), now=utc_now)


def load_keys() -> None:
    """Load the library and the keys; without this the first token does."""
    access_tokens().load_keys()


@cache
def token_issuer() -> AccessTokens:
    """Return the issuer of access tokens. Raises SettingsInvalid for a private key that cannot sign."""
    tokens = access_tokens()
    tokens.require_usable()
    return tokens
