"""Conversations: opening, listing, unread counts, removing."""

from collections.abc import Callable

import pytest

from auto360.providers.database import round_trips
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import NOBODY, User, new_listing, new_user

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


def ids(user: User) -> list[str]:
    return [thread["id"] for thread in user.data("GET", "/threads")["threads"]]


def test_a_conversation_has_what_the_app_reads(somebody: NewUser, database: Database) -> None:
    buyer, seller = somebody(), somebody()
    listing = new_listing(database, seller.id)
    thread = buyer.data("POST", "/threads", {"listing_id": listing})
    wrote(buyer, thread["id"])
    [seen] = seller.data("GET", "/threads")["threads"]
    assert (seen["id"], seen["listing_id"]) == (thread["id"], listing)
    assert (seen["buyer_id"], seen["seller_id"]) == (buyer.id, seller.id)
    assert (seen["last_message"], seen["unread_count"], seen["is_blocked"]) == ("Здравствуйте!", 1, False)
    assert seen["listing"] == {
        "id": listing,
        "title": "Toyota Camry 2018",
        "price": 1200000.0,
        "currency": "KGS",
        "thumbnail_url": None,
        "category": "car",
        "status": "active",
    }
    assert seen["other"]["id"] == seen["buyer"]["id"] == buyer.id
    assert "phone" not in str(seen)


def test_opened_again_it_is_the_same_conversation(somebody: NewUser, database: Database) -> None:
    buyer, seller = somebody(), somebody()
    listing = new_listing(database, seller.id)
    thread = opened(buyer, listing)
    assert opened(buyer, listing) == thread
    with database.connect() as connection:
        connection.execute("update listings set status = 'archived' where id = %s", [listing])
    assert opened(buyer, listing) == thread


def test_nobody_writes_to_himself(somebody: NewUser, database: Database) -> None:
    seller = somebody()
    answer = seller.send("POST", "/threads", {"listing_id": new_listing(database, seller.id)})
    assert (answer.status, answer.code) == (409, "chat_own_listing")


@pytest.mark.parametrize("status", ["draft", "pending_review", "rejected", "archived", "expired"])
def test_a_listing_that_is_not_shown_cannot_be_asked_about(somebody: NewUser, database: Database, status: str) -> None:
    listing = new_listing(database, somebody().id, status=status)
    assert somebody().send("POST", "/threads", {"listing_id": listing}).status == 404


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"listing_id": "x"}, 422), ({"listing_id": NOBODY}, 404)])
def test_a_conversation_about_nothing_is_refused(somebody: NewUser, body: dict[str, str], status: int) -> None:
    assert somebody().send("POST", "/threads", body).status == status


def test_an_empty_conversation_is_seen_by_who_opened_it_alone(somebody: NewUser, database: Database) -> None:
    buyer, seller = somebody(), somebody()
    thread = opened(buyer, new_listing(database, seller.id))
    assert (ids(buyer), ids(seller)) == ([thread], [])


