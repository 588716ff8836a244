"""Database linter (the splinter rules of Supabase) finds no error and no warning, and would find one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.migrations import Schema
from local.paths import CHECKOUT, MIGRATIONS, environ_for_tools
from local.supabase_project import prepare_project
from tests.support.database import Database

# What the module makes takes seconds: one process makes it.
pytestmark = pytest.mark.xdist_group("lints")

LINTER = CHECKOUT / "node_modules/@postgres-language-server/cli-x86_64-linux-gnu/postgres-language-server"

# Bound when it is made, since its body is in the standard's form: no path is searched. A fixed path would keep queries
# from taking it in, and cost a function call for each row (docs/decisions/0129).
ACCEPTED = ("private.is_same_brand",)

DEFECTS = [
    ("create table public.planted (id uuid primary key); grant select on public.planted to anon",
     "rlsDisabledInPublic"),
    ("create function public.planted() returns integer language sql as 'select 1'", "functionSearchPathMutable"),
    ("create policy planted on public.search_terms for select to authenticated using (id = auth.uid())",
     "authRlsInitplan"),
    ("create policy planted on public.notifications for select to authenticated using (is_read)",
     "multiplePermissivePolicies"),
    ("create extension tablefunc with schema public", "extensionInPublic"),
    ("create index planted on public.listings (category, price)", "duplicateIndex"),
]  # fmt: skip


@pytest.fixture(scope="module")
def linted_database(database: Database) -> Iterator[str]:
    """Yield a second database with the whole schema, in which defects may be planted."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("drop database if exists linted with (force)")
        connection.execute("create database linted")
        try:
            prepare_project(_in_database(database.superuser_dsn, "linted"), database.keyring)
            dsn = _in_database(database.dsn, "linted")
            Schema(dsn).migrate(MIGRATIONS)
            yield dsn
        finally:
            connection.execute("drop database if exists linted with (force)")


def _in_database(dsn: str, name: str) -> str:
    parts = conninfo_to_dict(dsn)
    login = f"{quote(str(parts['user']))}:{quote(str(parts.get('password', '')))}"
    return f"postgresql://{login}@{parts['host']}:{parts['port']}/{name}"


def findings(dsn: str, folder: Path) -> list[tuple[str, str, str]]:
    """Severity, rule and message of everything worse than information."""
    # The linter asks PostgREST's setting which schemas are exposed.
    address = f"{dsn}?{urlencode({'options': '-c pgrst.db_schemas=public'}, quote_via=quote)}"
    command = [str(LINTER), "dblint", f"--connection-string={address}", "--reporter=json", "--max-diagnostics=none"]
    ran = subprocess.run(
        command, cwd=folder, env=environ_for_tools(), capture_output=True, text=True, timeout=120, check=False
    )
    report: dict[str, Any] = json.loads(ran.stdout)
    assert report["diagnostics"], (
        "the linter saw no database: tables without policies are always reported as information"
    )
    return [
        (found["severity"], found["category"].rsplit("/", 1)[-1], found["message"])
        for found in report["diagnostics"]
        if found["severity"] != "info" and not any(name in found["message"] for name in ACCEPTED)
    ]


def test_the_linter_finds_no_error_and_no_warning(linted_database: str, tmp_path: Path) -> None:
    assert findings(linted_database, tmp_path) == []


@pytest.mark.parametrize(("defect", "rule"), DEFECTS, ids=[rule for _, rule in DEFECTS])
def test_the_linter_finds_a_planted_defect(defect: str, rule: str, linted_database: str, tmp_path: Path) -> None:
    base, _, _ = linted_database.rpartition("/")
    planted = f"planted_{rule.lower()}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        name = sql.Identifier(planted)
        connection.execute(sql.SQL("create database {} template linted").format(name))
        try:
            with psycopg.connect(f"{base}/{planted}", autocommit=True) as inside:
                inside.execute(defect.encode())
            rules = {found_rule for _, found_rule, _ in findings(f"{base}/{planted}", tmp_path)}
        finally:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
    assert rules == {rule}
