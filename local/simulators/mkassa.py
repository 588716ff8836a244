"""MBank's MKassa: the partner interface with an API key, codes valid for a minute, calls without a signature."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

from aiohttp import web

from local.simulators.bank import BankSimulator, Call, Order
from local.simulators.elqr import elqr

_BISHKEK = timezone(timedelta(hours=6))
_LONG_LIFE_SECONDS = 24 * 3600.0
_PAGE = 20
_STATUSES = {
    "waiting": "inited",
    "paid": "paid",
    "refused": "failed",
    "expired": "overdue",
    "canceled": "canceled",
    "refunded": "rollback",
}


@dataclass(frozen=True)
class MkassaAccount:
    """Merchant's account."""

    api_key: str
    long_living: bool = False
    life_seconds: float = 60.0


class Mkassa(BankSimulator):
    """Bank's side."""

    name, title = "mbank", "MBank"
    can_refund_by_hand = True

    def __init__(self, account: MkassaAccount, **options: Any) -> None:
        super().__init__(**options)
        self.account = account

    def add_routes(self, app: web.Application, prefix: str) -> None:
        base = f"{prefix}/api/partners"
        app.router.add_post(f"{base}/transactions/init_payment/", partial(self._handle, "init_payment"))
        app.router.add_get(f"{base}/transactions/{{id}}/", partial(self._handle, "transaction"))
        app.router.add_put(f"{base}/transactions/{{id}}/cancel/", partial(self._handle, "cancel"))
        app.router.add_get(f"{base}/v1/transactions/", partial(self._handle, "list"))

    async def _handle(self, call: str, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        return await self.serve(request, call, lambda: self._answer(request, call, body))

    def _answer(self, request: web.Request, call: str, body: bytes) -> web.Response:
        if request.headers.get("Authorization") != f"api-key {self.account.api_key}":
            return _problem(401, "Недействительный ключ")
        if call == "init_payment":
            return self._create(body)
        if call == "list":
            return self._list(request)
        order = self.orders.get(request.match_info["id"])
        if order is None:
            return _problem(404, "Не найдено")
        if call == "cancel":
            if order.state != "waiting":
                return _problem(400, "Платёж уже закрыт")
            order.decided = "canceled"
        return web.json_response(_shown(order))

    def _create(self, body: bytes) -> web.Response:
        try:
            asked = json.loads(body)
            amount, metadata = asked["amount"], asked.get("metadata", {})
            sound = (
                isinstance(amount, int) and not isinstance(amount, bool) and amount > 0 and isinstance(metadata, dict)
            )
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound or len(metadata) > 5 or any(len(str(value)) > 150 for value in metadata.values()):
            return _problem(400, "Неверный запрос")
        lasting = bool(asked.get("is_long_living"))
        if lasting and not self.account.long_living:
            return _problem(400, "Долгоживущие QR не подключены")
        ref = f"MKSA-{secrets.token_hex(6).upper()}"
        order = Order(
            ref,
            str(metadata.get("payment_id", "")),
            amount,
            str(metadata.get("description", "")),
            self.callback_url,
            qr_text=elqr("c2b.mbank.kg", ref, self.shown_amount(amount)),
            expires_at=time.time() + (_LONG_LIFE_SECONDS if lasting else self.account.life_seconds),
            extra={"metadata": json.dumps(metadata)},
        )
        self.keep(order)
        link = self.shown_link(f"https://app.mbank.kg/qr/#{order.qr_text}")
        return web.json_response({**_shown(order), "payment_token": link})

    def _list(self, request: web.Request) -> web.Response:
        number = request.query.get("page", "1")
        page = int(number) if number.isdecimal() else 1
        first, last = request.query.get("start_date", ""), request.query.get("end_date", "9999")
        chosen = [_shown(order) for order in self.orders.values() if first <= _day(order.made_at) <= last]
        part = chosen[(page - 1) * _PAGE : page * _PAGE]
        more = f"{request.path}?page={page + 1}" if page * _PAGE < len(chosen) else None
        before = f"{request.path}?page={page - 1}" if page > 1 else None
        pages = -(-len(chosen) // _PAGE)
        about = {"count": len(chosen), "next": more, "previous": before, "page_count": pages}
        return web.json_response({**about, "results": part})

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return the webhook; it contains less than a query, and the amount as a text."""
        told = ("id", "status", "amount", "created_at", "paid_at", "metadata")
        shown = {name: value for name, value in _shown(order).items() if name in told}
        shown |= {"status": _STATUSES[state], "amount": str(amount_tyiyn)}
        return Call(json.dumps(shown).encode(), {"Content-Type": "application/json"})

    def forged(self, call: Call | None) -> Call | None:
        """Return the call unchanged: nothing in it is secret but the path."""
        return call

    def address_of_forger(self, order: Order) -> str:
        return order.callback_url.rpartition("/")[0] + "/guessed-" + "0" * 24


def _shown(order: Order) -> dict[str, Any]:
    return {
        "id": order.ref,
        "amount": order.paid_tyiyn or order.amount_tyiyn,
        "status": _STATUSES[order.state],
        "transaction_type": "qr",
        "created_at": _stamp(order.made_at),
        "paid_at": _stamp(order.payments[-1].at) if order.payments else None,
        "metadata": json.loads(order.extra["metadata"]),
    }


def _problem(status: int, text: str) -> web.Response:
    return web.json_response({"detail": text}, status=status)


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(_BISHKEK).isoformat(timespec="seconds")


def _day(moment: float) -> str:
    return _stamp(moment)[:10]
