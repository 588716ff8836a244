"""Listing of a folder: files with their rows, and folders by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.supabase.storage import errors

_COLUMNS = ("name", "updated_at", "created_at", "last_accessed_at")
_MOMENTS = ("updated_at", "created_at", "last_accessed_at")


@dataclass(frozen=True)
class ListingRequest:
    """Parameters of a listing. `prefix` is empty or ends with a slash."""

    prefix: str
    search: str
    limit: int
    offset: int
    column: str
    descending: bool


def listing_request(body: dict[str, Any]) -> ListingRequest:
    """Read the body. Raises Refused."""
    prefix, sort = body.get("prefix"), body.get("sortBy") or {}
    if not isinstance(prefix, str):
        raise errors.invalid_request("body must have required property 'prefix'")
    column, order = sort.get("column", "name"), sort.get("order", "asc")
    if column not in _COLUMNS or order not in ("asc", "desc"):
        raise errors.invalid_request("body/sortBy must be equal to one of the allowed values")
    limit, offset = whole_number(body.get("limit", 100)), whole_number(body.get("offset", 0))
    if limit is None or offset is None or limit < 1 or offset < 0:
        raise errors.invalid_request("body/limit must be >= 1")
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    return ListingRequest(folder, body.get("search") or "", limit, offset, column, order == "desc")


def listed(rows: Sequence[dict[str, Any]], wanted: ListingRequest) -> list[dict[str, Any]]:
    """List one level of the tree. Folders have no id and no times."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, slash, _ = row["name"][len(wanted.prefix) :].partition("/")
        if slash:
            found.setdefault(f"{name}/", {"name": name, "id": None, "metadata": None, **dict.fromkeys(_MOMENTS)})
        else:
            moments = {moment: row[moment].isoformat() for moment in _MOMENTS}
            found[name] = {"name": name, "id": str(row["id"]), "metadata": row["metadata"], **moments}
    ordered = sorted(found.values(), key=lambda one: (one[wanted.column] or "", one["name"]), reverse=wanted.descending)
    return ordered[wanted.offset : wanted.offset + wanted.limit]


def whole_number(value: object) -> int | None:
    """Parse a number, also from text: the service's validation converts it, and supabase-py relies on that."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
