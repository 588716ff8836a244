"""Feed queries use an index for every documented combination of filters and orders, with default settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from benchmarks.feed.cases import cases
from benchmarks.feed.plans import plan_of, statement
from benchmarks.feed.seeding import Connection, a_seller_and_a_business, seed
from tests.support.database import Database

# What the module makes takes seconds: one process makes it.
pytestmark = pytest.mark.xdist_group("market")
ROWS = 30_000
NAMES = sorted(cases("", ""))
FENCED = [name for name in NAMES if "words" in name or "typing" in name or "nearest" in name]


@pytest.fixture(scope="module")
def market(database: Database) -> Iterator[Connection]:
    """Yield a market of many listings in a transaction that is taken back."""
    with psycopg.connect(database.dsn) as connection:
        seed(connection, ROWS, tell=lambda _: None)
        yield connection
        connection.rollback()


def rows_read(connection: Connection, text: str) -> int:
    """Return how many listings a statement has looked at."""
    [(explained,)] = connection.execute(b"explain (analyze, format json) " + text.encode()).fetchall()
    node = explained[0]["Plan"]
    while "Plans" in node:
        node = node["Plans"][0]
    return int(node["Actual Rows"] + node.get("Rows Removed by Filter", 0))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_the_feed_is_served_by_an_index(name: str, market: Connection) -> None:
    query = cases(*a_seller_and_a_business(market))[name]
    plan = plan_of(market, statement(market, query))
    assert not plan.is_sequential, plan
    assert plan.indexes


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("category / newest", "listings_feed_category_newest_idx"),
        ("category, rare / price_asc", "listings_feed_category_price_idx"),
        ("everything / price_desc", "listings_feed_price_idx"),
        ("everything / views", "listings_feed_views_idx"),
        ("everything / nearest", "listings_feed_nearest_idx"),
        ("brand, model, city / newest", "listings_feed_brand_idx"),
        ("words, rare / newest", "listings_search_words_idx"),
        ("typing error / newest", "listings_title_trigram_idx"),
    ],
)
def test_the_index_that_was_made_for_it_is_used(name: str, index: str, market: Connection) -> None:
    query = cases(*a_seller_and_a_business(market))[name]
    assert index in plan_of(market, statement(market, query)).indexes


def test_a_page_deep_in_the_feed_reads_no_more_than_the_first(market: Connection) -> None:
    # Two indexes have the order of the newest; ties apart they cost the same.
    served_by = {("listings_feed_newest_idx",), ("listings_status_created_idx",)}
    query = {"sort": "newest", "limit": 21}
    row = market.execute(
        "select created_at, id::text from listings where status = 'active' order by 1 desc offset 9000 limit 1"
    ).fetchone()
    assert row is not None
    for asked in (query, query | {"after": [row[0].isoformat(), row[1]]}):
        text = statement(market, asked)
        assert plan_of(market, text).indexes in served_by
        assert rows_read(market, text) <= 25


def page(connection: Connection, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the listings that the function answers."""
    text = "select public.listing_feed(%s::jsonb, null)"
    [(answer,)] = connection.execute(text, [json.dumps(query)]).fetchall()
    return list(answer["listings"])


def key_of(row: dict[str, Any], sort: str) -> str:
    return str(row[{"price_asc": "price", "nearest": "distance"}.get(sort, "created_at")])


@pytest.mark.parametrize("name", FENCED)
def test_shortcuts_answer_what_the_whole_statement_answers(name: str, market: Connection) -> None:
    query = cases(*a_seller_and_a_business(market))[name]
    for _ in range(3):
        found = page(market, query)
        text = f"select id::text from ({statement(market, query)}) as page"
        market.execute("select set_config('pg_trgm.word_similarity_threshold', '0.45', true)")
        whole = [row[0] for row in market.execute(text.encode()).fetchall()]
        assert [row["id"] for row in found] == whole or (query.get("match") == "words" and not whole)
        if len(found) < query["limit"]:
            break
        query |= {"after": [key_of(found[-1], query["sort"]), found[-1]["id"]]}


@pytest.mark.parametrize(
    ("text", "match", "is_common"),
    [("Toyota", "words", True), ("4711", "words", False), ("Toyta Hilander", "similar", True)],
)
def test_common_matches_are_looked_for_among_the_first_listings(
    text: str, match: str, *, is_common: bool, market: Connection
) -> None:
    query = {"text": text, "match": match, "category": "car", "sort": "price_asc", "limit": 21}
    [(head,)] = market.execute("select private.feed_head(%s::jsonb)", [json.dumps(query)]).fetchall()
    assert (head is not None) == is_common
    if head is not None:
        assert rows_read(market, statement(market, query | {"head": head})) <= head
        assert len(page(market, query)) == 21


@pytest.mark.parametrize("text", ["красная тойота", "тойота надёжная"])
def test_frequent_words_are_looked_for_beyond_the_first_hundreds_of_listings(text: str, market: Connection) -> None:
    """A market whose newest matches lie apart would otherwise fetch and sort all of them."""
    query = {"text": text, "match": "words", "sort": "newest", "limit": 21}
    [(head,)] = market.execute("select private.feed_head(%s::jsonb)", [json.dumps(query)]).fetchall()
    assert head == 2000
    assert len(page(market, query | {"head": head})) == 21


@pytest.mark.parametrize(
    "name",
    ["property, rooms / price_asc", "property, rooms / views", "breed, gender / newest", "brand, model, city / newest"],
)
def test_columns_that_belong_together_are_estimated_together(name: str, market: Connection) -> None:
    """Otherwise the planner expects few rows, fetches all of them and sorts."""
    query = cases(*a_seller_and_a_business(market))[name]
    assert rows_read(market, statement(market, query)) < 600


def test_neighbours_in_another_city_are_known_to_be_none(market: Connection) -> None:
    query = cases(*a_seller_and_a_business(market))["city / nearest"]
    text = statement(market, query)
    assert "listings_feed_city_nearest_idx" in plan_of(market, text).indexes
    assert rows_read(market, text) == 0
