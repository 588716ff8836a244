"""Webhooks as banks, SMS and video providers send them: right secret, content type and signature, altered content."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tests.support import fuzz_values as values
from tests.support.fuzz_requests import Shot

_JSON, _FORM, _XML = "application/json", "application/x-www-form-urlencoded", "text/xml"
_ODENGI_SIGNED = ("trans_id", "status_pay", "site_id", "order_id", "amount", "currency", "mktime", "test")
_ENCODINGS = ("UTF-8", "utf-16", "windows-1251", "cp-1251", "koi8-r", "x-unknown", "idna", "rot13", "utf-7", "")


@dataclass(frozen=True)
class Senders:
    """Variables with which functions know their senders, orders by bank, and what else exists."""

    variables: Mapping[str, str]
    orders: Mapping[str, Sequence[Mapping[str, str]]]
    messages: Sequence[Mapping[str, str]]
    videos: Sequence[str]

    def __call__(self, rng: random.Random) -> Shot:
        """Return a webhook of any of them."""
        makers = (
            self._odengi,
            self._mbank,
            self._bakai,
            self._optima,
            self._freedompay,
            self._nikita,
            self._smsc,
            self._video,
        )
        shot: Shot = rng.choice(makers)(rng)
        if rng.random() < 0.03:
            path = f"/webhooks/payments/{rng.choice(('', 'nobody', 'odengi/x', 'mbank', 'freedompay/a;b'))}"
            return Shot("webhooks", "POST", path, "another path", shot.headers, shot.body)
        return shot

    def _order(self, bank: str, rng: random.Random) -> Mapping[str, str]:
        known = self.orders.get(bank) or ()
        made_up = {
            "id": values.uuid_of(rng),
            "short": values.uuid_of(rng)[:25],
            "ref": str(rng.getrandbits(40)),
            "amount": "10000",
        }
        return rng.choice(known) if known and rng.random() < 0.8 else made_up

    def _odengi(self, rng: random.Random) -> Shot:
        order = self._order("odengi", rng)
        right = {
            "trans_id": str(rng.getrandbits(40)),
            "status_pay": rng.choice((1, 2, 3)),
            "site_id": self.variables["ODENGI_SID"],
            "order_id": order["short"],
            "amount": int(order["amount"]),
            "currency": "KGS",
            "mktime": "1764400000",
            "test": 0,
            "mobile": "996700123456",
        }
        body = values.altered(right, rng)
        message = ":::".join(str(body.get(name)) for name in _ODENGI_SIGNED).encode("utf-8", "surrogatepass")
        key = self.variables["ODENGI_PASSWORD"].encode()
        body["hash"] = hmac.new(key, message, hashlib.md5).hexdigest()
        return self._bank("odengi", values.as_json(body, rng), {"Content-Type": _JSON}, rng)

    def _mbank(self, rng: random.Random) -> Shot:
        order = self._order("mbank", rng)
        right = {
            "id": order["ref"],
            "status": rng.choice(("paid", "unpaid", "canceled", "refunded")),
            "amount": int(order["amount"]),
            "paid_at": "2026-11-29T12:00:00+06:00",
            "refund_date": None,
            "metadata": {"payment_id": order["short"]},
        }
        secret = self.variables["MKASSA_CALLBACK_SECRET"]
        return self._bank(
            f"mbank/{secret}", values.as_json(values.altered(right, rng), rng), {"Content-Type": _JSON}, rng
        )

    def _bakai(self, rng: random.Random) -> Shot:
        order = self._order("bakai", rng)
        right = {
            "accountNo": self.variables["BAKAI_ACCOUNT"],
            "amount": 100.0,
            "currencyID": 417,
            "operationID": order["short"],
            "operationState": rng.choice(("success", "error", "processing")),
            "comment": "360Auto",
            "qrTransactionID": f"OPENBANKING.{rng.getrandbits(30)}",
            "elqrID": values.uuid_of(rng),
            "createdDate": "2026-11-29T12:00:00",
        }
        secret = self.variables["BAKAI_CALLBACK_SECRET"]
        return self._bank(
            f"bakai/{secret}", values.as_json(values.altered(right, rng), rng), {"Content-Type": _JSON}, rng
        )

    def _optima(self, rng: random.Random) -> Shot:
        order = self._order("optima", rng)
        right = {
            "transactionId": order["ref"],
            "status": rng.choice(("PROCESSED", "ERROR", "NOT_EXIST")),
            "sum": 100.0,
            "note": f"360Auto {order['short']}",
            "transactionProcessedDateTime": "2026-11-29T12:00:00",
        }
        pair = f"{self.variables['OPTIMA_CALLBACK_LOGIN']}:{self.variables['OPTIMA_CALLBACK_PASSWORD']}"
        basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        body = values.as_json(values.altered(right, rng), rng)
        return self._bank("optima", body, {"Content-Type": _JSON, "Authorization": basic}, rng)

    def _freedompay(self, rng: random.Random) -> Shot:
        order = self._order("freedompay", rng)
        right = {
            "pg_order_id": order["short"],
            "pg_payment_id": order["ref"],
            "pg_amount": "100.00",
            "pg_currency": "KGS",
            "pg_result": rng.choice("01"),
            "pg_can_reject": "0",
            "pg_testing_mode": "0",
            "pg_salt": "salt",
            "pg_merchant_id": self.variables["FREEDOMPAY_MERCHANT_ID"],
            "pg_card_pan": "4483-18XX-XXXX-0293",
            "pg_recurring_profile_id": "17",
            "pg_recurring_profile_expiry_date": "2029-01-01 00:00:00",
        }
        fields = {values.as_text(name): values.as_text(item) for name, item in values.altered(right, rng).items()}
        secret = self.variables["FREEDOMPAY_SECRET_KEY"]
        signed = ";".join(["freedompay", *(fields[name] for name in sorted(fields) if name != "pg_sig"), secret])
        fields["pg_sig"] = hashlib.md5(signed.encode()).hexdigest()  # noqa: S324 - the bank's own
        return self._bank("freedompay", urlencode(fields).encode(), {"Content-Type": _FORM}, rng)

    def _nikita(self, rng: random.Random) -> Shot:
        message = self._message(rng)
        right = {
            "id": message["id"],
            "number": message["phone"].lstrip("+"),
            "report": "3",
            "sendTime": "20260105120000",
        }
        found = {name: escape(values.as_text(item)) for name, item in values.altered(right, rng).items()}
        encoding = rng.choice(_ENCODINGS) if rng.random() < 0.3 else "UTF-8"
        head = f'<?xml version="1.0" encoding="{encoding}"?>' if rng.random() < 0.6 else ""
        if rng.random() < 0.05:
            head += '<!DOCTYPE r [<!ENTITY a "aaaa">]>'
        parts = "".join(f"<{name}>{found.get(name, '')}</{name}>" for name in ("number", "report", "sendTime"))
        text = (
            f'{head}<report xmlns="http://Giper.mobi/schema/DeliveryReport">'
            f"<dr><id>{found.get('id', '')}</id><phone>{parts}</phone></dr></report>"
        )
        return self._sms("nikita", text.encode(), _XML, rng)

    def _smsc(self, rng: random.Random) -> Shot:
        message = self._message(rng)
        right = {
            "id": message["id"],
            "phone": message["phone"].lstrip("+"),
            "status": rng.choice(("-1", "1", "20")),
            "err": "0",
        }
        fields = {values.as_text(name): values.as_text(item) for name, item in values.altered(right, rng).items()}
        signed = ":".join(fields.get(name, "") for name in ("id", "phone", "status"))
        word = f"{signed}:{self.variables['SMSC_CALLBACK_SECRET']}".encode()
        fields[rng.choice(("md5", "sha1"))] = hashlib.md5(word).hexdigest()  # noqa: S324
        if "sha1" in fields:
            fields["sha1"] = hashlib.sha1(word).hexdigest()  # noqa: S324
        return self._sms("smsc", urlencode(fields).encode(), _FORM, rng)

    def _video(self, rng: random.Random) -> Shot:
        video = rng.choice(self.videos) if self.videos and rng.random() < 0.8 else values.uuid_of(rng)
        right = {
            "type": "video.encoding.quality.completed",
            "emittedAt": "2026-11-29T12:00:00.000Z",
            "videoId": video,
            "encoding": "hls",
            "quality": "720p",
        }
        document: Any = values.altered(right, rng) if rng.random() < 0.95 else values.value(rng)
        body = values.damaged(values.as_json(document, rng), rng)
        key = self.variables["API_VIDEO_WEBHOOK_SECRET"].split(",")[0].encode()
        signature = hmac.new(key, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": _JSON, "X-Api-Video-Signature": signature if rng.random() < 0.9 else "0" * 64}
        path = "/webhooks/video/api-video"
        return Shot("webhooks", "POST", path, path, headers, body)

    def _message(self, rng: random.Random) -> Mapping[str, str]:
        made_up = {"id": str(rng.getrandbits(40)), "phone": "+996700123456"}
        return rng.choice(self.messages) if self.messages and rng.random() < 0.7 else made_up

    def _bank(self, path: str, body: bytes, headers: dict[str, str], rng: random.Random) -> Shot:
        place = f"/webhooks/payments/{path.partition('/')[0]}"
        return Shot("webhooks", "POST", f"/webhooks/payments/{path}", place, headers, values.damaged(body, rng))

    def _sms(self, name: str, body: bytes, kind: str, rng: random.Random) -> Shot:
        path = f"/webhooks/sms/{name}/{self.variables['SMS_REPORT_SECRET']}"
        return Shot(
            "webhooks", "POST", path, f"/webhooks/sms/{name}", {"Content-Type": kind}, values.damaged(body, rng)
        )
