"""Files generated from the schema are fresh, and the backend calls SQL through them alone."""

from __future__ import annotations

import re

import pytest

from local.paths import CHECKOUT
from tests.support.database import Database
from tools.schema.catalogue import Function, functions_of
from tools.schema.page import PAGE, functions_page
from tools.schema.stubs import STUBS, UnknownType, stub_modules

LAYER = CHECKOUT / "layers" / "common" / "auto360"


@pytest.fixture(scope="module")
def functions(database: Database) -> list[Function]:
    """Every function of the schema."""
    return functions_of(database.dsn)


def test_the_typed_calls_are_fresh(functions: list[Function]) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in STUBS.glob("*.py")}

    assert written == stub_modules(functions), "run `make sql-stubs`"


def test_the_page_of_sql_functions_is_fresh(functions: list[Function]) -> None:
    assert PAGE.read_text(encoding="utf-8") == functions_page(functions), "run `make sql-docs`"


def test_sql_functions_are_called_through_the_typed_calls_alone() -> None:
    sources = [path for path in LAYER.rglob("*.py") if STUBS not in path.parents]
    naming = [path.name for path in sources if re.search(r"[\"']p_\w+[\"']", path.read_text(encoding="utf-8"))]
    calling = [
        path.name for path in sources if re.search(r"database\.call(?:_read)?\(", path.read_text(encoding="utf-8"))
    ]

    assert len(sources) > 200
    assert (naming, calling) == ([], [])


def test_an_argument_of_a_type_that_cannot_be_sent_is_named() -> None:
    result, about = ("jsonb", False, False, "v", 0), ("Odd.", ("service_role",), "odd")
    odd = Function("public", "odd", (("p_at", "point"),), *result, *about)

    with pytest.raises(UnknownType, match="odd has an argument of type point"):
        stub_modules([odd])


def test_a_trigger_and_a_function_for_users_get_no_typed_call(functions: list[Function]) -> None:
    called = {each.name for each in functions if each.is_called_by_backend}

    assert "payment_open" in called
    assert called.isdisjoint({"touch_updated_at", "check_session", "is_rest_user"})
