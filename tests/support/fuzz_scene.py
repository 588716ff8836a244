"""Scene for random requests to get past the first check: a session, orders at every bank, messages, videos."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from auto360.providers.payments.models import short_id
from local.banks import NAMES
from local.function_environment import Addresses, function_environment
from tests.support.attackers import SESSION, Target, form_token
from tests.support.fuzz_admin import Office
from tests.support.fuzz_cursors import cursors
from tests.support.fuzz_requests import Findings, Maker, Shot, fire
from tests.support.fuzz_webhooks import Senders
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack

_ORDERS_PER_BANK = 3


class Scene(Target):
    """Existing things on a stack for attackers to name."""

    def office(self) -> Office:
        """Return an administrator who has signed in by phone code."""
        with closing(self.staff_member("admin")) as browser:
            return Office(self.stack.url, f"{SESSION}={browser.cookies[SESSION]}", form_token(browser), self._known())

    def senders(self) -> Senders:
        """Banks, SMS and video providers with what they know of us."""
        self._order()
        names = ("id", "short", "ref", "amount")
        query = (
            "select id::text, provider, provider_ref, amount_tyiyn::text from payment_attempts where provider_ref <> ''"
        )
        orders: dict[str, list[Mapping[str, str]]] = {name: [] for name in NAMES}
        for number, provider, ref, amount in self.rows(query):
            orders[provider].append(dict(zip(names, (number, short_id(number), ref, amount), strict=True)))
        assert all(orders.values()), orders
        # A webhook that says "paid" and brings a card, while the bank's query says otherwise, is to be repeated: 503.
        for order in orders["freedompay"]:
            self._pay("freedompay", order["ref"])
        query = "select supplier_message_id, phone from sms_messages where supplier_message_id is not null limit 50"
        messages = [{"id": number, "phone": phone} for number, phone in self.rows(query)]
        videos = [
            row[0] for row in self.rows("select provider_video_id from videos where provider_video_id <> '' limit 50")
        ]
        nowhere = Addresses(gateway=self.stack.url, postgrest="", simulators="", s3="")
        return Senders(function_environment(self.keyring, nowhere, {}), orders, messages, videos)

    def _order(self) -> None:
        for bank in NAMES:
            for _ in range(_ORDERS_PER_BANK):
                with self.app(self.user()[0]) as app:
                    answer = app.post("/api/payments", json={"tier": "basic", "bank": bank})
                assert answer.status_code == 200, answer.text

    def _pay(self, bank: str, ref: str) -> None:
        page = f"{self.stack.url}/_local/banks/{bank}/{ref}"
        answer = plain_request("POST", page, data={"action": "pay"}, timeout=60)
        assert answer.status_code == 200, answer.text

    def _known(self) -> dict[str, list[str]]:
        queries = {"listing": "listings", "payment": "payments", "alert": "alerts", "id": "video_migrations"}
        return {
            name: [row[0] for row in self.rows(f"select id::text from {table} limit 40")]
            for name, table in queries.items()
        }


def attack(stack: RunningStack, token: str, *, requests: int, seed: int) -> Findings:
    """Send random requests to the operations page, the webhooks and every page of a list."""
    scene = Scene(stack)
    senders = scene.senders()
    office = scene.office()
    makers: list[Maker] = [office, senders, cursors_of(token, office.cookie)]
    share = [requests // 2, requests // 4, requests - requests // 2 - requests // 4]
    return fire(stack.url, list(zip(makers, share, strict=True)), seed=seed)


def cursors_of(token: str, cookie: str) -> Maker:
    """Altered cursors of somebody who is signed in, and of some who are not."""

    def make(rng: Any) -> Shot:
        shot = cursors(rng)
        headers = {} if rng.random() < 0.2 else {"Authorization": f"Bearer {token}", "Cookie": cookie}
        return Shot(shot.kind, shot.method, shot.path, shot.place, headers)

    return make
