"""Events of both clouds become one shape; what cannot be a request is refused before any code of a route runs."""

import base64
import gzip
import json

import pytest

from auto360.core.errors import InvalidJson, PayloadTooLarge
from auto360.http.events import StoredObject, canonical_path, http_request, is_http, stored_objects, timer_event_id
from auto360.http.requests import request_of
from tests.support.events import HTTP_EVENTS, recorded, recorded_http


@pytest.mark.parametrize("name", HTTP_EVENTS)
def test_a_request_of_either_cloud_has_the_same_path_body_and_caller(name: str) -> None:
    body = '{"phone": "салам"}'
    event = recorded_http(name, "POST", "/api/auth/request-code", body=body)
    request = http_request(event, max_bytes=1000)
    assert (request["path"], request["body"], request["isBase64Encoded"]) == ("/api/auth/request-code", body, False)
    assert is_http(event)
    caller = request_of(event)
    assert (caller.address, caller.language, caller.method) == ("198.51.100.7", "en", "POST")


def test_a_direct_call_has_no_path() -> None:
    assert http_request(recorded_http("yandex_direct", "GET", "/x"), max_bytes=1000)["path"] == "/"


@pytest.mark.parametrize(
    ("called", "canonical"),
    [
        ("/auth/me", "/api/auth/me"),
        ("/api/auth/me", "/api/auth/me"),
        ("/api/v1/auth/me", "/api/auth/me"),
        ("/api/api/auth/me", "/api/auth/me"),
        ("/api/auth/me/", "/api/auth/me"),
        ("/health", "/health"),
        ("/webhooks/sms/nikita/s", "/webhooks/sms/nikita/s"),
        ("/", "/"),
        ("/listings/%D1%8F", "/api/listings/я"),
    ],
)
def test_all_base_addresses_of_the_app_lead_to_one_path(called: str, canonical: str) -> None:
    assert canonical_path(called) == canonical


@pytest.mark.parametrize(
    "body",
    ["[" * 50_000, '{"a":' * 30_000, '{"a": NaN}', '{"a": Infinity}', '{"a": ' + "9" * 5000 + "}", "{", '{"a": 1}}'],
)
def test_json_that_breaks_parsers_is_refused(body: str) -> None:
    event = recorded_http("yandex_gateway_1_0", "POST", "/x")
    with pytest.raises(InvalidJson):
        http_request(event | {"body": body}, max_bytes=1_000_000)


@pytest.mark.parametrize(
    "body",
    [base64.b64encode(b"\xff\xfe\x00").decode(), base64.b64encode(gzip.compress(b"{}")).decode(), "not base64!", "é"],
    ids=["bytes", "packed", "no base64", "no ASCII"],
)
def test_a_body_that_is_no_text_is_refused(body: str) -> None:
    event = recorded_http("yandex_gateway_1_0", "POST", "/x") | {"body": body, "isBase64Encoded": True}
    with pytest.raises(InvalidJson):
        http_request(event, max_bytes=1000)


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_is_measured_in_bytes(*, encoded: bool) -> None:
    def event(text: str) -> dict[str, object]:
        body = base64.b64encode(text.encode()).decode() if encoded else text
        return recorded_http("aws_rest", "POST", "/x") | {"body": body, "isBase64Encoded": encoded}

    assert http_request(event("я" * 50), max_bytes=100)["body"] == "я" * 50
    with pytest.raises(PayloadTooLarge):
        http_request(event("я" * 51), max_bytes=100)
    with pytest.raises(PayloadTooLarge):
        http_request(event("a" * 3_000_000), max_bytes=100)


def test_the_address_is_the_gateways_word_and_never_a_headers() -> None:
    event = recorded_http("yandex_gateway_1_0", "GET", "/x")
    assert event["headers"]["X-Forwarded-For"] == "192.0.2.66"
    assert request_of(event).address == "198.51.100.7"
    event["requestContext"]["identity"]["sourceIp"] = "::ffff:198.51.100.8"
    assert request_of(event).address == "198.51.100.8"
    event["requestContext"]["identity"]["sourceIp"] = "nonsense"
    assert request_of(event).address == "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    ("resource", "route"),
    [
        ("/api/email/confirm/{token}", "/api/email/confirm/{token}"),
        (None, "/api/email/confirm/*"),
        ("/api/email/confirm/Zq3v9XkP0aLmN7rT2wYb5cDf8gHj1sKe", "/api/email/confirm/*"),
    ],
)
def test_a_route_for_the_log_holds_no_secret_of_the_path(resource: str | None, route: str) -> None:
    event = recorded_http("yandex_gateway_1_0", "GET", "/api/email/confirm/Zq3v9XkP0aLmN7rT2wYb5cDf8gHj1sKe")
    assert request_of(event | {"resource": resource}).route == route


@pytest.mark.parametrize("shown", ["a b", "x" * 65, "é", "", "a\nb", '{"a":1}'])
def test_a_request_id_that_is_no_plain_token_is_replaced(shown: str) -> None:
    event = recorded_http("yandex_gateway_1_0", "GET", "/x")
    event["headers"] = {"X-Request-ID": shown}
    assert request_of(event).id == event["requestContext"]["requestId"]


@pytest.mark.parametrize("event", [{}, {"messages": []}, {"httpMethod": None, "requestContext": None, "headers": None}])
def test_reading_the_caller_never_fails(event: dict[str, object]) -> None:
    assert request_of(event).id


@pytest.mark.parametrize(("name", "event_id"), [("yandex_timer", "a1b2c3"), ("aws_timer", "53dc4d37")])
def test_a_timer_tick_has_an_id_to_tell_repeats(name: str, event_id: str) -> None:
    event = recorded(name)
    assert timer_event_id(event).startswith(event_id)
    assert not is_http(event)


@pytest.mark.parametrize(("name", "event_id"), [("yandex_storage", "a1b2c3"), ("aws_storage", "C3D13FE58DE4C810")])
def test_created_objects_are_read_from_both_clouds(name: str, event_id: str) -> None:
    assert list(stored_objects(json.loads(json.dumps(recorded(name))))) == [
        StoredObject("avatars", "u/фото 1.png", event_id)
    ]


@pytest.mark.parametrize("name", HTTP_EVENTS)
def test_a_raw_body_reaches_the_route_byte_for_byte(name: str) -> None:
    event = recorded_http(name, "POST", "/webhooks/x", body="a=1&b=%D1%8F")
    request = http_request(event, max_bytes=1000, body="raw")
    assert base64.b64decode(request["body"]) == b"a=1&b=%D1%8F"
    assert request["isBase64Encoded"] is True


def test_a_raw_body_that_is_too_large_is_refused() -> None:
    event = recorded_http("yandex_gateway_1_0", "POST", "/webhooks/x", body="x" * 1001)
    with pytest.raises(PayloadTooLarge):
        http_request(event, max_bytes=1000, body="raw")
