"""Optional e-mail address: proof by code and by link, change, removal, undoing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg.types.json import Jsonb

from auto360.domains.emails.secrets import token_digest
from tests.support.concurrency import at_once
from tests.support.emails import ACCOUNT, EmailWorld, new_email
from tests.support.functions import http_event
from tests.support.people import wrong
from tests.support.rows import age, rows
from tests.support.sql_calls import calling


def test_an_address_is_proved_by_its_code(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    answer = user.request(address)
    assert (answer.status, answer.body["data"]["email"]) == (200, None)
    assert answer.body["data"]["pending"]["email"] == address
    assert email_world.send()["accepted"] == 1
    answer = user.call("POST", "/confirm", {"code": email_world.code(address)})
    assert (answer.body["data"]["email"], answer.body["data"]["state"]) == (address, "active")
    assert answer.body["data"]["pending"] is None


def test_a_link_shows_a_page_that_changes_nothing_and_its_button_works_once(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    email_world.send()
    link = email_world.link(address, "confirm")
    for _ in range(2):
        page = email_world.page("GET", link)
        assert (page.status, page.code) == (200, "ok")
        assert user.state()["email"] is None
    assert email_world.page("POST", link).code == "ok"
    assert user.state()["email"] == address
    for method in ("GET", "POST"):
        page = email_world.page(method, link)
        assert (page.status, page.code) == (409, "email_link_used")


@pytest.mark.parametrize(("language", "word"), [("ru", "Подтвердить"), ("ky", "Ырастоо"), ("en", "Confirm")])
def test_pages_speak_three_languages_and_show_no_whole_address(
    email_world: EmailWorld, language: str, word: str
) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    email_world.send()
    body = email_world.page("GET", email_world.link(address, "confirm"), language=language).body
    assert f"<button>{word}</button>" in body
    assert address not in body
    assert "<script" not in body


def test_an_expired_link_and_one_of_an_ended_session_prove_nothing(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    email_world.send()
    link = email_world.link(address, "confirm")
    rows(
        email_world.database,
        "update email_verifications set created_at = now() - interval '2 hours', expires_at = now() - interval '1 h' "
        "where user_id = %s returning 1",
        user.id,
    )
    assert email_world.page("POST", link).code == "email_link_expired"
    assert user.call("POST", "/confirm", {"code": email_world.code(address)}).code == "email_code_invalid"
    user.request(address)
    email_world.send()
    email_world.functions.post("session", "/api/auth/logout", token=user.token)
    assert email_world.page("POST", email_world.link(address, "confirm")).code == "email_link_expired"
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(None,)]


def test_a_link_of_a_replaced_request_and_of_another_account_are_refused(email_world: EmailWorld) -> None:
    user, other, first, second = email_world.user(), email_world.user(), new_email(), new_email()
    for address in (first, second):
        user.request(address)
        email_world.send()
    page = email_world.page("POST", email_world.link(first, "confirm"))
    assert (page.status, page.code) == (409, "email_link_replaced")
    token = email_world.link(second, "confirm").rpartition("/")[2]
    answer = other.call("POST", "/confirm", {"token": token})
    assert (answer.status, answer.code) == (403, "email_link_other_account")
    assert user.call("POST", "/confirm", {"token": token}).body["data"]["email"] == second
    for odd in ("A" * 43, token[:-1] + ("A" if token[-1] != "A" else "E")):
        assert email_world.page("POST", f"/api/email/confirm/{odd}").code == "email_link_invalid"


def test_three_wrong_codes_spend_a_proof(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    email_world.send()
    code = email_world.code(address)
    for _ in range(3):
        assert user.call("POST", "/confirm", {"code": wrong(code)}).code == "email_code_invalid"
    answer = user.call("POST", "/confirm", {"code": code})
    assert (answer.status, answer.code) == (400, "email_code_invalid")
    assert user.state()["pending"] is None


def test_parallel_guesses_have_three_tries_together(email_world: EmailWorld) -> None:
    user, address = email_world.user(), new_email()
    user.request(address)
    [(session,)] = rows(email_world.database, "select id::text from auth_sessions where user_id = %s", user.id)
    guess = {
        "p_user_id": user.id, "p_session_id": session, "p_digests": Jsonb({"k1": "00" * 32}), "p_undo": Jsonb({}),
    }  # fmt: skip
    answers = at_once(email_world.database, [calling("email_confirm", **guess) for _ in range(12)])
    assert answers == [{"reason": "email_code_invalid"}] * 12
    assert rows(email_world.database, "select attempts from email_verifications where user_id = %s", user.id) == [(3,)]
    email_world.send()
    assert user.call("POST", "/confirm", {"code": email_world.code(address)}).code == "email_code_invalid"


def test_an_address_is_asked_for_once_a_minute_and_five_times_an_hour(email_world: EmailWorld) -> None:
    user = email_world.user()
    assert user.call("PUT", "", {"email": new_email()}).status == 200
    answer = user.call("PUT", "", {"email": new_email()})
    assert (answer.status, answer.code) == (429, "email_limit")
    assert int(answer.headers["Retry-After"]) <= 60
    statuses = [user.request(new_email()).status for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def plain_names() -> list[str]:
    return [new_email()] * 8


def names_with_a_tag() -> list[str]:
    address = new_email()
    return [address.replace("@", f"+{number}@") for number in range(8)]


def names_at_gmail() -> list[str]:
    """Return addresses of one mailbox: dots and what follows a plus sign mean nothing there."""
    name = new_email("d").replace("@", "").partition(".")[0]
    dotted = [f"{name[:place]}.{name[place:]}" for place in range(1, 6)]
    return [
        *(f"{each}@gmail.com" for each in dotted),
        f"{name}+a@gmail.com",
        f"{name}@googlemail.com",
        f"{name}@gmail.com",
    ]


@pytest.mark.parametrize("names", [plain_names, names_with_a_tag, names_at_gmail])
def test_a_mailbox_gets_six_proofs_a_day_whoever_asks_and_under_whatever_name(
    email_world: EmailWorld, names: Callable[[], list[str]]
) -> None:
    addresses = names()
    answers = [email_world.user().request(address) for address in addresses]
    assert {answer.status for answer in answers} == {200}, "who asks too late is not told"
    email_world.send()
    assert sum(len(email_world.received(address)) for address in set(addresses)) == 6


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ivan.Petrov@MAIL.Example.com ", "ivan.petrov@mail.example.com"),
        ("driver@Пример.рф", "driver@xn--e1afmkfd.xn--p1ai"),
        ("o'neil+cars@ＥＸＡＭＰＬＥ.com", "o'neil+cars@example.com"),
    ],
    # A test's name is in the logs, which hold no address.
    ids=["large letters", "Cyrillic domain", "wide letters"],
)
def test_addresses_have_one_stored_form(email_world: EmailWorld, typed: str, stored: str) -> None:
    user = email_world.user()
    assert user.request(typed).body["data"]["pending"]["email"] == stored


@pytest.mark.parametrize(
    "typed",
    [
        "nobody", "a@b", "a@localhost", "иван@example.com", '"a b"@example.com', "a@[127.0.0.1]", "a..b@example.com",
        "a@example.com\r\nBcc: b@example.com", "A <a@example.com>", "a@example.com,b@example.com",
        "a\x00@example.com", f"{'a' * 65}@example.com", f"a@{'b' * 250}.com", "a@example.com\u202e",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(email_world: EmailWorld, typed: str) -> None:
    user = email_world.user()
    answer = user.request(typed)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert user.mails() == []


def test_nobody_learns_that_an_address_is_taken_but_whoever_reads_its_mail(email_world: EmailWorld) -> None:
    owner, other = email_world.user(), email_world.user()
    address, free = owner.prove(), new_email()
    taken, unknown = other.request(address).body, other.request(free).body
    for body in (taken, unknown):
        body["data"]["pending"] = {**body["data"]["pending"], "email": "", "expires_at": ""}
    assert taken == unknown
    other.request(address)
    email_world.send()
    answer = other.call("POST", "/confirm", {"code": email_world.code(address)})
    assert (answer.status, answer.code) == (409, "email_in_use")
    assert (owner.state()["email"], other.state()["email"]) == (address, None)


def test_one_of_two_accounts_that_prove_one_address_at_once_gets_it(email_world: EmailWorld) -> None:
    users, address, digests = [email_world.user() for _ in range(4)], new_email(), []
    for user in users:
        user.request(address)
        email_world.send()
        digests.append(token_digest(email_world.link(address, "confirm").rpartition("/")[2]))
    answers = at_once(
        email_world.database,
        [calling("email_link_confirm", p_link_digest=digest, p_undo=Jsonb({})) for digest in digests for _ in range(3)],
    )
    reasons = sorted(str(answer.get("reason")) for answer in answers)
    assert reasons.count("None") == 1
    assert set(reasons) == {"None", "email_in_use", "email_link_used"}
    assert len(rows(email_world.database, "select 1 from accounts where email = %s", address)) == 1


def test_a_change_is_told_to_the_former_address_and_undone_there(email_world: EmailWorld) -> None:
    user = email_world.user()
    old, new = user.prove(), user.prove()
    email_world.send()
    assert "изменён" in email_world.received(old)[0]["subject"]
    link = email_world.link(old, "undo")
    assert email_world.page("GET", link).code == "ok"
    assert user.state()["email"] == new
    assert email_world.page("POST", link).code == "ok"
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(old,)]
    assert user.call("GET").status == 401, "every session has ended"
    reasons = rows(email_world.database, "select revoked_reason from auth_sessions where user_id = %s", user.id)
    assert reasons == [("email_undone",)]
    assert email_world.page("POST", link).code == "email_link_used"


def test_a_mailbox_undoes_once_a_month(email_world: EmailWorld) -> None:
    user = email_world.user()
    old = user.prove()
    user.prove()
    email_world.send()
    assert email_world.page("POST", email_world.link(old, "undo")).code == "ok"
    age(email_world.database, user.person.phone, 3600)
    user.token = user.person.log_in()["token"]
    user.prove()
    email_world.send()
    assert email_world.page("POST", email_world.link(old, "undo")).code == "email_link_replaced"


@pytest.mark.parametrize("removes_first", [False, True])
def test_an_intruders_own_undo_does_not_use_up_that_of_the_owner(
    email_world: EmailWorld, *, removes_first: bool
) -> None:
    user = email_world.user()
    owners = user.prove()
    if removes_first:
        user.call("DELETE")
    intruders = user.prove()
    user.prove()
    email_world.send()
    assert email_world.page("POST", email_world.link(intruders, "undo")).code == "ok"
    link = email_world.link(owners, "undo")
    assert (email_world.page("GET", link).code, email_world.page("POST", link).code) == ("ok", "ok")
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(owners,)]


def test_after_the_owners_undo_no_later_change_is_undone(email_world: EmailWorld) -> None:
    user = email_world.user()
    owners, intruders = user.prove(), user.prove()
    user.prove()
    email_world.send()
    assert email_world.page("POST", email_world.link(owners, "undo")).code == "ok"
    assert email_world.page("POST", email_world.link(intruders, "undo")).code == "email_link_replaced"
    assert rows(email_world.database, "select email from accounts where id = %s", user.id) == [(owners,)]


def test_a_removed_address_gets_a_notice_and_nothing_after_it(email_world: EmailWorld) -> None:
    user = email_world.user()
    address = user.prove()
    answer = user.call("DELETE")
    assert (answer.status, answer.body["data"]["state"]) == (200, "none")
    assert user.call("DELETE").status == 200
    user.notify()
    email_world.send()
    assert "изменён" in email_world.received(address)[0]["subject"]
    assert "payment_refunded" not in dict(user.mails())


def test_a_deleted_account_loses_its_address_and_its_mails(email_world: EmailWorld) -> None:
    user = email_world.user()
    address = user.prove()
    rows(email_world.database, "delete from accounts where id = %s returning 1", user.id)
    for table in ("emails", "email_verifications", "email_changes"):
        assert rows(email_world.database, f"select 1 from {table} where user_id = %s", user.id) == []
    other = email_world.user()
    assert other.prove(address) == address


def test_routes_need_a_session(email_world: EmailWorld) -> None:
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/confirm")):
        body = {"email": new_email()} if method == "PUT" else {"code": "123456"} if path else None
        answer = email_world.functions.raw("account_email", http_event(method, ACCOUNT + path, body))
        assert (answer.status, answer.code) == (401, "authentication_required")
