"""Freedom Pay: forms in, XML out, both signed; hosted pages, refunds, recurring profiles."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from local.simulators.bank import BankSimulator, Call, Order, Paid, new_number, som, tyiyn

_BISHKEK = timezone(timedelta(hours=6))
_WRONG_SIGNATURE, _DEAD_PROFILE, _NOT_FOUND, _BAD_REQUEST, _UNKNOWN_MERCHANT = "1100", "11070", "340", "200", "9998"
_STATES = {"waiting": "new", "paid": "success", "refused": "error", "expired": "incomplete", "refunded": "success"}
Fields = dict[str, Any]


@dataclass(frozen=True)
class FreedomPayAccount:
    """Merchant's account."""

    merchant_id: str
    secret: str


class FreedomPay(BankSimulator):
    """Provider's side."""

    name, title = "freedompay", "Freedom Pay"
    garbage = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><response><pg_status>&a;</pg_status></response>'
    can_refund_by_hand = True
    tells_payer = True
    min_repeats_status = 300

    def __init__(self, account: FreedomPayAccount, **options: Any) -> None:
        super().__init__(**options)
        self.account = account
        self.profiles: dict[str, bool] = {}

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Orders, states, refunds, debits."""
        for path in ("init_payment.php", "get_status3.php", "revoke.php", "g2g/recurrent"):
            app.router.add_post(f"{prefix}/{path}", self._handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        script = request.path.rpartition("/")[2]
        fields = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        return await self.serve(request, script, lambda: self._answer(script, fields))

    def _answer(self, script: str, fields: dict[str, str]) -> web.Response:
        if fields.get("pg_merchant_id") != self.account.merchant_id:
            # Without the merchant there is no secret to sign with.
            return _document(_filled(_error(_UNKNOWN_MERCHANT, "Некорректный номер магазина")))
        told = fields.pop("pg_sig", "")
        if not hmac.compare_digest(_sign(script, fields, self.account.secret), told):
            return self._xml(script, _error(_WRONG_SIGNATURE, "Некорректная подпись запроса"))
        calls = {
            "init_payment.php": self._create,
            "get_status3.php": self._status,
            "revoke.php": self._revoke,
            "recurrent": self._debit,
        }
        return self._xml(script, calls[script](fields))

    def _create(self, fields: dict[str, str]) -> Fields:
        order = self._keep(fields, float(fields.get("pg_lifetime", "86400")))
        if order is None:
            return _error(_BAD_REQUEST, "Неверные параметры")
        if fields.get("pg_recurring_start") == "1":
            order.extra["profile"] = new_number()
        link = self.shown_link(f"https://customer.freedompay.kg/pay.html?customer={secrets.token_hex(16)}")
        return {
            "pg_status": "ok",
            "pg_payment_id": order.ref,
            "pg_redirect_url": link,
            "pg_redirect_url_type": "need data",
        }

    def _keep(self, fields: dict[str, str], life_seconds: float) -> Order | None:
        amount, our_id = tyiyn(fields.get("pg_amount", "")), fields.get("pg_order_id", "")
        if amount is None or not our_id.isalnum() or fields.get("pg_currency", "KGS") != "KGS":
            return None
        return self.keep(
            Order(
                new_number(),
                our_id,
                amount,
                fields.get("pg_description", ""),
                fields.get("pg_result_url", ""),
                fields.get("pg_success_url", ""),
                expires_at=time.time() + life_seconds,
                extra={"test": fields.get("pg_testing_mode", "0"), "param1": fields.get("pg_param1", "")},
            )
        )

    def _status(self, fields: dict[str, str]) -> Fields:
        order = self.orders.get(fields.get("pg_payment_id", ""))
        if order is None:
            ours = [known for known in self.orders.values() if known.our_id == fields.get("pg_order_id")]
            order = ours[-1] if ours else None
            if order is not None and order.refunds and "pg_payment_id" not in fields:
                return _refund_record(order, order.refunds[-1])  # the newest record of that order id is the refund
        return self._shown(order) if order else _error(_NOT_FOUND, "Платёж не найден")

    def _shown(self, order: Order) -> Fields:
        returned = sum(refund.amount_tyiyn for refund in order.refunds)
        shown: Fields = {
            "pg_status": "ok",
            "pg_payment_id": order.ref,
            "pg_order_id": order.our_id,
            "pg_currency": "KGS",
            "pg_amount": _number(order.paid_tyiyn or order.amount_tyiyn),
            "pg_payment_status": _STATES.get(order.state, "error"),
            "pg_captured": "1" if order.payments else "0",
            "pg_refund_amount": _number(-returned),
        }
        if order.payments:
            shown |= {"pg_payment_date": _stamp(order.payments[-1].at), "pg_user_phone": order.payments[-1].payer}
        if order.refunds:
            shown["pg_refund_payments"] = [_refund(refund) for refund in order.refunds]
        return shown

    def _revoke(self, fields: dict[str, str]) -> Fields:
        order = self.orders.get(fields.get("pg_payment_id", ""))
        if order is None:
            return _error(_NOT_FOUND, "Платёж не найден")
        rest = order.paid_tyiyn - sum(refund.amount_tyiyn for refund in order.refunds)
        amount = tyiyn(fields.get("pg_refund_amount", "")) or rest
        if not order.payments or not 0 < amount <= rest:
            return _error(_BAD_REQUEST, "Сумма возврата больше остатка")
        order.refunds.append(Paid(new_number(), amount, time.time()))
        return {"pg_status": "ok"}

    def _debit(self, fields: dict[str, str]) -> Fields:
        """Answer `ok`: accepted; the money moves a moment later."""
        if not self.profiles.get(fields.get("pg_recurring_profile", ""), False):
            return _error(_DEAD_PROFILE, "Профиль не активен")
        order = self._keep(fields, 86400)
        if order is None:
            return _error(_BAD_REQUEST, "Неверные параметры")
        self._soon(self._debited(order))
        return {"pg_status": "ok", "pg_payment_id": order.ref, "pg_recurring_profile": fields["pg_recurring_profile"]}

    async def _debited(self, order: Order) -> None:
        self.pay(order, order.amount_tyiyn)

    def call(self, order: Order, state: str, amount_tyiyn: int) -> Call | None:
        """Return a form, signed for the last part of the merchant's address."""
        if state not in ("paid", "refused"):
            return None
        fields = {
            "pg_order_id": order.our_id,
            "pg_payment_id": order.ref,
            "pg_amount": _amount(amount_tyiyn),
            "pg_currency": "KGS",
            "pg_net_amount": _amount(amount_tyiyn * 97 // 100),
            "pg_ps_amount": _amount(amount_tyiyn),
            "pg_ps_full_amount": _amount(amount_tyiyn),
            "pg_ps_currency": "KGS",
            "pg_payment_system": "EPAYWEBKGS",
            "pg_description": order.description,
            "pg_result": "1" if state == "paid" else "0",
            "pg_can_reject": "0",
            "pg_payment_date": _stamp(time.time()),
            "pg_testing_mode": order.extra["test"],
            "pg_card_brand": "VI",
            "pg_card_pan": "4483-18XX-XXXX-0293",
            "pg_auth_code": "932495",
            "pg_captured": "1" if state == "paid" else "0",
            "pg_user_phone": order.payments[-1].payer if order.payments else "",
            "pg_param1": order.extra["param1"],
            "pg_salt": secrets.token_hex(8),
        }
        if "profile" in order.extra and state == "paid":
            self.profiles.setdefault(order.extra["profile"], True)
            later = datetime.now(_BISHKEK) + timedelta(days=3 * 365)
            fields |= {
                "pg_recurring_profile_id": order.extra["profile"],
                "pg_recurring_profile_expiry_date": later.strftime("%Y-%m-%d %H:%M:%S"),
            }
        fields["pg_sig"] = _sign(order.callback_url.rpartition("/")[2], fields, self.account.secret)
        return _form_call(fields)

    def forged(self, call: Call | None) -> Call | None:
        """Return a signature under another key."""
        if call is None:
            return None
        return _form_call({**dict(parse_qsl(call.body.decode())), "pg_sig": "0" * 32})

    def _xml(self, script: str, fields: Fields) -> web.Response:
        root = _filled({**fields, "pg_salt": secrets.token_hex(8)})
        SubElement(root, "pg_sig").text = _digest(script, _values(root), self.account.secret)
        return _document(root)


def _filled(fields: Mapping[str, Any]) -> Element:
    root = Element("response")
    _fill(root, fields)
    return root


def _document(root: Element) -> web.Response:
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root)
    return web.Response(body=body, content_type="application/xml", charset="utf-8")


