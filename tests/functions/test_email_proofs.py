"""Rules of proofs in SQL, each alone: sessions that end, limits, removals, and undoing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from psycopg.types.json import Jsonb

from tests.support.email_rows import call, change, proof
from tests.support.emails import EmailUser, EmailWorld, new_email
from tests.support.people import new_address
from tests.support.rows import rows


@pytest.fixture
def user(email_world: EmailWorld) -> EmailUser:
    """Return a user with a proved address, whose mails so far are sent."""
    found = email_world.user()
    found.prove()
    email_world.send()
    return found


ENDINGS = {
    "logged out": (
        "update auth_sessions set revoked_at = now(), revoked_reason = 'logout' where user_id = %s",
        "authentication_required",
    ),
    "over": (
        "update auth_sessions set created_at = now() - interval '2 days', expires_at = now() where user_id = %s",
        "authentication_required",
    ),
    "blocked": ("update accounts set is_blocked = true where id = %s", "account_blocked"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_that_ends_at_this_moment_changes_no_address(
    email_world: EmailWorld, user: EmailUser, ending: str
) -> None:
    [(session,)] = rows(email_world.database, "select id::text from auth_sessions where user_id = %s", user.id)
    user.request(new_email())
    email_world.send()
    before = user.state()
    token = email_world.link(before["pending"]["email"], "confirm")
    change(email_world, ENDINGS[ending][0], user.id)
    who = {"p_user_id": user.id, "p_session_id": session}
    refused = {"reason": ENDINGS[ending][1]}
    assert call(email_world, "email_remove", **who, p_undo=Jsonb({})) == refused
    assert call(email_world, "email_confirm", **who, p_digests=Jsonb({}), p_undo=Jsonb({})) == refused
    asked = {"p_address": new_email(), "p_place": user.person.address, "p_proof": proof()}
    assert call(email_world, "email_request", **who, **asked) == refused
    assert email_world.page("POST", token).code == "email_link_expired"
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(before["email"],)]


def test_a_place_asks_for_twenty_proofs_an_hour_and_an_account_for_ten_a_day(email_world: EmailWorld) -> None:
    users, place = [email_world.user() for _ in range(21)], new_address()
    statuses = []
    for user in users:
        user.person = replace(user.person, address=place)
        statuses.append(user.request(new_email()).status)
    assert statuses == [200] * 20 + [429]
    change(email_world, "delete from rate_limits where key like 'email:place:%%'")
    for _ in range(11):
        rows(email_world.database, "delete from rate_limits where key = %s returning 1", f"email:hour:{users[0].id}")
        last = users[0].request(new_email())
    assert (last.status, last.code) == (429, "email_limit")


def test_the_address_that_one_has_is_not_proved_again(email_world: EmailWorld, user: EmailUser) -> None:
    address, mails = user.state()["email"], user.mails()
    for _ in range(3):
        answer = user.call("PUT", "", {"email": address})
        assert (answer.status, answer.body["data"]["pending"]) == (200, None)
    assert user.mails() == mails


def test_a_removal_and_an_undo_end_the_proof_that_is_under_way(email_world: EmailWorld, user: EmailUser) -> None:
    user.request(new_email())
    assert user.call("DELETE").body["data"]["pending"] is None
    former = user.prove()
    user.prove()
    pending = new_email()
    user.request(pending)
    email_world.send()
    assert email_world.page("POST", email_world.link(former, "undo")).code == "ok"
    live = "select 1 from email_verifications where user_id = %s and used_at is null and superseded_at is null"
    assert rows(email_world.database, live, user.id) == []
    assert email_world.page("POST", email_world.link(pending, "confirm")).code == "email_link_replaced"


def test_an_undo_ends_after_a_week_and_takes_the_new_address_where_the_old_one_is_anothers(
    email_world: EmailWorld, user: EmailUser
) -> None:
    former = user.state()["email"]
    user.prove()
    email_world.send()
    link = email_world.link(former, "undo")
    change(email_world, "update email_changes set expires_at = now() where user_id = %s", user.id)
    assert (email_world.page("GET", link).code, email_world.page("POST", link).code) == ("email_link_expired",) * 2
    change(email_world, "update email_changes set expires_at = now() + interval '1 day' where user_id = %s", user.id)
    email_world.user().prove(former)
    assert email_world.page("POST", link).code == "ok"
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(None,)]


def test_each_change_of_the_address_is_told_to_the_phones(email_world: EmailWorld, user: EmailUser) -> None:
    user.prove()
    user.call("DELETE")
    told = "select count(*) from notifications where user_id = %s and type = 'security_email_changed'"
    assert rows(email_world.database, told, user.id) == [(3,)]
