"""Login code by e-mail while SMS fail: when, to whom, and what nobody learns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.emails import EmailUser, EmailWorld
from tests.support.people import Person, new_address, new_phone, wrong
from tests.support.rows import age, rows


@pytest.fixture
def owner(email_world: EmailWorld) -> EmailUser:
    """Return a user who proved an address last week, and whose last login is an hour ago."""
    user = email_world.user()
    user.prove()
    email_world.send()
    rows(
        email_world.database,
        "update accounts set email_verified_at = now() - interval '7 days' where id = %s returning 1",
        user.id,
    )
    age(email_world.database, user.person.phone, 3600)
    # SMS of other tests, which nobody reported as delivered, are not of this half hour.
    rows(email_world.database, "update sms_messages set created_at = created_at - interval '1 hour' returning 1")
    return user


def break_sms(world: EmailWorld, mode: str = "dead") -> None:
    for provider in ("nikita", "smsc"):
        world.sms.turn(provider, mode)


def mailbox_of(user: EmailUser) -> str:
    return str(user.state()["email"])


def stranger(world: EmailWorld) -> Person:
    return Person(world.functions, world.sms, new_phone(), new_address())


def test_while_no_provider_takes_sms_the_code_comes_by_mail_and_opens_a_session(
    email_world: EmailWorld, owner: EmailUser
) -> None:
    break_sms(email_world)
    assert owner.person.request_code().code == "sms_unavailable"
    answer = owner.person.request_code(channel="email")
    assert answer.status == 200
    assert email_world.send()["accepted"] == 1
    assert owner.person.verify(email_world.code(mailbox_of(owner))).status == 200
    email_world.send()
    kinds = [kind for kind, _ in owner.mails()]
    assert kinds[-2:] == ["login_code", "security_email_login"]
    logged = "select subject_type from audit_log where actor_user_id = %s and action = 'login_by_email_code'"
    assert rows(email_world.database, logged, owner.id) == [("auth_session",)]


def test_nobody_learns_which_phones_have_an_account_or_an_address(email_world: EmailWorld, owner: EmailUser) -> None:
    plain, unknown, bodies = email_world.user(), stranger(email_world), []
    age(email_world.database, plain.person.phone, 3600)
    break_sms(email_world)
    for person in (owner.person, plain.person, unknown):
        assert person.request_code().code == "sms_unavailable"
        answer = person.request_code(channel="email")
        assert answer.status == 200
        data = dict(answer.body["data"])
        del data["requestId"]
        assert abs(data.pop("expiresIn") - 600) < 10
        bodies.append(data)
    assert bodies[0] == bodies[1] == bodies[2]
    assert email_world.send()["accepted"] == 1


def test_while_sms_arrive_no_code_goes_by_mail(email_world: EmailWorld, owner: EmailUser) -> None:
    for person in (owner.person, stranger(email_world)):
        assert person.request_code(channel="email").code == "email_code_closed", "nobody has asked for an SMS"
        assert person.request_code().status == 200
        age(email_world.database, person.phone, 61)
        answer = person.request_code(channel="email")
        assert (answer.status, answer.code) == (409, "email_code_closed"), "one phone that is off says nothing"
    assert email_world.send() == {}


def lose_sms(world: EmailWorld, place: str) -> None:
    """Let 200 login SMS of the last minutes arrive nowhere; `place` says who asked for the nth."""
    insert = """insert into sms_messages (purpose, phone, state, supplier, created_at, address)
        select 'login', '+996700990' || lpad(n::text, 3, '0'), 'accepted', 'nikita', now() - interval '3 minutes',
        ({place})::inet from generate_series(1, 200) as n returning 1"""
    rows(world.database, insert.format(place=place))


def forget_lost_sms(world: EmailWorld) -> None:
    rows(world.database, "delete from sms_messages where phone like '+996700990%%' returning 1")


def test_sms_that_arrive_nowhere_open_the_mail_after_forty_seconds(email_world: EmailWorld, owner: EmailUser) -> None:
    lose_sms(email_world, "'192.0.2.' || n")
    assert owner.person.request_code().status == 200
    assert owner.person.request_code(channel="email").code == "otp_too_soon"
    age(email_world.database, owner.person.phone, 61)
    assert owner.person.request_code(channel="email").status == 200
    forget_lost_sms(email_world)
    email_world.send()
    assert email_world.code(mailbox_of(owner)) == email_world.sms.code(owner.person.phone), "one code, two ways"


@pytest.mark.parametrize(
    "place", ["'192.0.2.' || mod(n, 4)", "'2001:db8::' || n"], ids=["four addresses", "one IPv6 network"]
)
def test_few_places_with_phones_that_are_off_open_nothing(
    email_world: EmailWorld, owner: EmailUser, place: str
) -> None:
    lose_sms(email_world, place)
    assert owner.person.request_code().status == 200
    age(email_world.database, owner.person.phone, 61)
    assert owner.person.request_code(channel="email").code == "email_code_closed"
    forget_lost_sms(email_world)


@pytest.mark.parametrize(
    ("state", "seconds", "is_open"),
    [
        ("accepted", 39, False), ("accepted", 41, True), ("failed", 39, False), ("failed", 41, True),
        ("delivered", 600, False), ("reserved", 600, False), ("released", 0, True),
    ],
)  # fmt: skip
def test_an_sms_has_forty_seconds_to_arrive(
    email_world: EmailWorld, owner: EmailUser, state: str, seconds: int, *, is_open: bool
) -> None:
    assert owner.id
    lose_sms(email_world, "'192.0.2.' || n")
    query = """select private.email_code_is_open(jsonb_populate_record(null::sms_messages, jsonb_build_object(
        'id', gen_random_uuid(), 'state', %s::text, 'created_at', now() - make_interval(secs => %s))))"""
    assert rows(email_world.database, query, state, seconds) == [(is_open,)]
    forget_lost_sms(email_world)


def test_a_number_that_the_network_rejects_opens_nothing(email_world: EmailWorld, owner: EmailUser) -> None:
    email_world.sms.turn("nikita", "status", status=7)
    email_world.sms.turn("smsc", "dead")
    assert owner.person.request_code().code == "phone_rejected"
    assert owner.person.request_code(channel="email").code == "email_code_closed"


def test_the_request_counts_against_the_limits_of_sms(email_world: EmailWorld, owner: EmailUser) -> None:
    break_sms(email_world)
    owner.person.request_code()
    assert owner.person.request_code(channel="email").status == 200
    answer = owner.person.request_code(channel="email")
    assert (answer.status, answer.code) == (429, "otp_too_soon")
    for _ in range(5):
        age(email_world.database, owner.person.phone, 61)
        last = owner.person.request_code(channel="email")
    assert last.status == 429


def test_a_stranger_elsewhere_cannot_use_the_failed_sms_of_the_owner(email_world: EmailWorld, owner: EmailUser) -> None:
    break_sms(email_world)
    owner.person.request_code()
    elsewhere = replace(owner.person, address=new_address())
    assert elsewhere.request_code(channel="email").code == "email_code_closed"


@pytest.mark.parametrize(
    "change",
    [
        "update accounts set role = 'moderator' where id = %s returning 1",
        "update accounts set is_blocked = true where id = %s returning 1",
        "update accounts set email_verified_at = now() - interval '2 days' where id = %s returning 1",
        "select private.stop_email_address(email, 'bounced')::text from accounts where id = %s",
    ],
    ids=["staff", "blocked", "proved two days ago", "stopped"],
)
def test_some_accounts_never_get_their_code_by_mail(email_world: EmailWorld, owner: EmailUser, change: str) -> None:
    rows(email_world.database, change, owner.id)
    break_sms(email_world)
    owner.person.request_code()
    assert owner.person.request_code(channel="email").status == 200
    assert "login_code" not in dict(owner.mails())


def test_guesses_are_shared_by_both_ways(email_world: EmailWorld, owner: EmailUser) -> None:
    break_sms(email_world)
    owner.person.request_code()
    owner.person.request_code(channel="email")
    email_world.send()
    code = email_world.code(mailbox_of(owner))
    for _ in range(3):
        assert owner.person.verify(wrong(code)).code == "otp_invalid"
    assert owner.person.verify(code).code == "otp_invalid"
    age(email_world.database, owner.person.phone, 61)
    assert owner.person.request_code(channel="email").code == "email_code_closed", "its code is spent"


def test_a_mail_that_waits_is_not_joined_by_a_second_one(email_world: EmailWorld, owner: EmailUser) -> None:
    break_sms(email_world)
    owner.person.request_code()
    for _ in range(2):
        age(email_world.database, owner.person.phone, 61)
        assert owner.person.request_code(channel="email").status == 200
    assert [kind for kind, _ in owner.mails()].count("login_code") == 1
