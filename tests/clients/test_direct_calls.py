"""App's direct calls of `calls.toml`, as guest, owner and stranger, with both versions of supabase-js."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.scene import Chat, inserted, new_chat
from tests.support.js_clients import VERSIONS, JsClients, js_clients
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

CALLS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("calls.toml").read_text(encoding="utf-8"))["call"]
ROLES = ("guest", "owner", "stranger")


@pytest.fixture(scope="module", params=VERSIONS)
def clients(request: pytest.FixtureRequest, stack: RunningStack) -> Iterator[JsClients]:
    """Yield one node process for all calls of a version."""
    with js_clients(stack, request.param) as found:
        yield found


@pytest.mark.parametrize("call", CALLS, ids=[call["name"].replace(" ", "_") for call in CALLS])
def test_everyone_gets_what_is_meant_for_them(stack: RunningStack, clients: JsClients, call: dict[str, Any]) -> None:
    found = {role: outcome(stack, clients, call, role) for role in ROLES if role in call}
    assert found == {role: call[role] for role in ROLES if role in call}


def outcome(stack: RunningStack, clients: JsClients, call: dict[str, Any], role: str) -> str:
    """Return the outcome of a call for a role, in the words of the file."""
    chat = new_chat(stack)
    names = scene(stack, chat, role)
    token = {"guest": None, "owner": chat.seller.token, "stranger": chat.stranger.token}[role]
    clients.open(role, token)
    result = clients.call(role, *filled(call["chain"], names))
    if result["error"] is not None:
        return str(result["error"]["code"] or result["status"])
    if "changes" in call:
        query = call["changes"]
        for name, value in names.items():
            query = query.replace(name, f"'{value}'")
        return "done" if inserted(stack, query) == "True" else "kept"
    return "rows" if result["count"] or result["data"] else "none"


def scene(stack: RunningStack, chat: Chat, role: str) -> dict[str, str]:
    """Return the values of the names in a call: a car of the owner, with a message to the owner and a notification."""
    brand = "update listings set details = jsonb_build_object('brand', 'Toyota') where id = %s returning id"
    inserted(stack, brand, chat.listing)
    query = "insert into chat_messages (thread_id, sender_id, body) values (%s, %s, 'Торг?') returning id::text"
    message = inserted(stack, query, chat.thread, chat.buyer.id)
    news = "insert into notifications (user_id, type, title) values (%s, 'comment', 'Комментарий') returning id"
    inserted(stack, news, chat.seller.id)
    # The longer name first: one begins with the other.
    return {
        "$message": message,
        "$me": chat.stranger.id if role == "stranger" else chat.seller.id,
        "$owner": chat.seller.id,
        "$listing": chat.listing,
        "$thread": chat.thread,
        "$storage": f"{stack.supabase_url}/storage/v1",
    }


def filled(chain: list[Any], names: dict[str, str]) -> list[Any]:
    """Return the chain with values for the names."""
    text = json.dumps(chain)
    for name, value in names.items():
        text = text.replace(name, value)
    found: list[Any] = json.loads(text)
    return found
