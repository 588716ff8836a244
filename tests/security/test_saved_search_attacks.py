"""Attacks on saved searches and on packed bodies over the running stack: PostgREST beside the API, hostile filters."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.support.callers import Caller
from tests.support.emails import ACCOUNT, new_email
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")
SEARCHES = "/api/listings/saved-searches"
CALLS: dict[str, dict[str, Any]] = {
    "saved_search_create": {
        "p_user_id": None,
        "p_search": {"name": "x", "query": {"price_min": 0}, "frequency": "daily"},
    },
    "saved_searches_list": {"p_user_id": None},
    "saved_search_delete": {"p_user_id": None, "p_search_id": None},
    "search_match_step": {"p_limit": 20},
    "search_digests_due": {"p_limit": 20},
    "search_digests_tell": {"p_viewers": []},
}
HOSTILE: list[dict[str, Any]] = [
    {"q": "' or 1=1 --"}, {"q": "!!! & | <-> :*"}, {"q": '"' * 100}, {"q": "-" * 100}, {"q": "\\'); select 1; --"},
    {"q": "(((((((((" * 10}, {"q": "a" * 100}, {"q": "\u202e\u0000toyota"}, {"q": "%L %1$L {0} {brand}"},
    {"q": "toyota" + "\u0301" * 90}, {"brand": "%L'\"\\", "q": "камри"}, {"brand": "İ" * 100, "model": "İ" * 100},
    {"price_min": "NaN"}, {"price_max": "Infinity"}, {"price_max": -1}, {"price_min": 1e308}, {"rooms": 2.5},
    {"year_min": 10**30}, {"latitude": 90, "longitude": 180, "radius_km": 500}, {"latitude": "nan", "longitude": 1},
    {"latitude": 42.87, "longitude": 74.59, "radius_km": 1e-300}, {"seller": "x"}, {"status": "sold"}, {"head": 1},
    {"limit": -1}, {"after": [1, 2]}, {"match": "similar"}, {"sort": "nearest"}, {}, {"category": ["car"]},
]  # fmt: skip


def test_functions_of_saved_searches_are_the_backends(stack: RunningStack) -> None:
    user, nobody = Caller(stack).log_in(), Caller(stack)
    for name, arguments in CALLS.items():
        body = {key: user.id if value is None else value for key, value in arguments.items()}
        for caller in (user, nobody):
            assert caller.rest("POST", f"/rpc/{name}", body).status_code in (401, 403), name


def test_nobody_reads_what_another_looks_for(stack: RunningStack) -> None:
    owner, other, nobody = Caller(stack).log_in(), Caller(stack).log_in(), Caller(stack)
    name = "Подарок жене к юбилею"
    body = {"name": name, "filters": {"brand": "Toyota"}, "frequency": "daily"}
    saved = owner.api("POST", SEARCHES, body).json()["data"]["id"]
    assert [row["name"] for row in owner.rest("GET", "/saved_searches?select=name").json()] == [name]
    for caller in (other, nobody):
        for path in (
            "/saved_searches?select=*",
            f"/saved_searches?id=eq.{saved}",
            "/users?select=id,saved_searches(*)",
            "/accounts?select=id,saved_searches(name,query)",
            f"/public_profiles?id=eq.{owner.id}&select=id,accounts(saved_searches(*))",
            "/search_hits?select=*",
        ):
            assert name not in caller.rest("GET", path).text
    for method, change in (("PUT", {"name": "x"}), ("DELETE", None)):
        path = f"{SEARCHES}/{saved}"
        answer = other.api(method, path, change)
        assert answer.status_code in (200, 404)
    assert owner.api("GET", SEARCHES).json()["data"][0]["name"] == name


def test_hostile_filters_are_refused_or_harmless(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    for filters in HOSTILE:
        answer = user.api("POST", SEARCHES, {"name": "x", "filters": filters, "frequency": "daily"})
        assert answer.status_code in (200, 201, 409, 422), (filters, answer.text)
        for saved in user.api("GET", SEARCHES).json()["data"]:
            assert user.api("DELETE", f"{SEARCHES}/{saved['id']}").status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "cut off"])
def test_a_packed_body_is_refused_by_the_function_and_not_by_the_gateway(
    stack: RunningStack, coding: str, *, is_whole: bool
) -> None:
    user = Caller(stack).log_in()
    packed = gzip.compress(json.dumps({"email": new_email()}).encode())[: None if is_whole else 12]
    for kind in ("application/json", "application/json; charset=utf-8"):
        headers = {
            "Authorization": f"Bearer {user.token}", "Content-Type": kind, "Content-Encoding": coding,
            "X-Local-Address": user.address,
        }  # fmt: skip
        answer = httpx.put(stack.url + ACCOUNT, content=packed, headers=headers, timeout=60, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json"), answer.text
    assert user.api("GET", ACCOUNT).json()["data"]["pending"] is None


def test_no_other_schema_is_served(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    for schema in ("graphql_public", "private", "auth", "storage", "extensions"):
        assert user.rest("GET", "/accounts?limit=1", None, **{"Accept-Profile": schema}).status_code == 406
        answer = user.rest("POST", "/rpc/graphql", {"query": "{ __typename }"}, **{"Content-Profile": schema})
        assert answer.status_code == 406
    assert user.rest("POST", "/rpc/graphql", {"query": "{ __typename }"}).status_code == 404
