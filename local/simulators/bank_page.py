"""Page to pay, refuse, or expire an order; one for every order at a simulated bank."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from io import BytesIO

import segno
from aiohttp import web

from local.simulators.bank import BankSimulator, Order, tyiyn

_STYLE = '<link rel="stylesheet" href="/_local/console/console.css">'
_STATES = {"paid": "good", "refused": "bad", "expired": "warm", "canceled": "warm", "refunded": "warm"}


@dataclass(frozen=True)
class BankPages:
    """Pages of all banks, below `/_local/banks`."""

    banks: Mapping[str, BankSimulator]

    def add_routes(self, app: web.Application) -> None:
        """Put the pages into the site of the simulators."""
        app.router.add_get("/_local/banks", self._list)
        app.router.add_get("/_local/banks/{bank}/{ref}", self._page)
        app.router.add_post("/_local/banks/{bank}/{ref}", self._act)
        app.router.add_get("/_local/banks/{bank}/{ref}/qr.svg", self._picture)

    async def _list(self, _request: web.Request) -> web.Response:
        orders = [(bank, order) for bank in self.banks.values() for order in bank.orders.values()]
        orders.sort(key=lambda pair: pair[1].made_at, reverse=True)
        return web.json_response([_shown(bank, order) for bank, order in orders[:200]])

    async def _page(self, request: web.Request) -> web.Response:
        bank, order = self._found(request)
        return web.Response(text=_html(bank, order), content_type="text/html")

    async def _act(self, request: web.Request) -> web.Response:
        bank, order = self._found(request)
        form = await request.post()
        action, amount = str(form.get("action")), tyiyn(str(form.get("amount", order.amount_tyiyn / 100)))
        if action not in _actions(bank, order) or amount is None:
            return web.json_response(
                {"error": f"{action} cannot be done to an order that is {order.state}."}, status=409
            )
        if action == "pay":
            bank.pay(order, amount, re.sub(r"[^0-9]", "", str(form.get("payer", "")))[:15])
        else:
            {"refuse": bank.refuse, "expire": bank.expire, "refund": bank.refund}[action](order)
        if "text/html" in request.headers.get("Accept", ""):
            raise web.HTTPSeeOther(request.path)
        return web.json_response(_shown(bank, order))

    async def _picture(self, request: web.Request) -> web.Response:
        _, order = self._found(request)
        if not order.qr_text:
            raise web.HTTPNotFound
        picture = BytesIO()
        segno.make_qr(order.qr_text, error="m").save(picture, kind="svg", omitsize=True, light="#fff")
        return web.Response(body=picture.getvalue(), content_type="image/svg+xml")

    def _found(self, request: web.Request) -> tuple[BankSimulator, Order]:
        bank = self.banks.get(request.match_info["bank"])
        order = bank.orders.get(request.match_info["ref"]) if bank else None
        if bank is None or order is None:
            raise web.HTTPNotFound(text='{"error": "There is no such order."}', content_type="application/json")
        return bank, order


def _actions(bank: BankSimulator, order: Order) -> dict[str, str]:
    """Return the payer's current actions with their labels."""
    if order.state == "waiting":
        return {"pay": "Pay", "refuse": "Refuse", "expire": "Let it expire"}
    if order.state == "paid":
        again = {"pay": "Pay once more from another app"} if bank.can_pay_twice else {}
        return again | ({"refund": "Refund in the bank's cabinet"} if bank.can_refund_by_hand else {})
    return {} if order.state == "refunded" else {"pay": "Pay late"}


def _shown(bank: BankSimulator, order: Order) -> dict[str, object]:
    return {
        "bank": bank.name,
        "title": bank.title,
        "ref": order.ref,
        "our_id": order.our_id,
        "amount_tyiyn": order.amount_tyiyn,
        "paid_tyiyn": order.paid_tyiyn,
        "description": order.description,
        "state": order.state,
        "made_at": datetime.fromtimestamp(order.made_at, UTC).isoformat(timespec="seconds"),
        "calls": order.calls,
        "page": f"/_local/banks/{bank.name}/{order.ref}",
    }


def _html(bank: BankSimulator, order: Order) -> str:
    state, actions = order.state, _actions(bank, order)
    # Reloads by itself when it has no input field, so that the calls to the merchant appear.
    reload = "" if "pay" in actions else '<meta http-equiv="refresh" content="3">'
    picture = '<img class="qr" src="{}/qr.svg" alt="QR code of the order">' if order.qr_text else ""
    buttons = "".join(
        f'<button name="action" value="{action}"{"" if action == "pay" else " class=quiet"}>{escape(text)}</button>'
        for action, text in actions.items()
    )
    typed = f'<input name="amount" inputmode="decimal" value="{_som(order.amount_tyiyn)}" required>'
    amount = f"<label>Amount, som {typed}</label>" if "pay" in actions else ""
    if amount and bank.tells_payer:
        amount += f'<label>Phone of the payer <input name="payer" inputmode="tel" value="{order.payer}"></label>'
    back = order.return_url if order.return_url.startswith(("http://", "https://")) else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{reload}
<title>{escape(bank.title)}: {_som(order.amount_tyiyn)} som</title>
<link rel="icon" href="/_local/console/icon.svg">
{_STYLE}
</head>
<body>
<header>
  <h1>{escape(bank.title)} <span>simulated on this machine</span></h1>
  <nav><a href="/#banks">Console</a></nav>
</header>
<main class="one">
  <section>
    <h2>360Auto asks for {_som(order.amount_tyiyn)} som</h2>
    <p class="hint">{escape(order.description)}</p>
    <p class="answer-line"><b class="{_STATES.get(state, "")}">{state}</b>{_life(order)}</p>
    {picture.format(f"/_local/banks/{bank.name}/{escape(order.ref)}")}
    <form method="post">{amount}<div class="buttons">{buttons}</div></form>
  </section>
  <section>
    <h2>History</h2>
    <p class="hint">Bank's number {escape(order.ref)}, merchant's {escape(order.our_id or "none")}.</p>
    <ol class="log">{_lines(order)}</ol>
    {f'<p><a href="{escape(back)}">Back to the merchant</a></p>' if back else ""}
  </section>
</main>
</body>
</html>
"""


def _life(order: Order) -> str:
    if order.state == "paid":
        return f"{_som(order.paid_tyiyn)} som"
    if order.state != "waiting" or order.expires_at is None:
        return ""
    return f"{max(0, round(order.expires_at - time.time()))} seconds left"


def _lines(order: Order) -> str:
    payments = [f"paid {_som(paid.amount_tyiyn)} som, number {paid.number}" for paid in order.payments]
    calls = [f"call to the merchant: {call}" for call in order.calls]
    lines = [f"<li>{escape(line)}</li>" for line in [*payments, *calls]]
    return "".join(lines) or '<li class="empty">Nothing yet.</li>'


def _som(amount_tyiyn: int) -> str:
    return f"{amount_tyiyn // 100}.{amount_tyiyn % 100:02d}"
