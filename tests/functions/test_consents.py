"""Consent: versioned, audited, and never in login's way."""

import pytest

from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.people import Person
from tests.support.rows import rows


def accept(person: Person, token: str, **body: object) -> Answer:
    return person.functions.post("consents", "/api/consents/accept", body, token=token, address=person.address)


def status(functions: Functions, token: str) -> dict[str, object]:
    answer = functions.get("consents", "/api/consents/status", token=token)
    assert answer.status == 200
    data: dict[str, object] = answer.body["data"]
    return data


def test_the_apps_call_is_the_acceptance(person: Person, database: Database) -> None:
    data = person.log_in()
    assert status(person.functions, data["token"])["hasConsents"] is False
    answer = accept(person, data["token"], marketing_accepted=False, notifications_accepted=True)
    assert answer.body["success"] is True
    consent = answer.body["data"]["consent"]
    assert (consent["marketing_accepted"], consent["notifications_accepted"]) == (False, True)
    assert status(person.functions, data["token"])["hasConsents"] is True
    proof = rows(
        database,
        "select action, host(address), user_agent, versions ->> 'terms' from consent_audit_log where user_id = %s",
        data["user"]["id"],
    )
    assert proof == [("accept", person.address, "okhttp/4", "2025.11.01")]


def test_the_same_acceptance_again_adds_nothing(person: Person, database: Database) -> None:
    data = person.log_in()
    for _ in range(3):
        accept(person, data["token"], notifications_accepted=True)
    count = rows(database, "select count(*) from consent_audit_log where user_id = %s", data["user"]["id"])
    assert count == [(1,)]


def test_a_new_version_asks_again(person: Person) -> None:
    token = person.log_in()["token"]
    accept(person, token)
    person.functions.set(CONSENT_TERMS_VERSION="2026.12.01")
    asked = status(person.functions, token)
    assert (asked["hasConsents"], asked["requiresReconsent"]) == (False, True)
    accept(person, token)
    assert status(person.functions, token)["hasConsents"] is True


def test_a_document_that_is_refused_is_not_recorded(person: Person) -> None:
    token = person.log_in()["token"]
    answer = accept(person, token, terms_accepted=False)
    assert (answer.status, answer.code) == (422, "consent_required")
    assert status(person.functions, token)["hasConsents"] is False


def test_one_choice_can_be_withdrawn_alone(person: Person) -> None:
    token = person.log_in()["token"]
    accept(person, token, marketing_accepted=True, notifications_accepted=True)
    answer = person.functions.post("consents", "/api/consents/revoke", {"partial": "marketing"}, token=token)
    consent = answer.body["data"]["consent"]
    assert (consent["marketing_accepted"], consent["notifications_accepted"]) == (False, True)
    assert status(person.functions, token)["hasConsents"] is True


def test_everything_can_be_withdrawn_and_stays_proved(person: Person, database: Database) -> None:
    data = person.log_in()
    accept(person, data["token"])
    answer = person.functions.post("consents", "/api/consents/revoke", {"reason": "передумал"}, token=data["token"])
    assert answer.body["data"]["consent"] is None
    assert status(person.functions, data["token"])["hasConsents"] is False
    actions = rows(
        database, "select action from consent_audit_log where user_id = %s order by created_at", data["user"]["id"]
    )
    assert actions == [("accept",), ("revoke",)]


def test_withdrawing_nothing_is_no_failure(person: Person) -> None:
    token = person.log_in()["token"]
    assert person.functions.post("consents", "/api/consents/revoke", {}, token=token).status == 200


def test_an_account_that_is_gone_cannot_consent(person: Person, database: Database) -> None:
    data = person.log_in()
    with database.connect() as connection:
        connection.execute("delete from accounts where id = %s", [data["user"]["id"]])
    assert accept(person, data["token"]).status == 401


@pytest.mark.parametrize("path", ["accept", "revoke"])
def test_strangers_are_refused(functions: Functions, path: str) -> None:
    assert functions.post("consents", f"/api/consents/{path}", {}).status == 401
