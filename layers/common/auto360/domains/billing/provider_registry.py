"""Registry of banks: lookup by name, and the banks that take new orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from auto360.core.refusals.billing import BankNotOffered
from auto360.providers.payments import Bank

# Names of banks in the app that differ from ours (docs/reference/app-contract.md, section 6).
_APP_NAMES = {"obank": "odengi"}


class BankByName(Protocol):
    """Port that finds a bank."""

    def __call__(self, name: str) -> Bank | None:
        """Return the bank; None without a contract."""


@dataclass(frozen=True)
class BankDirectory:
    """Banks under contract, in the app's order. `offered`: those that take new orders."""

    bank: BankByName
    connected: Sequence[str]
    offered: Sequence[str]

    def named(self, name: str) -> Bank | None:
        """Return a bank by our name or the app's, open for new orders or not; None without a contract."""
        return self.bank(_APP_NAMES.get(name, name))

    def for_order(self, name: str) -> Bank:
        """Return a bank that takes new orders. Raises BankNotOffered."""
        name = _APP_NAMES.get(name, name)
        bank = self.bank(name) if name in self.offered else None
        if bank is None:
            raise BankNotOffered
        return bank
