"""Shared parts of the simulated banks: orders, a payer, and webhooks to the merchant.

Each bank is a subclass with its own interface and wording. A separate switch makes webhooks late, lost, repeated
five times at once, reordered, forged, or wrong in the amount.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from local.simulators.phone import note
from local.simulators.switch import BadSwitch, Switch, caller_stayed, reset

MODES = ("ok", "dead", "slow", "slow_made", "lost_answer", "http_500", "garbage", "wrong_qr", "foreign_link")
CALLBACKS = ("ok", "late", "lost", "five_times", "out_of_order", "forged", "other_amount")
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
_FINAL = ("refused", "canceled", "refunded")
_KEPT = 2000


@dataclass(frozen=True)
class Paid:
    """Payment of one user; `payer` is a phone if the bank reports it."""

    number: str
    amount_tyiyn: int
    at: float
    payer: str = ""


@dataclass
class Order:
    """Merchant's order."""

    ref: str
    our_id: str
    amount_tyiyn: int
    description: str
    callback_url: str
    return_url: str = ""
    qr_text: str = ""
    expires_at: float | None = None
    made_at: float = field(default_factory=time.time)
    decided: str = ""
    payments: list[Paid] = field(default_factory=list)
    refunds: list[Paid] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """waiting, paid, refused, expired, canceled or refunded."""
        if self.payments and self.decided != "refunded":
            return "paid"
        if self.decided in _FINAL:
            return self.decided
        return "expired" if self.expires_at is not None and time.time() >= self.expires_at else "waiting"

    @property
    def payer(self) -> str:
        """Return the phone of the payer: one for each order."""
        return f"996700{int(hashlib.sha256(self.ref.encode()).hexdigest(), 16) % 10**6:06d}"

    @property
    def paid_tyiyn(self) -> int:
        return sum(payment.amount_tyiyn for payment in self.payments)


@dataclass(frozen=True)
class Call:
    """Call to the merchant."""

    body: bytes
    headers: dict[str, str]


