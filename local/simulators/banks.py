"""Simulated banks, built from the settings of their process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.simulators.bakai import Bakai, BakaiAccount
from local.simulators.bank import BankSimulator
from local.simulators.freedom_pay import FreedomPay, FreedomPayAccount
from local.simulators.mkassa import Mkassa, MkassaAccount
from local.simulators.odengi import Odengi, OdengiAccount
from local.simulators.optima import Optima, OptimaAccount


def simulated_banks(settings: str, **options: Any) -> Mapping[str, BankSimulator]:
    """Return the banks by name; `options` are delays, for tests."""
    told = json.loads(settings)
    hooks = told["callbacks"]
    return {
        "odengi": Odengi(OdengiAccount(**told["odengi"]), **options),
        "mbank": Mkassa(MkassaAccount(**told["mbank"]), callback_url=hooks["mbank"], **options),
        "bakai": Bakai(BakaiAccount(**told["bakai"]), callback_url=hooks["bakai"], **options),
        "optima": Optima(OptimaAccount(**told["optima"]), callback_url=hooks["optima"], **options),
        "freedompay": FreedomPay(FreedomPayAccount(**told["freedompay"]), **options),
    }
