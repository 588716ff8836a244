"""Untrusted texts: storability, and comparison with a secret."""

import hmac
import re

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def is_whole(text: str) -> bool:
    """Return True for a text without lone surrogates and zero bytes: it can be signed, stored and sent."""
    return _UNFIT.search(text) is None


def is_secret(secret: str, guess: str) -> bool:
    """Compare a guess with a secret, in the same time for every guess of one length."""
    return hmac.compare_digest(secret.encode(), guess.encode("utf-8", "surrogatepass"))