class BankSimulator:
    """Bank: subclasses add the interface and the wording of its calls."""

    name = ""
    title = ""
    garbage = '{"id": 1, "amount": '
    can_pay_twice = False
    tells_payer = False
    can_refund_by_hand = False
    min_repeats_status = 500

    def __init__(self, *, callback_url: str = "", delay: float = 0.3, repeat_seconds: float = 5.0) -> None:
        self.callback_url, self.delay, self.repeat_seconds = callback_url, delay, repeat_seconds
        self.switch, self.callbacks, self.late_seconds = Switch(MODES), "ok", 20.0
        self.orders: dict[str, Order] = {}
        self.requests: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # The interface of the registry.

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the interface below a prefix."""
        raise NotImplementedError

    def turn(self, body: dict[str, Any]) -> None:
        """`{"mode": …}` for the interface, `{"callbacks": …, "late_seconds": …}` for the calls, or both."""
        callbacks, late = body.pop("callbacks", self.callbacks), body.pop("late_seconds", self.late_seconds)
        if callbacks not in CALLBACKS:
            raise BadSwitch(f"callbacks must be one of: {', '.join(CALLBACKS)}")
        if isinstance(late, bool) or not isinstance(late, int | float) or not 0 <= late <= 600:
            raise BadSwitch("late_seconds must be a number from 0 to 600")
        if body:
            self.switch.turn(body)
        self.callbacks, self.late_seconds = callbacks, float(late)

    def state(self) -> dict[str, Any]:
        """Return the value for the console page."""
        waiting = sum(order.state == "waiting" for order in self.orders.values())
        return {
            **self.switch.state(),
            "callbacks": self.callbacks,
            "callback_modes": list(CALLBACKS),
            "orders": {"all": len(self.orders), "waiting": waiting},
            "requests": dict(self.requests),
        }

    async def serve(self, request: web.Request, call: str, answer: Callable[[], web.Response]) -> web.StreamResponse:
        """Return a call of the merchant, with the faults common to all banks."""
        self.requests[call] = self.requests.get(call, 0) + 1
        mode = self.switch.mode
        if mode == "dead":
            return reset(request)
        if mode == "slow" and not await caller_stayed(request, self.switch.seconds()):
            return reset(request)
        if mode == "http_500":
            return web.Response(status=500, text="<html><body>Internal Server Error</body></html>")
        if mode == "garbage":
            return web.Response(text=self.garbage, content_type="application/json")
        made = answer()
        if mode == "lost_answer" or (mode == "slow_made" and not await caller_stayed(request, self.switch.seconds())):
            return reset(request)
        return made

    # Actions of a merchant.

    def keep(self, order: Order) -> Order:
        """Store an order, and forge a call if the switch is on."""
        self.orders[order.ref] = order
        for ref in list(self.orders)[:-_KEPT]:
            del self.orders[ref]
        note("bank order made", provider=self.name, order=order.ref)
        if self.callbacks == "forged":
            self._soon(self._deliver(order, self.forged(self.call(order, "paid", order.amount_tyiyn)), "forged"))
        return order

    def shown_amount(self, amount_tyiyn: int) -> int:
        """Return the amount in the code: a hundred times too much if the switch mixes up the units."""
        return amount_tyiyn * 100 if self.switch.mode == "wrong_qr" else amount_tyiyn

    def shown_link(self, link: str) -> str:
        """Return a link for the payer; at a foreign host if the switch is on."""
        if self.switch.mode != "foreign_link":
            return link
        return link.replace(urlsplit(link).netloc, "pay.example.net")

    # Actions of a payer.

    def pay(self, order: Order, amount_tyiyn: int, payer: str = "") -> None:
        """Record money, in time or late; from a new payer unless one is given."""
        order.payments.append(Paid(new_number(), amount_tyiyn, time.time(), payer or order.payer))
        note("bank order paid", provider=self.name, order=order.ref, amount_tyiyn=amount_tyiyn)
        self._notify(order, "paid", amount_tyiyn)

    def refuse(self, order: Order) -> None:
        """Let the payer refuse."""
        order.decided = "refused"
        self._notify(order, "refused", order.amount_tyiyn)

    def expire(self, order: Order) -> None:
        """End the order's lifetime."""
        order.expires_at = time.time()
        self._notify(order, "expired", order.amount_tyiyn)

    def refund(self, order: Order) -> None:
        """Refund everything in the bank's cabinet."""
        order.refunds.append(Paid(new_number(), order.paid_tyiyn, time.time()))
        order.decided = "refunded"
        self._notify(order, "refunded", order.paid_tyiyn)

    # Calls to the merchant.

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return the bank's call in its own form; None if it makes none for that."""
        raise NotImplementedError

    def forged(self, call: Call | None) -> Call | None:
        """Return the same call made without the secret."""
        raise NotImplementedError

    def address_of_forger(self, order: Order) -> str:
        """Return the forger's target: a secret path is guessed."""
        return order.callback_url

    def accepted(self, status: int, _body: bytes, _order: Order) -> bool:
        """Return True when the merchant's answer ends the repeats."""
        return status < self.min_repeats_status

    def _notify(self, order: Order, state: str, amount_tyiyn: int) -> None:
        mode = self.callbacks
        told = amount_tyiyn - 100 if mode == "other_amount" else amount_tyiyn
        call = self.call(order, state, told)
        if mode == "lost":
            order.calls.append(f"{state}: lost")
            return
        if mode == "out_of_order" and state == "paid":
            for earlier in ("refused", "paid", "waiting"):
                self._soon(self._deliver(order, self.call(order, earlier, told), earlier))
            return
        for _ in range(5 if mode == "five_times" else 1):
            self._soon(self._deliver(order, call, state, self.late_seconds if mode == "late" else self.delay))

    def _soon(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, order: Order, call: Call | None, what: str, delay: float | None = None) -> None:
        """Post it, four times at most while the answer asks for a repeat."""
        if call is None:
            return
        await asyncio.sleep(self.delay if delay is None else delay)
        url = self.address_of_forger(order) if what == "forged" else order.callback_url
        if urlsplit(url).hostname not in _OWN_MACHINE:
            order.calls.append(f"{what}: not sent, {urlsplit(url).hostname} is not this machine")
            return
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            for _ in range(4):
                try:
                    async with session.post(url, data=call.body, headers=call.headers) as answer:
                        body = await answer.read()
                        order.calls.append(f"{what}: {answer.status}")
                        note("bank called", provider=self.name, order=order.ref, told=what, answered=answer.status)
                        if what == "forged" or self.accepted(answer.status, body, order):
                            return
                except (aiohttp.ClientError, TimeoutError):
                    order.calls.append(f"{what}: no answer")
                await asyncio.sleep(self.repeat_seconds)


def new_number() -> str:
    """Return a bank's number: ten digits."""
    return str(secrets.randbelow(9 * 10**9) + 10**9)


def som(amount_tyiyn: int) -> float:
    """Return an amount as a JSON number in som."""
    return round(amount_tyiyn / 100, 2)


def tyiyn(amount: object) -> int | None:
    """Return an amount in som as tyiyn; None for other values."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        return round(float(amount) * 100) if 0 < float(amount) < 10**9 else None
    except ValueError:
        return None
