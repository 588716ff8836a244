"""OpenAPI document in the repository is the one that the functions' models make, and it is valid."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.depends import Depends
from openapi_spec_validator import validate

from auto360.core.errors import Forbidden, InvalidJson, NotFound, RateLimited, ValidationFailed
from auto360.http.auth import MaybeSignedIn, SignedIn
from infra.openapi import EVERYWHERE, build_document, declared_refusals, load_app, marks_of, serves_pages, to_text
from infra.schemas import merged
from infra.template import load_project
from local.paths import OPENAPI
from tests.support import refusal_paths

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


def routes() -> Iterator[tuple[str, Route]]:
    """Yield every route of the API with its name in messages."""
    for spec in FUNCTIONS:
        if spec.routes and not serves_pages(spec):
            app = load_app(spec.name)
            for route in (*app._static_routes, *app._dynamic_routes):
                yield f"{spec.name}: {route.method} {route.path}", route


def parts_of(route: Route) -> Iterator[Callable[..., Any]]:
    """Yield everything that runs for a route: itself, its middleware, and what makes its parameters."""
    yield from (route.func, *route.middlewares)
    for parameter in inspect.signature(route.func).parameters.values():
        for mark in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(mark, Depends):
                yield mark.dependency


def test_a_route_declares_the_refusals_that_its_code_can_raise_and_no_other() -> None:
    # The input's own refusals and those of every route are declared nowhere.
    given = {*EVERYWHERE, InvalidJson, ValidationFailed}
    declared = {name: sorted(each.code for each in declared_refusals(route) - given) for name, route in routes()}
    raised = {
        name: sorted({each.code for part in parts_of(route) for each in refusal_paths.refusals_of(part) - given})
        for name, route in routes()
    }

    assert len(declared) == len(OPERATIONS)
    assert declared == raised


def test_a_route_declares_a_signed_in_caller_where_its_code_checks_the_session() -> None:
    declared = {name: any(mark.signed_in for mark in marks_of(route)) for name, route in routes()}
    checked = {name: any(map(refusal_paths.checks_session, parts_of(route))) for name, route in routes()}

    assert declared == checked
    assert 0 < sum(declared.values()) < len(declared)


def test_refusals_are_found_behind_calls_types_and_functions_of_the_database() -> None:
    def route(user: SignedIn, viewer: MaybeSignedIn) -> None:
        from auto360.container import chat

        try:
            limits = [chat.conversations().threads(user, cursor=None, limit=1)]
        except ValidationFailed:
            raise NotFound from None
        for page, _ in limits:
            assert page
        chat.blocks().block(user, user_id="1" if viewer else "2")

    assert refusal_paths.refusals_of(route) >= {NotFound, Forbidden}
    assert refusal_paths.refusals_of(route).isdisjoint({ValidationFailed, RateLimited})


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
