"""Rules of the outbox in SQL, each alone: what stops a mail whose turn has come, and whose results count."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg.errors import CheckViolation
from psycopg.types.json import Jsonb

from tests.support.email_rows import call, change, why
from tests.support.emails import EmailUser, EmailWorld, new_email
from tests.support.rows import rows


@pytest.fixture
def user(email_world: EmailWorld) -> EmailUser:
    """Return a user with a proved address, whose mails so far are sent."""
    found = email_world.user()
    found.prove()
    email_world.send()
    return found


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        ("update emails set expires_at = now() where user_id = %s", "expired"),
        ("update accounts set is_blocked = true where id = %s", "blocked"),
        ("update accounts set email = 'x' || email where id = %s", "address_changed"),
        (
            """insert into email_stops (address_digest, reason, stopped_at)
            select private.email_digest(email), 'bounced', now() - interval '1 year' from accounts where id = %s""",
            "bounced",
        ),
        (
            """insert into notification_preferences (user_id, type, channel, is_on)
            values (%s, 'payment_refunded', 'email', false)""",
            "unwanted",
        ),
    ],
    ids=["expired", "blocked", "changed", "stopped", "unwanted"],
)
def test_a_receipt_is_judged_again_when_its_turn_comes(
    email_world: EmailWorld, user: EmailUser, happened: str, reason: str
) -> None:
    user.notify()
    assert why(email_world, user, "notification") is None
    change(email_world, happened, user.id)
    assert why(email_world, user, "notification") == reason


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        ("update email_verifications set used_at = now() where user_id = %s and address = %s", "superseded"),
        ("update email_verifications set superseded_at = now() where user_id = %s and address = %s", "superseded"),
        *(
            (
                f"""insert into email_stops (address_digest, reason, stopped_at)
                select private.email_digest(address), '{stop}', now() - interval '{age}' from email_verifications
                where user_id = %s and address = %s""",
                reason,
            )
            for stop, age, reason in (
                ("complained", "29 days", "complained"), ("complained", "31 days", None),
                ("bounced", "23 hours", "bounced"), ("bounced", "25 hours", None),
            )
        ),
    ],
)  # fmt: skip
def test_a_proof_is_sent_while_it_is_live_and_its_mailbox_not_too_often_left_alone(
    email_world: EmailWorld, user: EmailUser, happened: str, reason: str | None
) -> None:
    address = new_email()
    user.request(address)
    assert why(email_world, user, "verification") is None
    change(email_world, happened, user.id, address)
    assert why(email_world, user, "verification") == reason


def test_a_change_that_was_undone_is_told_no_more(email_world: EmailWorld, user: EmailUser) -> None:
    user.prove()
    assert why(email_world, user, "address_changed") is None
    change(email_world, "update email_changes set undone_at = now() where user_id = %s", user.id)
    assert why(email_world, user, "address_changed") == "superseded"


@pytest.mark.parametrize(
    "ending", ["used_at = now()", "superseded_at = now()", "attempts = tries", "expires_at = now()"]
)
def test_a_login_code_that_is_over_is_not_sent(email_world: EmailWorld, user: EmailUser, ending: str) -> None:
    change(
        email_world,
        """with c as (insert into verification_codes
             (phone, key_id, nonce, code_digest, code_length, expires_at, created_at) values
             (%s, 'k1', 'n', sha256('x'), 6, now() + interval '5 minutes', now() - interval '1 h') returning id)
           insert into emails (user_id, kind, type, code_id, address, priority, is_resent, expires_at)
           select u.id, 'login_code', 'login_code', c.id, u.email, 1, true, now() + interval '5 minutes'
           from accounts u, c where u.id = %s""",
        user.person.phone,
        user.id,
    )
    assert why(email_world, user, "login_code") is None
    change(email_world, f"update verification_codes set {ending} where phone = %s and nonce = 'n'", user.person.phone)
    assert why(email_world, user, "login_code") == "superseded"


@pytest.mark.parametrize("column", ["address", "user_id"])
def test_no_kind_of_mail_is_turned_to_an_address_that_is_not_its_users(
    email_world: EmailWorld, user: EmailUser, column: str
) -> None:
    user.notify()
    user.request(new_email())
    user.prove()
    other = email_world.user()
    value = new_email() if column == "address" else other.id
    for kind in ("notification", "verification", "address_changed"):
        query = f"update emails set {column} = %s where user_id = %s and kind = %s"
        with email_world.database.connect() as connection, pytest.raises(CheckViolation, match="proved address"):
            connection.execute(query.encode(), [value, user.id, kind])


def test_what_may_not_be_pushed_and_a_blocked_user_get_no_mail(email_world: EmailWorld, user: EmailUser) -> None:
    mails = user.mails()
    user.notify(may_push=False)
    change(email_world, "update accounts set is_blocked = true where id = %s", user.id)
    user.notify()
    assert user.mails() == mails


def test_a_result_counts_for_the_claim_that_sent_and_also_when_it_comes_late(
    email_world: EmailWorld, user: EmailUser
) -> None:
    user.notify()
    claim = call(email_world, "emails_claim", p_limit=1, p_lease_seconds=60)
    result = Jsonb([{"id": claim["messages"][0]["id"], "outcome": "accepted", "provider_ref": uuid4().hex}])
    assert call(email_world, "emails_record", p_claim=str(uuid4()), p_results=result) == 0
    ended = "update emails set is_resent = false, lease_until = now() - interval '1 s' where state = 'claimed'"
    change(email_world, ended)
    call(email_world, "emails_claim", p_limit=0, p_lease_seconds=60)
    assert user.mails()[-1][1] == "unknown"
    assert call(email_world, "emails_record", p_claim=claim["claim"], p_results=result) == 1
    assert user.mails()[-1][1] == "accepted"


def test_notices_of_security_cannot_be_unsubscribed(email_world: EmailWorld, user: EmailUser) -> None:
    call(email_world, "email_unsubscribe", p_user_id=user.id, p_type="security_new_device")
    assert rows(email_world.database, "select 1 from notification_preferences where user_id = %s", user.id) == []


def test_another_program_or_another_system_is_a_new_device(email_world: EmailWorld, user: EmailUser) -> None:
    told = "select count(*) from notifications where user_id = %s and type = 'security_new_device'"

    def logged_in(platform: str, program: str) -> int:
        before: int = rows(email_world.database, told, user.id)[0][0]
        change(
            email_world,
            """insert into auth_sessions (user_id, platform, user_agent, expires_at)
               values (%s, %s, %s, now() + interval '1 day')""",
            user.id, platform, program,
        )  # fmt: skip
        return int(rows(email_world.database, told, user.id)[0][0]) - before

    devices = [("android", "a"), ("android", "b"), ("ios", "b"), ("android", "b"), ("ios", "a")]
    assert [logged_in(*device) for device in devices] == [1, 1, 1, 0, 1]
