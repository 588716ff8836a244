"""Recorded events of both clouds run through every HTTP function."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from auto360.observability.logging import CloudFormatter, logger
from tests.support.events import HTTP_EVENTS, recorded, recorded_http
from tests.support.functions import Functions
from tests.support.people import Person

ROUTES = [
    ("health", "GET", "/health", "", 200),
    ("request_code", "POST", "/api/auth/request-code", '{"phone": "1"}', 422),
    ("verify_code", "POST", "/api/v1/auth/verify-code", '{"phone": "1", "code": "1234"}', 422),
    ("session", "GET", "/api/api/auth/me", "", 200),
    ("session", "POST", "/auth/validate", "", 200),
    ("session", "POST", "/api/auth/refresh", "{}", 422),
    ("consents", "GET", "/api/consents/status", "", 200),
    ("consents", "POST", "/api/consents/accept", '{"marketing_accepted": true}', 200),
    ("consents", "POST", "/api/consents/revoke", "{}", 200),
    ("business", "GET", "/api/business/mine", "", 200),
    ("chat", "GET", "/api/chat/threads", "", 200),
    ("listings", "GET", "/listings", "", 200),
    ("listings", "POST", "/api/listings", '{"category": "boat"}', 422),
    ("moderation", "GET", "/api/moderation/queue", "", 403),
    ("session", "POST", "/api/auth/logout", '{"everywhere": false}', 200),
]


@pytest.mark.parametrize("event_name", HTTP_EVENTS)
def test_every_route_answers_every_form_of_event(person: Person, event_name: str) -> None:
    token = person.log_in()["token"]
    for function, method, path, body, status in ROUTES:
        answer = person.functions.raw(function, recorded_http(event_name, method, path, body=body, token=token))
        assert answer.status == status, (function, path, answer.body)
        assert answer.body["success"] is (status == 200)
        if status != 200:
            assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize("function", sorted({route[0] for route in ROUTES}))
def test_a_direct_call_or_a_foreign_message_is_a_refusal_not_a_crash(functions: Functions, function: str) -> None:
    assert functions.raw(function, recorded_http("yandex_direct", "POST", "/x")).status == 404
    assert functions.raw(function, recorded("yandex_timer")).status == 400
    assert functions.raw(function, {}).status == 400


def test_an_unforeseen_failure_is_hidden_and_logged(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Callable[..., Any]:
        raise ZeroDivisionError("secret detail about +996700123456")

    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(CloudFormatter())
    logger.addHandler(handler)
    monkeypatch.setattr("auto360.container.accounts.code_issuer", broken)
    answer = functions.post("request_code", "/api/auth/request-code", {"phone": "+996700123456"})
    logging.getLogger(logger.name).removeHandler(handler)
    assert (answer.status, answer.code) == (500, "internal")
    assert "secret" not in str(answer.body)
    logged = json.loads(lines.getvalue().splitlines()[0])
    assert "ZeroDivisionError" in logged["exception"]
    assert "700123456" not in lines.getvalue()
