"""Access matrix through the real PostgREST with real tokens: unnamed roles fail."""

from __future__ import annotations

from collections.abc import Callable

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


every_case = pytest.mark.parametrize("case", MATRIX, ids=str)


def for_every_role(populated: Trial, case: Case, check: Callable[[Trial, Role], None]) -> None:
    """Check each role on tables as they were; fails with what each role at fault did."""
    faults: dict[Role, str] = {}
    for role in ROLES:
        with populated.as_new(case) as trial:
            try:
                check(trial, role)
            except AssertionError as error:
                faults[role] = str(error)
    assert faults == {}


def test_every_table_of_the_database_has_a_row_in_the_matrix(populated: Trial) -> None:
    assert set(tables(populated.connection)) == {case.table for case in MATRIX}


@every_case
def test_a_row_is_seen_by_those_who_may(case: Case, populated: Trial) -> None:
    def check(trial: Trial, role: Role) -> None:
        key = trial.given_row(case)

        answer = trial.send(case, role, "GET", key)

        if case.allows("select", role):
            assert answer.status_code == 200, answer.text
            assert [str(row[trial.keys[case.table]]) for row in answer.json()] == [key]
        else:
            assert_was_refused(answer)
            assert answer.status_code != 200 or answer.json() == []

    for_every_role(populated, case, check)


@every_case
def test_a_row_is_created_by_those_who_may(case: Case, populated: Trial) -> None:
    def check(trial: Trial, role: Role) -> None:
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

    for_every_role(populated, case, check)


@every_case
def test_a_row_is_changed_by_those_who_may(case: Case, populated: Trial) -> None:
    def check(trial: Trial, role: Role) -> None:
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

    for_every_role(populated, case, check)


@every_case
def test_a_row_is_deleted_by_those_who_may(case: Case, populated: Trial) -> None:
    def check(trial: Trial, role: Role) -> None:
        key = trial.given_row(case)

        answer = trial.send(case, role, "DELETE", key)

        if case.allows("delete", role):
            assert answer.status_code == 204, answer.text
            assert trial.is_gone(case, key)
        else:
            assert_was_refused(answer)
            assert not trial.is_gone(case, key) or case.extra.get("deleted_at")

    for_every_role(populated, case, check)
