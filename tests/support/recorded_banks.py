"""Banks with the accounts, the clock and the order of their recorded samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from auto360.providers.payments import Bank, Callback, Order
from auto360.providers.payments.bakai import BakaiSettings, bakai
from auto360.providers.payments.freedom_pay import FreedomPaySettings, freedom_pay
from auto360.providers.payments.links import BankLinkSettings, BankTerms
from auto360.providers.payments.mkassa import MkassaSettings, mkassa
from auto360.providers.payments.odengi import OdengiSettings, odengi
from auto360.providers.payments.optima import OptimaSettings, optima
from local.simulators.bakai import Bakai, BakaiAccount
from local.simulators.bank import BankSimulator
from local.simulators.freedom_pay import FreedomPay, FreedomPayAccount
from local.simulators.mkassa import Mkassa, MkassaAccount
from local.simulators.odengi import Odengi, OdengiAccount
from local.simulators.optima import Optima, OptimaAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from tests.support.recorded import Recorded

NOW = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
TERMS = BankTerms(100, 15_000_000, BankLinkSettings().apps(), lambda: NOW)
ATTEMPT, SHORT = "0b6f6c1e-5d0c-4f0a-9c55-3a1e5ad6b001", "0oddu3w5n77qcd79wgefxkao1"
HOOK_SECRET = "a-secret-path-of-24-chars"
CALLBACK_PASSWORD = "demo-callback-password-01"
SALT = "a1b2c3d4e5f60718"

BANKS: Mapping[str, Callable[[str, httpx.Client, Mapping[str, str]], Bank]] = {
    "odengi": lambda url, http, more: odengi(
        OdengiSettings.load(
            {
                "ODENGI_API_URL": f"{url}/api/json/json.php",
                "ODENGI_SID": "1234567890",
                "ODENGI_PASSWORD": "demo-password",
                "ODENGI_TEST": "true",
            }
        ),
        http,
        TERMS,
    ),
    "mkassa": lambda url, http, more: mkassa(
        MkassaSettings.load(
            {"MKASSA_API_URL": url, "MKASSA_API_KEY": "demo-api-key", "MKASSA_CALLBACK_SECRET": HOOK_SECRET}
        ),
        http,
        TERMS,
    ),
    "bakai": lambda url, http, more: bakai(
        BakaiSettings.load(
            {
                "BAKAI_API_URL": url,
                "BAKAI_ACCOUNT": "1240000000000000",
                "BAKAI_CALLBACK_SECRET": HOOK_SECRET,
                "BAKAI_QR_TYPE": "PayLink",
                **(more or {"BAKAI_QR_TOKEN": "demo-qr-token"}),
            }
        ),
        http,
        TERMS,
    ),
    "optima": lambda url, http, more: optima(
        OptimaSettings.load(
            {
                "OPTIMA_API_URL": url,
                "OPTIMA_API_KEY": "demo-api-key",
                "OPTIMA_LEGAL_PARTY_ID": "1001",
                "OPTIMA_SALE_POINT_CODE": "11",
                "OPTIMA_CASH_CODE": "21",
                "OPTIMA_CALLBACK_LOGIN": "optima",
                "OPTIMA_CALLBACK_PASSWORD": CALLBACK_PASSWORD,
            }
        ),
        http,
        TERMS,
    ),
    "freedompay": lambda url, http, more: freedom_pay(
        FreedomPaySettings.load(
            {
                "FREEDOMPAY_API_URL": url,
                "FREEDOMPAY_MERCHANT_ID": "100",
                "FREEDOMPAY_SECRET_KEY": "demo-secret",
                "FREEDOMPAY_TEST": "true",
            }
        ),
        http,
        TERMS,
        salt=lambda: SALT,
    ),
}


def order(bank: str) -> Order:
    """Return the order of the samples."""
    return Order(
        attempt_id=ATTEMPT,
        amount_tyiyn=10_000,
        description="360Auto: тариф Basic",
        callback_url=f"https://api.360auto.example/webhooks/payments/{bank}",
        return_url="https://360auto.example/payments/back",
        lifetime=timedelta(minutes=30),
    )


def callback(bank: str, samples: Recorded, name: str = "paid") -> Callback:
    """Return a recorded webhook as our function gets it."""
    hook = samples.webhooks[name]
    headers = {key.lower(): value for key, value in hook.headers.items()}
    return Callback(f"/webhooks/payments/{bank}", headers, hook.body.encode(), HOOK_SECRET)


@dataclass
class Simulated:
    """Simulated banks, and where they answer."""

    sides: Mapping[str, BankSimulator]
    url: str

    def newest(self, bank: str) -> str:
        """Return the bank's number of its newest order."""
        return list(self.sides[bank].orders)[-1]


@contextmanager
def simulated(hook_url: str) -> Iterator[Simulated]:
    """Serve banks with the accounts of the samples; their webhooks go to `hook_url`."""
    options = {"callback_url": hook_url, "delay": 0.0, "repeat_seconds": 0.05}
    sides: dict[str, BankSimulator] = {
        "odengi": Odengi(OdengiAccount("1234567890", "demo-password"), **options),
        "mkassa": Mkassa(MkassaAccount("demo-api-key"), **options),
        "bakai": Bakai(
            BakaiAccount("1240000000000000", "demo-qr-token", "demo-paylink-token", qr_type="PayLink"), **options
        ),
        "optima": Optima(OptimaAccount("demo-api-key", "optima", CALLBACK_PASSWORD), **options),
        "freedompay": FreedomPay(FreedomPayAccount("100", "demo-secret"), **options),
    }
    with served(Simulators(Phone(), sides)) as url:
        yield Simulated(sides, url)
