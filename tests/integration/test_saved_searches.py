"""Saved searches in the database: what may be saved, who is notified of what, and how often."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.plain_http import plain_client
from tests.support.rows import rows
from tests.support.searches import TOYOTA, create, hits, match, offer, save, tell, tell_due, told
from tests.support.sql_calls import calling


@pytest.fixture
def seller(database: Database) -> str:
    return new_user_id(database)


@pytest.fixture
def user(database: Database) -> str:
    return new_user_id(database)


def hour_later(database: Database, user: str) -> None:
    """Let the distance between two instant notifications pass."""
    rows(
        database,
        "update search_schedules set last_at = last_at - interval '1 hour', next_at = next_at - interval '1 hour'"
        " where user_id = %s returning 1",
        user,
    )


def tell_all(connection: psycopg.Connection[Any]) -> None:
    """Notify everybody whose time has come, as the timer does."""
    connection.execute(
        """select search_digests_tell((
             select coalesce(jsonb_agg(d || jsonb_build_object('viewer', repeat('0', 32))), '[]')
             from jsonb_array_elements(search_digests_due(100)) as d))"""
    )


def test_twenty_parallel_requests_at_the_limit_save_one_search(database: Database, user: str) -> None:
    for price in range(19):
        create(database, user, {**TOYOTA, "price_max": 1000 + price})
    calls = [
        calling(
            "saved_search_create",
            p_user_id=user,
            p_search=Jsonb({"name": "П", "frequency": "daily", "query": {**TOYOTA, "price_max": 9000 + n}}),
        )
        for n in range(20)
    ]
    answers = at_once(database, calls)
    assert sorted(str(answer.get("reason")) for answer in answers) == ["None", *["saved_search_limit_reached"] * 19]
    assert rows(database, "select count(*) from saved_searches where user_id = %s", user) == [(20,)]


def test_the_same_filters_are_saved_once_whatever_the_case_and_the_form_of_numbers(
    database: Database, user: str
) -> None:
    first = create(database, user, {"brand": "Toyota", "price_max": 1000})
    calls = [
        calling(
            "saved_search_create",
            p_user_id=user,
            p_search=Jsonb({"name": "П", "frequency": "weekly", "query": {"price_max": 1000.00, "brand": "TOYOTA"}}),
        )
        for _ in range(8)
    ]
    assert {answer["search"]["id"] for answer in at_once(database, calls)} == {first["search"]["id"]}
    assert create(database, user, {"brand": "Toyota", "price_max": 1001})["is_repeat"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "filters"),
        ([], "filters"),
        ({"brand": "x" * 101}, "brand"),
        ({"brand": ["Toyota"]}, "brand"),
        ({"brand": ""}, "brand"),
        ({"price_max": "NaN"}, "price_max"),
        ({"price_max": 1e30}, "price_max"),
        ({"price_min": -1}, "price_min"),
        ({"year_min": 2010.5}, "year_min"),
        ({"rooms": True}, "rooms"),
        ({"status": "sold"}, "status"),
        ({"sort": "newest"}, "sort"),
        ({"head": 5}, "head"),
        ({"category": "boat"}, "category"),
        ({"seller": "x" * 36}, "seller"),
        ({"latitude": 42.0, "longitude": 74.0}, "latitude"),
        ({"radius_km": 5}, "latitude"),
        ({"latitude": 42.0, "longitude": 74.0, "radius_km": 0}, "radius_km"),
        ({"text": "a"}, "text"),
        ({"text": " ".join(["аб"] * 16)}, "text"),
        ({"text": ",".join("абвгдежзиклмнопрст")}, "text"),
        ({"x" * 3000: 1}, "filters"),
        ({"price_max": 0, "after": [1, 2]}, "after"),
    ],
)
def test_nothing_but_filters_of_the_feed_is_saved(query: Any, field: str, database: Database, user: str) -> None:
    assert create(database, user, query) == {"reason": "validation_failed", "field": field}


def test_a_number_of_thousands_of_digits_is_not_saved(database: Database, user: str) -> None:
    long = "0." + "1" * 2500
    query = "select saved_search_create(%s, %s::jsonb)"
    search = '{"name": "П", "frequency": "daily", "query": {"price_min": ' + long + "}}"
    assert rows(database, query, user, search) == [({"reason": "validation_failed", "field": "filters"},)]


@pytest.mark.parametrize(
    ("query", "is_narrow"),
    [
        (TOYOTA, True),
        ({"breed": "Киргизская"}, True),
        ({"property_type": "house", "city": "Ош"}, True),
        ({"seller": "00000000-0000-4000-8000-000000000000"}, True),
        ({"text": "шестигранник"}, True),
        ({"category": "car", "price_max": 1000000}, False),
        ({"property_type": "house"}, False),
        ({"city": "Бишкек"}, False),
        ({"price_min": 0}, False),
        ({"text": "toyota or honda"}, False),
        ({"text": "-мерседес"}, False),
        ({"text": "самосвал - шестигранник"}, False),
    ],
)
def test_a_broad_search_has_digests_only(query: Any, database: Database, user: str, *, is_narrow: bool) -> None:
    answer = create(database, user, query, "instant")
    assert answer.get("reason") == (None if is_narrow else "saved_search_too_broad")
    daily = create(database, user, query, "daily")["search"]
    assert daily["may_be_instant"] is is_narrow
    changed = rows(database, 'select saved_search_update(%s, %s, \'{"frequency": "instant"}\')', user, daily["id"])
    assert changed[0][0].get("reason") == (None if is_narrow else "saved_search_too_broad")


def test_the_first_hit_is_told_at_once_and_the_others_of_the_hour_together(
    database: Database, user: str, seller: str
) -> None:
    save(database, user, TOYOTA, name="Моя Тойота")
    save(database, user, {"q": "шестигранник"}, name="Слово")
    first = offer(database, seller)
    match(database)
    assert (tell_due(database, user), tell_due(database, user)) == (1, 0)
    later = [offer(database, seller, title=title) for title in ("Toyota A", "Toyota B", "Шестигранник")]
    match(database)
    assert tell_due(database, user) == 0, "within the hour"
    hour_later(database, user)
    assert (tell_due(database, user), tell_due(database, user)) == (1, 0)
    one, rest = told(database, user)
    assert (one["count"], one["listing_ids"], one["title"]) == (1, [first], "Новое по поиску «Моя Тойота»")
    assert one["message"] == "Toyota Camry 2018"
    assert (rest["count"], set(rest["listing_ids"]), rest["digest_no"]) == (3, set(later), 2)
    assert rest["message"].endswith(" и ещё 2")


VIEWER = "ab" * 16


def make_own(database: Database, user: str, listing: str) -> None:
    """Move a listing to a business of the user."""
    made = "insert into business_accounts (user_id, name) values (%s, 'Авто') on conflict do nothing returning id"
    for (business,) in rows(database, made, user):
        rows(database, "update listings set business_id = %s where id = %s returning 1", business, listing)


def happen(why: str, database: Database, user: str, seller: str, listing: str) -> None:
    """Bring about why a user does not hear of a listing."""
    view = Jsonb([{"listing_id": listing, "viewer": VIEWER, "viewed_on": "2026-01-01"}])
    opened = "insert into user_behavior (user_id, event_type, listing_id) values (%s, 'view_long', %s) returning 1"
    acts: dict[str, tuple[str, tuple[object, ...]]] = {
        "blocked by the user": ("select chat_block(%s, %s)", (user, seller)),
        "blocked by the seller": ("select chat_block(%s, %s)", (seller, user)),
        "viewed": (opened, (user, listing)),
        "saved": ("select listing_react(%s, %s, 'save', true)", (user, listing)),
        "written about": ("select chat_open_thread(%s, %s)", (user, listing)),
        "opened by the API": ("select record_listing_views(%s)", (view,)),
    }
    if why in acts:
        rows(database, acts[why][0], *acts[why][1])
    elif why == "of the user's business":
        make_own(database, user, listing)


@pytest.mark.parametrize(
    "why",
    [
        *("own", "of the user's business", "blocked by the user", "blocked by the seller"),
        *("viewed", "saved", "written about", "opened by the API"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_hears_of_own_blocked_or_seen_listings(
    why: str, when: str, database: Database, user: str, seller: str
) -> None:
    search = save(database, user, TOYOTA)
    seller = user if why == "own" else seller
    listing = offer(database, seller)
    if when == "before":
        happen(why, database, user, seller, listing)
    match(database)
    happen(why, database, user, seller, listing)
    assert tell(database, user, viewer=VIEWER) == 0
    assert told(database, user) == []
    assert rows(database, "select count(*) from search_hits where search_id = %s and digest_no > 0", search) == [(0,)]


def test_a_suspended_user_is_not_matched_and_not_told(database: Database, user: str, seller: str) -> None:
    search = save(database, user, TOYOTA)
    offer(database, seller)
    match(database)
    rows(database, "update accounts set is_blocked = true where id = %s returning 1", user)
    offer(database, seller)
    match(database)
    assert (len(hits(database, search)), tell(database, user), told(database, user)) == (1, 0, [])
    assert create(database, user, {"brand": "BMW"}) == {"reason": "account_blocked"}


def test_what_sold_or_hid_before_the_digest_is_not_named_and_tells_when_it_returns(
    database: Database, user: str, seller: str
) -> None:
    save(database, user, TOYOTA, "daily")
    listing = offer(database, seller)
    match(database)
    rows(database, "update listings set is_hidden = true where id = %s returning 1", listing)
    assert (tell(database, user), told(database, user)) == (0, [])
    rows(database, "update listings set is_hidden = false where id = %s returning 1", listing)
    match(database)
    assert (tell(database, user), told(database, user)[0]["listing_ids"]) == (1, [listing])


def test_a_price_that_falls_into_the_range_is_a_hit_once(database: Database, user: str, seller: str) -> None:
    search = save(database, user, {**TOYOTA, "price_max": 1_000_000})
    other = save(database, user, TOYOTA)
    listing = offer(database, seller)
    match(database)
    assert (hits(database, search), hits(database, other), tell(database, user)) == (set(), {listing}, 1)
    late = save(database, user, {**TOYOTA, "price_max": 2_000_000})
    for price in (999_000, 1_300_000, 990_000):
        rows(database, "update listings set price = %s where id = %s returning 1", price, listing)
        match(database)
    assert hits(database, search) == set(), "the user was told of it by the other search"
    assert hits(database, late) == set(), "it was in range before"


def test_a_price_drop_that_waits_counts_from_the_highest_price(database: Database, user: str, seller: str) -> None:
    listing = offer(database, seller)
    match(database)
    search = save(database, user, {**TOYOTA, "price_max": 1_000_000})
    for price in (1_100_000, 990_000, 980_000):
        rows(database, "update listings set price = %s where id = %s returning 1", price, listing)
    match(database)
    assert hits(database, search) == {listing}


def test_what_a_user_looked_at_is_not_told_and_not_counted(database: Database, user: str, seller: str) -> None:
    search = save(database, user, TOYOTA)
    offer(database, seller)
    match(database)
    [listed] = rows(database, "select saved_searches_list(%s)", user)[0][0]
    assert listed["new_count"] == 1
    looked = rows(database, "select saved_search_looked(%s, %s)", user, search)[0][0]["search"]
    assert (looked["new_count"], tell(database, user), told(database, user)) == (0, 0, [])


def test_a_digest_has_a_number_and_parallel_runs_make_one(database: Database, user: str, seller: str) -> None:
    save(database, user, TOYOTA, "daily")
    save(database, user, {"price_min": 0}, "daily", name="Всё")
    offer(database, seller)
    match(database)
    rows(database, "update search_schedules set next_at = now() where user_id = %s returning 1", user)
    [(schedule,)] = rows(database, "select id::text from search_schedules where user_id = %s", user)
    due = Jsonb([{"id": schedule, "viewer": "00" * 16}])
    calls: list[Any] = [calling("search_digests_tell", p_viewers=due)] * 12
    assert sum(answer["told"] for answer in at_once(database, calls)) == 1
    assert [line["digest_no"] for line in told(database, user)] == [1]
    assert tell(database, user) == 0, "an empty digest is none"
    offer(database, seller)
    match(database)
    assert (tell(database, user), [line["digest_no"] for line in told(database, user)]) == (1, [1, 2])


def test_parallel_matching_records_each_hit_once_and_forgets_none(database: Database, user: str, seller: str) -> None:
    search = save(database, user, TOYOTA)
    offered = {offer(database, seller) for _ in range(30)}
    calls: list[Any] = [calling("search_match_step", p_limit=3)] * 20
    due: list[Any] = [tell_all] * 5
    at_once(database, [*calls, *due])
    match(database)
    for _ in range(2):
        hour_later(database, user)
        tell_due(database, user)
    assert hits(database, search) == offered
    assert sum(line["count"] for line in told(database, user)) == 30


def test_two_searches_with_one_listing_tell_of_it_once(database: Database, user: str, seller: str) -> None:
    save(database, user, TOYOTA, "instant")
    save(database, user, {"brand": "Toyota", "model": "Camry"}, "instant")
    save(database, user, {"model": "Camry", "year_min": 2000}, "daily")
    offer(database, seller)
    match(database)
    assert tell(database, user) == 1
    assert [line["count"] for line in told(database, user)] == [1]


@pytest.mark.parametrize(
    ("settings", "after", "frequency", "local"),
    [
        ((None, "22:00", "08:00"), "2026-11-29 12:00+06", "daily", "2026-11-30 09"),
        ((None, "22:00", "08:00"), "2026-11-29 12:00+06", "weekly", "2026-11-30 09"),
        ((None, "22:00", "08:00"), "2026-11-30 12:00+06", "weekly", "2026-12-07 09"),
        (("Pacific/Kiritimati", "22:00", "08:00"), "2026-11-29 00:00+06", "daily", "2026-11-29 09"),
        (("America/New_York", "22:00", "08:00"), "2026-03-08 01:30-05", "daily", "2026-03-08 09"),
        (("Asia/Bishkek", "00:00", "11:00"), "2026-11-29 12:00+06", "daily", "2026-11-30 11"),
        (("Asia/Bishkek", "08:30", "07:00"), "2026-11-29 12:00+06", "daily", "2026-12-01 07"),
        (("Nowhere/Lost", None, None), "2026-11-29 12:00+06", "daily", "2026-11-30 09"),
    ],
)
def test_digests_come_in_the_morning_of_the_users_zone(
    settings: tuple[str | None, str, str], after: str, frequency: str, local: str, database: Database
) -> None:
    user, zone = new_user_id(database), settings[0]
    query = "insert into notification_settings (user_id, time_zone, quiet_from, quiet_to) values (%s, %s, %s, %s)"
    rows(database, f"{query} returning 1", user, *settings)
    query = "select to_char(private.next_digest_at(%s, %s, %s) at time zone %s, 'YYYY-MM-DD HH24')"
    shown = zone if zone and zone != "Nowhere/Lost" else "Asia/Bishkek"
    assert rows(database, query, user, frequency, after, shown) == [(local,)]


def test_a_change_of_the_zone_moves_the_digest_and_never_brings_two_a_day(database: Database, user: str) -> None:
    save(database, user, TOYOTA, "daily")
    query = (
        "select last_at is null or next_at >= last_at + interval '12 hours' from search_schedules where user_id = %s"
    )
    rows(database, "update search_schedules set last_at = now() where user_id = %s returning 1", user)
    before = rows(database, "select next_at from search_schedules where user_id = %s", user)
    for zone in ("Pacific/Kiritimati", "Pacific/Niue", "Asia/Tokyo"):
        rows(database, "select notification_preferences_write(%s, %s)", user, Jsonb({"time_zone": zone}))
        assert rows(database, query, user) == [(True,)]
    assert rows(database, "select next_at from search_schedules where user_id = %s", user) != before


def test_postgrest_shows_a_user_the_own_searches_and_writes_none(database: Database, user: str) -> None:
    other = new_user_id(database)
    search = save(database, user, TOYOTA)
    save(database, other, TOYOTA)
    headers = {"Authorization": f"Bearer {database.user_token(user)}"}
    with plain_client(base_url=database.rest_url, headers=headers, timeout=30) as http:
        assert [row["id"] for row in http.get("/saved_searches").json()] == [search]
        row = {"user_id": user, "name": "П", "query": {"price_min": 0}, "filter_hash": "0" * 32, "frequency": "daily"}
        assert http.post("/saved_searches", json=row).status_code == 403
        assert http.patch(f"/saved_searches?id=eq.{search}", json={"frequency": "daily"}).status_code == 403
        assert http.delete(f"/saved_searches?id=eq.{search}").status_code == 403
        for table in ("search_hits", "search_schedules", "search_arrivals"):
            assert http.get(f"/{table}").status_code == 403
        call = {"p_user_id": other, "p_search_id": search}
        assert http.post("/rpc/saved_search_delete", json=call).status_code in (401, 403, 404)


def test_a_broad_search_records_a_hundred_of_a_flood_and_goes_on(database: Database, user: str, seller: str) -> None:
    search = save(database, user, {"price_min": 0}, "daily")
    flood = """insert into listings (seller_user_id, category, title, price, status)
        select %s, 'car', 'Авто', 1000 + n, 'active' from generate_series(1, 130) n returning 1"""
    rows(database, flood, seller)
    match(database)
    assert (tell(database, user), len(hits(database, search))) == (1, 100)
    offer(database, seller)
    match(database)
    assert tell(database, user) == 1
    assert told(database, user)[1]["count"] < 100


def test_a_search_that_cannot_be_evaluated_stops_nobody_elses(database: Database, user: str, seller: str) -> None:
    spoilt = new_user_id(database)
    for owner in (spoilt, user):
        save(database, owner, {"price_min": 0}, "daily")
    rows(database, """update saved_searches set query = '{"rooms": "x"}' where user_id = %s returning 1""", spoilt)
    offer(database, seller)
    match(database)
    later = "update search_schedules set next_at = now() - make_interval(hours => %s) where user_id = %s returning 1"
    rows(database, later, 2, spoilt)
    rows(database, later, 1, user)
    assert tell_due(database, spoilt, user) == 1
    assert len(told(database, user)) == 1
    due = "select 1 from search_schedules where user_id = %s and next_at > now() + interval '50 minutes'"
    assert len(rows(database, due, spoilt)) == 1, "it is tried again, and not before the others"


def test_a_broad_search_looks_into_texts_while_there_is_time(database: Database, user: str, seller: str) -> None:
    worded = save(database, user, {"q": "самосвал or бульдозер"}, "daily")
    plain = save(database, user, {"city": "Талас"}, "daily")
    found = offer(database, seller, title="Бульдозер", city="Талас")
    flood = """insert into listings (seller_user_id, category, title, price, status)
        select %s, 'car', 'Авто', 1000 + n, 'active' from generate_series(1, 220) n returning 1"""
    match(database)
    rows(database, flood, seller)
    match(database)
    evaluate = "select private.match_broad_search(s, 100, now() + %s::interval) from saved_searches s where s.id = %s"
    assert rows(database, evaluate, "-1 second", plain) == [(1,)]
    assert rows(database, evaluate, "-1 second", worded) == [(0,)]
    rows(database, "update saved_searches set matched_until = created_at where id = %s returning 1", worded)
    assert rows(database, evaluate, "1 minute", worded) == [(1,)]
    assert hits(database, worded) == {found}
