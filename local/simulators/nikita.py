"""Nikita (smspro.nikita.kg): the XML interface, its delivery reports, and its faults."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web

from local.simulators import nikita_xml as xml
from local.simulators.phone import Phone, masked, note
from local.simulators.segments import parts
from local.simulators.switch import Switch, caller_stayed, reset

BISHKEK = timezone(timedelta(hours=6))
_STOP_WORDS = ("stopword", "казино")
_MOBILE_NETWORKS = {"55": "MEGA", "70": "O!", "50": "O!", "77": "Beeline", "22": "Beeline", "99": "MEGA"}
_QUEUED, _AT_MOBILE_NETWORK, _DELIVERED, _NOT_DELIVERED = 0, 1, 3, 4
_BREAKING = ("http_500", "garbage", "bomb", "empty")
MODES = (
    "ok", "dead", "slow", "slow_taken", "status", "busy_taken", "repeat_taken", *_BREAKING, "undelivered",
)  # fmt: skip


@dataclass(frozen=True)
class NikitaAccount:
    """Customer's account."""

    login: str
    password: str
    senders: tuple[str, ...]
    report_url: str = ""
    price: Decimal = Decimal("0.70")
    delays: tuple[float, float] = (0.5, 2.0)
    repeat_seconds: float = 5.0


@dataclass(frozen=True)
class _Taken:
    phones: tuple[str, ...]
    at: float
    final: int


