"""Doctor looks at settings of PostgREST that a hosted project keeps beside ours."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from aiohttp import web

from infra.doctor import (
    REGISTRY,
    Finding,
    examine,
    postgrest,  # noqa: F401 - registers its checks
)
from local.thread_server import serving
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.plain_http import plain_request


def found(check: str, variables: dict[str, str]) -> Finding:
    return next(iter(examine(variables, [each for each in REGISTRY if each.name == check])))


def test_a_database_that_does_not_check_sessions_is_found(functions: Functions, database: Database) -> None:
    assert found("ended sessions", functions.environ).outcome == "ok"
    change_pre_request(database, "reset pgrst.db_pre_request")
    try:
        finding = found("ended sessions", functions.environ)
        assert finding.outcome == "failure"
        assert "alter role authenticator set pgrst.db_pre_request" in str(finding)
    finally:
        change_pre_request(database, "set pgrst.db_pre_request = 'private.check_session'")
    assert found("ended sessions", functions.environ).outcome == "ok"


def change_pre_request(database: Database, change: str) -> None:
    """Change the setting and wait until PostgREST has it."""
    with database.connect() as connection:
        connection.execute(f"alter role authenticator {change}".encode())
        connection.execute("notify pgrst, 'reload config'")
    headers = {"Authorization": f"Bearer {database.service_key}", "X-Session-Id": str(uuid4())}
    until = time.monotonic() + 20
    while time.monotonic() < until:
        status = plain_request("POST", f"{database.rest_url}/rpc/health_check", json={}, headers=headers).status_code
        if (status == 401) == change.startswith("set"):
            return
        time.sleep(0.05)
    raise AssertionError("PostgREST did not take the setting")


def test_a_schema_that_nobody_should_reach_is_found(functions: Functions, database: Database) -> None:
    assert found("served schemas", functions.environ).outcome == "ok"
    try:
        serve_schemas(database, "public, private")
        finding = found("served schemas", functions.environ)
        assert (finding.outcome, finding.told) == ("failure", "serves also private")
    finally:
        serve_schemas(database, "public")
    assert found("served schemas", functions.environ).outcome == "ok"


@pytest.mark.parametrize(
    ("status", "told", "outcome"),
    [
        (406, {"message": "The schema must be one of the following: public, graphql_public"}, "failure"),
        (406, {"message": "Invalid schema: x", "hint": "Only the following schemas are exposed: public"}, "ok"),
        (406, {"message": "Invalid schema", "hint": "Only the following schemas are exposed: public, a"}, "failure"),
        (406, {"message": "no", "hint": None}, "failure"),
        (200, {}, "failure"),
    ],
)
def test_what_a_project_says_about_its_schemas_is_read(status: int, told: dict[str, object], outcome: str) -> None:
    async def accounts(_request: web.Request) -> web.Response:
        return web.json_response(told, status=status)

    def site() -> web.Application:
        app = web.Application()
        app.router.add_get("/rest/v1/accounts", accounts)
        return app

    with serving(site) as url:
        finding = found("served schemas", {"SUPABASE_URL": url, "SUPABASE_ANON_KEY": "sb_publishable_x"})
    assert finding.outcome == outcome, finding.told


def serve_schemas(database: Database, schemas: str) -> None:
    """Change the setting and wait until PostgREST has it."""
    with database.connect() as connection:
        connection.execute(f"alter role authenticator set pgrst.db_schemas = '{schemas}'".encode())
        connection.execute("notify pgrst, 'reload config'")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        answer = plain_request("GET", f"{database.rest_url}/accounts", headers={"Accept-Profile": "none"})
        if str(answer.json()["message"]).endswith(f": {schemas}"):
            return
        time.sleep(0.05)
    raise AssertionError("PostgREST did not take the setting")
