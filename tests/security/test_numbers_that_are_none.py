"""Number that is none (NaN) in one listing would make every page that shows it unreadable for every app."""

from __future__ import annotations

import json

import httpx
import psycopg
import pytest

from auto360.http.envelope import to_json
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, car, new_seller

_NUMBERS = """
select quote_ident(c.relname), quote_ident(a.attname), format_type(a.atttypid, null),
  array(select pg_get_expr(k.conbin, k.conrelid) from pg_constraint k
    where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum])
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
  and a.attgenerated = '' and a.atttypid in ('numeric'::regtype, 'float4'::regtype, 'float8'::regtype)
order by 1, 2
"""


def _no_json(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize(
    "column", ["price", "latitude", "video_trim_start", "video_trim_end", "video_original_duration"]
)
def test_a_seller_cannot_make_the_feed_unreadable_for_everybody(
    functions: Functions, database: Database, column: str
) -> None:
    seller = new_seller(functions, database)
    listing = seller.posted(car(title="Toyota без чисел"))
    headers = {"Authorization": f"Bearer {seller.token}"}
    address = f"{database.rest_url}/listings?id=eq.{listing}"
    answer = httpx.patch(address, json={column: "NaN"}, headers=headers, timeout=10)
    assert answer.status_code == 400, answer.text
    for path in (LISTINGS, f"{LISTINGS}/{listing}"):
        event = functions.handler("listings")(
            {"httpMethod": "GET", "path": path, "resource": path, "headers": {}}, None
        )
        json.loads(event["body"], parse_constant=_no_json)


@pytest.mark.parametrize("column", ["area", "land_area"])
def test_nor_by_the_details_of_a_house(functions: Functions, database: Database, column: str) -> None:
    seller = new_seller(functions, database)
    details = {"property_type": "house", "rooms": 3, "area": 120}
    listing = seller.posted(car(category="real_estate", title="Дом", details=details))
    headers = {"Authorization": f"Bearer {seller.token}"}
    address = f"{database.rest_url}/real_estate_details?listing_id=eq.{listing}"
    assert httpx.patch(address, json={column: "NaN"}, headers=headers, timeout=10).status_code == 400
    assert rows(database, "select area from real_estate_details where listing_id = %s", listing) == [(120,)]


def test_no_column_takes_a_number_that_is_none(database: Database) -> None:
    columns = rows(database, _NUMBERS)
    assert len(columns) > 15
    taking = [
        f"{table}.{column}"
        for table, column, kind, checks in columns
        if not any(
            _refuses(database, f"select ({check}) from (select 'NaN'::{kind} as {column}) t") for check in checks
        )
    ]
    assert taking == []


def _refuses(database: Database, query: str) -> bool:
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row == (False,)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_an_answer_is_json_whatever_is_in_it(number: float) -> None:
    answer = to_json({"listings": [{"price": number, "title": "Camry"}], "pair": (number, 1)})
    found = json.loads(answer, parse_constant=_no_json)
    assert found == {"listings": [{"price": None, "title": "Camry"}], "pair": [None, 1]}
