"""Pages of a table, in PostgREST's query language."""

from auto360.core.pagination import decode_place


def newest_first(cursor: str | None, *, order: str, limit: int) -> dict[str, str]:
    """Return order, limit and filter of a page after a cursor; one extra row shows that another page follows.

    The table has `created_at` and a unique `id`. Raises ValidationFailed for a cursor of another order.
    """
    query = {"order": "created_at.desc,id.desc", "limit": str(limit + 1)}
    if cursor:
        place = decode_place(cursor, order=order)
        query["or"] = f'(created_at.lt."{place.before}",and(created_at.eq."{place.before}",id.lt."{place.before_id}"))'
    return query
