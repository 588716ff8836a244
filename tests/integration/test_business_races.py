"""Rules about businesses hold when many ask at the same moment, over connections of their own."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.businesses import new_business, owners
from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.rows import rows
from tests.support.sql_calls import calling


def creating(owner: str, **fields: object) -> Call:
    return calling("business_create", p_user_id=owner, p_fields=Jsonb({"name": "Салон", **fields}))


def inviting(inviter: str, business: str, invited: str, *, max_members: int = 50) -> Call:
    return calling(
        "business_invite",
        p_user_id=inviter,
        p_business_id=business,
        p_invited_user_id=invited,
        p_invited_phone=None,
        p_role="seller",
        p_max_members=max_members,
        p_invitations_per_day=1000,
    )


def transferring(owner: str, business: str, to: str) -> Call:
    return calling("business_transfer", p_user_id=owner, p_business_id=business, p_new_owner_id=to)


def removing(who: str, business: str, member: str) -> Call:
    return calling("business_remove_member", p_user_id=who, p_business_id=business, p_member_user_id=member)


def reasons(answers: list[dict[str, Any]]) -> Counter[str | None]:
    return Counter(answer.get("reason") for answer in answers)


def test_of_many_parallel_openings_one_business_remains(database: Database) -> None:
    owner = new_user_id(database)
    answers = at_once(database, [creating(owner, city=f"Город {number % 2}") for number in range(30)])
    assert len({answer["id"] for answer in answers if "id" in answer}) == 1
    assert reasons(answers) == {None: 15, "business_exists": 15}
    assert rows(database, "select count(*) from business_accounts where user_id = %s", owner) == [(1,)]
    assert rows(database, "select count(*) from business_members where user_id = %s", owner) == [(1,)]


def approving(business: str) -> Call:
    """Return a member of staff who approves a registration."""

    def call(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        statement = "update business_registrations set verification_status = 'approved' where business_id = %s"
        try:
            connection.execute(statement, [business])
        except psycopg.errors.UniqueViolation:
            return {"reason": "taken"}
        return {}

    return call


def test_many_claim_one_tax_id_and_one_holds_it(database: Database) -> None:
    tax_id = str(uuid4().int)[:14]
    answers = at_once(database, [creating(new_user_id(database), tax_id=tax_id) for _ in range(20)])
    assert reasons(answers) == {None: 20}
    approvals = at_once(database, [approving(answer["id"]) for answer in answers])
    assert reasons(approvals) == {None: 1, "taken": 19}
    verified = """select count(*) from business_accounts b join business_registrations r on r.business_id = b.id
                  where r.tax_id = %s and b.is_verified"""
    assert rows(database, verified, tax_id) == [(1,)]
    assert reasons(at_once(database, [creating(new_user_id(database), tax_id=tax_id)])) == {"business_tax_id_taken": 1}


def test_parallel_invitations_of_one_person_make_one_membership(database: Database) -> None:
    owner, admin, invited = (new_user_id(database) for _ in range(3))
    business = new_business(database, owner, admin)
    answers = at_once(database, [inviting((owner, admin)[n % 2], business, invited) for n in range(30)])
    assert reasons(answers) == {None: 30}
    assert rows(database, "select count(*) from business_members where user_id = %s", invited) == [(1,)]
    assert rows(database, "select count(*) from notifications where user_id = %s", invited) == [(1,)]


def test_a_team_never_grows_over_its_size(database: Database) -> None:
    owner = new_user_id(database)
    business = new_business(database, owner)
    people = [new_user_id(database) for _ in range(30)]
    answers = at_once(database, [inviting(owner, business, person, max_members=8) for person in people])
    assert reasons(answers) == {None: 7, "business_team_full": 23}
    assert rows(database, "select count(*) from business_members where business_id = %s", business) == [(8,)]


def test_invitations_of_a_day_are_counted_exactly(database: Database) -> None:
    owner = new_user_id(database)
    business = new_business(database, owner)
    call = calling(
        "business_invite",
        p_user_id=owner,
        p_business_id=business,
        p_invited_user_id=None,
        p_invited_phone="+996700999999",
        p_role="seller",
        p_max_members=50,
        p_invitations_per_day=20,
    )
    assert reasons(at_once(database, [call] * 50)) == {None: 20, "rate_limited": 30}


def test_parallel_transfers_leave_exactly_one_owner(database: Database) -> None:
    owner, *members = (new_user_id(database) for _ in range(6))
    business = new_business(database, owner, *members)
    answers = at_once(database, [transferring(owner, business, members[n % 5]) for n in range(25)])
    [(account_owner, member_owner)] = owners(database, business)
    assert account_owner == member_owner
    assert account_owner in members
    # The one who got it, asked for again, is answered as before; everybody else is refused.
    assert reasons(answers) == {None: 5, "forbidden": 20}


@pytest.mark.parametrize("attempt", range(5))
def test_a_member_who_leaves_while_he_becomes_the_owner_leaves_no_business_without_one(
    database: Database, attempt: int
) -> None:
    owner, member = new_user_id(database), new_user_id(database)
    business = new_business(database, owner, member)
    left, handed = at_once(
        database, [removing(member, business, member), transferring(owner, business, member)][:: 1 - 2 * (attempt % 2)]
    )[:: 1 - 2 * (attempt % 2)]
    [(account_owner, member_owner)] = owners(database, business)
    assert account_owner == member_owner
    assert (left.get("reason"), handed.get("reason"), account_owner) in (
        (None, "business_member_required", owner),
        ("business_owner_stays", None, member),
    )


def test_a_member_never_becomes_the_owner_of_two_businesses(database: Database) -> None:
    member = new_user_id(database)
    founders = [new_user_id(database) for _ in range(10)]
    businesses = [new_business(database, founder, member) for founder in founders]
    calls = [transferring(founder, business, member) for founder, business in zip(founders, businesses, strict=True)]
    assert reasons(at_once(database, calls)) == {None: 1, "business_new_owner_has_one": 9}
    owned = "select count(*) from business_accounts where user_id = %s and deleted_at is null"
    assert rows(database, owned, member) == [(1,)]
