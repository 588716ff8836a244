"""New keys of Supabase, given since 2025, are no tokens: its gateway exchanges them, and PostgREST refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web

from auto360.providers.database.postgrest import PostgrestDatabase, SupabaseSettings, new_line
from infra.doctor import supabase as doctor
from local.thread_server import serving
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.plain_http import plain_request

SECRET, PUBLISHABLE = f"sb_secret_{uuid4().hex}", f"sb_publishable_{uuid4().hex}"


def gateway(database: Database) -> web.Application:
    """Build the gateway before PostgREST in a hosted project."""
    tokens = {SECRET: database.service_key, PUBLISHABLE: database.anon_key}

    async def forward(request: web.Request) -> web.Response:
        key, given = request.headers.get("apikey", ""), request.headers.get("Authorization", "")
        if key not in tokens:
            return web.json_response({"message": "No API key found in request"}, status=401)
        if given.startswith("Bearer sb_"):
            return web.json_response({"code": "PGRST301", "message": "Expected 3 parts in JWT; got 1"}, status=401)
        kept = ("Content-Type", "X-Session-Id", "Prefer")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        headers["Authorization"] = given or f"Bearer {tokens[key]}"
        async with (
            ClientSession() as session,
            session.request(
                request.method, f"{database.rest_url}{request.path_qs}", headers=headers, data=await request.read()
            ) as answer,
        ):
            return web.Response(
                status=answer.status, body=await answer.read(), content_type=answer.content_type
            )  # fmt: skip

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    return app


@pytest.fixture
def hosted_url(database: Database) -> Iterator[str]:
    with serving(lambda: gateway(database)) as url:
        yield url


def test_the_backend_calls_and_reads_with_the_new_keys(database: Database, hosted_url: str) -> None:
    settings = SupabaseSettings.load(
        {
            "SUPABASE_URL": hosted_url,
            "SUPABASE_REST_URL": hosted_url,
            "SUPABASE_SERVICE_ROLE_KEY": SECRET,
            "SUPABASE_ANON_KEY": PUBLISHABLE,
        }
    )
    calls = PostgrestDatabase(settings, new_line(settings))
    assert calls.call("health_check", {}) is not None
    user = new_user_id(database)
    found = calls.select("accounts", {"select": "id"}, user_token=database.user_token(user))
    assert found == [{"id": str(user)}]


def test_doctor_shows_the_publishable_key_alone(database: Database, hosted_url: str) -> None:
    variables = {"SUPABASE_URL": hosted_url, "SUPABASE_REST_URL": hosted_url, "SUPABASE_ANON_KEY": PUBLISHABLE}
    assert "reads no account" in doctor.row_level_security(variables)


def test_a_new_key_as_a_token_is_refused_here_as_there(hosted_url: str) -> None:
    headers = {"apikey": SECRET, "Authorization": f"Bearer {SECRET}"}
    answer = plain_request("POST", f"{hosted_url}/rpc/health_check", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "PGRST301")
