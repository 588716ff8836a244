"""Realtime and REST of the chat: messages for the two sides alone, and embedded rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.plain_http import plain_client
from tests.support.rows import rows
from tests.support.threads import new_thread, sending


@dataclass(frozen=True)
class Scene:
    """Conversation of two, a third person, and PostgREST."""

    database: Database
    rest: httpx.Client
    buyer: str
    seller: str
    stranger: str
    thread: str

    def send(self, user: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Return a request with a person's own token."""
        token = self.database.user_token(user)
        return self.rest.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    def seen(self, user: str, path: str) -> Any:
        """Return the rows that a person sees."""
        answer = self.send(user, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    """Yield a conversation with one message, which the backend has written."""
    buyer, seller, stranger = (new_user_id(database) for _ in range(3))
    thread = new_thread(database, buyer, seller)
    with database.connect() as connection:
        sending(buyer, thread, "Здравствуйте")(connection)
    with plain_client(base_url=database.rest_url, timeout=10) as rest:
        yield Scene(database, rest, buyer, seller, stranger, thread)


def test_both_sides_see_a_new_message_and_nobody_else(scene: Scene) -> None:
    path = f"/chat_messages?thread_id=eq.{scene.thread}&select=body,sender_id"
    for side in (scene.buyer, scene.seller):
        assert scene.seen(side, path) == [{"body": "Здравствуйте", "sender_id": scene.buyer}]
    assert scene.seen(scene.stranger, path) == []
    anonymous = scene.rest.get(path, headers={"Authorization": f"Bearer {scene.database.anon_key}"})
    assert anonymous.status_code == 401


def test_realtime_publishes_messages(database: Database) -> None:
    published = rows(
        database,
        """select p.pubinsert from pg_publication_tables t join pg_publication p on p.pubname = t.pubname
           where t.pubname = 'supabase_realtime' and t.tablename = 'chat_messages'""",
    )
    assert published == [(True,)]


def test_a_message_written_past_the_backend_notifies_as_well(scene: Scene) -> None:
    row = {"thread_id": scene.thread, "sender_id": scene.seller, "body": "Да, продаётся"}
    assert scene.send(scene.seller, "POST", "/chat_messages", row).status_code == 201
    told = scene.seen(scene.buyer, "/notifications?select=type,message,from_user_id")
    assert told == [{"type": "chat_message", "message": "Да, продаётся", "from_user_id": scene.seller}]
    assert scene.seen(scene.stranger, "/notifications?select=type") == []


def test_who_is_blocked_cannot_write_past_the_backend_either(scene: Scene) -> None:
    block = "insert into chat_blocks (blocker_id, blocked_id) values (%s, %s) returning true"
    assert rows(scene.database, block, scene.seller, scene.buyer) == [(True,)]
    row = {"thread_id": scene.thread, "sender_id": scene.buyer, "body": "Почему?"}
    assert scene.send(scene.buyer, "POST", "/chat_messages", row).status_code == 403


def test_past_the_backend_nobody_shows_pictures_from_elsewhere(scene: Scene) -> None:
    row = {
        "thread_id": scene.thread,
        "sender_id": scene.buyer,
        "message_type": "image",
        "image_url": "https://x.example",
    }
    answer = scene.send(scene.buyer, "POST", "/chat_messages", row)
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")


def test_thirty_messages_a_minute_hold_past_the_backend(scene: Scene) -> None:
    row = {"thread_id": scene.thread, "sender_id": scene.seller, "body": "Да"}
    statuses = [scene.send(scene.seller, "POST", "/chat_messages", row).status_code for _ in range(32)]
    assert statuses == [201] * 30 + [429] * 2
    assert scene.send(scene.buyer, "POST", "/chat_messages", {**row, "sender_id": scene.buyer}).status_code == 201


@pytest.mark.parametrize(
    "function",
    [
        "business_create", "business_delete", "business_invite", "business_transfer", "business_read",
        "chat_open_thread", "chat_send", "chat_threads_page", "chat_messages_page", "chat_mark_read", "chat_report",
    ],
)  # fmt: skip
def test_nobody_calls_the_backends_functions_in_anothers_name(scene: Scene, function: str) -> None:
    names = rows(scene.database, "select proargnames from pg_proc where proname = %s", function)[0][0]
    answer = scene.send(scene.stranger, "POST", f"/rpc/{function}", dict.fromkeys(names))
    assert (answer.status_code, answer.json()["code"]) == (403, "42501"), answer.text


def test_a_text_written_past_the_backend_is_cleaned(scene: Scene) -> None:
    message = {
        "thread_id": scene.thread,
        "sender_id": scene.buyer,
        "body": " Торг\u202e <img src=x onerror=a()>\tесть?\r\n",
    }
    assert scene.send(scene.buyer, "POST", "/chat_messages", message).status_code == 201
    path = f"/chat_messages?thread_id=eq.{scene.thread}&select=body&order=created_at.desc&limit=1"
    assert scene.seen(scene.seller, path) == [{"body": "Торг есть?"}]
    refused = scene.send(scene.buyer, "POST", "/chat_messages", message | {"body": "<b></b>\u200b"})
    assert refused.status_code == 400
