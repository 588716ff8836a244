"""Number, money, size and time formats of the operations page: som, Bishkek time, digit groups of the language."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from auto360.core.timezone import BISHKEK

_NOTHING = "—"
_THIN = "\u202f"
_UNITS = ("B", "KB", "MB", "GB", "TB")
_AGES = ((172800, 86400, "дн.", "d"), (3600, 3600, "ч", "h"), (60, 60, "мин", "min"))
"""Seconds from which a unit is used, its seconds, its names."""


def number(value: object, decimals: int = 0, *, language: str) -> str:
    """Format a number in groups of three digits, without trailing zeros of fractions."""
    if value is None:
        return _NOTHING
    text = _grouped(Decimal(str(value)), decimals, language)
    return text.rstrip("0").rstrip(".") if decimals else text


def som(tyiyn: object, *, language: str) -> str:
    """Format tyiyn as som; tyiyn are shown only where there are any."""
    if tyiyn is None:
        return _NOTHING
    text = _grouped(Decimal(str(tyiyn)) / 100, 2, language)
    return f"{text.removesuffix('.00')}\u00a0{'som' if language == 'en' else 'сом'}"


def _grouped(amount: Decimal, decimals: int, language: str) -> str:
    text = f"{amount:,.{decimals}f}"
    return text if language == "en" else text.replace(",", _THIN)


def size(count: object) -> str:
    """Format bytes in the largest unit that leaves a number above one."""
    if count is None:
        return _NOTHING
    amount, unit = float(str(count)), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.{0 if unit == 0 else 1}f}\u00a0{_UNITS[unit]}"


def moment(value: object) -> datetime | None:
    """Parse a time from the database; None for an empty value."""
    if not value:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.astimezone(BISHKEK)


def when(value: object) -> str:
    """Format day and minute in Bishkek."""
    found = moment(value)
    return found.strftime("%d.%m.%Y %H:%M") if found else _NOTHING


def day(value: object) -> str:
    """Format a date as day and month."""
    return datetime.fromisoformat(str(value)).strftime("%d.%m") if value else _NOTHING


def age(value: object, language: str) -> str:
    """Format the time since then."""
    found = moment(value)
    return duration((datetime.now(UTC) - found).total_seconds(), language) if found else _NOTHING


def duration(seconds: float, language: str) -> str:
    """Format a duration: in days from the third on, before that in the largest unit up to hours."""
    for begin, unit, russian, english in _AGES:
        if seconds >= begin:
            return f"{int(seconds) // unit}\u00a0{english if language == 'en' else russian}"
    return "under a minute" if language == "en" else "меньше минуты"


def ago(value: object, language: str) -> str:
    """Format the age of a time with the word ago."""
    found = moment(value)
    if found is None:
        return _NOTHING
    if datetime.now(UTC) - found < timedelta(minutes=1):
        return "just now" if language == "en" else "только что"
    return f"{age(value, language)} {'ago' if language == 'en' else 'назад'}"


def future(value: object) -> bool:
    """Return True for a time still to come."""
    found = moment(value)
    return found is not None and found > datetime.now(UTC)


def som_short(tyiyn: object, *, language: str) -> str:
    """Format tyiyn as a plain number of som, for chart grids."""
    return number(Decimal(str(tyiyn)) / 100, 2, language=language)


def som_plain(tyiyn: object) -> str:
    """Format tyiyn as som as typed into a form."""
    return f"{Decimal(str(tyiyn)) / 100:.2f}".removesuffix(".00")


def percent(share: object) -> str:
    """Format a share of one in percent."""
    return _NOTHING if share is None else f"{Decimal(str(share)) * 100:.1f}".removesuffix(".0") + "\u00a0%"


def pairs(value: Mapping[str, Any]) -> str:
    """Format a flat object as `name: value` pairs."""
    return ", ".join(f"{name}: {found}" for name, found in value.items() if found not in (None, "", [], {}))


FILTERS_OF_THE_LANGUAGE: dict[str, Callable[..., str]] = {"number": number, "som": som, "som_short": som_short}
"""Filters that take the page's language as `language`."""

FILTERS: dict[str, Callable[..., Any]] = {
    "som_plain": som_plain,
    "percent": percent,
    "future": future,
    "size": size,
    "when": when,
    "day": day,
    "age": age,
    "duration": duration,
    "ago": ago,
    "pairs": pairs,
}
