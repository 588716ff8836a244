"""Blocking a person, and reporting a person or a message."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import NOBODY, User, new_listing, new_user
from tests.support.rows import rows

NewUser = Callable[[], User]


@pytest.fixture
def somebody(functions: Functions, database: Database) -> NewUser:
    """Makes users of the chat function."""
    return lambda: new_user(functions, database, "chat")


def opened(buyer: User, listing: str) -> str:
    identity: str = buyer.data("POST", "/threads", {"listing_id": listing})["id"]
    return identity


def wrote(user: User, thread: str, text: str = "Здравствуйте!") -> str:
    identity: str = user.data("POST", f"/threads/{thread}/messages", {"text": text})["id"]
    return identity


def test_who_is_blocked_can_neither_write_nor_open_and_is_not_told_by_whom(
    somebody: NewUser, database: Database
) -> None:
    buyer, seller = somebody(), somebody()
    thread = opened(buyer, new_listing(database, seller.id))
    wrote(buyer, thread)
    for _ in range(2):
        seller.data("POST", "/blocks", {"user_id": buyer.id})
    [found] = seller.data("GET", "/blocks")
    assert found["user"]["id"] == buyer.id
    assert buyer.data("GET", "/blocks") == []
    refused = [
        buyer.send("POST", f"/threads/{thread}/messages", {"text": "Почему?"}),
        buyer.send("POST", "/threads", {"listing_id": new_listing(database, seller.id)}),
        seller.send("POST", f"/threads/{thread}/messages", {"text": "Потому"}),
    ]
    assert {(answer.status, answer.code) for answer in refused} == {(403, "chat_blocked")}
    assert len({answer.body["error"] for answer in refused}) == 1
    assert buyer.data("GET", "/threads")["threads"][0]["is_blocked"] is False
    assert seller.data("GET", "/threads")["threads"][0]["is_blocked"] is True
    buyer.data("DELETE", f"/blocks/{seller.id}")
    assert buyer.send("POST", f"/threads/{thread}/messages", {"text": "А так?"}).status == 403
    seller.data("DELETE", f"/blocks/{buyer.id}")
    wrote(buyer, thread, "Спасибо")


def test_oneself_and_nobody_cannot_be_blocked(somebody: NewUser) -> None:
    user = somebody()
    assert user.send("POST", "/blocks", {"user_id": user.id}).status == 403
    assert user.send("POST", "/blocks", {"user_id": str(uuid4())}).status == 404
    assert user.send("POST", "/blocks", {"user_id": "x"}).status == 422


def test_a_person_and_a_message_are_reported_once(somebody: NewUser, database: Database) -> None:
    buyer, seller, stranger = somebody(), somebody(), somebody()
    message = wrote(buyer, opened(buyer, new_listing(database, seller.id)))
    about = {"target_type": "message", "target_id": message, "reason": "fraud", "comment": "Просит <b>задаток</b>"}
    for _ in range(2):
        seller.data("POST", "/reports", about)
    seller.data("POST", "/reports", {"target_type": "user", "target_id": buyer.id, "reason": "spam"})
    assert stranger.send("POST", "/reports", about).status == 404
    assert buyer.send("POST", "/reports", about).status == 403
    kept = (
        """select target_type, reported_user_id::text, reason, comment from reports where reporter_id = %s order by 1"""
    )
    assert rows(database, kept, seller.id) == [
        ("message", buyer.id, "fraud", "Просит задаток"),
        ("user", buyer.id, "spam", None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"target_type": "listing", "target_id": NOBODY, "reason": "spam"},
        {"target_type": "user", "target_id": NOBODY, "reason": "boring"},
        {"target_type": "user", "target_id": NOBODY, "reason": "spam", "comment": "х" * 1001},
    ],
)
def test_a_report_about_something_else_is_refused(somebody: NewUser, body: dict[str, str]) -> None:
    assert somebody().send("POST", "/reports", body).status == 422
