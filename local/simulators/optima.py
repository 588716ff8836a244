"""Optima Business: QR codes by API key, the merchant's id in the note only, calls with HTTP Basic."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

from aiohttp import web

from local.simulators.bank import BankSimulator, Call, Order, som, tyiyn
from local.simulators.elqr import elqr

_BISHKEK = timezone(timedelta(hours=6))
_FORBIDDEN_IN_NOTES = re.compile(r"[\\«»&<>]")
_TYPES = ("CALLBACK_WEB_PARTNER_BY_SALE_POINT", "DEEP_LINKS_BY_SALE_POINT", "WEB_PARTNER_BY_SALE_POINT")
_MAX_DAYS = 14


@dataclass(frozen=True)
class OptimaAccount:
    """Company, its point of sale, and the pair for calls."""

    api_key: str
    callback_login: str
    callback_password: str
    legal_party: int = 1001
    sale_point: int = 11
    cash: int = 21


class Optima(BankSimulator):
    """Bank's side."""

    name, title = "optima", "Optima"
    min_repeats_status = 400

    def __init__(self, account: OptimaAccount, **options: Any) -> None:
        super().__init__(**options)
        self.account = account

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Codes, states, statements."""
        app.router.add_post(f"{prefix}/api/v2/generate/qr", partial(self._handle, "qr"))
        app.router.add_get(f"{prefix}/api/v1/get-qr-transaction-info/{{id}}", partial(self._handle, "info"))
        app.router.add_get(f"{prefix}/api/v1/get-qr-operation-statement", partial(self._handle, "statement"))

    async def _handle(self, call: str, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        return await self.serve(request, call, lambda: self._answer(request, call, body))

    def _answer(self, request: web.Request, call: str, body: object) -> web.Response:
        if request.headers.get("X-API-KEY") != self.account.api_key:
            return _problem(401, "Unauthorized")
        if call == "qr":
            return self._create(body)
        if call == "statement":
            return self._statement(request)
        order = self.orders.get(request.match_info["id"])
        return web.json_response(_shown(order) if order else {"status": "NOT_EXIST"})

    def _create(self, body: object) -> web.Response:
        if not isinstance(body, dict):
            return _problem(400, "Bad Request")
        place = body.get("requisite")
        account = self.account
        if not isinstance(place, dict) or place.get("legalPartyId") != account.legal_party:
            return _problem(403, "Forbidden")
        note, amount = str(body.get("note", "")), tyiyn(body.get("sum"))
        size = body.get("qrSize")
        rules = (
            (place.get("salePointCode"), place.get("cashCode")) == (account.sale_point, account.cash),
            amount is not None,
            len(note) <= 120 and not _FORBIDDEN_IN_NOTES.search(note),
            body.get("qrGenerateType") in _TYPES,
            isinstance(size, int) and 150 <= size <= 550,
        )
        if not all(rules) or amount is None:
            return _problem(400, "Bad Request")
        ref = f"T-{secrets.token_hex(6).upper()}"
        text = elqr("qr.optima.kg", ref, self.shown_amount(amount), editable=bool(body.get("allowEditSum")))
        self.keep(
            Order(ref, note.partition(" ")[0], amount, note, self.callback_url, qr_text=text, expires_at=_until(body))
        )
        link = self.shown_link(f"https://mobile.optima24.kg/my-qr/confirm-screen?qr-url=#{text}")
        return web.json_response({"qrBase64": "", "qrUrl": link, "transactionId": ref})

    def _statement(self, request: web.Request) -> web.Response:
        try:
            first, last = (_day(request.query[name]) for name in ("startDate", "endDate"))
        except (KeyError, ValueError):
            return _problem(400, "Bad Request")
        if request.query.get("legalPartyId") != str(self.account.legal_party):
            return _problem(403, "Forbidden")
        if last - first >= _MAX_DAYS * 86400:
            return _problem(400, "Period is too long")
        end = last + 86400
        paid = [order for order in self.orders.values() if order.payments and first <= order.payments[0].at < end]
        return web.json_response({"qrOperations": [_operation(order) for order in paid]})

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return the call; none for an expired code."""
        word = {"paid": "PROCESSED", "refused": "ERROR", "waiting": "PENDING"}.get(state)
        if word is None:
            return None
        body = {
            "status": word,
            "sum": som(amount_tyiyn),
            "note": order.description,
            "transactionId": order.ref,
            "transactionProcessedDateTime": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "payerClientType": "INDIVIDUAL",
        }
        pair = f"{self.account.callback_login}:{self.account.callback_password}"
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {_base64(pair)}"}
        return Call(json.dumps(body).encode(), headers)

    def forged(self, call: Call | None) -> Call | None:
        if call is None:
            return None
        return Call(call.body, {**call.headers, "Authorization": f"Basic {_base64('optima:optima')}"})


def _shown(order: Order) -> dict[str, Any]:
    if not order.payments:
        return {"status": "ERROR" if order.state == "refused" else "NOT_EXIST"}
    return {
        "status": "PROCESSED",
        "sum": som(order.paid_tyiyn),
        "note": order.description,
        "transactionProcessedDateTime": datetime.fromtimestamp(order.payments[-1].at, UTC).isoformat(),
        "payerClientType": "INDIVIDUAL",
    }


def _operation(order: Order) -> dict[str, Any]:
    """Return a line of the statement: the number of a receipt, and the order only in its note."""
    moment = datetime.fromtimestamp(order.payments[-1].at, UTC).astimezone(_BISHKEK).replace(tzinfo=None)
    return {
        "stan": order.payments[-1].number[-6:],
        "requisite": "1090000000000000",
        "operationName": "Платеж по OptimaQR от Айгуль Т.",
        "operationSum": som(order.paid_tyiyn),
        "description": order.description,
        "operationProcessedDateTime": moment.isoformat(timespec="seconds"),
    }


def _day(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=_BISHKEK).timestamp()


def _until(body: dict[str, Any]) -> float | None:
    try:
        return _local(str(body.get("untilDateTime")))
    except ValueError:
        return time.time() + 86400


def _local(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=_BISHKEK).timestamp()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _problem(status: int, title: str) -> web.Response:
    return web.json_response({"error": title, "status": status}, status=status)
