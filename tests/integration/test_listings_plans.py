"""Feed queries use an index for every documented combination of filters and orders, with default settings."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from benchmarks.feed.cases import cases
from benchmarks.feed.plans import plan_of, statement
from benchmarks.feed.seeding import Connection, a_seller_and_a_business, seed
from tests.support.database import Database

ROWS = 30_000
NAMES = sorted(cases("", ""))


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
