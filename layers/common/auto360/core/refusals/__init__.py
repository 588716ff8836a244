"""Refusals by area, and the mapping of an SQL function's reason to its refusal.

An SQL function refuses with `{"reason": …}`, a code of docs/errors.md, and lists its reasons at the end of its comment.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from auto360.core import errors
from auto360.core.errors import DomainError, Problem
from auto360.core.messages import FIELDS, sentence

__all__ = ["accepted", "refusal_of"]

# Rows may have a `reason` of their own, such as a moderator's; a refusal has no other keys than these.
_KEYS = frozenset({"reason", "retry_after", "rules", "field"})


def refusal_of(code: str) -> type[DomainError]:
    """Return the refusal with this code. Raises KeyError for a code without one."""
    return _by_code()[code]


@cache
def _by_code() -> Mapping[str, type[DomainError]]:
    """Return the refusals of all areas, which a function loads when it first refuses by a reason of SQL."""
    from auto360.core.refusals import (
        accounts,
        billing,
        business,
        chat,
        emails,
        listings,
        moderation,
        pictures,
        sms,
        staff,
        videos,
    )

    areas = (
        errors,
        accounts,
        billing,
        business,
        chat,
        emails,
        listings,
        moderation,
        pictures,
        sms,
        staff,
        videos,
    )
    return {
        kind.code: kind
        for area in areas
        for kind in vars(area).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError
    }


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise the refusal of its reason."""
    if "reason" in answer and answer.keys() <= _KEYS:
        problems = [Problem("description", rule) for rule in answer.get("rules", ())]
        if "field" in answer:
            problems.append(Problem(answer["field"], sentence(FIELDS, "value", "ru")))
        raise refusal_of(answer["reason"])(retry_after=answer.get("retry_after"), problems=problems)
    return dict(answer)