def test_conversations_come_in_pages_newest_first_whichever_side_one_is_on(
    somebody: NewUser, database: Database
) -> None:
    me, threads = somebody(), []
    mine = new_listing(database, me.id)
    for number in range(5):
        other = somebody()
        asker, listing = (other, mine) if number % 2 else (me, new_listing(database, other.id))
        threads.append(opened(asker, listing))
        wrote(asker, threads[-1])
    wrote(me, threads[0], "Ещё раз")
    seen, cursor = [], None
    for _ in range(3):
        page = me.data("GET", "/threads", query={"limit": "2", **({"cursor": cursor} if cursor else {})})
        seen += [thread["id"] for thread in page["threads"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == ([threads[0], *threads[:0:-1]], None)


def test_unread_messages_are_counted_until_they_are_read_and_ones_own_are_never(
    somebody: NewUser, database: Database
) -> None:
    buyer, seller = somebody(), somebody()
    thread = opened(buyer, new_listing(database, seller.id))
    for text in ("Раз", "Два", "Три"):
        wrote(buyer, thread, text)
    page = seller.data("GET", "/threads")
    assert (page["threads"][0]["unread_count"], page["unread_total"]) == (3, 3)
    assert buyer.data("GET", "/threads")["unread_total"] == 0
    assert buyer.data("POST", f"/threads/{thread}/read") == {"read": 0}
    assert seller.data("GET", "/threads")["unread_total"] == 3
    assert seller.data("POST", f"/threads/{thread}/read") == {"read": 3}
    assert seller.data("POST", f"/threads/{thread}/read") == {"read": 0}
    assert seller.data("GET", "/threads")["unread_total"] == 0
    messages = buyer.data("GET", f"/threads/{thread}/messages")["messages"]
    assert all(message["is_read"] and message["read_at"] for message in messages)


def test_removed_for_oneself_it_comes_back_with_a_new_message_and_the_other_side_keeps_it(
    somebody: NewUser, database: Database
) -> None:
    buyer, seller = somebody(), somebody()
    thread = opened(buyer, new_listing(database, seller.id))
    old = wrote(buyer, thread, "Старое")
    assert seller.data("DELETE", f"/threads/{thread}") == {"done": True}
    page = seller.data("GET", "/threads")
    assert (page["threads"], page["unread_total"]) == ([], 0)
    assert seller.data("GET", f"/threads/{thread}/messages")["messages"] == []
    assert ids(buyer) == [thread]
    new = wrote(buyer, thread, "Новое")
    [back] = seller.data("GET", "/threads")["threads"]
    assert (back["id"], back["unread_count"]) == (thread, 1)
    assert [message["id"] for message in seller.data("GET", f"/threads/{thread}/messages")["messages"]] == [new]
    both = [message["id"] for message in buyer.data("GET", f"/threads/{thread}/messages")["messages"]]
    assert both == [new, old]


def test_a_listing_that_is_gone_leaves_its_conversation(somebody: NewUser, database: Database) -> None:
    buyer, seller = somebody(), somebody()
    listing = new_listing(database, seller.id)
    thread = opened(buyer, listing)
    wrote(buyer, thread)
    with database.connect() as connection:
        connection.execute("update listings set status = 'archived', deleted_at = now() where id = %s", [listing])
    assert buyer.data("GET", "/threads")["threads"][0]["listing"] is None
    with database.connect() as connection:
        connection.execute("delete from listings where id = %s", [listing])
    assert seller.data("GET", "/threads")["threads"][0]["listing_id"] is None
    wrote(seller, thread, "Уже продано")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/messages"), ("POST", "/messages"), ("POST", "/read"), ("DELETE", "")],
)
def test_a_third_person_finds_no_conversation(somebody: NewUser, database: Database, method: str, path: str) -> None:
    thread = opened(somebody(), new_listing(database, somebody().id))
    body = {"text": "Привет"} if path == "/messages" and method == "POST" else None
    answer = somebody().send(method, f"/threads/{thread}{path}", body)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/threads", {"listing_id": NOBODY}),
        ("GET", "/threads", None),
        ("GET", f"/threads/{NOBODY}/messages", None),
        ("POST", f"/threads/{NOBODY}/messages", {"text": "Привет"}),
        ("POST", f"/threads/{NOBODY}/read", None),
        ("DELETE", f"/threads/{NOBODY}", None),
        ("GET", "/blocks", None),
        ("POST", "/blocks", {"user_id": NOBODY}),
        ("DELETE", f"/blocks/{NOBODY}", None),
        ("POST", "/reports", {"target_type": "user", "target_id": NOBODY, "reason": "spam"}),
    ],
)
def test_without_a_token_there_is_no_chat(functions: Functions, method: str, path: str, body: object) -> None:
    assert User(functions, "chat", "", "", "").send(method, path, body).status == 401


def test_a_list_of_conversations_is_one_query(somebody: NewUser, database: Database) -> None:
    buyer = somebody()
    for _ in range(3):
        wrote(buyer, opened(buyer, new_listing(database, somebody().id)))
    buyer.data("GET", "/threads")
    assert round_trips() == 2


def test_a_blocked_account_does_not_chat(somebody: NewUser, database: Database) -> None:
    buyer, listing = somebody(), new_listing(database, somebody().id)
    thread = opened(buyer, listing)
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where id = %s", [buyer.id])
    for path, body in (("/threads", {"listing_id": listing}), (f"/threads/{thread}/messages", {"text": "Привет"})):
        answer = buyer.send("POST", path, body)
        assert (answer.status, answer.code) == (403, "account_blocked")
