"""Start from a snapshot: copies of a warm process share neither connections nor anything that was drawn."""

from __future__ import annotations

import base64
import json
import random
import ssl
from typing import Any

import pytest

from auto360.core.errors import SettingsInvalid
from auto360.http import snapshots
from auto360.providers.transport.kept import keeps
from tests.support.copied_process import copies
from tests.support.database import Database
from tests.support.functions import http_event
from tests.support.people import REQUEST_CODE, VERIFY_CODE, Person, new_address, new_phone
from tests.support.rows import rows


def asking(phone: str) -> dict[str, Any]:
    return http_event("POST", REQUEST_CODE, {"phone": phone}, address=new_address())


def checking(person: Person, phone: str, address: str) -> dict[str, Any]:
    return http_event("POST", VERIFY_CODE, {"phone": phone, "code": person.sms.code(phone)}, address=address)


def require_apart(told: list[dict[str, Any]]) -> None:
    """Require that each of these spoke over connections of its own and drew its own numbers."""
    spoken = [set(each["connections"]) for each in told]
    assert all(spoken)
    assert sum(len(each) for each in spoken) == len(set.union(*spoken))
    drawn = [each["random"] for each in told if "random" in each]
    assert len(set(drawn)) == len(drawn) == 2


def test_copies_ask_for_codes_of_their_own(person: Person, database: Database) -> None:
    phones = [new_phone() for _ in range(3)]

    told = copies("request_code", *map(asking, phones[1:]), warm=asking(phones[0]))

    assert [each["status"] for each in told] == [200] * 3
    require_apart(told)
    found = rows(database, "select id, nonce, code_digest from verification_codes where phone = any (%s)", phones)
    assert len(found) == 3
    for column in zip(*found, strict=True):
        assert len(set(column)) == 3


def test_copies_open_sessions_of_their_own(person: Person) -> None:
    asked = [(new_phone(), new_address()) for _ in range(3)]
    for phone, address in asked:
        sent = person.functions.post("request_code", REQUEST_CODE, {"phone": phone}, address=address)
        assert sent.status == 200
    events = [checking(person, phone, address) for phone, address in asked]

    told = copies("verify_code", *events[1:], warm=events[0])

    assert [each["status"] for each in told] == [200] * 3
    require_apart(told)
    first, second = (json.loads(each["body"])["data"] for each in told[1:])
    assert first["refreshToken"] != second["refreshToken"]
    # The first half of a signature shows its random number, which with two messages would show the private key.
    assert _signature(first["token"])[:32] != _signature(second["token"])[:32]


@pytest.mark.parametrize("function", ["session", "listings", "chat"])
def test_a_prepared_function_loads_nothing_at_its_first_call(person: Person, function: str) -> None:
    token = person.log_in()["token"]
    path = {"session": "/api/auth/me", "listings": "/api/listings/mine", "chat": "/api/chat/threads"}[function]
    event = http_event("GET", path, token=token)

    told = copies(function, event, event, warm=event)

    assert [each["status"] for each in told] == [200] * 3
    assert [name for name in told[0]["loaded"] if not name.startswith("encodings.")] == []
    require_apart(told)


class Kept:
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_copy_closes_what_is_kept_and_draws_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, added = Kept(), []
    keeps(kept)
    monkeypatch.setattr(ssl, "RAND_add", lambda data, entropy: added.append((len(data), entropy)))
    random.seed(1)
    expected = random.random()
    random.seed(1)

    snapshots.renew()

    assert kept.closed == 1
    assert random.random() != expected
    assert added == [(48, 48)]


def test_a_setting_that_is_not_usable_stops_no_snapshot() -> None:
    made: list[str] = []

    def unusable() -> None:
        raise SettingsInvalid("X must be set")

    snapshots.get_ready((unusable, lambda: made.append("rest")))

    assert made == ["rest"]


def _signature(token: str) -> bytes:
    text = token.rpartition(".")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
