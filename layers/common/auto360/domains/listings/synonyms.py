"""Synonyms of detail codes in words of users and the app, and Cyrillic to Latin spelling for search."""

from collections.abc import Mapping

# By detail: the word in small letters and the code that is stored.
WORDS: dict[str, dict[str, str]] = {
    "gender": {"жеребец": "stallion", "кобыла": "mare", "мерин": "gelding"},
    "transmission": {
        "механика": "manual",
        "автомат": "automatic",
        "робот": "robot",
        "вариатор": "variator",
        "cvt": "variator",
    },
    "fuel_type": {
        "бензин": "petrol",
        "gasoline": "petrol",
        "дизель": "diesel",
        "газ": "gas",
        "гибрид": "hybrid",
        "электро": "electric",
    },
}
# The existing app shows the gender of a horse as received.
SHOWN_GENDER = {"stallion": "Жеребец", "mare": "Кобыла", "gelding": "Мерин"}

_LATIN = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфхыэүөң", "abvgdeeziyklmnoprstufhyeuon", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)


def code_of(detail: str, word: object) -> object:
    """Return the code for a word of a detail; anything else is returned unchanged."""
    return WORDS[detail].get(word.strip().lower(), word) if isinstance(word, str) else word


def as_shown(details: Mapping[str, object]) -> dict[str, object]:
    """Return details in the words that the app shows."""
    gender = details.get("gender")
    return {**details, **({"gender": SHOWN_GENDER.get(str(gender), gender)} if gender else {})}


def in_latin(text: str) -> str:
    """Spell Cyrillic letters in Latin ones: brands are written either way."""
    return text.lower().translate(_LATIN)
