"""User texts: cleaned before they are stored and measured, folded before they are compared.

The functions `private.clean_text`, `private.clean_line` and `private.fold_text` hold the same rules in SQL; a test
compares them (docs/decisions/0076).
"""

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

# Large classes of characters are compiled at first use, and kept by `re`: that takes 6 ms of a start.
# Controls but blanks, format characters, fillers that show nothing, private use, noncharacters, planes without letters,
# and surrogates, which no database takes. Unassigned characters elsewhere stay: newer emoji are among them.
_UNSEEN = (
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d159\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff]"
)
_BLANKS = "[\t \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+"
# A variation selector stands after an emoji or within a keycap, a joiner between two emoji.
_EMOJI = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"
_STRAY_SELECTOR = f"(?<![{_EMOJI}#*0-9])[\ufe0e\ufe0f]|(?<=[#*0-9])[\ufe0e\ufe0f](?!\u20e3)"
_STRAY_JOINER = f"(?<![{_EMOJI}\ufe0e\ufe0f])\u200d|\u200d(?![{_EMOJI}])"
_MARKUP = re.compile(r"</?[A-Za-z!?][^<>]*>")
_TAG_OPENING = re.compile(r"<(?=[/A-Za-z!?])")
_MAX_NESTED_TAGS = 3
_LINE_ENDS = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")

_MARKS = (
    "[\u200d\ufe0e\ufe0f\u0300-\u0305\u0307-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_BREVE = "(?<![иИ])\u0306"
_ZEROS = (
    *(1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 4240, 6112),
    *(6160, 6470, 6608, 6784, 6800, 6992, 7088, 7232, 7248, 42528, 43216, 43264, 43472, 43504, 43600, 44016, 66720),
    *(68912, 69734, 69872, 69942, 70096, 70384, 70736, 70864, 71248, 71360, 71472, 71904, 72016, 72784, 73040, 73120),
    *(92768, 92864, 93008, 123200, 123632, 125264),
)
_DECIMALS = {zero + value: str(value) for zero in _ZEROS for value in range(10)}
# Letters of neither Russian, Kyrgyz nor English that look like one of these, and the many dashes, strokes and quotes.
_LOOKALIKES = str.maketrans(
    "ςαβεζηικμνορτυχіјѕԁԛԝһӏєıɑɡłøđʙᴀᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ‐‑‒–—―−⁃⁄∕⧸。“”„‟«»",
    'σabezhikmnoptyxijsdqwhlеiaglodbacdeghijklmnoprstuvwyz--------///.""""""',
)
# Digits in black or doubled circles, and letters in black ones, in squares and as halves of flags: without a
# decomposition of Unicode's own.
_FRAMED_DIGITS = str.maketrans(
    "⓿⓵⓶⓷⓸⓹⓺⓻⓼⓽❶❷❸❹❺❻❼❽❾➀➁➂➃➄➅➆➇➈➊➋➌➍➎➏➐➑➒🄋🄌",
    "012345678912345678912345678912345678900",
)
_FRAMED_LETTERS = {
    first + place: letter
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")
}
_AS_SEEN: dict[int, int | str] = {**_DECIMALS, **_FRAMED_DIGITS, **_FRAMED_LETTERS}
_LATIN_TWINS, _CYRILLIC_TWINS = "abcehkmoptxy", "авсенкмортху"
_TO_CYRILLIC = str.maketrans(_LATIN_TWINS, _CYRILLIC_TWINS)
_TO_LATIN = str.maketrans(_CYRILLIC_TWINS, _LATIN_TWINS)
_WORD = re.compile("[a-zа-яңөү]+")
_LATIN, _CYRILLIC = re.compile("[a-z]"), re.compile("[а-яңөү]")
_ONLY_LATIN, _ONLY_CYRILLIC = re.compile("[dfgijlnqrsuvwz]"), re.compile("[бгджзийлпфцчшщъыьэюяңөү]")


def clean(text: str) -> str:
    """Return the text as it is stored and shown.

    NFC, line breaks as `\\n`, single blanks, no tags, no controls, no invisible characters but those within emoji.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(_BLANKS, " ", re.sub(_UNSEEN, "", text))
    text = re.sub(_STRAY_JOINER, "", re.sub(_STRAY_SELECTOR, "", text))
    # Removed characters may have separated a letter from its accent: compose again.
    text = re.sub(_BLANKS, " ", unicodedata.normalize("NFC", _without_markup(text)))
    return _EMPTY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text)).strip(" \n")


def _without_markup(text: str) -> str:
    """Drop tags; nesting deeper than a few rounds is an attack and loses every opening bracket."""
    for _ in range(_MAX_NESTED_TAGS):
        text, found = _MARKUP.subn(" ", text)
        if not found:
            return text
    return _TAG_OPENING.sub("", text) if _MARKUP.search(text) else text


def one_line(text: str) -> str:
    """Return the cleaned text on one line."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    """Return the text in the form for comparison, never for display: look-alikes become equal.

    Small letters, no accents but й, ASCII digits, dashes and quotes, no invisible characters, single blanks, and each
    word in one script.
    """
    text = unicodedata.normalize("NFKD", re.sub(_UNSEEN, "", unicodedata.normalize("NFKD", text)))
    text = re.sub(_BREVE, "", re.sub(_MARKS, "", text)).translate(_AS_SEEN).lower().translate(_LOOKALIKES)
    text = _WORD.sub(lambda word: _in_one_script(word[0]), unicodedata.normalize("NFC", text))
    return " ".join(re.sub(_BLANKS, " ", text).split())


def _in_one_script(word: str) -> str:
    """Return a mixed word in the script of its letters without a twin, else in that of most of its letters."""
    latin, cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if not (latin and cyrillic):
        return word
    only_latin, only_cyrillic = _ONLY_LATIN.search(word), _ONLY_CYRILLIC.search(word)
    if only_latin and only_cyrillic:
        return word
    if only_latin or (not only_cyrillic and latin >= cyrillic):
        return word.translate(_TO_LATIN)
    return word.translate(_TO_CYRILLIC)


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _on_one_line(value: object) -> object:
    return one_line(value) if isinstance(value, str) else value


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not clean(value) else value


Line = Annotated[str, BeforeValidator(_on_one_line)]
"""Pydantic field type: one line, cleaned. Add `Field(min_length=…, max_length=…)` for its measure."""

Paragraph = Annotated[str, BeforeValidator(_cleaned)]
"""Pydantic field type: lines, cleaned."""

BLANK = BeforeValidator(_none_if_blank)
"""Converter of an invisible text to None."""
