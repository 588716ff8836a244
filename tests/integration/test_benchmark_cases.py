"""Cases of `make bench-database` call functions as they are."""

from __future__ import annotations

import re

import psycopg
import pytest

from benchmarks.database.cases import JOBS, REQUESTS, STAFF
from tests.support.database import Database

_NULLS = re.compile(r"\$[a-z]+[0-9]?")


@pytest.mark.parametrize("call", [*REQUESTS.values(), *STAFF.values(), *JOBS.values()])
def test_a_case_names_a_function_with_these_arguments(database: Database, call: str) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(f"explain select {_NULLS.sub('null::uuid', call)}".encode())
        connection.rollback()
