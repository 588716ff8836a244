"""supabase-js's type of the schema in the typed client."""

from __future__ import annotations

import subprocess

from infra.bytecode import node
from local.paths import CHECKOUT
from tests.support.database import Database
from tools.schema.__main__ import DATABASE_TYPE


def test_the_type_shows_the_present_schema(database: Database) -> None:
    command = [str(node()), str(DATABASE_TYPE), database.dsn, "--check"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_column_that_nobody_may_read_or_write_is_left_out(database: Database) -> None:
    text = (CHECKOUT / "clients" / "typescript" / "src" / "database.ts").read_text(encoding="utf-8")
    assert "seller_user_id: string" in text
    assert "code_hash" not in text
    assert "verification_codes" not in text


def test_a_new_column_without_a_new_type_is_noticed(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("alter table public.listings add column homeless text")
        connection.execute("grant select (homeless) on public.listings to anon")
        connection.commit()
    try:
        command = [str(node()), str(DATABASE_TYPE), database.dsn, "--check"]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    finally:
        with database.connect() as connection:
            connection.execute("alter table public.listings drop column homeless")
            connection.commit()
    assert done.returncode == 1
    assert "run `make client-types`" in done.stderr
