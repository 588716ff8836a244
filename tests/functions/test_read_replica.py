"""Guests read from a replica; whoever may have written reads from the primary, and so does everybody without one."""

from __future__ import annotations

import time

import psycopg
import pytest

import infra.doctor.supabase  # noqa: F401 - registers its checks
from auto360.container.data import public_database
from auto360.providers.database import DatabaseUnavailable, let_reads_lag, reset_round_trips
from auto360.providers.database.postgrest import PostgrestDatabase, ReplicaSettings, SupabaseSettings, new_line
from infra.doctor import REGISTRY, Finding, examine
from tests.support.businesses import new_business
from tests.support.database import NOBODY_LISTENS, Database
from tests.support.functions import Functions, http_event
from tests.support.odd_server import OddServer, Script, whole
from tests.support.replica import Replica
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, car, new_seller

pytestmark = pytest.mark.xdist_group("replica")


@pytest.fixture
def site(functions: Functions, replica: Replica) -> Functions:
    """Return the functions of a stage with a replica."""
    functions.set(SUPABASE_READ_URL=replica.url)
    return functions


@pytest.fixture
def seller(site: Functions, database: Database) -> Seller:
    """Return a seller."""
    return new_seller(site, database)


def titles(
    site: Functions, seller: Seller, *, token: str | None = None, path: str = LISTINGS, **query: str
) -> list[str]:
    """Return the titles of a seller's listings as a page shows them."""
    answer = site.raw("listings", http_event("GET", path, token=token, query={"seller": seller.id, **query}))
    assert answer.status == 200, answer.body
    return [listing["title"] for listing in answer.body["data"]["listings"]]


def test_what_guests_read_comes_from_the_replica_by_get(
    site: Functions, seller: Seller, replica: Replica, database: Database
) -> None:
    listing, business = seller.posted(car(title="Камри")), new_business(database, seller.id)
    replica.catch_up()
    assert titles(site, seller) == titles(site, seller, path=f"{LISTINGS}/search", q="камри") == ["Камри"]
    assert anonymous(site, f"{LISTINGS}/{listing}").body["title"] == "Камри"
    assert anonymous(site, f"{LISTINGS}/{listing}/comments").body["data"]["comments"] == []
    for path in (f"/api/business/{business}", f"/api/business/{business}/listings"):
        assert site.raw("business", http_event("GET", path)).status == 200
    functions = ("listing_feed", "listing_feed", "listing_read", "comments_page", "business_read", "business_listings")
    assert replica.seen == [f"GET /rpc/{function}" for function in functions]


def test_a_caller_who_has_just_written_sees_it_while_the_replica_stands_still(
    site: Functions, seller: Seller, replica: Replica
) -> None:
    seller.posted(car(title="Раньше"))
    replica.stand_still()
    newest = seller.posted(car(title="Сейчас"))
    assert titles(site, seller) == ["Раньше"]
    assert titles(site, seller, token=seller.token) == ["Сейчас", "Раньше"]
    assert seller.read(newest).status == 200
    assert anonymous(site, f"{LISTINGS}/{newest}").status == 404


def test_a_page_for_guests_is_never_shown_to_somebody_who_is_signed_in(
    site: Functions, seller: Seller, replica: Replica
) -> None:
    replica.stand_still()
    seller.posted(car(title="Сейчас"))
    for _ in range(2):
        assert titles(site, seller) == []
        assert titles(site, seller, token=seller.token) == ["Сейчас"]


def test_no_write_and_no_signed_in_read_reaches_the_replica(site: Functions, seller: Seller, replica: Replica) -> None:
    listing = seller.posted(car())
    assert seller.act(listing, "like").status == 200
    for path in (LISTINGS, f"{LISTINGS}/{listing}", f"{LISTINGS}/mine", f"{LISTINGS}/{listing}/comments"):
        assert seller.call("GET", path).status == 200
    anonymous(site, LISTINGS, headers={"Authorization": "Bearer expired"})
    assert replica.seen == []


