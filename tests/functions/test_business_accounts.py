"""Business accounts: opening, showing, changing, closing, and what they sell."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from auto360.providers.database import round_trips
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import NOBODY, User, new_listing, new_user
from tests.support.rows import rows

NewUser = Callable[[], User]
WHOLE = {
    "name": " Ала-Тоо  <b>Авто</b> ",
    "category": "car",
    "description": "Машины\u0000 из Кореи",
    "phone_public": "+996 (312) 12-34-56",
    "email": "info@example.kg",
    "website": "https://example.kg/cars?x=1",
    "city": "Бишкек",
    "address": "улица Горная, 18",
    "working_hours": {"mon": {"from": "09:00", "to": "18:00"}},
}


@pytest.fixture
def somebody(functions: Functions, database: Database) -> NewUser:
    """Makes users of the business function."""
    return lambda: new_user(functions, database, "business")


def inn() -> str:
    return str(uuid4().int)[:14]


def opened(user: User, **fields: object) -> str:
    identity: str = user.data("POST", "", {"name": "Салон", **fields})["id"]
    return identity


def test_an_opened_account_belongs_to_its_owner_and_holds_clean_texts(somebody: NewUser) -> None:
    user, tax_id = somebody(), inn()
    business = user.data("POST", "", {**WHOLE, "tax_id": tax_id})
    assert (business["name"], business["description"]) == ("Ала-Тоо Авто", "Машины из Кореи")
    assert (business["phone_public"], business["tax_id"]) == ("+996312123456", tax_id)
    assert (business["my_role"], business["my_status"], business["members_count"]) == ("owner", "active", 1)
    assert business["owner"]["id"] == user.id
    assert business["working_hours"] == {"mon": {"from": "09:00", "to": "18:00"}}


def test_the_same_request_again_gets_the_same_account_and_another_one_is_refused(somebody: NewUser) -> None:
    user = somebody()
    first, again = (user.data("POST", "", {"name": "Салон", "city": "Ош"}) for _ in range(2))
    assert first["id"] == again["id"]
    answer = user.send("POST", "", {"name": "Второй салон"})
    assert (answer.status, answer.code) == (409, "business_exists")


def approve(database: Database, business: str) -> None:
    """Approve a business as staff do."""
    with database.connect() as connection:
        connection.execute(
            "update business_registrations set verification_status = 'approved' where business_id = %s", [business]
        )


def test_an_approved_tax_id_belongs_to_one_business_until_it_closes(somebody: NewUser, database: Database) -> None:
    tax_id, owner = inn(), somebody()
    business = opened(owner, tax_id=tax_id)
    approve(database, business)
    other = somebody()
    for answer in (
        other.send("POST", "", {"name": "Чужой", "tax_id": tax_id}),
        other.send("PUT", f"/{opened(other)}", {"tax_id": tax_id}),
    ):
        assert (answer.status, answer.code) == (409, "business_tax_id_taken")
    assert owner.data("POST", "", {"name": "Салон", "tax_id": tax_id})["id"] == business
    owner.data("DELETE", f"/{business}")
    assert opened(owner, tax_id=tax_id) != business


def test_nobody_blocks_the_tax_id_of_another_by_claiming_it(somebody: NewUser, database: Database) -> None:
    tax_id, squatter, rightful = inn(), somebody(), somebody()
    opened(squatter, tax_id=tax_id)
    business = opened(rightful, tax_id=tax_id)
    approve(database, business)
    assert rightful.data("GET", f"/{business}")["is_verified"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Я"},
        {"name": "<b></b>"},
        {"name": None},
        {"category": "boat"},
        {"description": "х" * 1001},
        {"tax_id": "123"},
        {"tax_id": "1234567890123a"},
        {"phone_public": "+7 999 123 45 67"},
        {"email": "nobody"},
        {"website": "http://example.kg"},
        {"website": "https://user:pass@example.kg"},
        {"website": "https://127.0.0.1/x"},
        {"website": "https://example.kg:8080/"},
        {"website": "javascript:alert(1)"},
        {"website": "https://localhost"},
        {"logo_url": "https://elsewhere.example/logo.png"},
        {"logo_url": "business-logos/somebody-else/logo.png"},
        {"working_hours": {"mon": {"from": "25:00", "to": "18:00"}}},
        {"working_hours": {"someday": {"from": "09:00", "to": "18:00"}}},
        {"is_verified": True},
        {"user_id": str(uuid4())},
    ],
)
def test_what_cannot_be_published_is_refused(somebody: NewUser, wrong: dict[str, Any]) -> None:
    answer = somebody().send("POST", "", {"name": "Салон", **wrong})
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert answer.body["details"]


def test_a_logo_lies_in_the_own_folder_or_at_an_allowed_host(somebody: NewUser, functions: Functions) -> None:
    user = somebody()
    logo = user.data("POST", "", {"name": "Салон", "logo_url": f"business-logos/{user.id}/logo.png"})["logo_url"]
    assert logo.endswith(f"/storage/v1/object/public/business-logos/{user.id}/logo.png")
    functions.set(IMAGE_HOSTS="cdn.example.kg")
    other = somebody()
    address = "https://cdn.example.kg/logo.png"
    assert other.data("POST", "", {"name": "Салон", "logo_url": address})["logo_url"] == address
    traversal = {"logo_url": f"business-logos/{other.id}/../{user.id}/logo.png"}
    assert other.send("PUT", f"/{opened(somebody())}", traversal).status == 422


def test_everybody_sees_what_is_public_and_members_see_more(somebody: NewUser, functions: Functions) -> None:
    owner, tax_id = somebody(), inn()
    business = opened(owner, tax_id=tax_id, email="boss@example.kg")
    public = functions.get("business", f"/api/business/{business}").body["data"]
    assert (public["name"], public["my_role"]) == ("Салон", None)
    for seen in (public, somebody().data("GET", f"/{business}")):
        assert (seen["tax_id"], seen["email"], seen["verification_status"]) == (None, None, None)
    whole = owner.data("GET", f"/{business}")
    assert (whole["tax_id"], whole["email"], whole["verification_status"]) == (tax_id, "boss@example.kg", "none")
    stale = functions.get("business", f"/api/business/{business}", token="a.b.c")
    assert stale.status == 200


@pytest.mark.parametrize(("business", "status"), [(NOBODY, 404), ("x", 422)])
def test_an_account_that_does_not_exist_is_not_found(somebody: NewUser, business: str, status: int) -> None:
    assert somebody().send("GET", f"/{business}").status == status
    assert somebody().send("GET", f"/{business}/listings").status == status
    assert somebody().send("PUT", f"/{business}", {"city": "Ош"}).status == status
    assert somebody().send("DELETE", f"/{business}").status == status


def test_mine_lists_the_accounts_that_one_owns(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    [membership] = owner.data("GET", "/mine")
    assert (membership["role"], membership["status"]) == ("owner", "active")
    assert membership["business"]["id"] == business
    assert somebody().data("GET", "/mine") == []


def test_a_change_touches_only_what_is_sent_and_empties_what_is_null(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner, city="Ош", address="улица 1")
    changed = owner.data("PUT", f"/{business}", {"city": None, "description": "Новое"})
    assert (changed["city"], changed["address"], changed["description"]) == (None, "улица 1", "Новое")
    assert owner.data("PUT", f"/{business}", {"address": " "})["address"] is None


def test_a_stranger_changes_and_closes_nothing(somebody: NewUser) -> None:
    business, stranger = opened(somebody()), somebody()
    for method, body in (("PUT", {"city": "Ош"}), ("DELETE", None)):
        answer = stranger.send(method, f"/{business}", body)
        assert (answer.status, answer.code) == (403, "forbidden")


def test_a_tax_id_is_given_once(somebody: NewUser) -> None:
    owner, tax_id = somebody(), inn()
    business = opened(owner)
    assert owner.data("PUT", f"/{business}", {"tax_id": tax_id})["tax_id"] == tax_id
    assert owner.data("PUT", f"/{business}", {"tax_id": tax_id, "city": "Ош"})["city"] == "Ош"
    assert owner.send("PUT", f"/{business}", {"tax_id": inn()}).status == 403
    assert owner.data("PUT", f"/{business}", {"email": "a@b.kg"})["email"] == "a@b.kg"


def test_a_verified_account_with_another_name_is_checked_again(somebody: NewUser, database: Database) -> None:
    owner = somebody()
    business = opened(owner)
    approve(database, business)
    assert owner.data("PUT", f"/{business}", {"city": "Ош"})["is_verified"] is True
    renamed = owner.data("PUT", f"/{business}", {"name": "Другой салон"})
    assert (renamed["is_verified"], renamed["verification_status"]) == (False, "pending")


def test_a_closed_account_is_gone_its_listings_stay_with_the_seller(somebody: NewUser, database: Database) -> None:
    owner = somebody()
    business = opened(owner)
    listing = new_listing(database, owner.id, business_id=business)
    assert owner.data("DELETE", f"/{business}") == {"done": True}
    assert owner.send("GET", f"/{business}").status == 404
    assert owner.data("GET", "/mine") == []
    kept = "select seller_user_id::text, business_id from listings where id = %s"
    assert rows(database, kept, listing) == [(owner.id, None)]
    assert opened(owner) != business


def test_the_feed_no_longer_names_a_closed_account(somebody: NewUser, functions: Functions, database: Database) -> None:
    owner = somebody()
    business = opened(owner)
    new_listing(database, owner.id, business_id=business)

    def shown() -> str | None:
        page = functions.get("listings", "/api/listings", query={"seller": owner.id}).body["data"]
        named: str | None = page["listings"][0]["business_id"]
        return named

    assert shown() == business
    owner.data("DELETE", f"/{business}")
    assert shown() is None


def test_the_listings_of_a_business_come_in_pages_newest_first(somebody: NewUser, database: Database) -> None:
    owner = somebody()
    business = opened(owner)
    active = [new_listing(database, owner.id, business_id=business) for _ in range(5)]
    new_listing(database, owner.id, status="draft", business_id=business)
    stranger, seen, cursor = somebody(), [], None
    for _ in range(3):
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = stranger.data("GET", f"/{business}/listings", query=query)
        seen += [listing["id"] for listing in page["listings"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (active[::-1], None)
    assert len(owner.data("GET", f"/{business}/listings")["listings"]) == 6


@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0", "WyJidXNpbmVzc19saXN0aW5ncyIsImEiLCJiIl0", "é"])
def test_a_cursor_of_somebodys_own_making_is_refused(somebody: NewUser, cursor: str) -> None:
    user = somebody()
    answer = user.send("GET", f"/{opened(user)}/listings", query={"cursor": cursor})
    assert (answer.status, answer.code) == (422, "validation_failed")


def test_a_blocked_account_opens_no_business(somebody: NewUser, database: Database) -> None:
    user = somebody()
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where id = %s", [user.id])
    answer = user.send("POST", "", {"name": "Салон"})
    assert (answer.status, answer.code) == (403, "account_blocked")


def test_an_account_that_is_gone_opens_no_business(somebody: NewUser, database: Database) -> None:
    user = somebody()
    with database.connect() as connection:
        connection.execute("delete from accounts where id = %s", [user.id])
    assert user.send("POST", "", {"name": "Салон"}).status == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("GET", "/mine"), ("PUT", f"/{NOBODY}"), ("DELETE", f"/{NOBODY}"), ("GET", f"/{NOBODY}/members")],
)
def test_without_a_token_one_only_looks(functions: Functions, method: str, path: str) -> None:
    nobody = User(functions, "business", "", "", "")
    assert nobody.send(method, path, {"name": "Салон"} if method in ("POST", "PUT") else None).status == 401


def test_a_request_counts_against_the_limit_and_asks_the_database_twice_at_most(
    somebody: NewUser, functions: Functions
) -> None:
    user = somebody()
    business = opened(user)
    for path in ("/mine", f"/{business}", f"/{business}/members", f"/{business}/listings"):
        user.data("GET", path)
        assert round_trips() == 2
    functions.set(LIMIT_DEFAULT_PER_15_MINUTES="5")
    answer = user.send("GET", "/mine")
    assert (answer.status, answer.code) == (429, "rate_limited")
