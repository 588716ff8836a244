"""Access matrix through the real PostgREST with real tokens: unnamed roles fail."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.access_matrix import MATRIX, ROLES, Case, Role
from tests.integration.access_scene import tables
from tests.integration.matrix_trial import SCENE, Trial


def assert_was_refused(response: httpx.Response) -> None:
    """Require a 401 or 403, or an empty success; anything else is a mistake of the test or of the schema."""
    assert response.status_code in (200, 204, 401, 403), response.text
    if response.status_code in (401, 403):
        assert response.json()["code"] == "42501", response.text


def every_role(verb: str) -> pytest.MarkDecorator:
    """Return all cases with all roles."""
    combinations = [(case, role) for case in MATRIX for role in ROLES]
    names = [f"{case}-{role}-{'may' if case.allows(verb, role) else 'may not'}" for case, role in combinations]
    return pytest.mark.parametrize(("case", "role"), combinations, ids=names)


def test_every_table_of_the_database_has_a_row_in_the_matrix(populated: Trial) -> None:
    assert set(tables(populated.connection)) == {case.table for case in MATRIX}


@every_role("select")
def test_a_row_is_seen_by_those_who_may(case: Case, role: Role, trial: Trial) -> None:
    key = trial.given_row(case)

    answer = trial.send(case, role, "GET", key)

    if case.allows("select", role):
        assert answer.status_code == 200, answer.text
        assert [str(row[trial.keys[case.table]]) for row in answer.json()] == [key]
    else:
        assert_was_refused(answer)
        assert answer.status_code != 200 or answer.json() == []


@every_role("insert")
def test_a_row_is_created_by_those_who_may(case: Case, role: Role, trial: Trial) -> None:
    before = trial.rows(case)

    answer = trial.send(case, role, "POST", body=dict(case.row(SCENE)))

    created = trial.rows(case) - before
    if case.allows("insert", role):
        assert answer.status_code == 201, answer.text
        assert len(created) == 1
    else:
        assert answer.status_code in (401, 403), answer.text
        # Who is no user yet has no session either.
        unknown = case.table == "accounts" and role == "owner"
        assert answer.json()["code"] == ("PT401" if unknown else "42501"), answer.text
        assert created == set()


@every_role("update")
def test_a_row_is_changed_by_those_who_may(case: Case, role: Role, trial: Trial) -> None:
    key = trial.given_row(case)
    before = trial.stored(case, key)

    answer = trial.send(case, role, "PATCH", key, dict(case.change))

    after = trial.stored(case, key)
    if case.allows("update", role):
        assert answer.status_code == 204, answer.text
        assert after != before
    else:
        assert_was_refused(answer)
        assert after == before


@every_role("delete")
def test_a_row_is_deleted_by_those_who_may(case: Case, role: Role, trial: Trial) -> None:
    key = trial.given_row(case)

    answer = trial.send(case, role, "DELETE", key)

    if case.allows("delete", role):
        assert answer.status_code == 204, answer.text
        assert trial.is_gone(case, key)
    else:
        assert_was_refused(answer)
        assert not trial.is_gone(case, key) or case.extra.get("deleted_at")
