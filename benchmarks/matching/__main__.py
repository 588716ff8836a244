"""`make bench-matching`: match new listings with saved searches, and run a sample of the searches one by one.

SEARCHES (100,000), NEW (500) and LISTINGS (20,000 older ones) set the sizes, SAMPLE (400) the searches run one by one.
"""

from __future__ import annotations

import os
import sys
import time
from random import Random
from typing import Any

import psycopg

from benchmarks.matching.crowd import Connection, add_listings, add_people, add_searches
from local.errors import StackError
from tools.schema.fresh import fresh_database

SEARCHES = int(os.environ.get("SEARCHES", "100000"))
NEW = int(os.environ.get("NEW", "500"))
LISTINGS = int(os.environ.get("LISTINGS", "20000"))
SAMPLE = int(os.environ.get("SAMPLE", "400"))
_CHUNK = 20
_BROAD = """select count(private.match_broad_search(s, 1000, now() + interval '1 hour')) from (
    select * from saved_searches where key is null and anchor is null order by md5(id::text) limit %s) as s"""
# Broad ones among the sample are those evaluated by match_broad, as many as in a tenth.
_CHOSEN = """
(select id::text, user_id::text from saved_searches where key is null and anchor is null
 order by md5(id::text) limit 40)
union all
(select id::text, user_id::text from saved_searches where coalesce(key, anchor) is not null
 order by md5(id::text) limit %s)"""
# Result of a search among the new listings, by the feed's own statement.
_ALONE = 'select private.listing_filters(query || \'{"match": "words"}\') from saved_searches where id = %s'


def main() -> int:
    """Fill a fresh database, measure both methods in it, and compare their hits."""
    try:
        with fresh_database() as dsn, psycopg.connect(dsn) as connection:
            new = fill(connection, Random(360))  # noqa: S311 - the same rows again
            hits = match(connection)
            broad = match_broad(connection)
            return 0 if check(connection, hits) and compare(connection, new, broad) else 1
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


def fill(connection: Connection, rng: Random) -> list[str]:
    """Insert people, older listings, saved searches and new listings; returns the ids of the new ones."""
    started = time.perf_counter()
    people = add_people(connection)
    for _ in range(0, LISTINGS, 5000):
        add_listings(connection, rng, people, min(5000, LISTINGS))
    connection.execute("delete from search_arrivals")
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze listings")
    connection.autocommit = False
    add_searches(connection, rng, people, SEARCHES)
    new = add_listings(connection, rng, people, NEW)
    connection.commit()
    connection.execute("analyze saved_searches")
    connection.commit()
    kinds = "select count(*), count(key), count(anchor) from saved_searches"
    [(saved, by_key, by_anchor)] = connection.execute(kinds).fetchall()
    print(
        f"load of the machine {os.getloadavg()[0]:.1f}; {saved:,} saved searches ({by_key:,} by key, {by_anchor:,} by"
    )
    print(f"anchor, {saved - by_key - by_anchor:,} broad), {LISTINGS:,} listings, {NEW} new ones; filled in "
          f"{time.perf_counter() - started:.0f} s\n")  # fmt: skip
    return new


def match(connection: Connection) -> int:
    """Match all new listings in chunks like the timer; returns the number of hits."""
    times, hits = list[float](), 0
    while True:
        started = time.perf_counter()
        [(step,)] = connection.execute("select search_match_step(%s)", [_CHUNK]).fetchall()
        connection.commit()
        if not step["listings"]:
            break
        times.append(time.perf_counter() - started)
        hits += step["hits"]
    total, ordered = sum(times), sorted(times)
    print(f"matched backwards: {total:.2f} s in all, {total / NEW * 1000:.2f} ms a listing, {hits:,} hits; a chunk of "
          f"{_CHUNK}: median {ordered[len(ordered) // 2] * 1000:.0f} ms, at most {ordered[-1] * 1000:.0f}")  # fmt: skip
    return hits


def match_broad(connection: Connection) -> int:
    """Evaluate a sample of the broad searches, like their digests; returns their number."""
    started = time.perf_counter()
    [(count,)] = connection.execute(_BROAD, [SAMPLE]).fetchall()
    connection.commit()
    taken = time.perf_counter() - started
    each = taken / max(count, 1) * 1000
    print(f"a broad search at its digest, once a day: {each:.2f} ms, measured on {count}")
    return int(count)


def check(connection: Connection, hits: int) -> bool:
    """Require no new hits when all listings arrive again."""
    connection.execute("update search_arrivals set state = 'open', old_price = null")
    again = 0
    while (step := connection.execute("select search_match_step(%s)", [_CHUNK]).fetchall()[0][0])["listings"]:
        again += step["hits"]
    connection.commit()
    query = """select count(*), count(distinct (h.search_id, h.listing_id)) from search_hits h
        join saved_searches s on s.id = h.search_id where not (s.key is null and s.anchor is null)"""
    [(recorded, distinct)] = connection.execute(query.encode()).fetchall()
    is_right = again == 0 and recorded == distinct == hits
    print(f"every hit once: {recorded:,} recorded, {distinct:,} different, {again} more when all arrive again: "
          + ("right" if is_right else "WRONG"))  # fmt: skip
    return is_right


def compare(connection: Connection, new: list[str], broad: int) -> bool:
    """Run a sample of the searches one by one, require the same hits, and extrapolate the time."""
    sample: list[Any] = connection.execute(_CHOSEN, [SAMPLE]).fetchall()
    different, found, taken = 0, 0, 0.0
    for search, user in sample:
        [(condition,)] = connection.execute(_ALONE, [search]).fetchall()
        started = time.perf_counter()
        ids = {row[0] for row in connection.execute(_alone(condition), [new, user])}
        taken += time.perf_counter() - started
        hit = connection.execute("select listing_id::text from search_hits where search_id = %s", [search])
        different += {row[0] for row in hit} != ids
        found += len(ids)
    each = taken / len(sample) * 1000
    print(f"each search by itself: {each:.2f} ms, measured on {len(sample)} ({found:,} hits); extrapolated to "
          f"{SEARCHES:,}: {each * SEARCHES / 1000:.0f} s a round")  # fmt: skip
    print(f"the same hits on the sample: {len(sample) - different} of {len(sample)} searches: "
          + ("exactly" if not different else "WRONG"))  # fmt: skip
    return not different and found > 0 and broad > 0


def _alone(condition: str) -> bytes:
    parts = ("select l.id::text from listings l where l.id = any (%s::uuid[])", condition.replace("%", "%%"))
    return " and ".join([*parts, "l.seller_user_id <> %s"]).encode()


if __name__ == "__main__":
    sys.exit(main())
