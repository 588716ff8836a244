"""Protected columns: unwritable in a user's own row, unreadable in others' rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.access_scene import Connection, Scene, insert, leaving_no_trace
from tests.support.database import Database
from tests.support.plain_http import plain_client

SCENE = Scene()
NOW = "2026-11-01T00:00:00Z"


@dataclass(frozen=True)
class User:
    """PostgREST as one person sees it."""

    rest: httpx.Client
    token: str

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request with the person's own token."""
        return self.rest.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[Connection]:
    """Yield the owner's rights, with the scene in place."""
    with psycopg.connect(database.dsn, autocommit=True) as opened, leaving_no_trace(opened):
        for table, row in SCENE.rows():
            insert(opened, table, row)
        insert(opened, "listing_contacts", {"listing_id": SCENE.car, "phone_for_listing": "+996700990000"})
        insert(opened, "chat_messages", {"thread_id": SCENE.thread, "sender_id": SCENE.seller, "body": "Да"})
        yield opened


@pytest.fixture(scope="module")
def rest(database: Database) -> Iterator[httpx.Client]:
    """PostgREST."""
    with plain_client(base_url=database.rest_url, timeout=10) as client:
        yield client


@pytest.fixture
def owner(database: Database, rest: httpx.Client, connection: Connection) -> User:
    return User(rest, database.user_token(SCENE.owner))


@pytest.fixture
def member(database: Database, rest: httpx.Client, connection: Connection) -> User:
    """Return an admin of the business."""
    return User(rest, database.user_token(SCENE.member))


@pytest.fixture
def stranger(database: Database, rest: httpx.Client, connection: Connection) -> User:
    """Return a user without relation to the others."""
    return User(rest, database.user_token(SCENE.other))


PROTECTED: dict[str, Any] = {
    "accounts": {
        "id": SCENE.owner,
        "columns": {
            "phone": "+996700991111",
            "role": "admin",
            "is_verified": True,
            "rating": 5,
            "total_sales": 9,
            "free_limit": 99,
            "paid_slots": 99,
            "is_blocked": True,
            "created_at": NOW,
        },
    },
    "listings": {
        "id": SCENE.car,
        "columns": {
            "likes_count": 1000,
            "saves_count": 1000,
            "views_count": 1000,
            "comments_count": 1000,
            "moderation_status": "escalated",
            "is_boosted": True,
            "boost_type": "top",
            "boost_expires_at": NOW,
            "is_hidden": True,
            "published_at": NOW,
            "expires_at": NOW,
            "delete_at": NOW,
            "deleted_at": NOW,
            "seller_user_id": SCENE.other,
            "business_id": SCENE.business,
            "category": "horse",
            "video_id": "viOther",
            "video_url": "https://example.org/x",
            "thumbnail_url": "https://example.org/x",
            "details": {"brand": "Lexus"},
            "ai_quality_score": 100,
            "created_at": NOW,
        },
    },
    "chat_threads": {
        "id": SCENE.thread,
        "columns": {"last_message": "x", "last_message_at": NOW, "buyer_id": SCENE.other, "seller_deleted_at": NOW},
    },
}
PROTECTED["users"] = PROTECTED["accounts"]
COLUMNS = [(table, column) for table, rule in PROTECTED.items() for column in rule["columns"]]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_user_cannot_set_a_protected_column_of_his_own_row(table: str, column: str, owner: User) -> None:
    rule = PROTECTED[table]

    answer = owner.send("PATCH", f"/{table}?id=eq.{rule['id']}", {column: rule["columns"][column]})

    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == "42501"


@pytest.mark.parametrize("status", ["active", "pending_review", "expired", "rejected"])
def test_a_seller_cannot_give_a_draft_a_status_that_the_backend_decides(status: str, owner: User) -> None:
    answer = owner.send("PATCH", f"/listings?id=eq.{SCENE.car_draft}", {"status": status})

    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize(
    "more",
    [
        {"status": "active"},
        {"status": "pending_review"},
        {"likes_count": 5},
        {"moderation_status": "approved"},
        {"business_id": SCENE.business},
        {"seller_user_id": SCENE.other},
    ],
)
def test_a_seller_cannot_create_a_listing_with_what_the_backend_decides(more: dict[str, Any], owner: User) -> None:
    listing = {"seller_user_id": SCENE.owner, "category": "car", "title": "Продаю", "price": 1}

    answer = owner.send("POST", "/listings", {**listing, **more})

    assert answer.status_code == 403, answer.text


def test_a_seller_marks_his_active_listing_as_sold_for_fourteen_days(owner: User, connection: Connection) -> None:
    answer = owner.send("PATCH", f"/listings?id=eq.{SCENE.horse}", {"status": "sold"})

    days = connection.execute(
        "select delete_at - sold_at = interval '14 days' from listings where id = %s", [SCENE.horse]
    ).fetchone()
    assert answer.status_code == 204, answer.text
    assert days == (True,)


def test_a_changed_active_listing_stays_visible_and_enters_the_queue(owner: User, connection: Connection) -> None:
    owner.send("PATCH", f"/listings?id=eq.{SCENE.estate}", {"description": "Новый текст"})

    state = connection.execute(
        """select l.status, l.moderation_status, q.status from listings l
           left join moderation_queue q on q.listing_id = l.id where l.id = %s""",
        [SCENE.estate],
    ).fetchone()
    assert state == ("active", "pending", "pending")


