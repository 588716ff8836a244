"""Payer addresses from banks: allowed hosts only, and links that open a bank's app."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import field_validator

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.providers.payments import AnswerUnsafe, DeepLink
from auto360.providers.payments.http_client import host_of

_MAX_CHARACTERS = 2048

# Prefixes seen in use (docs/reference/payments.md, section 2). `BANK_APP_LINKS` replaces them.
_KNOWN_APPS = (
    ("mbank", "MBank", "https://app.mbank.kg/qr/#"),
    ("odengi", "O!Деньги", "https://api.dengi.o.kg/#"),
    ("bakai", "Bakai", "https://bakai.app/#"),
    ("optima", "Optima", "https://mobile.optima24.kg/my-qr/confirm-screen?qr-url=#"),
    ("any", "ELQR", "https://pay.payqr.kg/#"),
)


class BankLinkSettings(EnvSettings):
    """`BANK_APP_LINKS`: a JSON list of `[code, name, prefix]`, in the order of the app's buttons."""

    bank_app_links: str = ""

    @field_validator("bank_app_links")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            _apps(value)
        return value

    def apps(self) -> tuple[tuple[str, str, str], ...]:
        """Return code, name and prefix of every app."""
        return _apps(self.bank_app_links) if self.bank_app_links else _KNOWN_APPS


def _apps(text: str) -> tuple[tuple[str, str, str], ...]:
    try:
        rows = tuple((str(code), str(name), str(prefix)) for code, name, prefix in json.loads(text))
    except (ValueError, TypeError):
        raise ValueError("must be a JSON list of [code, name, prefix]") from None
    if not all(host_of(prefix) for _, _, prefix in rows):
        raise ValueError("every prefix must be https:// with a host")
    return rows


@dataclass(frozen=True)
class BankTerms:
    """Public terms of a bank: the span of amounts in tyiyn, and the apps with a button."""

    min_tyiyn: int
    max_tyiyn: int
    apps: tuple[tuple[str, str, str], ...]
    clock: Clock


class BankLinks:
    """Links of one bank's orders: allowed `hosts`, and a button for each of `apps`."""

    def __init__(self, hosts: Collection[str], apps: Collection[tuple[str, str, str]]) -> None:
        self._hosts, self._apps = frozenset(host.strip().lower() for host in hosts if host.strip()), tuple(apps)

    def allowed(self, url: str) -> str:
        """Return the address unchanged. Raises AnswerUnsafe unless it is https at an allowed host."""
        if host_of(url) not in self._hosts or len(url) > _MAX_CHARACTERS or not url.isprintable() or " " in url:
            raise AnswerUnsafe("foreign_host")
        return url

    def deep_links(self, elqr_text: str) -> tuple[DeepLink, ...]:
        """Return a link per app for the text of an ELQR code."""
        encoded = quote(elqr_text, safe="")
        return tuple(DeepLink(code, name, prefix + encoded) for code, name, prefix in self._apps)
