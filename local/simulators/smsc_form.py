"""Forms and answers of SMSC's interface."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


def fields(query: str, body: bytes) -> dict[str, str]:
    """Return the parameters in the character set that they name; the default is windows-1251."""
    pairs = [query, body.decode("latin-1")]
    charset = {name: value for text in pairs for name, value in parse_qsl(text)}.get("charset", "windows-1251").lower()
    encoding = {"utf-8": "utf-8", "koi8-r": "koi8-r"}.get(charset, "cp1251")
    return {
        name: value
        for text in pairs
        for name, value in parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="replace")
    }


def answer(values: dict[str, Any], asked: dict[str, str]) -> web.Response:
    """Return JSON for `fmt=3`, otherwise the old plain text."""
    if asked.get("fmt") == "3":
        return web.json_response(values)
    if "error_code" in values:
        return web.Response(text=f"ERROR = {values['error_code']} ({values['error']})")
    return web.Response(text="OK - " + ", ".join(f"{name.upper()} - {value}" for name, value in values.items()))


def money(amount: Decimal) -> str:
    """Return an amount in the interface's format."""
    return f"{amount.normalize():f}"


def date(moment: float) -> str:
    """Return a moment in the interface's format."""
    return datetime.fromtimestamp(moment, UTC).strftime("%d.%m.%Y %H:%M:%S")
