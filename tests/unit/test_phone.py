"""Kyrgyz numbers: what is taken, what is refused, and how they are hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core import phone
from auto360.core.errors import PhoneInvalid


@pytest.mark.parametrize(
    "typed",
    [
        "+996555123456",
        "0555 123456",
        "555123456",
        "996555123456",
        "+996 (555) 12-34-56",
        "00996555123456",
        "+9960555123456",
        "\u00a0+996.555.123.456 ",
        "+９９６５５５１２３４５６",
        "＋٩٩٦٥٥٥١٢٣٤٥٦",
        "\u202a+996 555 123 456\u202c",
        "\u2066\u200e0555\u2011123\u2011456\u2069",
        "\ufeff0555\u200b123456",
        "+९९६५५५१२३४५६",
        "+𝟗𝟗𝟔𝟓𝟓𝟓𝟏𝟐𝟑𝟒𝟓𝟔",
    ],
)
def test_every_usual_form_of_a_number_is_the_same_number(typed: str) -> None:
    assert phone.normalise(typed) == "+996555123456"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+",
        "12345",
        "555-CALL-12",
        "0555123456 доб 5",
        "0555123456;ext=5",
        "0312 123456",
        "8 996 555 123456",
        "87011234567",
        "+7 701 123 45 67",
        "+996 55 123",
        "++996555123456",
        "+996555123456+",
        "+①②③④⑤⑥⑦⑧⑨①②③",
        "+996555123456\x00",
        "О555123456",
        "9" * 40,
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(PhoneInvalid):
        phone.normalise(typed)


@given(st.text(max_size=40))
def test_no_text_breaks_the_normaliser(typed: str) -> None:
    try:
        number = phone.normalise(typed)
    except PhoneInvalid:
        return
    assert number.startswith("+996")
    assert len(number) == 13
    assert phone.normalise(number) == number


@pytest.mark.parametrize("text", ["to +996555123456 now", "996 555 123 456", '{"phone":"+996555123456"}'])
def test_a_number_in_a_text_is_masked(text: str) -> None:
    masked = phone.mask(text)
    assert "555" not in masked
    assert "56" in masked


def test_what_is_no_number_stays() -> None:
    assert phone.mask("id 1234567890123 and 12:30") == "id 1234567890123 and 12:30"


def test_a_block_is_the_number_without_its_last_four_digits() -> None:
    assert phone.number_block("+996555123456") == "+99655512"
