"""Attack: learning who owns a phone number by inviting it into a business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import User, new_number, new_user
from tests.support.rest import Rest

NewUser = Callable[[], User]


@pytest.fixture
def somebody(functions: Functions, database: Database) -> NewUser:
    """Makes users of the business function."""
    return lambda: new_user(functions, database, "business")


def opened(user: User) -> str:
    identity: str = user.data("POST", "", {"name": "Салон"})["id"]
    return identity


def without_identity(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of the team without what differs between any two invitations."""
    return {name: value for name, value in entry.items() if name not in ("invitation_id", "phone", "created_at")}


def invite(owner: User, business: str, phone: str) -> tuple[int, object]:
    answer = owner.send("POST", f"/{business}/members", {"phone": phone})
    return answer.status, answer.body


def pending(owner: User, business: str) -> dict[str, dict[str, Any]]:
    """Return the invitations by phone that the owner sees, by the number as it was typed."""
    team = owner.data("GET", f"/{business}/members")
    return {entry["phone"]: entry for entry in team if entry["status"] == "invited"}


def test_a_number_with_an_account_looks_like_one_without_until_it_accepts(somebody: NewUser, rest: Rest) -> None:
    owner, known, declining, member = (somebody() for _ in range(4))
    business = opened(owner)
    owner.data("POST", f"/{business}/members", {"user_id": member.id})
    member.data("POST", f"/{business}/accept")
    numbers = [known.phone, declining.phone, member.phone, new_number()]
    first = [invite(owner, business, number) for number in numbers]
    assert [status for status, _ in first] == [200] * 4
    assert len({str(body) for _, body in first}) == 1
    declining.data("POST", f"/{business}/decline")
    assert [invite(owner, business, number) for number in numbers] == first
    seen = pending(owner, business)
    assert set(seen) == set(numbers)
    assert len({str(without_identity(entry)) for entry in seen.values()}) == 1
    assert {entry["user"] for entry in seen.values()} == {None}
    for person in (known, declining):
        assert person.id not in str(seen)
    direct = rest.user(owner.id)
    rows = direct.rows(f"/business_members?business_id=eq.{business}&select=*,user:users!user_id(*)")
    assert {row["user_id"] for row in rows} == {owner.id, member.id}
    for path in (f"/business_invitations?business_id=eq.{business}", "/business_invitations?select=phone,accounts(*)"):
        assert direct.send("GET", path).status_code in (401, 403)
    body = {"business_id": business, "user_id": known.id, "role": "seller", "status": "invited", "invited_by": owner.id}
    assert direct.send("POST", "/business_members", body).status_code == 403


def test_who_accepts_becomes_known_and_nobody_else(somebody: NewUser) -> None:
    owner, invited = somebody(), somebody()
    business = opened(owner)
    invite(owner, business, invited.phone)
    invited.data("POST", f"/{business}/accept")
    team = owner.data("GET", f"/{business}/members")
    assert [(entry["user_id"], entry["status"], entry["phone"]) for entry in team] == [
        (owner.id, "active", None),
        (invited.id, "active", None),
    ]


def test_the_size_of_the_team_tells_nothing_either(somebody: NewUser, functions: Functions) -> None:
    functions.set(BUSINESS_MAX_MEMBERS="2")
    for number in (somebody().phone, new_number()):
        owner = somebody()
        business = opened(owner)
        assert invite(owner, business, number)[0] == 200
        full = owner.send("POST", f"/{business}/members", {"phone": new_number()})
        assert (full.status, full.code) == (409, "business_team_full")


def test_an_invitation_by_phone_is_taken_back_alike(somebody: NewUser) -> None:
    owner, known = somebody(), somebody()
    business = opened(owner)
    for number in (known.phone, new_number()):
        invite(owner, business, number)
        path = f"/{business}/invitations/{pending(owner, business)[number]['invitation_id']}"
        assert (owner.send("DELETE", path).status, owner.send("DELETE", path).status) == (200, 404)
    assert known.send("POST", f"/{business}/accept").status == 404


def test_the_invited_numbers_are_no_business_of_sellers(somebody: NewUser) -> None:
    owner, seller = somebody(), somebody()
    business = opened(owner)
    invite(owner, business, seller.phone)
    seller.data("POST", f"/{business}/accept")
    invite(owner, business, new_number())
    assert {entry["status"] for entry in seller.data("GET", f"/{business}/members")} == {"active"}
    assert len(pending(owner, business)) == 1