@pytest.mark.parametrize("column", ["user_id", "is_verified", "website", "logo_url", "deleted_at"])
def test_an_admin_cannot_take_or_verify_a_business(column: str, member: User) -> None:
    value = {
        "user_id": SCENE.member,
        "is_verified": True,
        "website": "https://a.example",
        "logo_url": "https://a.example",
    }

    answer = member.send("PATCH", f"/business_accounts?id=eq.{SCENE.business}", {column: value.get(column, NOW)})

    assert answer.status_code == 403, answer.text


def test_an_admin_cannot_make_himself_the_owner(member: User, connection: Connection) -> None:
    own_row = f"/business_members?business_id=eq.{SCENE.business}&user_id=eq.{SCENE.member}"

    answer = member.send("PATCH", own_row, {"role": "owner"})

    assert answer.status_code == 403, answer.text


def test_an_invited_person_has_no_rights_before_accepting(
    database: Database, rest: httpx.Client, connection: Connection
) -> None:
    invited = {"business_id": SCENE.business, "user_id": SCENE.invitee, "role": "admin", "status": "invited"}
    insert(connection, "business_members", invited)
    invitee = User(rest, database.user_token(SCENE.invitee))
    draft = f"/listings?id=eq.{SCENE.business_draft}"

    before = invitee.send("GET", draft).json()
    invitee.send("PATCH", f"/business_members?user_id=eq.{SCENE.invitee}", {"status": "active"})
    after = invitee.send("GET", draft).json()

    assert before == []
    assert [row["id"] for row in after] == [SCENE.business_draft]


def test_a_seller_who_left_the_business_loses_its_listings(
    database: Database, rest: httpx.Client, connection: Connection
) -> None:
    seller = User(rest, database.user_token(SCENE.seller))
    row = connection.execute("delete from business_members where user_id = %s returning *", [SCENE.seller]).fetchone()
    try:
        seen = seller.send("GET", f"/listings?id=eq.{SCENE.business_draft}").json()
        seller.send("PATCH", f"/listings?id=eq.{SCENE.business_car}", {"title": "Моё"})
        title = connection.execute("select title from listings where id = %s", [SCENE.business_car]).fetchone()
    finally:
        assert row is not None
        connection.execute(f"insert into business_members values ({', '.join(['%s'] * len(row))})", row)

    assert seen == []
    assert title == ("Продаю",)


def test_the_text_of_a_message_cannot_be_changed_by_either_side(owner: User) -> None:
    answer = owner.send("PATCH", f"/chat_messages?thread_id=eq.{SCENE.thread}", {"body": "Нет"})

    assert answer.status_code == 403, answer.text


def test_what_was_read_stays_read(owner: User, connection: Connection) -> None:
    owner.send("PATCH", f"/chat_messages?thread_id=eq.{SCENE.thread}", {"is_read": True})
    owner.send("PATCH", f"/chat_messages?thread_id=eq.{SCENE.thread}", {"is_read": False})

    state = connection.execute("select is_read from chat_messages where thread_id = %s", [SCENE.thread]).fetchall()
    assert state == [(True,)]


@pytest.mark.parametrize(("blocker", "blocked"), [("owner", "seller"), ("seller", "owner")])
def test_nobody_writes_where_one_side_has_blocked_the_other(
    blocker: str, blocked: str, owner: User, connection: Connection
) -> None:
    block = {"blocker_id": getattr(SCENE, blocker), "blocked_id": getattr(SCENE, blocked)}
    with leaving_no_trace(connection, only=("chat_blocks",)):
        insert(connection, "chat_blocks", block)

        message = owner.send(
            "POST", "/chat_messages", {"thread_id": SCENE.thread, "sender_id": SCENE.owner, "body": "?"}
        )
        thread = {"listing_id": SCENE.business_horse, "buyer_id": SCENE.owner, "seller_id": SCENE.seller}
        opened = owner.send("POST", "/chat_threads", thread)

    assert (message.status_code, opened.status_code) == (403, 403)


def test_nobody_reads_the_phone_of_another_person(stranger: User) -> None:
    listings = stranger.send(
        "GET", f"/listings?id=eq.{SCENE.car}&select=id,seller:users!seller_user_id(phone),contact:listing_contacts(*)"
    )
    people = stranger.send("GET", "/accounts?select=id")

    assert listings.json() == [{"id": SCENE.car, "seller": {"phone": None}, "contact": None}]
    assert [row["id"] for row in people.json()] == [SCENE.other]


def test_the_public_profile_of_a_seller_comes_with_the_listing(stranger: User) -> None:
    answer = stranger.send("GET", f"/listings?id=eq.{SCENE.car}&select=id,seller:public_profiles(id,name)")

    assert answer.json() == [{"id": SCENE.car, "seller": {"id": SCENE.owner, "name": "owner"}}]


def test_a_user_cannot_call_a_function_of_the_backend(stranger: User) -> None:
    answer = stranger.send("POST", "/rpc/take_job_lease", {"p_job": "x", "p_holder": "x", "p_seconds": 5})

    assert answer.status_code == 403, answer.text
