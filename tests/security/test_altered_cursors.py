"""Cursors that callers have altered: every page refuses them with 422, and none of them ever reaches the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from local.paths import CHECKOUT
from tests.support.cursors import altered, good, impossible
from tests.support.database import Database
from tests.support.functions import Functions, http_event
from tests.support.market import new_listing, new_user_id
from tests.support.people import new_address
from tests.support.rows import rows
from tests.support.sellers import new_seller
from tests.support.sms import SmsWorld
from tests.support.staff import staff_browser

_ALTERED = 97


@dataclass(frozen=True)
class Route:
    """Route with pages, as docs/openapi.json names it, and the order of its cursor."""

    function: str
    path: str
    order: str
    query: tuple[tuple[str, str], ...] = ()


_FEED = "/api/listings"
_PLACE = (("latitude", "42.87"), ("longitude", "74.57"))
ROUTES = [
    *(Route("listings", _FEED, order, (("sort", order),)) for order in ("newest", "price_asc", "price_desc", "views")),
    Route("listings", _FEED, "nearest", (("sort", "nearest"), *_PLACE)),
    Route("listings", "/api/listings/search", "newest", (("q", "camry"),)),
    Route("listings", "/api/listings/search", "views", (("q", "camry"), ("sort", "views"))),
    Route("listings", "/api/listings/mine", "mine"),
    Route("listings", "/api/listings/favorites", "favourites"),
    Route("listings", "/api/listings/{listing_id}/comments", "comments"),
    Route("business", "/api/business/{business_id}/listings", "business_listings"),
    Route("chat", "/api/chat/threads", "threads"),
    Route("chat", "/api/chat/threads/{thread_id}/messages", "messages"),
    Route("notifications", "/api/notifications", "notifications"),
    Route("payments", "/api/payments", "payments"),
    Route("moderation", "/api/moderation/queue", "queue"),
    Route("admin", "/admin/moderation", "queue"),
    Route("admin", "/admin/audit", "audit"),
]
Asked = Callable[[Route, str], int]


@pytest.fixture
def asked(functions: Functions, database: Database, sms_world: SmsWorld) -> Asked:
    """Ask for the page after a cursor as somebody who may see pages; gives the status."""
    names = ("LIMIT_DEFAULT_PER_15_MINUTES", "LIMIT_CHAT_PER_MINUTE", "LIMIT_PAYMENT_PER_MINUTE")
    functions.set(**dict.fromkeys(names, "100000"))
    seller = new_seller(functions, database)
    rows(database, "update accounts set role = 'moderator' where id = %s returning id", seller.id)
    query = "insert into business_accounts (user_id, name) values (%s, 'Авто') returning id::text"
    [(business,)] = rows(database, query, new_user_id(database))
    listing = new_listing(database, seller.id)
    query = "insert into chat_threads (buyer_id, seller_id) values (%s, %s) returning id::text"
    [(thread,)] = rows(database, query, seller.id, new_user_id(database))
    browser = staff_browser(functions, database, sms_world, "admin")
    address = new_address()

    def ask(route: Route, cursor: str) -> int:
        path = route.path.format(business_id=business, thread_id=thread, listing_id=listing)
        sent = {**dict(route.query), "cursor": cursor}
        if route.function == "admin":
            event = http_event("GET", path, address=browser.address, query=sent)
            event["headers"]["Cookie"] = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            return int(functions.handler("admin")(event, None)["statusCode"])
        event = http_event("GET", path, token=seller.token, address=address, query=sent)
        return functions.raw(route.function, event).status

    return ask


def test_every_route_with_pages_is_attacked() -> None:
    described = json.loads((CHECKOUT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    paged = {
        path
        for path, methods in described.items()
        for operation in methods.values()
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ()))
    }
    assert paged == {route.path for route in ROUTES if route.function != "admin"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.path} {route.order}")
def test_a_cursor_that_is_no_place_is_refused(route: Route, asked: Asked) -> None:
    assert asked(route, good(route.order)) == 200
    answers = {cursor: asked(route, cursor) for cursor in impossible(route.order)}
    assert {cursor: status for cursor, status in answers.items() if status != 422} == {}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.path} {route.order}")
def test_whatever_is_altered_nothing_breaks(route: Route, asked: Asked) -> None:
    statuses = [asked(route, cursor) for cursor in altered(route.order, count=_ALTERED)]
    assert set(statuses) <= {200, 422}


def test_a_stranger_without_a_login_breaks_no_page_either(functions: Functions) -> None:
    functions.set(LIMIT_DEFAULT_PER_15_MINUTES="100000")
    for cursor in impossible("views"):
        event = http_event("GET", _FEED, address=new_address(), query={"sort": "views", "cursor": cursor})
        assert functions.raw("listings", event).status == 422
