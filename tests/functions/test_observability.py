"""Traces of a request: its id at providers, slow calls, Sentry without personal data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from auto360.container import accounts
from auto360.observability import sentry as our_sentry
from auto360.observability.logging import CloudFormatter, logger
from local.simulators.phone import Phone
from local.simulators.sentry import Sentry, dsn
from local.simulators.serving import Simulators, served
from local.thread_server import serving
from tests.support.functions import Functions, http_event
from tests.support.people import REQUEST_CODE, Person


@dataclass
class Watched:
    """Functions whose failures and traces arrive at a simulated Sentry."""

    functions: Functions
    sentry: Sentry


@pytest.fixture
def watched(functions: Functions) -> Iterator[Watched]:
    """Sentry is set up; the library forgets other tests' set-up."""
    sentry = Sentry()
    with served(Simulators(Phone(), {"sentry": sentry})) as url:
        functions.set(SENTRY_DSN=dsn(url))
        our_sentry._start.cache_clear()
        yield Watched(functions, sentry)
        our_sentry._start.cache_clear()
        import sentry_sdk

        sentry_sdk.get_client().close(timeout=0)


def break_the_code(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Raise an error with personal data in its text."""

    def broken() -> Any:
        raise ValueError(text + "+996" + str(700_123_456))

    monkeypatch.setattr(accounts, "code_issuer", broken)


def test_an_unforeseen_failure_arrives_with_its_request_and_without_a_person(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_code(monkeypatch, "code went wrong for ")
    body = {"phone": "+996700123456"}
    answer = watched.functions.post("request_code", REQUEST_CODE, body, headers={"X-Request-ID": "corr-7"})
    assert (answer.status, answer.body["request_id"]) == (500, "corr-7")
    [event] = watched.sentry.inbox()
    assert event["tags"]["request_id"] == "corr-7"
    assert event["transaction"] == f"POST {REQUEST_CODE}"
    assert event["exception"]["values"][-1]["type"] == "ValueError"
    told = json.dumps(event, ensure_ascii=False)
    for personal in ("700123456", "198.51.100.7", "okhttp", '"vars"'):
        assert personal not in told, personal
    assert not event.get("breadcrumbs", {}).get("values")
    assert not {"request", "user", "server_name"} & {name for name, value in event.items() if value}


def test_refusals_are_no_failures(watched: Watched) -> None:
    watched.functions.post("request_code", REQUEST_CODE, {"phone": "not a number"})
    watched.functions.set(SENTRY_TRACES_RATE="0")
    assert watched.sentry.inbox() == []


def test_a_failing_job_is_reported_and_still_raises(watched: Watched) -> None:
    watched.functions.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    with pytest.raises(Exception, match="service_unavailable"):
        watched.functions.handler("cleanup")({}, None)
    [event] = watched.sentry.inbox()
    assert event["transaction"] == "function_cleanup"


def test_a_trace_shows_whom_the_request_waited_for(person: Person, watched: Watched) -> None:
    watched.functions.set(SENTRY_TRACES_RATE="1")
    assert person.request_code().status == 200
    [trace] = watched.sentry.inbox()
    assert (trace["kind"], trace["transaction"]) == ("transaction", f"POST {REQUEST_CODE}")
    spans = [span["description"] for span in trace["spans"]]
    assert spans == ["database rpc/login_request_code", "127.0.0.1", "database rpc/login_record_sms"]
    assert person.phone[1:] not in json.dumps(trace)


def test_a_dead_sentry_costs_a_request_little_and_fails_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.sentry.switch.turn({"mode": "dead"})
    break_the_code(monkeypatch, "x")
    answer = watched.functions.post("request_code", REQUEST_CODE, {"phone": "+996700123456"})
    assert (answer.status, answer.code) == (500, "internal")


def test_the_requests_id_is_handed_on_to_the_database_and_to_providers(person: Person) -> None:
    seen: list[tuple[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("X-Request-ID", "")))
        return web.Response(status=500)

    def site() -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", note)
        return app

    with serving(site) as url:
        person.functions.set(NIKITA_SMS_API_URL=url, SMSC_API_URL=url)
        event = http_event("POST", REQUEST_CODE, {"phone": person.phone}, headers={"X-Request-ID": "corr-8"})
        assert person.functions.raw("request_code", event).status == 503
        person.functions.set(SUPABASE_REST_URL=url)
        person.functions.raw("request_code", event)
    assert {path for path, _ in seen} >= {"/api/message", "/sys/send.php", "/rpc/login_request_code"}
    assert {request_id for _, request_id in seen} == {"corr-8"}


def test_a_call_that_took_long_is_logged_with_its_target(person: Person) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(CloudFormatter(use_rfc3339=True, utc=True, location=None))
    logger.addHandler(handler)
    try:
        person.functions.set(SLOW_CALL_MS="1")
        person.request_code()
    finally:
        logging.getLogger(logger.name).removeHandler(handler)
    lines = [json.loads(line) for line in written.getvalue().splitlines() if '"slow call"' in line]
    assert {"database rpc/login_request_code", "127.0.0.1"} <= {line["target"] for line in lines}
    assert {line["level"] for line in lines} == {"WARN"}
