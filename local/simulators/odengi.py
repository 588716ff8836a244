"""O!Деньги: one address, commands in JSON, HMAC-MD5 both ways; errors come with HTTP 200."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from local.simulators.bank import BankSimulator, Call, Order, new_number
from local.simulators.elqr import elqr

_BISHKEK = timezone(timedelta(hours=6))
_SIGNED = ("trans_id", "status_pay", "site_id", "order_id", "amount", "currency", "mktime", "test")
# The bank's numbers for these errors are not public; only 26 is seen in use.
_BAD_REQUEST, _WRONG_HASH, _WRONG_SID, _UNKNOWN_INVOICE, _UNKNOWN_COMMAND = 1, 2, 3, 5, 6
_UNKNOWN_SUBSCRIBER = 26


@dataclass(frozen=True)
class OdengiAccount:
    """Merchant's account."""

    sid: str
    password: str


class Odengi(BankSimulator):
    """Bank's side."""

    name, title = "odengi", "O!Деньги"
    can_pay_twice = True
    tells_payer = True
    min_repeats_status = 300

    def __init__(self, account: OdengiAccount, **options: Any) -> None:
        super().__init__(**options)
        self.account = account

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Register the one address of all commands."""
        app.router.add_post(f"{prefix}/api/json/json.php", self._handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            envelope = json.loads(await request.read())
        except ValueError:
            envelope = None
        cmd = str(envelope.get("cmd")) if isinstance(envelope, dict) else "unreadable"
        return await self.serve(request, cmd, lambda: self._answer(envelope))

    def _answer(self, envelope: object) -> web.Response:
        if not isinstance(envelope, dict):
            return web.json_response({"data": {"error": _BAD_REQUEST, "desc": "Неверный формат запроса"}})
        data = self._checked(envelope) or self._command(str(envelope.get("cmd")), envelope["data"])
        reply = {name: envelope.get(name) for name in ("cmd", "version", "sid", "lang", "mktime")} | {"data": data}
        return web.json_response({**reply, "hash": self._hash(_compact(reply))}, dumps=_text)

    def _checked(self, envelope: dict[str, Any]) -> dict[str, Any] | None:
        """Return the refusal of a request with a wrong signature."""
        unsigned = {name: value for name, value in envelope.items() if name != "hash"}
        if not hmac.compare_digest(self._hash(_compact(unsigned)), str(envelope.get("hash"))):
            return _error(_WRONG_HASH, "Неверная подпись")
        if envelope.get("sid") != self.account.sid:
            return _error(_WRONG_SID, "Неверный sid")
        if envelope.get("version") != 1005 or not isinstance(envelope.get("data"), dict):
            return _error(_BAD_REQUEST, "Неверный запрос")
        return None

    def _command(self, cmd: str, data: dict[str, Any]) -> dict[str, Any]:
        if cmd == "createInvoice":
            return self._create(data)
        if cmd not in ("statusPayment", "invoiceCancel"):
            return _error(_UNKNOWN_COMMAND, "Неизвестная команда")
        order = self._found(data)
        if order is None:
            return _error(_UNKNOWN_INVOICE, "Счёт не найден")
        if cmd == "statusPayment":
            return _status(order)
        if order.state != "waiting":
            return _error(_UNKNOWN_INVOICE, "Счёт уже закрыт")
        order.decided = "canceled"
        return {"success": True}

    def _create(self, data: dict[str, Any]) -> dict[str, Any]:
        amount, order_id = data.get("amount"), data.get("order_id")
        if data.get("user_to"):
            return _error(_UNKNOWN_SUBSCRIBER, "Абонент не найден")
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0 or data.get("currency") != "KGS":
            return _error(_BAD_REQUEST, "Неверная сумма")
        if not isinstance(order_id, str) or not 1 <= len(order_id) <= 64 or len(str(data.get("desc"))) > 1000:
            return _error(_BAD_REQUEST, "Неверный order_id или desc")
        order = next((known for known in self.orders.values() if known.our_id == order_id), None)
        if order is None:
            order = self._keep(order_id, amount, data)
        return {
            "invoice_id": order.ref,
            "qr": f"https://api.dengi.o.kg/qr/{order.ref}.png",
            "emv_qr": order.qr_text,
            "link_app": f"https://api.dengi.o.kg/#{order.qr_text}",
            "site_pay": self.shown_link(f"https://api.dengi.o.kg/pay/{order.ref}"),
        }

    def _keep(self, order_id: str, amount: int, data: dict[str, Any]) -> Order:
        ref = new_number()
        return self.keep(
            Order(
                ref,
                order_id,
                amount,
                str(data.get("desc", "")),
                str(data.get("result_url", "")),
                str(data.get("success_url", "")),
                elqr("p2p.dengi.kg", ref, self.shown_amount(amount)),
                _moment(data.get("date_life")),
                extra={"test": str(data.get("test", 0))},
            )
        )

    def _found(self, data: dict[str, Any]) -> Order | None:
        if "invoice_id" in data:
            return self.orders.get(str(data["invoice_id"]))
        return next((order for order in self.orders.values() if order.our_id == data.get("order_id")), None)

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return the call: 1 processing, 2 canceled, 3 paid; none for an expired invoice."""
        status = {"waiting": 1, "refused": 2, "paid": 3}.get(state)
        if status is None:
            return None
        body: dict[str, Any] = {
            "trans_id": order.payments[-1].number if order.payments else new_number(),
            "status_pay": status,
            "site_id": self.account.sid,
            "order_id": order.our_id,
            "amount": amount_tyiyn,
            "currency": "KGS",
            "mktime": str(int(time.time())),
            "test": int(order.extra.get("test", "0")),
            "fields_other": "",
            "mobile": order.payments[-1].payer if order.payments else "",
            "fname": "Айгуль",
            "lname": "Т.",
        }
        message = ":::".join(str(body[name]) for name in _SIGNED)
        return _json_call({**body, "hash": self._hash(message.encode())})

    def forged(self, call: Call | None) -> Call | None:
        """Return a hash under another password."""
        return _json_call({**json.loads(call.body), "hash": "0" * 32}) if call else None

    def _hash(self, message: bytes) -> str:
        return hmac.new(self.account.password.encode(), message, hashlib.md5).hexdigest()


def _status(order: Order) -> dict[str, Any]:
    words = {"waiting": "processing", "paid": "approved", "expired": "processing"}
    payments = [
        {
            "status": "approved",
            "trans_id": payment.number,
            "amount": payment.amount_tyiyn,
            "date_pay": datetime.fromtimestamp(payment.at, UTC).astimezone(_BISHKEK).strftime("%Y-%m-%d %H:%M:%S"),
            "mobile": payment.payer,
        }
        for payment in order.payments
    ]
    return {"invoice_id": order.ref, "order_id": order.our_id, "status": words.get(order.state, "canceled")} | (
        {"payments": payments} if payments else {}
    )


def _error(code: int, text: str) -> dict[str, Any]:
    return {"error": code, "desc": text}


def _json_call(body: Mapping[str, Any]) -> Call:
    return Call(_compact(body), {"Content-Type": "application/json"})


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _moment(text: object) -> float | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_BISHKEK).timestamp()
    except ValueError:
        return None
