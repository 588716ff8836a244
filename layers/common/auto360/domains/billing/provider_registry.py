"""What billing may ask about banks: one by its name, and which of them take new orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from auto360.domains.billing.errors import BankNotOffered
from auto360.providers.payments import Bank

# The app's own name for a bank, where it is another than ours (mobile contract, §6).
_APP_NAMES = {"obank": "odengi"}


class BankByName(Protocol):
    """Finds a bank."""

    def __call__(self, name: str) -> Bank | None:
        """The bank; None without a contract."""


@dataclass(frozen=True)
class BankDirectory:
    """The banks with which there is a contract, in the app's order. `offered`: those where new orders are made."""

    bank: BankByName
    connected: Sequence[str]
    offered: Sequence[str]

    def named(self, name: str) -> Bank | None:
        """A bank by our name or the app's, whether it takes new orders or not; None where there is no contract."""
        return self.bank(_APP_NAMES.get(name, name))

    def for_order(self, name: str) -> Bank:
        """A bank that takes new orders. Raises BankNotOffered."""
        name = _APP_NAMES.get(name, name)
        bank = self.bank(name) if name in self.offered else None
        if bank is None:
            raise BankNotOffered
        return bank
