"""Forms and pages of the operations page: with a session and its token, with a session alone, and without any."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tests.support import fuzz_values as values
from tests.support.fuzz_requests import Shot

# Right fields of each form; {id} stands for something that exists.
_WHY = "Оплатила дважды"
_FORMS: Mapping[str, Mapping[str, str]] = {
    "/admin/sign-in": {"phone": "+996700990098", "then": "/admin/payments"},
    "/admin/sign-in/code": {"code": "123456"},
    "/admin/language": {"language": "en", "back": "/admin"},
    "/admin/moderation/{listing}/assign": {"version": "1"},
    "/admin/moderation/{listing}/release": {"version": "1"},
    "/admin/moderation/{listing}/approve": {"version": "1"},
    "/admin/moderation/{listing}/reject": {"version": "1", "reason": "Нет фотографий"},
    "/admin/moderation/{listing}/escalate": {"version": "1", "reason": "Похоже на обман"},
    "/admin/alerts/{alert}/silence": {"minutes": "60"},
    "/admin/payments/find": {"text": "+996700990099"},
    "/admin/payments/by-hand": {
        "phone": "+996700990099", "tier": "basic", "amount_som": "100", "period_days": "30", "evidence": "выписка 17",
        "reason": _WHY, "form_key": "{id}",
    },
    "/admin/payments/{payment}/refund": {"reason": _WHY, "amount_som": "1,50", "form_key": "{id}"},
    "/admin/payments/{payment}/release": {"reason": _WHY, "evidence": "выписка 17"},
    "/admin/payments/{payment}/reject": {"reason": _WHY},
    "/admin/approvals/{id}/approve": {},
    "/admin/approvals/{id}/refuse": {},
    "/admin/refunds/{id}/approve": {},
    "/admin/refunds/{id}/reject": {},
    "/admin/refunds/{id}/close": {"bank_number": "R-17"},
    "/admin/orphans/{id}/match": {"resolution": _WHY, "payment_id": "{payment}"},
    "/admin/orphans/{id}/dismiss": {"resolution": _WHY},
    "/admin/migration/pause": {},
    "/admin/migration/resume": {},
    "/admin/migration/retry": {"entry": "{id}"},
    "/admin/migration/rollback": {"entry": "{id}", "day": "", "why": "Не играет"},
    "/admin/staff": {"phone": "+996700990097", "role": "moderator"},
}  # fmt: skip
_PAGES: Mapping[str, Mapping[str, str]] = {
    "/admin": {},
    "/admin/sign-in": {"then": "/admin", "again": "1"},
    "/admin/moderation": {"state": "pending", "mine": "1", "done": "approve"},
    "/admin/moderation/{listing}": {},
    "/admin/alerts": {"done": "silenced"},
    "/admin/metrics": {"days": "30"},
    "/admin/playback": {"days": "30"},
    "/admin/payments": {"done": "refund", "q": "x"},
    "/admin/payments/{payment}": {"done": "refund"},
    "/admin/revenue": {"days": "30"},
    "/admin/migration": {},
    "/admin/backups": {},
    "/admin/staff": {},
    "/admin/audit": {"area": "payment", "actor": "{id}"},
    "/admin/assets/{id}": {},
}
_KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "")
_METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS")


@dataclass(frozen=True)
class Office:
    """Session with the token of its forms, and ids of what exists."""

    url: str
    cookie: str
    form_token: str
    known: Mapping[str, Sequence[str]]

    def filled(self, text: str, rng: random.Random) -> str:
        """Put ids into the places for them: mostly such as exist."""
        for name in ("listing", "payment", "alert", "id"):
            if f"{{{name}}}" in text:
                known = self.known.get(name) or ()
                chosen = rng.choice(known) if known and rng.random() < 0.85 else values.uuid_of(rng)
                chosen = values.text(rng) if rng.random() < 0.04 else chosen
                text = text.replace(
                    f"{{{name}}}", chosen if "/" not in text else quote(values.as_text(chosen), safe="")
                )
        return text

    def __call__(self, rng: random.Random) -> Shot:
        """Return a form, or a page."""
        return self._form(rng) if rng.random() < 0.7 else self._page(rng)

    def _headers(self, rng: random.Random) -> dict[str, str]:
        """Most of the time those of a signed-in browser."""
        headers = {
            "Origin": self.url,
            "Accept-Language": rng.choice(("ru", "en;q=0,ky", values.as_text(values.text(rng)))),
        }
        chance = rng.random()
        if chance < 0.8:
            headers["Cookie"] = self.cookie
        elif chance < 0.9:
            headers["Cookie"] = f"staff_session={values.uuid_of(rng)}; staff_sign_in={values.uuid_of(rng)}"
        if rng.random() < 0.05:
            headers["Origin"] = rng.choice(("https://evil.example", "null", ""))
        return {name: _header(value) for name, value in headers.items()}

    def _page(self, rng: random.Random) -> Shot:
        place = rng.choice(list(_PAGES))
        query = values.altered({name: self.filled(text, rng) for name, text in _PAGES[place].items()}, rng)
        pairs = [(values.as_text(name), values.as_text(item)) for name, item in query.items()]
        address = f"{self.filled(place, rng)}?{urlencode(pairs)}"
        return Shot("admin", "GET", address, place, self._headers(rng))

    def _form(self, rng: random.Random) -> Shot:
        place = rng.choice(list(_FORMS))
        fields: dict[str, Any] = {name: self.filled(text, rng) for name, text in _FORMS[place].items()}
        fields = values.altered(fields, rng)
        if rng.random() < 0.9:
            fields["form_token"] = self.form_token
        headers = self._headers(rng)
        kind = _KINDS[0] if rng.random() < 0.85 else rng.choice(_KINDS)
        headers["Content-Type"] = kind
        if kind == "application/json":
            body = values.as_json(fields, rng)
        else:
            pairs = [(values.as_text(name), values.as_text(item)) for name, item in fields.items()]
            body = urlencode(pairs).encode()
        method = "POST" if rng.random() < 0.97 else rng.choice(_METHODS)
        return Shot("admin", method, self.filled(place, rng), place, headers, values.damaged(body, rng))


def _header(text: str) -> str:
    """Return the characters that a client would send in a header."""
    return "".join(character for character in text if character.isprintable() and ord(character) < 256).strip()
