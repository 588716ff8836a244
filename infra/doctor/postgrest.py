"""Checks of PostgREST's own settings, which a hosted project keeps beside ours."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx

from auto360.providers.database.postgrest import key_headers
from infra.doctor import Variables, Wrong, check

_SECONDS = 10.0
_SERVED = {"public"}
# Up to version 12 the message ends with the schemas that are served; later the hint does.
_SCHEMAS = re.compile(r"(?:one of the following|schemas are exposed): ([A-Za-z0-9_, \"]+)")


@check(
    "ended sessions",
    needs=("SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"),
    advice="Run `alter role authenticator set pgrst.db_pre_request = 'private.check_session'; notify pgrst,"
    " 'reload config'` in the SQL editor.",
)
def ended_sessions(_variables: Variables) -> str:
    """PostgREST checks the session before each call that the backend makes for a user."""
    from auto360.container.data import database as wired
    from auto360.core.errors import AuthenticationRequired
    from auto360.providers.database import act_for, reset_round_trips

    act_for(str(uuid4()))
    try:
        wired().call("health_check", {})
    except AuthenticationRequired:
        return "an unknown session is refused"
    finally:
        reset_round_trips()
    raise Wrong("an unknown session is served")


@check(
    "served schemas",
    needs=("SUPABASE_URL", "SUPABASE_ANON_KEY"),
    advice="Run `alter role authenticator set pgrst.db_schemas = 'public'; notify pgrst, 'reload config'` in the SQL"
    " editor, and leave `public` alone among the exposed schemas of the project's API settings.",
)
def served_schemas(variables: Variables) -> str:
    """PostgREST serves schema public alone: queries through graphql_public nest without end (decision 0079)."""
    rest = variables.get("SUPABASE_REST_URL") or f"{variables['SUPABASE_URL']}/rest/v1"
    # Refused by its profile, the request reaches no table, and the refusal names what is served.
    headers = {**key_headers(variables["SUPABASE_ANON_KEY"]), "Accept-Profile": f"doctor_{uuid4().hex}"}
    answer = httpx.get(f"{rest}/accounts?limit=0", headers=headers, timeout=_SECONDS)
    told = answer.json() if answer.status_code == httpx.codes.NOT_ACCEPTABLE else {}
    found = _SCHEMAS.search(f"{told.get('message')}\n{told.get('hint')}")
    if found is None:
        raise Wrong(f"an unknown schema is answered with {answer.status_code}")
    others = {name.strip(' "') for name in found[1].split(",")} - _SERVED
    if others:
        raise Wrong(f"serves also {', '.join(sorted(others))}")
    return "public alone"
