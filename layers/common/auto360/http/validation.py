"""Validation errors as readable `details` in the caller's language."""

from collections.abc import Sequence
from typing import Any

from auto360.core.errors import DomainError, InvalidJson, Problem, ValidationFailed
from auto360.core.messages import FIELDS, Language, sentence

_WHERE = ("body", "query", "path", "header")
_CATEGORIES = ("car", "horse", "real_estate")


def validation_failed(findings: Sequence[Any], language: Language) -> DomainError:
    """Convert pydantic's errors to a refusal; a body that is not JSON at all is InvalidJson."""
    if any(finding["type"] == "json_invalid" for finding in findings):
        return InvalidJson()
    problems = {_field(finding): sentence(FIELDS, _kind(finding["type"]), language) for finding in findings}
    return ValidationFailed(problems=[Problem(field, message) for field, message in problems.items()])


def _field(finding: Any) -> str:
    path = [str(part) for part in finding["loc"]]
    if path and path[0] in _WHERE:
        # The model of a whole query has an internal name, unknown to the caller.
        path = path[2:] if path[0] == "query" and len(path) > 2 else path[1:]
    # In a union by category, pydantic's path begins with the category.
    if path and path[0] in _CATEGORIES:
        path = path[1:] or ["category"]
    return ".".join(path)[:100] or "body"


def _kind(found: str) -> str:
    if found == "missing":
        return "missing"
    if found == "extra_forbidden":
        return "unknown"
    return "type" if found.endswith(("_type", "_attributes_type")) else "value"
