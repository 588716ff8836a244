"""Cookies of the operations page beside those of others."""

from typing import Any

import pytest

from auto360.admin.cookies import SESSION, read_cookie

TOKEN = "c2Vzc2lvbi1vZi1hLW1vZGVyYXRvcg"


def event(*lines: str) -> dict[str, Any]:
    return {"headers": {"cookie": lines[-1]}, "multiValueHeaders": {"cookie": list(lines)}}


@pytest.mark.parametrize(
    "foreign",
    [
        'g_state={"i_l":0}',
        "a name with blanks=1",
        "no value at all",
        "=nameless",
        'quoted="never closed',
        "letters=привет",
        "large=" + "x" * 5000,
    ],
)
def test_a_foreign_cookie_before_or_after_ours_does_not_hide_it(foreign: str) -> None:
    for line in (f"{foreign}; {SESSION}={TOKEN}", f"{SESSION}={TOKEN}; {foreign}"):
        assert read_cookie(event(line), SESSION, over_tls=False) == TOKEN


def test_a_second_cookie_line_is_read_too() -> None:
    for lines in ((f"{SESSION}={TOKEN}", "other=1"), ("other=1", f"{SESSION}={TOKEN}")):
        assert read_cookie(event(*lines), SESSION, over_tls=False) == TOKEN


def test_an_event_without_lists_of_header_lines_is_read_by_its_single_one() -> None:
    assert read_cookie({"headers": {"Cookie": f"{SESSION}={TOKEN}"}}, SESSION, over_tls=False) == TOKEN


def test_only_the_exact_name_counts() -> None:
    line = f"x{SESSION}=1; {SESSION}x=2; __Host-{SESSION}=3"
    assert read_cookie(event(line), SESSION, over_tls=False) == ""
    assert read_cookie(event(line), SESSION, over_tls=True) == "3"


def test_an_oversized_value_of_ours_is_not_taken() -> None:
    assert read_cookie(event(f"{SESSION}={'x' * 5000}"), SESSION, over_tls=False) == ""
