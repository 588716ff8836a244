"""Texts from people lose what is invisible or markup, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core.text import clean, fold, one_line


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
        ("\u3164", ""),
        ("\u200d", ""),
        ("\ufe0f", ""),
        ("\u2800 \u115f\u1160\uffa0", ""),
        ("Тойо\u200dта 0\ufe0f555", "Тойота 0555"),
        ("Отдам даром \U0001fae9\U0001fadf", "Отдам даром \U0001fae9\U0001fadf"),
        ("❤\ufe0f 1\ufe0f\u20e3", "❤\ufe0f 1\ufe0f\u20e3"),
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


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("  ТОЙОТА\nКамри ", "тойота камри"),
        ("а\u200dв\u2060а\u00adнс", "аванс"),
        ("авaнс", "аванс"),
        ("тоyota", "toyota"),
        ("٠٥٥٥ ０５５５ 𝟎𝟓𝟓𝟓 0\ufe0f\u20e35\ufe0f\u20e3", "0555 0555 0555 05"),
        ("ёлка, йод, ң ү ө", "елка, йод, ң ү ө"),
        ("Citroën", "citroen"),
        ("ᴛᴇʟᴇɢʀᴀᴍ", "telegram"),
        ("x–trail «рено»", 'x-trail "рено"'),
        ("t。me∕x", "t.me/x"),
        ("\u202e\u3164\u0301", ""),
    ],
)
def test_what_looks_alike_is_folded_into_one(written: str, compared: str) -> None:
    assert fold(written) == compared
