"""Limits of writes through PostgREST: number and size, read from the catalogue and tried."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.access_case import Case
from tests.integration.access_limits import DAY, WRITES, Column, Verb
from tests.integration.access_matrix import MATRIX
from tests.integration.access_scene import leaving_no_trace
from tests.integration.matrix_trial import SCENE, Trial
from tests.support.database import Database
from tests.support.rows import rows

VERBS: tuple[Verb, ...] = ("insert", "update")


def writable(database: Database, verb: str) -> dict[str, set[str]]:
    """Tables with the columns that anon or a signed-in user may write with this verb."""
    found: dict[str, set[str]] = {}
    for table, column in rows(
        database,
        """select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f')
             and a.attnum > 0 and not a.attisdropped and exists (
               select from unnest(array['anon', 'authenticated']) as who
               where has_column_privilege(who, c.oid, a.attnum, %s))""",
        verb,
    ):
        found.setdefault(table, set()).add(column)
    return found


def test_every_table_that_a_user_writes_has_a_number_of_rows_and_every_column_an_entry(database: Database) -> None:
    inserted, updated = writable(database, "insert"), writable(database, "update")
    assert inserted == {table: set(writes.inserted) for table, writes in WRITES.items() if writes.insert}
    assert updated == {table: set(writes.columns) for table, writes in WRITES.items() if writes.update}


def test_nobody_writes_a_table_without_a_limit_per_day() -> None:
    for table, writes in WRITES.items():
        assert writes.insert or writes.update, table
        for windows in filter(None, (writes.insert, writes.update)):
            assert DAY in {seconds for _, seconds in windows}, table


def test_anonymous_callers_write_nothing_and_nobody_empties_a_table(database: Database) -> None:
    assert (
        rows(
            database,
            """select c.relname, who, verb from pg_class c, unnest(array['anon', 'authenticated']) as who,
             unnest(array['insert', 'update', 'delete', 'truncate']) as verb
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
             and (who = 'anon' or verb = 'truncate') and has_table_privilege(who, c.oid, verb)""",
        )
        == []
    )


def guards_of(database: Database, table: str) -> set[str]:
    """Names of the checks, keys, enabled triggers and policies of a table."""
    return {
        name
        for (name,) in rows(
            database,
            """select conname::text from pg_constraint where conrelid = %(t)s::regclass
               union all select tgname::text from pg_trigger
                 where tgrelid = %(t)s::regclass and not tgisinternal and tgenabled <> 'D'
               union all select polname::text from pg_policy where polrelid = %(t)s::regclass""".replace(
                "%(t)s", f"'public.{table}'"
            ),
        )
    }


@pytest.mark.parametrize("table", list(WRITES))
def test_what_guards_a_column_exists(table: str, database: Database) -> None:
    existing = guards_of(database, table)
    for name, column in {**WRITES[table].columns, **WRITES[table].inserted}.items():
        assert column.guards, name
        assert set(column.guards) <= existing, name


def test_a_guard_that_does_not_exist_is_noticed(database: Database) -> None:
    assert "accounts_imagined_check" not in guards_of(database, "accounts")
    assert {"accounts_name_check", "accounts_touch_updated_at", "accounts_update_own"} <= guards_of(
        database, "accounts"
    )


def test_every_column_of_text_or_a_document_has_a_check_that_names_it(database: Database) -> None:
    for verb in VERBS:
        for table, columns in writable(database, verb).items():
            unchecked = rows(
                database,
                """select a.attname::text from pg_attribute a where a.attrelid = %s::regclass and a.attname = any (%s)
                     and a.atttypid = any (array['text', 'varchar', 'jsonb', 'json', 'bytea', 'xml']::regtype[])
                     and not exists (select from pg_constraint k
                       where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any (k.conkey))""",
                f"public.{table}",
                list(columns),
            )
            assert unchecked == [], table


def test_columns_that_users_write_are_of_types_with_a_bound(database: Database) -> None:
    bounded = {
        *("text", "jsonb", "uuid", "boolean", "integer", "timestamp with time zone"),
        *("numeric(12,2)", "numeric(10,2)", "numeric(3,1)", "numeric(10,8)", "numeric(11,8)"),
    }
    for verb in VERBS:
        for table, columns in writable(database, verb).items():
            types = rows(
                database,
                """select format_type(atttypid, atttypmod) from pg_attribute
                   where attrelid = %s::regclass and attname = any (%s)""",
                f"public.{table}",
                list(columns),
            )
            assert {kind for (kind,) in types} <= bounded, table


def in_words(limits: tuple[tuple[int, int], ...]) -> str:
    """Limits in words, for the name of a test."""
    return ", ".join(f"{number} rows in {seconds} s" for number, seconds in limits)


def cases(verb: Verb) -> list[Any]:
    """Return every case of the matrix whose owner may do this, with how many."""
    return [
        pytest.param(case, verb, id=f"{case}-{verb}-{in_words(WRITES[case.table].windows(verb))}")
        for case in MATRIX
        if case.allows(verb, "owner")
    ]


def write(trial: Trial, case: Case, verb: Verb) -> int:
    """Write once as the owner; gives the status."""
    with leaving_no_trace(trial.connection, only=(case.table,)):
        if verb == "insert":
            return trial.send(case, "owner", "POST", body=dict(case.row(SCENE))).status_code
        return trial.send(case, "owner", "PATCH", trial.given_row(case), dict(case.change)).status_code


@pytest.mark.parametrize(("case", "verb"), [*cases("insert"), *cases("update")])
def test_one_row_too_many_is_refused_until_the_window_ends(case: Case, verb: Verb, trial: Trial) -> None:
    owner = case.owner(SCENE)
    trial.connection.execute("delete from rate_limits where key like 'writes:%%'")
    assert write(trial, case, verb) in (201, 204)
    for max_hits, seconds in WRITES[case.table].windows(verb):
        key = f"writes:{case.table}:{verb}:{seconds}:{owner}"
        full = trial.connection.execute("update rate_limits set hits = %s where key = %s", [max_hits, key])
        assert full.rowcount == 1, "the write before was counted"
        assert write(trial, case, verb) == 429
        trial.connection.execute(
            "update rate_limits set started_at = now() - make_interval(secs => %s) where key = %s", [seconds + 1, key]
        )
        assert write(trial, case, verb) in (201, 204)
    trial.connection.execute("delete from rate_limits where key like 'writes:%%'")


def texts() -> list[Any]:
    """Return every free text that the owner of a case may update or insert."""
    found: dict[tuple[str, Verb, str], tuple[Case, Verb, str, Column]] = {}
    for case in MATRIX:
        for verb in VERBS:
            writes = WRITES.get(case.table)
            if writes and case.allows(verb, "owner"):
                columns = writes.inserted if verb == "insert" else writes.columns
                for name, column in columns.items():
                    if column.max_characters:
                        found.setdefault((case.table, verb, name), (case, verb, name, column))
    return [
        pytest.param(*values, id=f"{table}.{name}-{verb}-{values[3].max_characters} characters")
        for (table, verb, name), values in found.items()
    ]


@pytest.mark.parametrize(("case", "verb", "name", "column"), texts())
def test_a_text_has_its_size(case: Case, verb: Verb, name: str, column: Column, trial: Trial) -> None:
    assert column.max_characters
    trial.connection.execute("delete from rate_limits where key like 'writes:%%'")
    statuses = []
    for length in (column.max_characters, column.max_characters + 1, 5_000_000):
        with leaving_no_trace(trial.connection, only=(case.table, "notifications")):
            value = {name: "я" * length}
            if verb == "insert":
                answer = trial.send(case, "owner", "POST", body={**case.row(SCENE), **value})
            else:
                answer = trial.send(case, "owner", "PATCH", trial.given_row(case), value)
            statuses.append((answer.status_code, None if answer.is_success else answer.json()["code"]))
    assert statuses == [(201 if verb == "insert" else 204, None), (400, "23514"), (400, "23514")]


def test_the_trigger_that_counts_has_the_numbers_of_the_matrix(database: Database) -> None:
    counted = {
        (table, verb): tuple((int(hits), int(seconds)) for hits, seconds in re.findall(r"'(\d+)', '(\d+)'", arguments))
        for table, verb, arguments in rows(
            database,
            r"""select c.relname::text, lower(substring(pg_get_triggerdef(t.oid) from 'AFTER (\w+)')),
                  substring(pg_get_triggerdef(t.oid) from 'limit_writes\((.*)\)')
                from pg_trigger t join pg_class c on c.oid = t.tgrelid
                where t.tgfoid = 'private.limit_writes'::regproc""",
        )
    }
    assert counted == {
        (table, verb): writes.windows(verb)
        for table, writes in WRITES.items()
        for verb in VERBS
        if writes.windows(verb)
    }


def test_a_request_ends_at_the_first_row_too_many(database: Database) -> None:
    ends = dict(
        rows(
            database,
            r"""select c.relname::text, substring(pg_get_triggerdef(t.oid) from 'limit_rows\(''(\d+)''\)')::integer
                from pg_trigger t join pg_class c on c.oid = t.tgrelid
                where t.tgfoid = 'private.limit_rows'::regproc""",
        )
    )
    assert ends == {table: writes.insert[0][0] for table, writes in WRITES.items() if writes.insert}
