"""Bakai OpenBanking: a token for each external service, PayLink as plain text, QR links, webhooks without signature."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from local.simulators.bank import BankSimulator, Call, Order, som, tyiyn
from local.simulators.elqr import elqr

_BISHKEK = timezone(timedelta(hours=6))
_UNIT_SECONDS = (1, 60, 3600, 86400, 30 * 86400, 365 * 86400)
_STATES = {"waiting": "Processed", "paid": "Success", "expired": "Expired", "refunded": "Success"}


@dataclass(frozen=True)
class BakaiAccount:
    """Merchant's account: one token for each service, and login pairs that work once."""

    account: str
    qr_token: str
    paylink_token: str
    qr_type: str = "CustomQr"
    logins: dict[tuple[str, str], str] = field(default_factory=dict)


class Bakai(BankSimulator):
    """Bank's side."""

    name, title = "bakai", "Bakai"
    garbage = '{"qrLink": '
    min_repeats_status = 201

    def __init__(self, account: BakaiAccount, **options: Any) -> None:
        super().__init__(**options)
        self.account, self._logins = account, dict(account.logins)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Login, PayLink, QR, state."""
        app.router.add_post(f"{prefix}/Auth/Login", self._handle)
        app.router.add_post(f"{prefix}/api/PayLink/CreatePayLink", self._handle)
        app.router.add_post(f"{prefix}/api/Qr/GenerateQR", self._handle)
        app.router.add_post(f"{prefix}/api/Qr/GenerateQRWithComment", self._handle)
        app.router.add_get(f"{prefix}/api/Qr/GetStateCustomQr", self._handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = request.path.rpartition("/")[2]
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        return await self.serve(request, call, lambda: self._answer(request, call, body))

    def _answer(self, request: web.Request, call: str, body: object) -> web.Response:
        if not isinstance(body, dict):
            return _problem(400, "Bad Request")
        if call == "Login":
            token = self._logins.pop((str(body.get("login")), str(body.get("password"))), None)
            return web.json_response({"token": token}) if token else _problem(401, "Unauthorized")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if call == "GetStateCustomQr":
            return self._state(token, request.query.get("qrType"), request.query.get("transactionID", ""))
        # A token of the other service gets the same 401 as a wrong one.
        wanted = self.account.paylink_token if call == "CreatePayLink" else self.account.qr_token
        if not secrets.compare_digest(token, wanted):
            return _problem(401, "Unauthorized")
        return self._pay_link(body) if call == "CreatePayLink" else self._qr(body)

    def _pay_link(self, body: dict[str, Any]) -> web.Response:
        order = self._keep({"ttl": 1, "ttlUnits": 3, **body}, "transactionID", "ttl", "ttlUnits")
        if order is None:
            return _problem(400, "Bad Request")
        order.return_url = str(body.get("redirectURL", ""))
        return web.Response(text=f'"{self.shown_link(f"https://bakai24.app/paylink/{order.ref}")}"')

    def _qr(self, body: dict[str, Any]) -> web.Response:
        if body.get("accountNo") != self.account.account or body.get("currencyId") != 417:
            return _problem(400, "Bad Request")
        order = self._keep(body, "operationID", "qrTtl", "qrTtlUnits")
        if order is None:
            return _problem(400, "Bad Request")
        link = self.shown_link(f"https://bakai.app/#{order.qr_text}")
        return web.json_response({"qrLink": link, "qrImage": "", "qrImageWithFrame": ""})

    def _keep(self, body: dict[str, Any], name: str, life: str, unit: str) -> Order | None:
        amount, operation, units = tyiyn(body.get("amount")), body.get(name), body.get(unit)
        sound = isinstance(operation, str) and 1 <= len(operation) <= 25 and operation not in self.orders
        known_life = isinstance(body.get(life), int) and isinstance(units, int) and 0 <= units < len(_UNIT_SECONDS)
        if amount is None or not sound or not known_life or len(str(body.get("comment", ""))) > 100:
            return None
        return self.keep(
            Order(
                str(operation),
                str(operation),
                amount,
                str(body.get("comment", "")),
                self.callback_url,
                qr_text=elqr("qr.bakai.kg", str(operation), self.shown_amount(amount)),
                expires_at=time.time() + body[life] * _UNIT_SECONDS[int(str(units))],
            )
        )

    def _state(self, token: str, qr_type: str | None, operation: str) -> web.Response:
        if token not in (self.account.qr_token, self.account.paylink_token):
            return _problem(401, "Unauthorized")
        order = self.orders.get(operation)
        if qr_type != self.account.qr_type:
            return _problem(400, "Bad Request")
        if order is None:
            return _problem(404, "Not Found")
        return web.json_response({"state": _STATES.get(order.state, "Error"), "errorMessage": None})

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return the webhook; none for an expired code."""
        word = {"paid": "success", "refused": "error", "waiting": "processing"}.get(state)
        if word is None:
            return None
        now = datetime.now(_BISHKEK).replace(tzinfo=None).isoformat(timespec="seconds")
        body = {
            "accountNo": self.account.account,
            "amount": som(amount_tyiyn),
            "currencyID": 417,
            "operationID": order.ref,
            "operationState": word,
            "comment": order.description,
            "qrTransactionID": f"OPENBANKING.{order.payments[-1].number if order.payments else 0}",
            "elqrID": _elqr_id(order, word),
            "createdDate": now,
        }
        return Call(json.dumps(body).encode(), {"Content-Type": "application/json"})

    def forged(self, call: Call | None) -> Call | None:
        """Return the call unchanged: the forger lacks only the path."""
        return call

    def address_of_forger(self, order: Order) -> str:
        return order.callback_url.rpartition("/")[0] + "/guessed-" + "0" * 24


def _elqr_id(order: Order, word: str) -> str:
    """Return the same for repeats of one event."""
    return order.extra.setdefault(
        f"elqr:{word}:{len(order.payments)}", f"{secrets.token_hex(4)}-0000-4000-8000-000000000000"
    )


def _problem(status: int, title: str) -> web.Response:
    problem = {"type": f"https://httpstatuses.io/{status}", "title": title, "status": status}
    return web.json_response(problem, status=status, content_type="application/problem+json")
