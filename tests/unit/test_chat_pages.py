"""Pages of things ordered by time."""

import pytest

from auto360.core.errors import ValidationFailed
from auto360.core.pagination import Cursor, Page, decode_place, encode_cursor

ROWS = [
    {"id": f"00000000-0000-4000-8000-00000000000{n}", "at": f"2026-11-0{n}T10:00:00.123450+00:00"} for n in (3, 2, 1)
]


def test_the_cursor_of_a_page_names_its_last_row_to_the_microsecond() -> None:
    page = Page.cut(ROWS, limit=2, order="threads", time="at")
    assert page.rows == ROWS[:2]
    assert decode_place(page.next_cursor, order="threads") == Cursor(ROWS[1]["at"], ROWS[1]["id"])


@pytest.mark.parametrize("limit", [3, 4])
def test_the_last_page_has_no_cursor(limit: int) -> None:
    page = Page.cut(ROWS, limit=limit, order="threads", time="at")
    assert (page.rows, page.next_cursor) == (ROWS, None)
    assert Page.cut([], limit=limit, order="threads", time="at").next_cursor is None


@pytest.mark.parametrize("cursor", [None, ""])
def test_without_a_cursor_one_begins_at_the_newest(cursor: str | None) -> None:
    assert decode_place(cursor, order="threads").before == "infinity"


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor("messages", ROWS[0]["at"], ROWS[0]["id"]),
        encode_cursor("threads", "2026-11-01T10:00:00", ROWS[0]["id"]),
        encode_cursor("threads", "now()", ROWS[0]["id"]),
        encode_cursor("threads", ROWS[0]["at"], "x"),
        encode_cursor("threads", 5, 5),
        encode_cursor("threads", ROWS[0]["at"]),
        "x",
        "A" * 600,
    ],
)
def test_another_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        decode_place(cursor, order="threads")
