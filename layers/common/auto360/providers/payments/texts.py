"""Texts of strangers: whether they can be stored, and comparing them with a secret."""

import hmac
import re

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def is_whole(text: str) -> bool:
    """Whether a text has neither half of a character nor a zero byte: it can be signed, stored and sent."""
    return _UNFIT.search(text) is None


def is_secret(secret: str, guess: str) -> bool:
    """Compare a guess with a secret, in the same time for every guess of one length."""
    return hmac.compare_digest(secret.encode(), guess.encode("utf-8", "surrogatepass"))
