"""`make bench-feed`: time every query of the feed, beside the bare statement.

`make seed-big` adds the listings with users, conversations, messages and views around them. `LISTINGS`, `PEOPLE`,
`MESSAGES` and `VIEWS` set their numbers, `DATABASE_URL` another database than the benchmark's own.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Any

import psycopg

from benchmarks.feed.cases import cases
from benchmarks.feed.crowd import Sizes, seed_crowd
from benchmarks.feed.home import big_database
from benchmarks.feed.plans import Connection, plan_of, statement
from benchmarks.feed.seeding import a_seller_and_a_business, seed
from local.errors import StackError

ROUNDS = 7
BUDGET = 2.0
_MADE = "select exists (select from listings where id = md5('big listing 1')::uuid)"


def main(arguments: list[str]) -> int:
    """Add missing listings, and measure unless only seeding was requested."""
    sizes = Sizes.from_environ()
    try:
        with big_database() as dsn, psycopg.connect(dsn) as connection:
            fill(connection, sizes.listings)
            if "seed" in arguments:
                surround(connection, sizes)
            else:
                measure(connection)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def fill(connection: Connection, rows: int) -> None:
    """Add listings to an empty database; those of the demonstration do not count."""
    [(found,)] = connection.execute(_MADE).fetchall()
    if found:
        print("The large database has its listings; none are added.")
        return
    started = time.perf_counter()
    seed(connection, rows, tell=lambda what: print(f"{time.perf_counter() - started:6.0f} s  {what}", flush=True))
    connection.commit()
    connection.autocommit = True
    # A client with a prepared statement would skip the planning, which each new filter value needs.
    connection.prepare_threshold = None
    connection.execute("vacuum analyze listings")


def surround(connection: Connection, sizes: Sizes) -> None:
    """Add missing people, conversations, messages and views."""
    connection.commit()
    connection.autocommit = False
    started = time.perf_counter()
    seed_crowd(
        connection, sizes, tell=lambda what: print(f"{time.perf_counter() - started:6.0f} s  {what}", flush=True)
    )
    connection.autocommit = True
    connection.execute("vacuum analyze")


def measure(connection: Connection) -> None:
    """Print a line per query: the function, the bare statement as JSON and as rows, and the scan of listings."""
    connection.commit()
    connection.autocommit = True
    # A client with a prepared statement would skip the planning, which each new filter value needs.
    connection.prepare_threshold = None
    ratios, sequential = [], 0
    print(f"\nMilliseconds, median of {ROUNDS}; answers are fetched and not read.")
    print("bare: the same statement, its page with the sellers as one JSON text; rows: as rows.\n")
    print(f"{'query':<45}{'function':>10}{'bare':>8}{'rows':>8}{'ratio':>7}  by")
    for name, query in cases(*a_seller_and_a_business(connection)).items():
        text = statement(connection, query)
        plan = plan_of(connection, text)
        rounds = _times(connection, query, _bare(connection, query))
        ours, bare, rows = (median(times) for times in zip(*rounds, strict=True))
        # Pair by pair: a slow moment of the machine slows both halves of a pair.
        ratio = median(first / second for first, second, _ in rounds)
        sequential += plan.is_sequential
        ratios.append(ratio)
        print(f"{name:<45}{ours:>10.1f}{bare:>8.1f}{rows:>8.1f}{ratio:>7.2f}  {', '.join(plan.indexes)}")
    verdict = "met" if max(ratios) <= BUDGET and not sequential else "NOT met"
    print(f"\nRatio {median(ratios):.2f} (median), {max(ratios):.2f} (highest); {sequential} sequential scans.")
    print(f"Budget: at most {BUDGET:.0f}, and none: {verdict}.")


def _bare(connection: Connection, query: dict[str, Any]) -> list[str]:
    """Return the statements of a page; without a match of the words, a second one finds similar titles."""
    texts = [statement(connection, query)]
    if query.get("match") == "words" and not connection.execute(texts[0].encode()).fetchall():
        texts.append(statement(connection, query | {"match": "similar"}))
    seller = "(select s from public.public_profiles s where s.id = p.seller_user_id) as seller"
    return [f"select p.*, {seller} from ({text}) p" for text in texts]  # noqa: S608 - our own text


def _times(connection: Connection, query: dict[str, Any], rows: list[str]) -> list[tuple[float, float, float]]:
    bare = [f"select json_agg(page)::text from ({text}) page" for text in rows]  # noqa: S608 - our own text
    ours = "select public.listing_feed(%s::jsonb, null)::text"
    return [
        (
            _milliseconds(connection, ours, json.dumps(query)),
            sum(_milliseconds(connection, text) for text in bare),
            sum(_milliseconds(connection, text) for text in rows),
        )
        for _ in range(ROUNDS + 1)
    ][1:]


def _milliseconds(connection: Connection, query: str, *values: str) -> float:
    started = time.perf_counter()
    connection.execute(query.encode(), values or None).fetchall()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