def test_views_are_counted_in_the_primary_without_a_write_per_reading(
    site: Functions, seller: Seller, replica: Replica, database: Database
) -> None:
    site.set(LISTING_BATCH_SIZE="2", LISTING_BATCH_SECONDS="3600")
    listing = seller.posted(car())
    replica.catch_up()
    query = "select views_count from listing_counters where listing_id = %s"
    for number in range(2):
        site.raw("listings", http_event("GET", f"{LISTINGS}/{listing}", address=f"198.51.100.{number}"))
    assert rows(database, query, listing) == []
    anonymous(site, f"{LISTINGS}/{listing}")
    assert rows(database, query, listing) == [(2,)]
    assert replica.seen == ["GET /rpc/listing_read"] * 3


@pytest.mark.parametrize(
    "words", ["камри " * 16, "0700 123 456", "камри 996700123456"], ids=["long", "number", "words and number"]
)
def test_what_must_not_stand_in_an_address_is_posted_to_the_primary(
    site: Functions, seller: Seller, replica: Replica, words: str
) -> None:
    places = {} if "7" in words else {"city": "Ы" * 100, "brand": "Ы" * 100, "model": "Ы" * 100}
    assert anonymous(site, f"{LISTINGS}/search", query={"q": words, **places}).status == 200
    assert replica.seen == []


@pytest.mark.parametrize("answer", [whole(503, ""), whole(404, '{"code": "PGRST202"}'), whole(200, "<html>")])
def test_a_replica_that_fails_leaves_guests_to_the_primary(
    site: Functions, seller: Seller, odd_server: OddServer, answer: Script
) -> None:
    seller.posted(car(title="Камри"))
    odd_server.script = answer
    site.set(SUPABASE_READ_URL=odd_server.url)
    assert titles(site, seller) == ["Камри"]
    assert len(odd_server.requests) == 1


def test_a_dead_replica_is_left_alone_for_a_while(site: Functions, seller: Seller, replica: Replica) -> None:
    seller.posted(car(title="Камри"))
    site.set(SUPABASE_READ_URL=NOBODY_LISTENS)
    for category in ("car", "horse"):
        titles(site, seller, category=category)
    assert titles(site, seller) == ["Камри"]


def test_a_replica_that_has_stopped_following_is_left(site: Functions, seller: Seller, replica: Replica) -> None:
    site.set(REPLICA_LAG_SECONDS="1")
    replica.stand_still()
    seller.posted(car(title="Сейчас"))
    ends_at = time.monotonic() + 20
    while titles(site, seller) != ["Сейчас"]:
        assert time.monotonic() < ends_at, "the replica still answers"
        time.sleep(0.2)


def test_the_doctor_finds_a_replica_that_does_not_answer(site: Functions, replica: Replica) -> None:
    def found(url: str) -> Finding:
        site.set(SUPABASE_READ_URL=url)
        [finding] = examine({"SUPABASE_READ_URL": url}, [each for each in REGISTRY if each.name == "read replica"])
        return finding

    assert found(replica.url).outcome == "ok"
    assert found(NOBODY_LISTENS).outcome == "failure"
    assert found("").outcome == "absent"


def test_what_follows_a_write_in_a_request_reads_it(site: Functions, replica: Replica) -> None:
    database = public_database()
    reset_round_trips()
    let_reads_lag(lag=True)
    database.call_read("listing_feed", {"p_query": {"sort": "newest", "limit": 1}})
    database.call("count_searches", {"p_searches": []})
    database.call_read("listing_feed", {"p_query": {"sort": "newest", "limit": 1}})
    reset_round_trips()
    assert replica.seen == ["GET /rpc/listing_feed"]


def test_the_replica_of_these_tests_refuses_writes(database: Database, replica: Replica) -> None:
    settings = SupabaseSettings.load(database.environ)
    server = ReplicaSettings.load({"SUPABASE_READ_URL": replica.url}).server(settings)
    with pytest.raises(DatabaseUnavailable):
        PostgrestDatabase(server, new_line(server)).call("count_searches", {"p_searches": []})
    with psycopg.connect(replica.dsn) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("delete from public.search_terms where true")