@dataclass
class Nikita:
    """Provider's side."""

    account: NikitaAccount
    phone: Phone
    balance: Decimal = Decimal("1000.00")
    switch: Switch = field(default_factory=lambda: Switch(MODES, {"status": (1, 11)}))
    requests: dict[str, int] = field(default_factory=dict)
    _taken: dict[str, _Taken] = field(default_factory=dict, init=False)
    _pushes: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        for name in ("message", "dr", "info", "def"):
            app.router.add_post(f"{prefix}/api/{name}", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode, and a new balance if given."""
        balance = Decimal(str(body.pop("balance"))) if "balance" in body else None
        self.switch.turn(body)
        if balance is not None:
            self.balance = balance

    def let_time_pass(self, seconds: float) -> None:
        """Age every message by `seconds`, for tests that do not wait for reports."""
        self._taken = {name: replace(taken, at=taken.at - seconds) for name, taken in self._taken.items()}

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "balance": str(self.balance), "requests": dict(self.requests)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        self.requests[name] = self.requests.get(name, 0) + 1
        body, mode = await request.read(), self.switch.mode
        if mode == "dead":
            return reset(request)
        if mode == "slow" and not await caller_stayed(request, self.switch.seconds()):
            return reset(request)
        if mode in _BREAKING:
            return _broken(mode)
        answer = {"message": self.message, "dr": self.report, "info": self.info, "def": self.definition}[name](body)
        if mode == "slow_taken" and name == "message":
            await asyncio.sleep(self.switch.seconds())
        return web.Response(text=answer, content_type="application/xml", charset="utf-8")

    def message(self, body: bytes) -> str:
        """`/api/message`."""
        asked = xml.parse(body)
        if asked is None or asked.root != "message":
            return xml.reply("Message", ("id", ""), ("status", 1), ("message", "Format error"))
        status = self._refusal(asked)
        if status is None:
            status = self._take(asked)
        if status not in (0, 11):
            note("sms refused", provider="nikita", status=status)
            return xml.reply("Message", ("id", asked.get("id")), ("status", status), ("message", "Not accepted"))
        counts = (("phones", len(asked.phones)), ("smscnt", parts(asked.get("text"))))
        return xml.reply("Message", ("id", asked.get("id")), ("status", status), *counts)

    def _refusal(self, asked: xml.Request) -> int | None:
        """Return the status of a refused request."""
        cost = self.account.price * len(asked.phones) * parts(asked.get("text"))
        mode_status = self.switch.number() if self.switch.mode == "status" else None
        rules = (
            (not xml.is_message_id(asked.get("id")) or not 1 <= len(asked.get("text")) <= 800, 1),
            (not 1 <= len(asked.phones) <= 50, 1),
            (not self._knows(asked), 2),
            (mode_status is not None, mode_status),
            (not xml.is_sender(asked.get("sender")) or asked.get("sender") not in self.account.senders, 5),
            (any(word in asked.get("text").lower() for word in _STOP_WORDS), 6),
            (not all(xml.is_phone(number) for number in asked.phones), 7),
            (bool(asked.get("time")) and not xml.is_time(asked.get("time")), 8),
            (asked.get("id") in self._taken, 10),
            (asked.get("test") == "1", 11),
            (self.balance < cost, 4),
        )
        return next((status for broken, status in rules if broken), None)

    def _take(self, asked: xml.Request) -> int:
        self.balance -= self.account.price * len(asked.phones) * parts(asked.get("text"))
        lost = self.switch.mode == "undelivered"
        final = _NOT_DELIVERED if lost else _DELIVERED
        self._taken[asked.get("id")] = _Taken(asked.phones, time.time(), final)
        for number in asked.phones:
            note("sms taken", provider="nikita", phone=masked(number), parts=parts(asked.get("text")))
            if not lost:
                self.phone.receive(number, asked.get("text"), "nikita")
        if self.account.report_url:
            push = asyncio.get_running_loop().create_task(self._push(asked.get("id")))
            self._pushes.add(push)
            push.add_done_callback(self._pushes.discard)
        return {"busy_taken": 9, "repeat_taken": 10}.get(self.switch.mode, 0)

    def report(self, body: bytes) -> str:
        """`/api/dr`."""
        asked = xml.parse(body)
        if asked is None or asked.root != "dr":
            return xml.reply("DeliveryReport", ("status", 1))
        if not self._knows(asked):
            return xml.reply("DeliveryReport", ("status", 2))
        if self.switch.mode == "status" and self.switch.number() in (2, 3):
            return xml.reply("DeliveryReport", ("status", self.switch.number()))
        taken = self._taken.get(asked.get("id"))
        wanted = {number.lstrip("+") for number in asked.phones}
        if taken is None or wanted - {number.lstrip("+") for number in taken.phones}:
            return xml.reply("DeliveryReport", ("status", 4))
        return xml.reply("DeliveryReport", ("status", 0), inner=self._reports(taken, wanted))

    def info(self, body: bytes) -> str:
        """`/api/info`."""
        asked = xml.parse(body)
        if asked is None or asked.root != "info":
            return xml.reply("Info", ("status", 1))
        if not self._knows(asked):
            return xml.reply("Info", ("status", 2))
        fields = (("account", f"{self.balance:.2f}"), ("smsprice", f"{self.account.price:.2f}"))
        return xml.reply("Info", ("status", 0), ("state", 0), *fields)

    def definition(self, body: bytes) -> str:
        """`/api/def`."""
        asked = xml.parse(body)
        number = asked.phones[0].lstrip("+") if asked and asked.phones else ""
        if asked is None or asked.root != "def" or not self._knows(asked):
            return xml.reply("PhoneDEF", ("status", 1 if asked is None or asked.root != "def" else 2))
        if not xml.is_phone(number):
            return xml.reply("PhoneDEF", ("status", 3))
        mobile_network = _MOBILE_NETWORKS.get(number[3:5])
        if mobile_network is None:
            return xml.reply("PhoneDEF", ("status", 4))
        return xml.reply(
            "PhoneDEF", ("status", 0), ("region", "Кыргызстан"), ("operator", mobile_network), ("timezone", 6)
        )

    def _knows(self, asked: xml.Request) -> bool:
        return (asked.get("login"), asked.get("pwd")) == (self.account.login, self.account.password)

    def _reports(self, taken: _Taken, wanted: set[str]) -> str:
        age, (handed, final) = time.time() - taken.at, self.account.delays
        report = _QUEUED if age < handed else _AT_MOBILE_NETWORK if age < final else taken.final
        received = _stamp(taken.at + final) if report == _DELIVERED else ""
        return "".join(
            xml.element(
                "phone",
                ("number", number.lstrip("+")),
                ("report", report),
                ("sendTime", _stamp(taken.at)),
                ("rcvTime", received),
            )
            for number in taken.phones
            if not wanted or number.lstrip("+") in wanted
        )

    async def _push(self, message_id: str) -> None:
        """Post the final report; three repeats where the answer is not 200."""
        taken = self._taken[message_id]
        await asyncio.sleep(self.account.delays[1] + 0.05)
        inner = f"<dr><id>{message_id}</id>{self._reports(taken, set())}</dr>"
        body = xml.reply("DeliveryReport", inner=inner, root="report").encode()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for _ in range(4):
                try:
                    async with session.post(
                        self.account.report_url, data=body, headers={"Content-Type": "application/xml; charset=utf-8"}
                    ) as answer:
                        note("report pushed", provider="nikita", answered=answer.status)
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    note("report not taken", provider="nikita")
                await asyncio.sleep(self.account.repeat_seconds)


def _broken(mode: str) -> web.Response:
    if mode == "http_500":
        return web.Response(
            status=500, text="<html><body>Internal Server Error</body></html>", content_type="text/html"
        )
    text = {"garbage": xml.BROKEN, "bomb": xml.BOMB, "empty": ""}[mode]
    return web.Response(text=text, content_type="application/xml", charset="utf-8")


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(BISHKEK).strftime("%Y%m%d%H%M%S")
