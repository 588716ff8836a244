"""Chat over supabase-js channels: who hears what, after a reconnect, a new token, and the end of a session."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local.function_environment import token_keys
from local.tokens import TokenKeys, new_signing_key
from tests.clients.scene import Chat, Person, new_chat, new_person
from tests.support.js_clients import JsClients
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

PUBLIC = {"schema": "public"}
SUBSCRIBED = {"status": "ok", "message": "Subscribed to PostgreSQL", "extension": "postgres_changes"}


def messages(chat: Chat) -> list[dict[str, Any]]:
    """Return the bindings of the open chat screen."""
    where = {**PUBLIC, "table": "chat_messages", "filter": f"thread_id=eq.{chat.thread}"}
    return [{**where, "event": "INSERT"}, {**where, "event": "UPDATE"}]


@pytest.fixture
def chat(stack: RunningStack, js: JsClients) -> Chat:
    """Create a conversation with its two users and a stranger signed in, each with a client of that name."""
    made = new_chat(stack)
    for name in ("buyer", "seller", "stranger"):
        js.open(name, getattr(made, name).token)
    return made


def listen(js: JsClients, chat: Chat, *clients: str) -> None:
    """Open the chat screen on these clients."""
    for client in clients:
        told = js.subscribe(client, f"chat_messages:{chat.thread}", *messages(chat))
        assert {name: told[name] for name in SUBSCRIBED} == SUBSCRIBED


def write(js: JsClients, chat: Chat, body: str, *, client: str = "buyer") -> str:
    """Send a message as the app does; gives its id."""
    author: Person = getattr(chat, client)
    row = {"thread_id": chat.thread, "sender_id": author.id, "body": body}
    chain = (["from", "chat_messages"], ["insert", row], ["select", "*"], ["single"])
    result = js.call(client, *chain)
    assert result["error"] is None, result
    return str(result["data"]["id"])


def heard(js: JsClients, client: str, body: str) -> dict[str, Any]:
    """Wait until a client hears of a message with this body."""
    found: dict[str, Any] = js.wait_until(
        lambda event: (
            event["event"] == "change" and event["client"] == client and event["payload"]["new"].get("body") == body
        )
    )
    return found


def test_a_message_and_its_read_mark_reach_both_and_nobody_else(stack: RunningStack, js: JsClients, chat: Chat) -> None:
    listen(js, chat, "buyer", "seller", "stranger")
    js.open("guest")
    told = js.subscribe("guest", "chat", *messages(chat))
    assert "invalid column for filter thread_id" in told["message"]
    # What everybody may see comes over the same connections behind the messages: then nothing else is on the way.
    for client in ("stranger", "guest"):
        js.subscribe(client, "public:listings", {**PUBLIC, "table": "listings", "event": "UPDATE"})
    written = write(js, chat, "Торг есть?")
    assert heard(js, "seller", "Торг есть?")["new"]["id"] == written
    assert heard(js, "buyer", "Торг есть?")["old"] == {}
    read = (["from", "chat_messages"], ["update", {"is_read": True}], ["eq", "thread_id", chat.thread])
    assert js.call("seller", *read)["status"] == 204
    for client in ("buyer", "seller"):
        mark = js.wait_until(
            lambda event, client=client: (
                event["client"] == client and event["event"] == "change" and event["payload"]["eventType"] == "UPDATE"
            )
        )
        assert (mark["new"]["is_read"], mark["old"]) == (True, {"id": written})
    stack.rows("update listings set title = 'Toyota Camry, торг' where id = %s", chat.listing)
    for client in ("stranger", "guest"):
        js.wait_for("change", client, "public:listings")
        assert {change["table"] for change in js.changes(client)} == {"listings"}


def test_a_notification_and_its_read_mark_reach_all_phones_of_its_user_and_nobody_else(
    stack: RunningStack, js: JsClients, chat: Chat
) -> None:
    js.open("second", chat.seller.token)
    where = {**PUBLIC, "table": "notifications", "event": "*", "filter": f"user_id=eq.{chat.seller.id}"}
    for client in ("seller", "second", "stranger"):
        told = js.subscribe(client, "notifications", where)
        assert told["status"] == "ok", told
        js.subscribe(client, "public:listings", {**PUBLIC, "table": "listings", "event": "UPDATE"})
    write(js, chat, "Торг есть?")
    stack.rows("select notifications_mark_read(%s, null)", chat.seller.id)
    for client in ("seller", "second"):
        for kind, is_read in (("INSERT", False), ("UPDATE", True)):
            event = js.wait_until(
                lambda event, client=client, kind=kind: (
                    event["client"] == client and event["event"] == "change" and event["payload"]["eventType"] == kind
                )
            )
            assert (event["new"]["type"], event["new"]["is_read"]) == ("chat_message", is_read)
    stack.rows("update listings set title = 'Toyota Camry, торг' where id = %s", chat.listing)
    js.wait_for("change", "stranger", "public:listings")
    assert {change["table"] for change in js.changes("stranger")} == {"listings"}


def test_messages_arrive_after_the_connection_was_lost(js: JsClients, chat: Chat) -> None:
    listen(js, chat, "buyer", "seller", "stranger")
    for client in ("seller", "stranger"):
        known = len(js.events)
        js.drop(client)
        js.wait_for("system", client, f"chat_messages:{chat.thread}", after=known)
    write(js, chat, "ещё продаёте?")
    heard(js, "seller", "ещё продаёте?")
    assert js.changes("stranger") == []


def test_a_new_token_goes_on_where_the_old_one_ended(stack: RunningStack, js: JsClients, chat: Chat) -> None:
    listen(js, chat, "buyer", "seller")
    known, renewed = len(js.events), stack.user_token(chat.seller.id)
    js.change_token("seller", renewed)
    js.wait_for("system", "seller", f"chat_messages:{chat.thread}", after=known)
    stack.rows(
        """update auth_sessions set revoked_at = now(), revoked_reason = 'logout' where user_id = %s
           and id <> (select id from auth_sessions where user_id = %s order by created_at desc, id limit 1)""",
        chat.seller.id,
        chat.seller.id,
    )
    write(js, chat, "беру")
    heard(js, "seller", "беру")
    known = len(js.events)
    js.drop("seller")
    js.wait_for("system", "seller", f"chat_messages:{chat.thread}", after=known)
    write(js, chat, "когда?")
    heard(js, "seller", "когда?")


def test_a_revoked_session_hears_nothing_more(stack: RunningStack, js: JsClients, chat: Chat) -> None:
    listen(js, chat, "buyer", "seller")
    stack.rows("update auth_sessions set revoked_at = now(), revoked_reason = 'logout' where user_id = %s",
               chat.seller.id)  # fmt: skip
    write(js, chat, "привет")
    heard(js, "buyer", "привет")
    js.open("seller", stack.user_token(chat.seller.id))
    listen(js, chat, "seller")
    write(js, chat, "снова привет")
    heard(js, "seller", "снова привет")
    assert [change["new"]["body"] for change in js.changes("seller")] == ["снова привет"]


def test_an_expired_token_closes_the_channel_and_opens_none(stack: RunningStack, js: JsClients, chat: Chat) -> None:
    [(session,)] = stack.rows("select id::text from auth_sessions where user_id = %s", chat.buyer.id)
    claims = {"session_id": session, "exp": int(time.time()) + 4}
    short = token_keys(stack.keyring).user_token(chat.buyer.id, claims)
    js.open("buyer", short)
    channel = f"chat_messages:{chat.thread}"
    listen(js, chat, "buyer")
    ended = js.wait_until(lambda event: event["event"] == "system" and event["payload"]["status"] == "error")
    assert ended["message"].startswith("Token has expired")
    closed = js.wait_until(lambda event: event["event"] == "status" and event["payload"]["status"] == "CLOSED")
    assert closed == {"status": "CLOSED"}
    # PostgREST allows for clocks that differ by half a minute.
    over = token_keys(stack.keyring).user_token(chat.buyer.id, {**claims, "exp": int(time.time()) - 60})
    js.open("late", over)
    late = js.call("late", ["from", "listings"], ["select", "id"], ["limit", 1])
    assert (late["status"], late["error"]["message"]) == (401, "JWT expired")
    assert js.join("late", channel, *messages(chat)) == "CHANNEL_ERROR"


def test_a_token_of_a_withdrawn_key_opens_nothing(stack: RunningStack, js: JsClients, chat: Chat) -> None:
    keys = token_keys(stack.keyring)
    old = TokenKeys(new_signing_key(), "withdrawn", keys.jwt_secret, keys.issuer).user_token(chat.buyer.id)
    js.open("buyer", old)
    assert js.call("buyer", ["from", "listings"], ["select", "id"], ["limit", 1])["status"] == 401
    stored = js.call("buyer", ["storage"], ["from", "avatars"], ["list", chat.buyer.id])
    assert (stored["error"]["status"], stored["error"]["statusCode"]) == (400, "403")
    assert js.join("buyer", "x", *messages(chat)) == "CHANNEL_ERROR"


def test_one_unpublished_table_silences_the_whole_channel(js: JsClients, chat: Chat) -> None:
    told = js.subscribe(
        "seller",
        "mixed",
        {**PUBLIC, "table": "chat_messages", "event": "INSERT"},
        {**PUBLIC, "table": "payments", "event": "*"},
    )
    assert (told["status"], "table: payments" in told["message"]) == ("error", True)
    listen(js, chat, "seller")
    write(js, chat, "слышно?")
    heard(js, "seller", "слышно?")
    assert len(js.changes("seller")) == 1


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("nonsense=eq.1", "invalid column for filter nonsense"),
        ("thread_id=eq.not-a-uuid", "invalid input syntax for type uuid"),
        ("thread_id=~.1", "Error parsing `filter` params"),
    ],
)
def test_a_filter_that_cannot_hold_is_refused(js: JsClients, chat: Chat, condition: str, fault: str) -> None:
    told = js.subscribe("seller", "x", {**PUBLIC, "table": "chat_messages", "event": "*", "filter": condition})
    assert (told["status"], fault in told["message"]) == ("error", True), told


def test_a_removed_like_is_told_by_its_key_alone(js: JsClients, chat: Chat) -> None:
    js.subscribe("buyer", "likes", {**PUBLIC, "table": "listing_likes", "event": "*"})
    like = {"user_id": chat.buyer.id, "listing_id": chat.listing}
    assert js.call("buyer", ["from", "listing_likes"], ["insert", like])["status"] == 201
    added = js.wait_for("change", "buyer", "likes")
    assert js.call("buyer", ["from", "listing_likes"], ["delete"], ["match", like])["status"] == 204
    removed = js.wait_until(lambda event: event["event"] == "change" and event["payload"]["eventType"] == "DELETE")
    assert removed["new"] == {}
    assert list(removed["old"]) == ["id"]
    assert added["new"]["id"] == removed["old"]["id"]


def test_an_event_holds_no_column_that_its_reader_may_not_select(stack: RunningStack, js: JsClients) -> None:
    chat = new_chat(stack)
    js.open("guest")
    js.subscribe("guest", "public:listings", {**PUBLIC, "table": "listings", "event": "UPDATE"})
    stack.rows("update listings set title = 'Toyota' where id = %s", chat.listing)
    change = js.wait_for("change", "guest", "public:listings")
    readable = stack.rows(
        """select attname from pg_attribute where attrelid = 'public.listings'::regclass and attnum > 0
           and not attisdropped and has_column_privilege('anon', attrelid, attnum, 'select')"""
    )
    assert set(change["new"]) == {name for (name,) in readable}


def test_leaving_ends_the_events(js: JsClients, chat: Chat) -> None:
    js.subscribe("seller", "public:listings", {**PUBLIC, "table": "listings", "event": "UPDATE"})
    listen(js, chat, "buyer", "seller")
    assert js.leave("seller", f"chat_messages:{chat.thread}") == "ok"
    write(js, chat, "алло")
    heard(js, "buyer", "алло")
    listen(js, chat, "seller")
    write(js, chat, "на связи")
    heard(js, "seller", "на связи")
    assert len(js.changes("seller")) == 1


def test_a_private_channel_is_refused(stack: RunningStack, js: JsClients) -> None:
    js.open("buyer", new_person(stack).token)
    assert js.join("buyer", "secret", private=True) == "CHANNEL_ERROR"


def test_the_list_of_conversations_hears_of_a_message(js: JsClients, chat: Chat) -> None:
    binding = {**PUBLIC, "table": "chat_threads", "event": "UPDATE"}
    for client in ("buyer", "seller", "stranger"):
        told = js.subscribe(client, f"threads:user:{getattr(chat, client).id}", binding)
        assert told["status"] == "ok", told
    write(js, chat, "торг уместен?")
    for client in ("buyer", "seller"):
        change = js.wait_for("change", client, f"threads:user:{getattr(chat, client).id}")
        assert (change["new"]["id"], change["new"]["last_message"]) == (chat.thread, "торг уместен?")
    js.subscribe("stranger", "public:listing_likes", {**PUBLIC, "table": "listing_likes", "event": "INSERT"})
    like = {"user_id": chat.stranger.id, "listing_id": chat.listing}
    assert js.call("stranger", ["from", "listing_likes"], ["insert", like])["status"] == 201
    js.wait_for("change", "stranger", "public:listing_likes")
    assert {change["table"] for change in js.changes("stranger")} == {"listing_likes"}
