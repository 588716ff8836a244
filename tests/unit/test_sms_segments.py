"""Segments of an SMS: a character of two units stands whole in one of them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.providers.sms.segments import segments_of
from local.simulators.segments import parts as parts_at_provider

GSM_ESCAPED = "^{}\\[~]|€\f"
GSM = st.text(alphabet="abz09 @" + GSM_ESCAPED, max_size=700)
UCS2 = st.text(alphabet="жЯa😀🚗[", min_size=1, max_size=400).map("ж".__add__)
COUNTERS = pytest.mark.parametrize("count", [segments_of, parts_at_provider])


def laid_out(text: str) -> list[int]:
    """Return the lengths of the segments when the characters are packed one after another and none of them is cut."""
    is_gsm = all(character.isascii() or character in GSM_ESCAPED for character in text)
    sizes = [2 if (character in GSM_ESCAPED if is_gsm else ord(character) > 0xFFFF) else 1 for character in text]
    single, several = (160, 153) if is_gsm else (70, 67)
    if sum(sizes) <= single:
        return [sum(sizes)]
    lengths = [0]
    for size in sizes:
        if lengths[-1] + size > several:
            lengths.append(0)
        lengths[-1] += size
    return lengths


@COUNTERS
@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 152 + "[" + "a" * 152, 3),  # 306 units, but the bracket cannot lie across 153 and 154
        ("a" * 151 + "[" + "a" * 153, 2),
        ("ж" * 66 + "😀" + "ж" * 66, 3),
        ("ж" * 65 + "😀" + "ж" * 67, 2),
        ("😀" * 67, 3),
        ("a" * 159 + "[", 2),
        ("a" * 158 + "[", 1),
    ],
)
def test_a_character_of_two_units_is_never_cut(count: Callable[[str], int], text: str, segments: int) -> None:
    assert count(text) == segments


@COUNTERS
@given(text=st.one_of(GSM, UCS2))
def test_every_text_takes_as_many_segments_as_its_characters_fill(count: Callable[[str], int], text: str) -> None:
    assert count(text) == len(laid_out(text))
