"""Wiring of the banks under contract."""

from functools import cache

from pydantic import field_validator

from auto360.container.data import provider_http
from auto360.core.clock import utc_now
from auto360.core.settings import EnvSettings
from auto360.providers.payments import Bank
from auto360.providers.payments.links import BankLinkSettings, BankTerms

_NAMES = ("odengi", "mbank", "bakai", "optima", "freedompay")
# ELQR accepts 300 to 150,000 som at one gateway, and a tier costs 100: confirm with each bank, then set it.
_MIN_TYIYN, _MAX_TYIYN = 100, 15_000_000


class BankSettings(EnvSettings):
    """Configured banks.

    `BANKS`: those with a contract, comma-separated, in the order in which the app shows them. `BANKS_PAUSED`: those of
    them at which no new order is made; webhooks and queries of old orders continue. `BANK_LIMITS`: smallest and
    largest amount in tyiyn, `odengi:30000-15000000,…`; without an entry 1 to 150,000 som.
    """

    banks: str = ""
    banks_paused: str = ""
    bank_limits: str = ""

    @field_validator("banks", "banks_paused")
    @classmethod
    def _known(cls, value: str) -> str:
        names = value.split(",") if value else []
        if not set(names) <= set(_NAMES) or len(set(names)) != len(names):
            raise ValueError(f"must be a comma-separated list of: {', '.join(_NAMES)}")
        return value

    @field_validator("bank_limits")
    @classmethod
    def _spans(cls, value: str) -> str:
        _limits(value)
        return value

    @property
    def connected(self) -> tuple[str, ...]:
        """Return names of the banks under contract."""
        return tuple(self.banks.split(",")) if self.banks else ()

    @property
    def offered(self) -> tuple[str, ...]:
        """Return names of the banks that take new orders."""
        paused = self.banks_paused.split(",")
        return tuple(name for name in self.connected if name not in paused)

    def limits(self, name: str) -> tuple[int, int]:
        """Return the smallest and largest amount at a bank, in tyiyn."""
        return _limits(self.bank_limits).get(name, (_MIN_TYIYN, _MAX_TYIYN))


def _limits(text: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for entry in text.split(",") if text else []:
        name, _, span = entry.partition(":")
        smallest, _, largest = span.partition("-")
        are_whole = smallest.isdecimal() and largest.isdecimal()
        if name not in _NAMES or not are_whole or not 0 < int(smallest) <= int(largest):
            raise ValueError("must be bank:min-max in tyiyn, comma-separated")
        found[name] = int(smallest), int(largest)
    return found


def connected_banks() -> tuple[str, ...]:
    """Return names of the banks under contract, in the order of the app."""
    return BankSettings.load().connected


def offered_banks() -> tuple[str, ...]:
    """Return names of the banks that take new orders, in the order of the app."""
    return BankSettings.load().offered


@cache
def bank(name: str) -> Bank | None:
    """Return a bank by its name, loading only this one.

    None without a contract, so that its webhooks are rejected.
    """
    settings = BankSettings.load()
    if name not in settings.connected:
        return None
    smallest, largest = settings.limits(name)
    return _bank(name, BankTerms(smallest, largest, BankLinkSettings.load().apps(), utc_now))


def _bank(name: str, terms: BankTerms) -> Bank:
    if name == "odengi":
        from auto360.providers.payments.odengi import OdengiSettings, odengi

        return odengi(OdengiSettings.load(), provider_http(), terms)
    if name == "mbank":
        from auto360.providers.payments.mkassa import MkassaSettings, mkassa

        return mkassa(MkassaSettings.load(), provider_http(), terms)
    if name == "bakai":
        from auto360.providers.payments.bakai import BakaiSettings, bakai

        return bakai(BakaiSettings.load(), provider_http(), terms)
    if name == "optima":
        from auto360.providers.payments.optima import OptimaSettings, optima

        return optima(OptimaSettings.load(), provider_http(), terms)
    from auto360.providers.payments.freedom_pay import FreedomPaySettings, freedom_pay

    return freedom_pay(FreedomPaySettings.load(), provider_http(), terms)
