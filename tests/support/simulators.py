"""Simulated providers, served for one test, with a webhook that they push to."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from local.simulators.nikita import Nikita, NikitaAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.smsc import Smsc, SmscAccount

PHONE = "996555000111"


@dataclass
class Webhook:
    """Collects what providers push."""

    url: str
    statuses: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def wait_for(self, count: int) -> list[str]:
        """Wait until so many pushes have come."""
        until = time.monotonic() + 5
        while len(self.bodies) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.bodies


@pytest.fixture
def provider_webhook() -> Iterator[Webhook]:
    """Yield a server that answers pushes, at first with the statuses it was given."""
    hook = Webhook("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/webhooks/sms"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield hook
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class World:
    """Simulators and a way to call them."""

    phone: Phone
    named: dict[str, Nikita | Smsc]
    base: str

    def call(self, path: str, body: bytes, content_type: str, seconds: float = 5) -> tuple[int, bytes]:
        """POST and read the answer."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=seconds)
        try:
            connection.request("POST", path, body=body, headers={"Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def nikita(self, name: str, inner: str, seconds: float = 5, login: str = "L") -> Element:
        """Call one of nikita's addresses."""
        body = f"<{name}><login>{login}</login><pwd>P&amp;P</pwd>{inner}</{name}>"
        status, answer = self.call(f"/nikita/api/{name}", body.encode(), "application/xml; charset=utf-8", seconds)
        assert status == 200
        return fromstring(answer)

    def send(self, message_id: str = "k3f9a0z1b7qx", text: str = "kod 482913", extra: str = "", **options: Any) -> str:
        """Send by nikita; gives the status."""
        phones = options.pop("phones", [PHONE])
        listed = "".join(f"<phone>{phone}</phone>" for phone in phones)
        sender = options.pop("sender", "360AUTO")
        inner = f"<id>{message_id}</id><sender>{sender}</sender><text>{text}</text><phones>{listed}</phones>{extra}"
        return value(self.nikita("message", inner, **options), "status")

    def smsc(self, name: str, **fields: str) -> dict[str, Any]:
        """Call one of SMSC's addresses."""
        form = {"login": "S", "psw": "W", "fmt": "3", "charset": "utf-8", **fields}
        body = urlencode(form, encoding=form["charset"]).encode()
        status, answer = self.call(f"/smsc/sys/{name}.php", body, "application/x-www-form-urlencoded")
        assert status == 200
        found: dict[str, Any] = json.loads(answer)
        return found


def value(root: Element, name: str) -> str:
    """Text of the first element of this local name below the root."""
    return next(
        (item.text or "" for item in root.iter() if item is not root and item.tag.rpartition("}")[2] == name), ""
    )


@pytest.fixture
def providers(provider_webhook: Webhook) -> Iterator[World]:
    """Yield both providers, quick, pushing to the supplier_webhook."""
    phone = Phone()
    nikita = NikitaAccount("L", "P&P", ("360AUTO",), provider_webhook.url, delays=(0.15, 0.3), repeat_seconds=0.05)
    smsc = SmscAccount("S", "W", ("360AUTO",), provider_webhook.url, "secret", delay=0.2)
    named: dict[str, Nikita | Smsc] = {"nikita": Nikita(nikita, phone), "smsc": Smsc(smsc, phone)}
    with served(Simulators(phone, named)) as base:
        yield World(phone, named, base)


def turn(providers: World, provider: str, **body: object) -> None:
    """Turn a switch."""
    providers.named[provider].turn(dict(body))
