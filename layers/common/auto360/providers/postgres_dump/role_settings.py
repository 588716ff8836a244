"""Settings of a role: read from the catalogue, written as statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LISTS_OF_NAMES = ("search_path", "temp_tablespaces")
_NAMES = re.compile(r'"(?:[^"]|"")*"|[^,\s]+')


@dataclass(frozen=True)
class RoleSetting:
    """`key = value` of a role."""

    role: str
    key: str
    value: str

    @property
    def statement(self) -> str:
        """Return the statement that sets it, without its semicolon; lists of names are quoted name by name."""
        value = quoted_text(self.value)
        if self.key in _LISTS_OF_NAMES:
            value = ", ".join(quoted_text(_plain(name)) for name in _NAMES.findall(self.value)) or "''"
        return f"alter role {quoted_name(self.role)} set {quoted_name(self.key)} = {value}"


def settings_of(role: Mapping[str, object]) -> Iterator[RoleSetting]:
    """Yield the settings of a role of a manifest."""
    for setting in role["settings"]:  # type: ignore[attr-defined]
        key, _, value = str(setting).partition("=")
        yield RoleSetting(str(role["name"]), key, value)


def quoted_name(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
