"""SMSC: the HTTP interface with answers in JSON, its signed callback, and its faults."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web

from local.simulators import smsc_form
from local.simulators.phone import Phone, masked, note
from local.simulators.segments import parts
from local.simulators.switch import Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "http_500", "garbage", "error", "undelivered")
_LARGEST_ID = 2**31 - 1
_DELIVERED, _AT_MOBILE_NETWORK, _IMPOSSIBLE, _UNKNOWN = 1, 0, 20, -3
_ERRORS = {
    1: "parameters error",
    2: "authorise error",
    3: "no money",
    4: "IP is blocked",
    5: "invalid date format",
    6: "message is denied",
    7: "invalid phone number",
    8: "message to this phone cannot be delivered",
    9: "duplicate request, wait a minute",
}


@dataclass(frozen=True)
class SmscAccount:
    """Customer's account."""

    login: str
    password: str
    senders: tuple[str, ...]
    callback_url: str = ""
    callback_secret: str = ""
    price: Decimal = Decimal("4.1")
    delay: float = 2.0
    repeat_within: float = 60.0


@dataclass(frozen=True)
class _Sent:
    phone: str
    at: float
    final: int


class _Refused(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


@dataclass
class Smsc:
    """Provider's side."""

    account: SmscAccount
    phone: Phone
    balance: Decimal = Decimal("950.3")
    switch: Switch = field(default_factory=lambda: Switch(MODES, {"error": (1, 9)}))
    requests: dict[str, int] = field(default_factory=dict)
    _sent: dict[tuple[str, str], _Sent] = field(default_factory=dict, init=False)
    _recent: dict[tuple[str, ...], float] = field(default_factory=dict, init=False)
    _asked: dict[tuple[str, ...], deque[float]] = field(default_factory=dict, init=False)
    _next_id: int = field(default=1, init=False)
    _callbacks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        for name in ("send", "status", "balance"):
            app.router.add_route("*", f"{prefix}/sys/{name}.php", self.handle)

    def turn(self, body: dict[str, Any]) -> None:
        """Apply a new mode, and a new balance if given."""
        balance = Decimal(str(body.pop("balance"))) if "balance" in body else None
        self.switch.turn(body)
        if balance is not None:
            self.balance = balance

    def let_time_pass(self, seconds: float) -> None:
        """Age every message by `seconds`, for tests that do not wait for reports."""
        self._sent = {key: replace(sent, at=sent.at - seconds) for key, sent in self._sent.items()}

    def state(self) -> dict[str, Any]:
        """Return the value for the switch page."""
        return {**self.switch.state(), "balance": str(self.balance), "requests": dict(self.requests)}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2].removesuffix(".php")
        self.requests[name] = self.requests.get(name, 0) + 1
        fields, mode = smsc_form.fields(request.rel_url.raw_query_string, await request.read()), self.switch.mode
        if mode == "dead":
            return reset(request)
        if mode == "slow" and not await caller_stayed(request, self.switch.seconds()):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500, text="Internal Server Error")
        if mode == "garbage":
            return web.Response(text='{"id": 1, "cnt": ', content_type="application/json")
        try:
            answer = {"send": self.send, "status": self.status, "balance": self.account_balance}[name](fields)
        except _Refused as refused:
            note("request refused", provider="smsc", error_code=refused.code)
            answer = {"error": _ERRORS[refused.code], "error_code": refused.code}
        return smsc_form.answer(answer, fields)

    def send(self, fields: dict[str, str]) -> dict[str, Any]:
        """`/sys/send.php`."""
        phones = [phone for phone in re.split(r"[,;\s]+", fields.get("phones", "")) if phone]
        text = fields.get("mes", "")
        self._require_well_formed(fields, phones, text)
        count = parts(text)
        cost = self.account.price * count * len(phones)
        if fields.get("cost") == "1":
            return {"cost": smsc_form.money(cost), "cnt": count}
        if self.balance < cost:
            raise _Refused(3)
        self._require_new((fields.get("sender", ""), text, *phones))
        self.balance -= cost
        number = self._id(fields)
        for phone in phones:
            self._deliver(number, re.sub(r"\D", "", phone), text, count)
        answer: dict[str, Any] = {"id": int(number), "cnt": count}
        if fields.get("cost") in ("2", "3"):
            answer["cost"] = smsc_form.money(cost)
        if fields.get("cost") == "3":
            answer["balance"] = smsc_form.money(self.balance)
        return answer

    def status(self, fields: dict[str, str]) -> dict[str, Any]:
        """`/sys/status.php`."""
        self._require_account(fields)
        number, phone = fields.get("id", ""), re.sub(r"\D", "", fields.get("phone", ""))
        if not number or not phone:
            raise _Refused(1)
        self._require_pace(("status", number, phone), 5)
        sent = self._sent.get((number, phone))
        if sent is None:
            return {"status": _UNKNOWN, "last_date": "", "last_timestamp": 0, "err": 0}
        done = time.time() - sent.at >= self.account.delay
        moment = sent.at + self.account.delay if done else sent.at
        return {
            "status": sent.final if done else _AT_MOBILE_NETWORK,
            "last_date": smsc_form.date(moment),
            "last_timestamp": int(moment),
            "err": 0,
        }

    def account_balance(self, fields: dict[str, str]) -> dict[str, Any]:
        """`/sys/balance.php`."""
        self._require_account(fields)
        self._require_pace(("balance",), 10)
        answer = {"balance": smsc_form.money(self.balance)}
        return {**answer, "currency": "KZT"} if fields.get("cur") == "1" else answer

    def _require_well_formed(self, fields: dict[str, str], phones: list[str], text: str) -> None:
        own_id = fields.get("id", "")
        if not phones or not 1 <= len(text) <= 1000:
            raise _Refused(1)
        if own_id and (not own_id.isascii() or not own_id.isdigit() or not 1 <= int(own_id) <= _LARGEST_ID):
            raise _Refused(1)
        self._require_account(fields)
        if self.switch.mode == "error":
            raise _Refused(self.switch.number())
        if fields.get("time") and not re.fullmatch(r"[0-9]{10}|[0-9]{12}|0[0-9]+", fields["time"]):
            raise _Refused(5)
        if fields.get("sender", self.account.senders[0]) not in self.account.senders:
            raise _Refused(6)
        if not all(re.fullmatch(r"\+?[0-9]{11,15}", phone) for phone in phones):
            raise _Refused(7)

    def _require_account(self, fields: dict[str, str]) -> None:
        if (fields.get("login"), fields.get("psw")) != (self.account.login, self.account.password):
            raise _Refused(2)

    def _require_new(self, request: tuple[str, ...]) -> None:
        """Refuse the same request within a minute."""
        now = time.time()
        self._recent = {key: at for key, at in self._recent.items() if now - at < self.account.repeat_within}
        if request in self._recent:
            raise _Refused(9)
        self._recent[request] = now

    def _require_pace(self, subject: tuple[str, ...], max_calls: int) -> None:
        """Limit of calls on one subject in a minute."""
        now, calls = time.time(), self._asked.setdefault(subject, deque())
        while calls and now - calls[0] > 60:
            calls.popleft()
        if len(calls) >= max_calls:
            raise _Refused(9)
        calls.append(now)

    def _id(self, fields: dict[str, str]) -> str:
        if fields.get("id"):
            return fields["id"]
        self._next_id += 1
        return str(self._next_id)

    def _deliver(self, number: str, phone: str, text: str, count: int) -> None:
        lost = self.switch.mode == "undelivered"
        self._sent[number, phone] = _Sent(phone, time.time(), _IMPOSSIBLE if lost else _DELIVERED)
        note("sms taken", provider="smsc", phone=masked("+" + phone), parts=count)
        if not lost:
            self.phone.receive(phone, text, "smsc")
        if self.account.callback_url:
            task = asyncio.get_running_loop().create_task(self._callback(number, phone))
            self._callbacks.add(task)
            task.add_done_callback(self._callbacks.discard)

    async def _callback(self, number: str, phone: str) -> None:
        """Post the signed final status."""
        await asyncio.sleep(self.account.delay + 0.05)
        status = self._sent[number, phone].final
        signed = f"{number}:{phone}:{status}:{self.account.callback_secret}".encode()
        form = {
            "id": number,
            "phone": phone,
            "status": str(status),
            "time": smsc_form.date(time.time()),
            "err": "0",
            "md5": hashlib.md5(signed, usedforsecurity=False).hexdigest(),
            "sha1": hashlib.sha1(signed, usedforsecurity=False).hexdigest(),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.post(self.account.callback_url, data=form) as answer,
            ):
                note("callback sent", provider="smsc", answered=answer.status)
        except (aiohttp.ClientError, TimeoutError):
            note("callback not taken", provider="smsc")
