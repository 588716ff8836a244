"""Texts from people lose what is invisible or markup, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.text import clean, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Toyota   Camry \t 2018 ", "Toyota Camry 2018"),
        ("Продаю\r\nсрочно\r\n\r\n\r\n\r\nТорг", "Продаю\nсрочно\n\nТорг"),
        ("Кымыз, ат, жылкы: ң ү ө", "Кымыз, ат, жылкы: ң ү ө"),
        ("<b>Жеребец</b> 5 лет", "Жеребец 5 лет"),
        ("<script>alert(1)</script>цена", "alert(1) цена"),
        ("<<b>b>жирный", "< b>жирный"),
        ("3 < 5 и 7 > 2", "3 < 5 и 7 > 2"),
        ("цена < 500 000", "цена < 500 000"),
        ("\u202eтекст\u202c и \u200bещё", "текст и ещё"),
        ("null\x00byte\x07", "nullbyte"),
        ("й как и\u0306", "й как й"),
        ("👨\u200d👩\u200d👧 семья", "👨\u200d👩\u200d👧 семья"),
        ("\ufeff", ""),
    ],
)
def test_a_text_is_cleaned(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_a_line_has_no_breaks() -> None:
    assert one_line("две\nстроки\n\nсразу") == "две строки сразу"


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once_and_nothing_hides(typed: str) -> None:
    text = clean(typed)
    assert clean(text) == text
    assert "\x00" not in text
    assert "\u202e" not in text
    text.encode()


def test_a_text_made_to_be_slow_is_not() -> None:
    assert clean("<" * 5000) == "<" * 5000
    assert "<b" not in clean("<b" * 20_000 + ">" * 20_000)
