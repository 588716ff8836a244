"""Signatures of routes and parameter types, read once.

Powertools inspects dependencies with every request, although they never change (docs/decisions/0154).
"""

from functools import cache

from aws_lambda_powertools.event_handler import depends

_READERS = ("build_dependency_tree", "get_type_hints")


def read_once() -> None:
    """Cache signatures for Powertools; idempotent."""
    for name in _READERS:
        read = getattr(depends, name)
        if not hasattr(read, "cache_clear"):
            vars(depends)[name] = cache(read)