def _fill(parent: Element, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        child = SubElement(parent, name)
        if isinstance(value, list):
            for item in value:
                _fill(SubElement(child, name.removesuffix("s")), item)
        else:
            child.text = str(value)


def _values(element: Element) -> list[str]:
    found: list[str] = []
    for child in sorted(element, key=lambda item: item.tag):
        found += _values(child) if len(child) else [child.text or ""]
    return found


def _sign(script: str, fields: Mapping[str, str], secret: str) -> str:
    return _digest(script, [fields[name] for name in sorted(fields)], secret)


def _digest(script: str, values: list[str], secret: str) -> str:
    return hashlib.md5(";".join([script, *values, secret]).encode(), usedforsecurity=False).hexdigest()


def _refund(refund: Paid) -> Fields:
    return {
        "pg_payment_id": refund.number,
        "pg_payment_status": "success",
        "pg_amount": _number(-refund.amount_tyiyn),
    }


def _refund_record(order: Order, refund: Paid) -> Fields:
    return {"pg_status": "ok", "pg_order_id": order.our_id, "pg_clearing_amount": "0", **_refund(refund)}


def _error(code: str, text: str) -> Fields:
    return {"pg_status": "error", "pg_error_code": code, "pg_error_description": text}


def _form_call(fields: Mapping[str, str]) -> Call:
    return Call(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def _amount(amount_tyiyn: int) -> str:
    return f"{som(amount_tyiyn):.2f}"


def _number(amount_tyiyn: int) -> str:
    """Return an amount in the form of answers: whole ones without decimals."""
    return f"{amount_tyiyn / 100:.10g}"


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(_BISHKEK).strftime("%Y-%m-%d %H:%M:%S")
