"""Five simulated banks in this process, with a merchant's address at which they call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import httpx
import pytest

from auto360.core.clock import utc_now
from auto360.providers.payments import Bank, Callback, CallbackAnswer, NewOrder, Order, OrderRef
from auto360.providers.payments.bakai import BakaiSettings, bakai
from auto360.providers.payments.freedom_pay import FreedomPaySettings, freedom_pay
from auto360.providers.payments.links import BankLinkSettings, BankTerms
from auto360.providers.payments.mkassa import MkassaSettings, mkassa
from auto360.providers.payments.odengi import OdengiSettings, odengi
from auto360.providers.payments.optima import OptimaSettings, optima
from auto360.providers.transport.connections import new_client
from local.banks import function_variables, simulator_settings
from local.secrets import Keyring
from local.simulators.bank import BankSimulator
from local.simulators.bank import Order as SimulatedOrder
from local.simulators.banks import simulated_banks
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served

TERMS = BankTerms(100, 15_000_000, BankLinkSettings().apps(), utc_now)
MAKERS: Mapping[str, Callable[[Mapping[str, str], httpx.Client], Bank]] = {
    "odengi": lambda environ, http: odengi(OdengiSettings.load(environ), http, TERMS),
    "mbank": lambda environ, http: mkassa(MkassaSettings.load(environ), http, TERMS),
    "bakai": lambda environ, http: bakai(BakaiSettings.load(environ), http, TERMS),
    "optima": lambda environ, http: optima(OptimaSettings.load(environ), http, TERMS),
    "freedompay": lambda environ, http: freedom_pay(FreedomPaySettings.load(environ), http, TERMS),
}


@cache
def bank_keyring() -> Keyring:
    """Secrets for all tests of a process: making keys takes a second."""
    return Keyring.generate()


class _QuietServer(ThreadingHTTPServer):
    """Bank that has hung up before our answer is part of the play."""

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say nothing."""


@dataclass
class Merchant:
    """Receiver of the banks' webhooks: keeps each one, and answers as the test says."""

    url: str = ""
    calls: list[Callback] = field(default_factory=list)
    answer: Callable[[Callback], CallbackAnswer] = lambda _call: CallbackAnswer(200, "{}")

    def wait_for(self, count: int) -> list[Callback]:
        """Wait until so many calls have come."""
        until = time.monotonic() + 8
        while len(self.calls) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.calls) >= count, f"{len(self.calls)} of {count} calls have come"
        return self.calls[:]


@dataclass
class BankWorld:
    """Simulators, where they answer, and where they call."""

    simulators: Mapping[str, BankSimulator]
    url: str
    merchant: Merchant
    keyring: Keyring
    http: httpx.Client = field(default_factory=lambda: new_client(timeout=5.0))

    def bank(self, name: str, **variables: str) -> Bank:
        """Return our client of a bank; `variables` change its settings."""
        return MAKERS[name]({**function_variables(self.keyring, self.url), **variables}, self.http)

    def order(self, name: str, amount_tyiyn: int = 10_000, **changes: object) -> Order:
        """Return an order at a bank, with our address for its calls."""
        values = {
            "attempt_id": str(uuid4()),
            "amount_tyiyn": amount_tyiyn,
            "description": "360Auto: тариф «Базовый» & ко",
            "callback_url": f"{self.merchant.url}/webhooks/payments/{name}",
            "return_url": "https://360auto.example/payments/back",
            "lifetime": timedelta(minutes=30),
        }
        return Order(**{**values, **changes})  # type: ignore[arg-type]

    def make(self, bank: Bank, amount_tyiyn: int = 10_000, **changes: object) -> tuple[OrderRef, NewOrder]:
        """Have an order made; gives how to ask for it."""
        order = self.order(bank.name, amount_tyiyn, **changes)
        made = bank.orders.create(order, timeout=5)
        return OrderRef(order.attempt_id, made.provider_ref), made

    def simulated(self, name: str) -> SimulatedOrder:
        """Return the newest order at a simulated bank."""
        return list(self.simulators[name].orders.values())[-1]

    def act(self, name: str, action: str, amount: str = "", ref: str = "") -> httpx.Response:
        """Press a button on the page of the newest order, as a person does."""
        page = f"{self.url}/_local/banks/{name}/{ref or self.simulated(name).ref}"
        return self.http.post(page, data={"action": action} | ({"amount": amount} if amount else {}))

    def told(self, name: str, count: int) -> list[str]:
        """Return the results of webhooks about the newest order, once so many have ended."""
        calls = self.simulated(name).calls
        until = time.monotonic() + 8
        while len(calls) < count and time.monotonic() < until:
            time.sleep(0.01)
        return calls[:]

    def turn(self, name: str, mode: str = "ok", **settings: object) -> None:
        """Break or mend a bank."""
        self.simulators[name].turn({"mode": mode, **settings})


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    """Yield a server that takes the banks' calls."""
    side = Merchant()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            parts = self.path.strip("/").split("/")
            call = Callback(self.path, headers, body, parts[3] if len(parts) > 3 else None)
            side.calls.append(call)
            answer = side.answer(call)
            text = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = _QuietServer(("127.0.0.1", 0), Handler)
    side.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield side
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bank_world(merchant: Merchant) -> Iterator[BankWorld]:
    """Fresh banks, in order and quick."""
    keyring = bank_keyring()
    banks = simulated_banks(simulator_settings(keyring, merchant.url), delay=0.0, repeat_seconds=0.05)
    with served(Simulators(Phone(), banks)) as url:
        world = BankWorld(banks, url, merchant, keyring)
        yield world
        world.http.close()
