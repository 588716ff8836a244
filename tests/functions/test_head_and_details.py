"""HEAD is GET without a body; the fields of a refused query have the names that the caller knows."""

from __future__ import annotations

import pytest

from tests.support.functions import Functions, http_event
from tests.support.people import new_address


@pytest.mark.parametrize(("function", "path"), [("listings", "/api/listings"), ("health", "/health")])
def test_head_has_the_status_and_headers_of_get_and_no_body(functions: Functions, function: str, path: str) -> None:
    address = new_address()
    told = functions.get(function, path, address=address)
    event = http_event("HEAD", path, address=address)
    answer = functions.handler(function)(event, None)
    assert answer["statusCode"] == told.status == 200
    assert answer["body"] == ""
    changing = {"RateLimit-Remaining", "RateLimit-Reset"}
    assert {name: values[0] for name, values in answer["multiValueHeaders"].items() if name not in changing} == {
        name: value for name, value in told.headers.items() if name not in changing
    }


def test_head_of_a_route_that_only_takes_posts_is_not_served(functions: Functions) -> None:
    answer = functions.raw("request_code", http_event("HEAD", "/api/auth/request-code", address=new_address()))
    assert answer.status == 404
    assert answer.body == {}


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/api/listings", {"city": "x" * 500}, "city"),
        ("/api/listings", {"price_min": "much"}, "price_min"),
        ("/api/listings/search", {}, "q"),
        ("/api/listings/popular-searches", {"limit": "0"}, "limit"),
    ],
)
def test_a_field_of_the_query_is_named_as_it_was_sent(
    functions: Functions, path: str, query: dict[str, str], field: str
) -> None:
    answer = functions.get("listings", path, query=query, address=new_address())
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [detail["field"] for detail in answer.body["details"]] == [field]
