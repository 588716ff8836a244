"""Refusals by area, and the mapping of an SQL function's reason to its refusal.

An SQL function refuses with `{"reason": …}`, a code of docs/errors.md, and lists its reasons at the end of its comment.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from auto360.core import errors
from auto360.core.errors import DomainError, Problem
from auto360.core.messages import FIELDS, sentence
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

__all__ = ["accepted", "refusal_of"]

_AREAS: tuple[ModuleType, ...] = (
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
_BY_CODE: dict[str, type[DomainError]] = {
    kind.code: kind
    for area in _AREAS
    for kind in vars(area).values()
    if isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError
}
# Rows may have a `reason` of their own, such as a moderator's; a refusal has no other keys than these.
_KEYS = frozenset({"reason", "retry_after", "rules", "field"})


def refusal_of(code: str) -> type[DomainError]:
    """Return the refusal with this code. Raises KeyError for a code without one."""
    return _BY_CODE[code]


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise the refusal of its reason."""
    if "reason" in answer and answer.keys() <= _KEYS:
        problems = [Problem("description", rule) for rule in answer.get("rules", ())]
        if "field" in answer:
            problems.append(Problem(answer["field"], sentence(FIELDS, "value", "ru")))
        raise refusal_of(answer["reason"])(retry_after=answer.get("retry_after"), problems=problems)
    return dict(answer)
