"""View users: public profiles for everybody, private columns for their owner, and edits of the caller's own row."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_number, new_user_id
from tests.support.rest import Rest, RestUser
from tests.support.rows import rows

PRIVATE = (
    *("phone", "email", "language", "role", "free_limit", "paid_slots", "expo_push_token", "is_blocked"),
    *("last_login_at", "last_seen"),
)


@pytest.fixture
def seller(database: Database, rest: Rest) -> RestUser:
    """Somebody with everything that is private, and a listing."""
    phone = new_number()
    user = rest.user(new_user_id(database, phone=phone))
    rows(
        database,
        """update accounts set email = 'a' || right(phone, 9) || '@example.kg', email_verified_at = now(),
             expo_push_token = 'ExponentPushToken[a]',
             last_login_at = now(), last_seen = now(), role = 'moderator', paid_slots = 7 where id = %s returning id""",
        user.id,
    )
    new_listing(database, user.id)
    return user


def reader(rest: Rest, who: str) -> RestUser:
    """Return a guest, or another user."""
    return rest.anybody if who == "guest" else rest.user()


EMBEDS = {
    "by id": "/users?id=eq.{id}&select=*",
    "with named columns": "/users?id=eq.{id}&select=id,name," + ",".join(PRIVATE),
    "behind a listing": "/listings?seller_user_id=eq.{id}&select=*,person:users!seller_user_id(*)",
    "two deep": "/car_details?select=listing_id,listings!inner(id,person:users!seller_user_id(*))"
    "&listings.seller_user_id=eq.{id}",
    "behind a profile": "/public_profiles?id=eq.{id}&select=id,person:accounts(*)",
    "behind the view": "/users?id=eq.{id}&select=id,person:accounts(*)",
}


@pytest.mark.parametrize("who", ["guest", "another person"])
@pytest.mark.parametrize("path", EMBEDS.values(), ids=EMBEDS)
def test_no_private_column_of_another_person_is_read(path: str, who: str, rest: Rest, seller: RestUser) -> None:
    found = reader(rest, who).rows(path.format(id=seller.id))
    phone = seller.rows(f"/users?id=eq.{seller.id}&select=phone")[0]["phone"]

    for row in found:
        person = row.get("person", row) or row.get("listings", {}).get("person") or {}
        assert {name: person.get(name) for name in PRIVATE} == dict.fromkeys(PRIVATE)
    assert phone not in str(found)


@pytest.mark.parametrize("who", ["guest", "another person"])
@pytest.mark.parametrize(
    "condition",
    ["phone=like.%2B996*", "role=eq.moderator", "paid_slots=eq.7", "email=not.is.null", "is_blocked=is.false"],
)
def test_no_filter_tells_private_columns_of_others(condition: str, who: str, rest: Rest, seller: RestUser) -> None:
    reading = reader(rest, who)
    found = reading.rows(f"/users?select=id&{condition}")
    assert {row["id"] for row in found} <= {reading.id}
    embedded = reading.rows(f"/listings?select=id,users!seller_user_id!inner(id)&users.{condition}")
    assert embedded == []


@pytest.mark.parametrize("who", ["guest", "another person"])
def test_no_order_tells_private_columns_of_others(who: str, rest: Rest, database: Database, seller: RestUser) -> None:
    later = new_user_id(database)
    rows(database, "update accounts set paid_slots = 3 where id = %s returning id", later)
    both = f"/users?id=in.({seller.id},{later})&select=id"

    orders = {
        tuple(row["id"] for row in reader(rest, who).rows(f"{both}&order=paid_slots.{way},id.asc"))
        for way in ("asc", "desc")
    }
    assert len(orders) == 1


@pytest.mark.parametrize("who", ["guest", "another person"])
def test_a_seller_is_seen_with_name_and_picture(who: str, rest: Rest, seller: RestUser) -> None:
    path = f"/listings?seller_user_id=eq.{seller.id}&select=*,seller:users!seller_user_id(id,name,avatar_url,phone)"
    [listing] = reader(rest, who).rows(path)
    [profile] = reader(rest, who).rows(f"/users?id=eq.{seller.id}&select=*")

    assert listing["seller"] == {"id": seller.id, "name": profile["name"], "avatar_url": None, "phone": None}


def test_ones_own_row_is_whole(seller: RestUser) -> None:
    [row] = seller.rows(f"/users?id=eq.{seller.id}&select=*")
    assert [name for name in PRIVATE if row[name] is None] == []


def test_an_edit_of_ones_own_row_gives_it_back_as_it_is_stored(seller: RestUser, database: Database) -> None:
    change = {"name": "  Айбек   Т. ", "avatar_url": None, "bio": "Продаю сам", "city": "Ош"}
    answer = seller.send("PATCH", f"/users?id=eq.{seller.id}&select=*", change, Prefer="return=representation")

    assert answer.status_code == 200, answer.text
    [row] = answer.json()
    assert {name: row[name] for name in change} == {**change, "name": "Айбек Т."}
    assert rows(database, "select name, bio from accounts where id = %s", seller.id) == [("Айбек Т.", "Продаю сам")]


def test_an_edit_that_changes_nothing_gives_the_row_back(seller: RestUser) -> None:
    answer = seller.send("PATCH", f"/users?id=eq.{seller.id}", {"bio": None}, Prefer="return=representation")
    assert (answer.status_code, len(answer.json())) == (200, 1)


def test_nobody_edits_another_person(rest: Rest, seller: RestUser, database: Database) -> None:
    for stranger in (rest.user(), rest.anybody):
        answer = stranger.send("PATCH", f"/users?id=eq.{seller.id}", {"name": "Чужой"})
        assert answer.status_code in (401, 403), answer.text
    assert rows(database, "select count(*) from accounts where name = 'Чужой'") == [(0,)]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_person_is_neither_made_nor_removed_through_the_view(method: str, seller: RestUser) -> None:
    body = {"id": seller.id, "name": "Я"} if method == "POST" else None
    answer = seller.send(method, f"/users?id=eq.{seller.id}" if method == "DELETE" else "/users", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")


def test_what_may_be_written_through_the_view_is_what_may_be_written_in_the_account(database: Database) -> None:
    query = """select a.attname::text from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0
                 and has_column_privilege('authenticated', a.attrelid, a.attnum, 'update') order by 1"""
    assert rows(database, query, "public.users") == rows(database, query, "public.accounts")
