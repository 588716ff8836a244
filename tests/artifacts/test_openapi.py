"""OpenAPI document in the repository is the one that the functions' models make, and it is valid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from infra.error_codes import refusals_of
from infra.openapi import build_document, serves_pages, to_text
from infra.schemas import merged
from infra.template import load_project
from local.paths import OPENAPI

FUNCTIONS = load_project().functions
DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_document_in_the_repository_is_up_to_date() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == to_text(build_document(FUNCTIONS)), "run `make openapi`"


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_it_has_exactly_the_routes_of_the_template_that_are_no_pages() -> None:
    listed = {(route.method, route.path) for spec in FUNCTIONS if not serves_pages(spec) for route in spec.routes}
    assert {(method, path) for method, path, _ in OPERATIONS} == listed


def test_every_operation_has_a_sentence_and_a_name_of_its_own() -> None:
    assert all(operation["summary"].rstrip().endswith((".", "?")) for _, _, operation in OPERATIONS)
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_operation_says_how_it_succeeds_and_how_it_refuses() -> None:
    for _, path, operation in OPERATIONS:
        assert any(status[0] in "23" for status in operation["responses"]), path
        assert {"404", "405", "500"} <= set(operation["responses"]), path


@pytest.mark.parametrize(
    ("operation", "security"),
    [("session_me", [{"bearer": []}]), ("listings_feed", [{}, {"bearer": []}]), ("request_code_request_code", None)],
)
def test_it_says_who_must_be_signed_in(operation: str, security: object) -> None:
    assert next(each for _, _, each in OPERATIONS if each["operationId"] == operation).get("security") == security


def test_a_filter_of_the_feed_has_its_own_limits() -> None:
    parameters = {each["name"]: each for each in DOCUMENT["paths"]["/api/listings/search"]["get"]["parameters"]}
    assert parameters["q"]["required"] is True
    assert parameters["limit"]["schema"]["maximum"] == 50
    assert parameters["category"]["schema"]["enum"] == ["car", "horse", "real_estate"]


def test_a_listing_that_is_posted_is_answered_with_201() -> None:
    assert "201" in DOCUMENT["paths"]["/api/listings"]["post"]["responses"]


def test_refusals_come_from_the_code_that_a_function_reaches() -> None:
    assert "otp_locked" in refusals_of("verify_code")[429]
    assert 503 in refusals_of("chat")
    assert "otp_locked" not in refusals_of("chat")[429]


def test_schemas_of_one_name_are_one_where_they_are_equal_and_two_where_not() -> None:
    reference = {"$ref": "#/components/schemas/Item"}
    schemas, renamed = merged(
        {
            "one": {"Item": {"type": "string"}, "Page": {"items": reference}, "Same": {"type": "null"}},
            "two": {"Item": {"type": "number"}, "Page": {"items": reference}, "Same": {"type": "null"}},
        }
    )
    assert sorted(schemas) == ["One_Item", "One_Page", "Same", "Two_Item", "Two_Page"]
    assert renamed("two", reference) == {"$ref": "#/components/schemas/Two_Item"}
    assert schemas["Two_Page"] == {"items": {"$ref": "#/components/schemas/Two_Item"}}
