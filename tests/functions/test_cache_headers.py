"""Shared caches may keep nothing of an answer but what one table names, route by route."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra.openapi import load_app, marks_of, serves_pages
from infra.template import load_project
from local.gateway.template import ApiEvent
from tests.support.cache_headers import ASSETS, FOR_EVER, KEPT_SECONDS, fault
from tests.support.database import Database
from tests.support.functions import ROOT, Functions
from tests.support.route_events import SOMETHING, event_for
from tests.support.sellers import new_seller

FUNCTIONS_WITH_ROUTES = [spec for spec in load_project().functions if spec.routes]
# The end of the session comes last.
ROUTES = sorted(
    ((spec.name, route) for spec in FUNCTIONS_WITH_ROUTES for route in spec.routes),
    key=lambda each: each[1].path.endswith("/logout"),
)


def declared_seconds() -> dict[tuple[str, str], int]:
    """Return the routes whose middleware lets caches keep answers."""
    found = {}
    for spec in FUNCTIONS_WITH_ROUTES:
        if not serves_pages(spec):
            app = load_app(spec.name)
            for route in (*app._static_routes, *app._dynamic_routes):
                seconds = max((mark.kept_seconds for mark in marks_of(route)), default=0)
                found[route.method, re.sub(r"<(\w+)>", r"{\1}", route.path)] = seconds
    return {route: seconds for route, seconds in found.items() if seconds}


def test_only_the_routes_of_the_table_let_a_cache_keep_anything() -> None:
    assert declared_seconds() == KEPT_SECONDS
    assert {(route.method, route.path) for _, route in ROUTES} >= {*KEPT_SECONDS, *ASSETS}


def test_cache_control_is_written_in_five_places_only() -> None:
    code = [*(ROOT / "layers/common/auto360").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    writers = {str(path.relative_to(ROOT)) for path in code if '"Cache-Control' in path.read_text(encoding="utf-8")}
    http = Path("layers/common/auto360/http")
    assert writers == {
        "layers/common/auto360/admin/rendering.py",
        *(str(http / name) for name in ("headers.py", "http_cache.py", "mail_pages.py", "redirects.py")),
    }


@pytest.mark.parametrize("with_token", [False, True], ids=["guest", "signed in"])
def test_every_route_forbids_keeping_its_answer_unless_the_table_names_it(
    functions: Functions,
    database: Database,
    with_token: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    person = new_seller(functions, database)
    faults, succeeded = [], set()
    for name, route in ROUTES:
        event = event_of(route, token=person.token if with_token else None)
        answer = functions.handler(name)(event, None)
        succeeded |= {route.path} if answer["statusCode"] == 200 else set()
        if (route.method, route.path) in ASSETS and answer["statusCode"] == 200:
            assert answer["multiValueHeaders"]["Cache-Control"] == [FOR_EVER]
        else:
            faults.append(fault(event, answer))
    assert [each for each in faults if each] == []
    assert {"/api/listings", "/api/listings/search"} <= succeeded
    assert ({"/api/auth/me", "/api/listings/mine", "/api/pictures", "/api/payments"} <= succeeded) is with_token


def event_of(route: ApiEvent, *, token: str | None) -> dict[str, Any]:
    """Return a valid request of this route, of a guest or of a person."""
    event = event_for(route)
    headers = {name: value for name, value in event["headers"].items() if name.lower() != "authorization"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return {**event, "headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}


def test_a_route_that_began_to_be_kept_would_be_noticed() -> None:
    event = {"httpMethod": "GET", "path": "/api/auth/me", "headers": {"Authorization": "Bearer x"}}
    headers = {"Cache-Control": ["public, max-age=60"], "Vary": ["Origin"]}
    answer = {"statusCode": 200, "multiValueHeaders": headers}
    assert "not 'no-store'" in str(fault(event, answer))
    listing = {**event, "path": f"/api/v1/listings/{SOMETHING}"}
    assert "not 'private, no-cache'" in str(fault(listing, answer))
    guest = {**listing, "headers": {}}
    headers["Cache-Control"] = ["public, max-age=30"]
    assert "does not vary" in str(fault(guest, answer))
