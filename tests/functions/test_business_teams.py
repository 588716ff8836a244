"""Team of a business: invitations, roles, leaving, and the change of its owner."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.market import NOBODY, User, new_number, new_user
from tests.support.rows import rows

NewUser = Callable[[], User]


@pytest.fixture
def somebody(functions: Functions, database: Database) -> NewUser:
    """Makes users of the business function."""
    return lambda: new_user(functions, database, "business")


def opened(user: User) -> str:
    identity: str = user.data("POST", "", {"name": "Салон"})["id"]
    return identity


def joined(owner: User, business: str, user: User, role: str = "seller") -> User:
    owner.data("POST", f"/{business}/members", {"user_id": user.id, "role": role})
    user.data("POST", f"/{business}/accept")
    return user


def team(user: User, business: str) -> dict[str, tuple[str, str]]:
    members = user.data("GET", f"/{business}/members")
    return {member["user_id"]: (member["role"], member["status"]) for member in members}


def test_an_invited_person_hears_of_it_and_works_there_only_after_accepting(
    somebody: NewUser, database: Database
) -> None:
    owner, invited = somebody(), somebody()
    business = opened(owner)
    owner.data("POST", f"/{business}/members", {"phone": invited.phone, "role": "admin"})
    [membership] = invited.data("GET", "/mine")
    assert (membership["role"], membership["status"]) == ("admin", "invited")
    told = "select type, title, message, from_user_id::text from notifications where user_id = %s"
    assert rows(database, told, invited.id) == [("business_invitation", "Салон", "Вас приглашают в команду.", owner.id)]
    assert invited.send("PUT", f"/{business}", {"city": "Ош"}).status == 403
    assert invited.send("GET", f"/{business}/members").status == 404
    assert invited.data("POST", f"/{business}/accept")["my_role"] == "admin"
    assert invited.data("POST", f"/{business}/accept")["my_status"] == "active"
    assert invited.data("PUT", f"/{business}", {"city": "Ош"})["city"] == "Ош"
    assert team(invited, business) == {owner.id: ("owner", "active"), invited.id: ("admin", "active")}


def test_an_invitation_by_phone_does_not_tell_who_has_an_account(somebody: NewUser) -> None:
    owner, known = somebody(), somebody()
    business = opened(owner)
    member = joined(owner, business, somebody())
    phones = (known.phone, known.phone, member.phone, owner.phone, new_number())
    answers = [owner.send("POST", f"/{business}/members", {"phone": phone}) for phone in phones]
    assert {(answer.status, str(answer.body)) for answer in answers} == {
        (200, str({"success": True, "data": {"done": True}}))
    }


def test_invitations_that_reach_nobody_are_counted_too(somebody: NewUser, functions: Functions) -> None:
    owner = somebody()
    business = opened(owner)
    functions.set(BUSINESS_INVITATIONS_PER_DAY="3")
    answers = [owner.send("POST", f"/{business}/members", {"phone": new_number()}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["Retry-After"]) > 86000


def test_somebody_who_works_there_is_not_invited_again(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    member = joined(owner, business, somebody())
    answer = owner.send("POST", f"/{business}/members", {"user_id": member.id})
    assert (answer.status, answer.code) == (409, "business_member_already")


def test_a_team_has_its_size_and_a_lost_answer_is_asked_for_again(somebody: NewUser, functions: Functions) -> None:
    owner, last = somebody(), somebody()
    business = opened(owner)
    functions.set(BUSINESS_MAX_MEMBERS="2")
    for _ in range(2):
        owner.data("POST", f"/{business}/members", {"user_id": last.id})
    answer = owner.send("POST", f"/{business}/members", {"user_id": somebody().id})
    assert (answer.status, answer.code) == (409, "business_team_full")


def test_admins_invite_sellers_and_sellers_nobody(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    admin, seller = joined(owner, business, somebody(), "admin"), joined(owner, business, somebody())
    path = f"/{business}/members"
    assert admin.send("POST", path, {"user_id": somebody().id, "role": "admin"}).status == 403
    assert admin.send("POST", path, {"user_id": somebody().id, "role": "seller"}).status == 200
    for outsider in (seller, somebody()):
        assert outsider.send("POST", path, {"user_id": somebody().id}).status == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone": "+996555123456", "user_id": NOBODY},
        {"user_id": "x"},
        {"user_id": NOBODY, "role": "owner"},
        {"phone": "+7 999 1234567"},
        {"phone": "x' or 1=1"},
    ],
)
def test_an_invitation_that_names_nobody_is_refused(somebody: NewUser, body: dict[str, str]) -> None:
    owner = somebody()
    assert owner.send("POST", f"/{opened(owner)}/members", body).status == 422


def test_an_unknown_user_cannot_be_invited(somebody: NewUser) -> None:
    owner = somebody()
    assert owner.send("POST", f"/{opened(owner)}/members", {"user_id": str(uuid4())}).status == 404


def test_a_declined_invitation_is_gone_and_can_be_made_again(somebody: NewUser) -> None:
    owner, invited = somebody(), somebody()
    business = opened(owner)
    owner.data("POST", f"/{business}/members", {"user_id": invited.id})
    invited.data("POST", f"/{business}/decline")
    assert invited.send("POST", f"/{business}/accept").status == 404
    assert invited.send("POST", f"/{business}/decline").status == 404
    assert team(joined(owner, business, invited), business)[invited.id] == ("seller", "active")


def test_nobody_joins_uninvited(somebody: NewUser) -> None:
    assert somebody().send("POST", f"/{opened(somebody())}/accept").status == 404


def test_the_owner_gives_roles_and_nobody_else(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    admin, seller = joined(owner, business, somebody(), "admin"), joined(owner, business, somebody())
    assert admin.send("PUT", f"/{business}/members/{seller.id}", {"role": "admin"}).status == 403
    owner.data("PUT", f"/{business}/members/{seller.id}", {"role": "admin"})
    assert team(owner, business)[seller.id] == ("admin", "active")
    assert owner.send("PUT", f"/{business}/members/{owner.id}", {"role": "seller"}).status == 403
    assert owner.send("PUT", f"/{business}/members/{uuid4()}", {"role": "seller"}).status == 404
    assert owner.send("PUT", f"/{business}/members/{seller.id}", {"role": "owner"}).status == 422


def test_owners_remove_all_admins_remove_sellers_and_sellers_only_themselves(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    admin, other = (joined(owner, business, somebody(), "admin") for _ in range(2))
    seller, second = (joined(owner, business, somebody()) for _ in range(2))
    path = f"/{business}/members"
    for actor, target in ((seller, second), (admin, other), (admin, owner), (seller, owner)):
        assert actor.send("DELETE", f"{path}/{target.id}").status == 403
    admin.data("DELETE", f"{path}/{second.id}")
    owner.data("DELETE", f"{path}/{other.id}")
    seller.data("POST", f"/{business}/leave")
    assert set(team(owner, business)) == {owner.id, admin.id}
    assert owner.send("DELETE", f"{path}/{second.id}").status == 404
    assert seller.send("POST", f"/{business}/leave").status == 404


def test_the_owner_stays_until_he_hands_the_business_over(somebody: NewUser) -> None:
    owner = somebody()
    answer = owner.send("POST", f"/{opened(owner)}/leave")
    assert (answer.status, answer.code) == (409, "business_owner_stays")


def test_a_business_is_handed_to_an_active_member_and_the_former_owner_stays_as_admin(
    somebody: NewUser, database: Database
) -> None:
    owner = somebody()
    business = opened(owner)
    member, invited = joined(owner, business, somebody()), somebody()
    owner.data("POST", f"/{business}/members", {"user_id": invited.id})
    for nobody in (invited.id, str(uuid4())):
        answer = owner.send("POST", f"/{business}/transfer", {"user_id": nobody})
        assert (answer.status, answer.code) == (409, "business_member_required")
    assert member.send("POST", f"/{business}/transfer", {"user_id": member.id}).status == 403
    for _ in range(2):
        assert owner.data("POST", f"/{business}/transfer", {"user_id": member.id})["owner"]["id"] == member.id
    assert team(member, business)[owner.id] == ("admin", "active")
    assert team(member, business)[member.id] == ("owner", "active")
    told = "select count(*) from notifications where user_id = %s and type = 'business_ownership'"
    assert rows(database, told, member.id) == [(1,)]
    owner.data("POST", f"/{business}/leave")
    assert opened(owner) != business


def test_nobody_gets_a_second_business_by_transfer(somebody: NewUser) -> None:
    owner, other = somebody(), somebody()
    business = opened(owner)
    opened(joined(owner, business, other))
    answer = owner.send("POST", f"/{business}/transfer", {"user_id": other.id})
    assert (answer.status, answer.code) == (409, "business_new_owner_has_one")
    assert team(owner, business)[owner.id] == ("owner", "active")


def test_the_team_is_shown_to_the_team_alone(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    [member] = owner.data("GET", f"/{business}/members")
    assert member["user"]["name"] == "Айбек"
    assert owner.phone not in str(member)
    assert somebody().send("GET", f"/{business}/members").status == 404


def test_in_a_closed_business_nothing_can_be_done(somebody: NewUser) -> None:
    owner = somebody()
    business = opened(owner)
    member, invited = joined(owner, business, somebody()), somebody()
    owner.data("POST", f"/{business}/members", {"user_id": invited.id})
    owner.data("DELETE", f"/{business}")
    assert invited.send("POST", f"/{business}/accept").status == 404
    assert member.send("POST", f"/{business}/leave").status == 404
    assert owner.send("POST", f"/{business}/transfer", {"user_id": member.id}).status == 404
    assert owner.send("GET", f"/{business}/members").status == 404


def test_a_blocked_member_has_no_role(somebody: NewUser, database: Database) -> None:
    owner = somebody()
    business = opened(owner)
    with database.connect() as connection:
        connection.execute("update accounts set is_blocked = true where id = %s", [owner.id])
    assert owner.send("PUT", f"/{business}", {"city": "Ош"}).status == 403
