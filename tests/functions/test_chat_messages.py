"""Messages: what may be written, how it is read, and that a repeated request writes once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from auto360.providers.database import round_trips
from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.market import User, new_listing, new_user
from tests.support.rows import rows


@dataclass(frozen=True)
class Talk:
    """Conversation with its two sides."""

    buyer: User
    seller: User
    thread: str

    def write(self, body: dict[str, Any], **options: Any) -> Answer:
        return self.buyer.send("POST", f"/threads/{self.thread}/messages", body, **options)

    def bodies(self, reader: User | None = None) -> list[str]:
        """Return the texts, newest first."""
        page = (reader or self.seller).data("GET", f"/threads/{self.thread}/messages")
        return [message["body"] for message in page["messages"]]


@pytest.fixture
def new_talk(functions: Functions, database: Database) -> Callable[[], Talk]:
    """Makes conversations."""

    def make() -> Talk:
        buyer = new_user(functions, database, "chat", name="Асель")
        seller = new_user(functions, database, "chat")
        thread = buyer.data("POST", "/threads", {"listing_id": new_listing(database, seller.id)})["id"]
        return Talk(buyer, seller, thread)

    return make


@pytest.fixture
def talk(new_talk: Callable[[], Talk]) -> Talk:
    return new_talk()


@pytest.mark.parametrize("field", ["text", "message", "body"])
def test_a_text_is_taken_under_each_of_its_names_and_read_as_body(talk: Talk, field: str) -> None:
    answer = talk.write({field: " Здравствуйте!\u202e <b>Торг</b>\nесть? "})
    assert answer.status == 200
    sent = answer.body["data"]
    assert sent["body"] == "Здравствуйте! Торг\nесть?"
    assert (sent["thread_id"], sent["sender_id"], sent["is_read"]) == (talk.thread, talk.buyer.id, False)
    assert sent["sender"] == {"id": talk.buyer.id, "name": "Асель", "avatar_url": None, "is_verified": False}
    [read] = talk.seller.data("GET", f"/threads/{talk.thread}/messages")["messages"]
    assert read == sent
    assert round_trips() == 2


def test_a_price_is_offered_in_som(talk: Talk, database: Database) -> None:
    sent = talk.write({"offer_amount": 1_150_000}).body["data"]
    assert (sent["message_type"], sent["offer_amount"], sent["body"]) == ("offer", 1_150_000, "")
    shown = rows(database, "select last_message from chat_threads where id = %s", talk.thread)
    assert shown == [("1150000 сом",)]


def test_a_picture_lies_in_the_own_folder_or_at_an_allowed_host(talk: Talk, functions: Functions) -> None:
    own = f"listings-thumbnails/{talk.buyer.id}/a.jpg"
    sent = talk.write({"image_url": own, "text": "Вот она"}).body["data"]
    assert (sent["message_type"], sent["body"]) == ("image", "Вот она")
    assert sent["image_url"].endswith(f"/storage/v1/object/public/{own}")
    assert talk.write({"image_url": sent["image_url"], "text": "Ещё раз"}).status == 200
    functions.set(IMAGE_HOSTS="img.example.kg,cdn.example.kg")
    assert talk.write({"image_url": "https://cdn.example.kg/x/a.jpg"}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \u200b<b></b> "},
        {"text": "х" * 1001},
        {"text": 5},
        {"text": "а", "body": "б"},
        {"text": "а", "to": "кому"},
        {"text": "а", "message_type": "image"},
        {"text": "а", "client_message_id": "x"},
        {"offer_amount": 0},
        {"offer_amount": 1_000_000_000},
        {"offer_amount": "5"},
        {"offer_amount": 5, "image_url": "listings-thumbnails/a/a.jpg"},
        {"image_url": "https://elsewhere.example/a.jpg"},
        {"image_url": "http://cdn.example.kg/a.jpg"},
        {"image_url": f"listings-thumbnails/{uuid4()}/a.jpg"},
        {"image_url": "documents/passport.jpg"},
    ],
)
def test_what_is_no_message_is_refused(talk: Talk, body: dict[str, Any]) -> None:
    answer = talk.write(body)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert talk.bodies() == []


def test_a_text_of_a_thousand_characters_is_taken_whole(talk: Talk) -> None:
    assert talk.write({"text": "🐎" * 1000}).status == 200
    assert talk.bodies() == ["🐎" * 1000]


def test_messages_come_in_pages_newest_first(talk: Talk) -> None:
    for number in range(5):
        talk.write({"text": str(number)})
    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = talk.seller.data("GET", f"/threads/{talk.thread}/messages", query=query)
        seen += [message["body"] for message in page["messages"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["4", "3", "2", "1", "0"], None)
    assert talk.seller.send("GET", "/threads", query={"cursor": "x"}).status == 422


@pytest.mark.parametrize("key", ["5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52", "trip-1", "k" * 255])
def test_with_a_key_a_repeated_request_is_one_message(talk: Talk, key: str) -> None:
    first, again = (talk.write({"text": "Да"}, headers={"Idempotency-Key": key}) for _ in range(2))
    assert first.body == again.body
    assert talk.bodies() == ["Да"]
    other = talk.write({"text": "Нет"}, headers={"Idempotency-Key": key})
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert talk.write({"text": "Да"}, headers={"Idempotency-Key": "another"}).status == 200
    assert talk.bodies() == ["Да", "Да"]


@pytest.mark.parametrize("key", ["k" * 256, "ключ", "a b", "\ud800"])
def test_a_key_that_no_header_can_hold_is_refused(talk: Talk, key: str) -> None:
    assert talk.write({"text": "Да"}, headers={"Idempotency-Key": key}).status == 422


def test_the_apps_own_message_id_is_a_key_too(talk: Talk) -> None:
    identity = str(uuid4())
    first, again = (talk.write({"text": "Да", "client_message_id": identity}) for _ in range(2))
    assert first.body["data"]["id"] == again.body["data"]["id"]
    assert first.body["data"]["client_message_id"] == identity


def test_keys_of_two_people_do_not_meet(talk: Talk) -> None:
    headers = {"Idempotency-Key": "1"}
    talk.write({"text": "Да"}, headers=headers)
    talk.seller.data("POST", f"/threads/{talk.thread}/messages", {"text": "Нет"}, headers=headers)
    assert talk.bodies() == ["Нет", "Да"]


def test_without_a_key_the_newest_message_again_is_taken_for_a_repetition_within_seconds(
    talk: Talk, functions: Functions
) -> None:
    first, again = (talk.write({"text": "Да"}).body["data"]["id"] for _ in range(2))
    assert first == again
    talk.write({"text": "Точно"})
    talk.write({"text": "Да"})
    assert talk.bodies() == ["Да", "Точно", "Да"]
    functions.set(CHAT_REPLAY_SECONDS="0")
    talk.write({"text": "Да"})
    assert talk.bodies() == ["Да", "Да", "Точно", "Да"]


def test_a_repetition_is_answered_even_after_a_block(talk: Talk) -> None:
    headers = {"Idempotency-Key": "1"}
    assert talk.write({"text": "Да"}, headers=headers).status == 200
    talk.seller.data("POST", "/blocks", {"user_id": talk.buyer.id})
    assert talk.write({"text": "Да"}, headers=headers).status == 200
    assert talk.write({"text": "Да, да"}).status == 403


def test_the_recipient_has_one_notification_per_conversation_with_the_newest_message(
    talk: Talk, database: Database
) -> None:
    told = """select from_user_id::text, title, message, is_read, data ->> 'thread_id' from notifications
              where user_id = %s and type = 'chat_message'"""
    talk.write({"text": "Здравствуйте"})
    talk.write({"text": "Торг есть?"})
    assert rows(database, told, talk.seller.id) == [(talk.buyer.id, "Асель", "Торг есть?", False, talk.thread)]
    talk.seller.data("POST", f"/threads/{talk.thread}/read")
    assert rows(database, told, talk.seller.id)[0][3] is True
    talk.write({"text": "Ау"})
    assert rows(database, told, talk.seller.id) == [(talk.buyer.id, "Асель", "Ау", False, talk.thread)]
    assert rows(database, told, talk.buyer.id) == []


def test_thirty_messages_a_minute_and_reading_goes_on(talk: Talk, new_talk: Callable[[], Talk]) -> None:
    statuses = [talk.write({"text": str(number)}).status for number in range(31)]
    assert statuses == [200] * 30 + [429]
    answer = talk.write({"text": "Ещё"})
    assert (answer.code, answer.headers["RateLimit-Limit"]) == ("rate_limited", "30")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert len(talk.bodies(talk.buyer)) == 30
    assert new_talk().write({"text": "Другой"}).status == 200
