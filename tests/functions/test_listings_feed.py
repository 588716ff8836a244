"""Feed and the search: filters, pages, what is shared and what is a viewer's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.rows import rows
from tests.support.sellers import LISTINGS, Seller, anonymous, car, horse, new_seller
from tests.support.words import new_word

BISHKEK = {"latitude": 42.87, "longitude": 74.59}


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    """Return a seller; filter by its id to find its listings alone."""
    return new_seller(functions, database)


@pytest.fixture
def viewer(functions: Functions, database: Database) -> Seller:
    """Return a viewer."""
    return new_seller(functions, database)


def titles(functions: Functions, path: str = LISTINGS, **query: Any) -> list[str]:
    """Return the titles of a page, asked for without a token."""
    answer = anonymous(functions, path, query={name: str(value) for name, value in query.items()})
    assert answer.status == 200, answer.body
    return [listing["title"] for listing in answer.body["data"]["listings"]]


def walk(functions: Functions, **query: Any) -> list[str]:
    """Return the ids of all pages."""
    ids: list[str] = []
    cursor = None
    while True:
        asked = {name: str(value) for name, value in query.items()} | ({"cursor": cursor} if cursor else {})
        data = anonymous(functions, LISTINGS, query=asked).body["data"]
        ids += [listing["id"] for listing in data["listings"]]
        cursor = data["next_cursor"]
        if cursor is None:
            return ids


def test_a_listing_in_the_feed_has_every_field_that_the_app_reads(functions: Functions, seller: Seller) -> None:
    seller.posted(car())
    [listing] = anonymous(functions, LISTINGS, query={"seller": seller.id}).body["data"]["listings"]
    read = (
        "id category title description price currency city location status created_at video_id video_url"
        " video_player_url video_thumbnail_url thumbnail_url seller_id seller_user_id seller details brand model year"
        " mileage color transmission views_count likes_count saves_count comments_count is_liked is_saved is_favorited"
        " is_boosted boost_until boost_type boost_expires_at additional_images ai_make ai_model ai_year ai_color"
        " ai_quality_score ai_confidence"
    )
    assert set(read.split()) - set(listing) == set()
    assert set(listing["seller"]) >= {"id", "name", "avatar_url", "is_verified", "city", "rating"}
    assert listing["seller"]["phone"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "ABC"),
        ({"category": "car"}, "AB"),
        ({"category": "horse"}, "C"),
        ({"price_min": "150", "price_max": "250"}, "B"),
        ({"year_min": "2015"}, "B"),
        ({"year_max": "2014"}, "A"),
        ({"city": "Ош"}, "B"),
        ({"brand": "Toyota", "model": "Camry"}, "A"),
        ({"breed": "Новокиргизская"}, "C"),
        ({"gender": "Кобыла"}, "C"),
        ({"transmission": "механика"}, "A"),
        ({"category": "car", "city": "Ош", "price_max": "1000.5", "sort": "price_desc"}, "B"),
        ({"rooms": "2"}, ""),
        ({"area_min": "10"}, ""),
        ({"property_type": "house"}, ""),
        ({"sort": "price_desc"}, "CBA"),
        ({"sort": "price_asc"}, "ABC"),
        ({"utm_source": "sms"}, "ABC"),
    ],
)
def test_filters_find_what_they_say(query: dict[str, str], found: str, functions: Functions, seller: Seller) -> None:
    details = {"brand": "Toyota", "model": "Camry", "year": 2010, "transmission": "manual"}
    seller.posted(car(title="A", price=100, city="Бишкек", details=details))
    seller.posted(car(title="B", price=200, city="Ош", details={"brand": "Honda", "model": "Fit", "year": 2020}))
    mare = {"breed": "Новокиргизская", "gender": "Кобыла"}
    seller.posted(horse(title="C", price=300, city="Нарын", details=mare))
    names = titles(functions, seller=seller.id, **query)
    assert names == list(found) if "sort" in query else sorted(names) == list(found)


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "views", "nearest"])
def test_pages_lose_nothing_and_repeat_nothing(
    sort: str, functions: Functions, seller: Seller, database: Database
) -> None:
    ids = {seller.posted(car(price=100 + number // 3, **BISHKEK)) for number in range(11)}
    with database.connect() as connection:
        query = "update listings set created_at = date_trunc('day', created_at) where id = any (%s::uuid[])"
        connection.execute(query, [list(ids)])
    place = BISHKEK if sort == "nearest" else {}
    walked = walk(functions, seller=seller.id, sort=sort, limit=3, **place)
    assert (len(walked), set(walked)) == (11, ids)


def test_the_nearest_come_first_within_the_radius(functions: Functions, seller: Seller) -> None:
    for title, latitude, longitude in (("Токмок", 42.84, 75.30), ("Ош", 40.53, 72.80), ("центр", 42.875, 74.60)):
        seller.posted(car(title=title, latitude=latitude, longitude=longitude))
    near: dict[str, Any] = {"seller": seller.id, **BISHKEK}
    assert titles(functions, **near, radius_km=100) == ["центр", "Токмок"]
    assert titles(functions, **near, radius_km=500) == ["центр", "Токмок", "Ош"]
    query = {name: str(value) for name, value in near.items()}
    first = anonymous(functions, LISTINGS, query=query).body["data"]["listings"][0]
    assert first["distance_km"] == pytest.approx(1.0, abs=0.3)


def test_neighbours_that_pass_a_filter_come_in_order_however_far_they_are(functions: Functions, seller: Seller) -> None:
    for title, latitude, brand in (
        ("1", 42.876, "Honda"),
        ("2", 42.88, "BMW"),
        ("3", 43.1, "Honda"),
        ("4", 43.25, "Honda"),
    ):
        details = {"brand": brand, "model": "X", "year": 2015}
        seller.posted(car(title=title, latitude=latitude, longitude=74.57, details=details))
    hondas: dict[str, Any] = {"seller": seller.id, "brand": "Honda", **BISHKEK}
    assert titles(functions, **hondas) == ["1", "3", "4"]
    assert titles(functions, **hondas, limit=2) == ["1", "3"]
    assert len(walk(functions, **hondas, limit=2)) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"category": "boat"},
        {"price_min": "much"},
        {"limit": "51"},
        {"sort": "random"},
        {"sort": "nearest"},
        {"seller": "me"},
        {"status": "draft"},
        {"cursor": "abc"},
        {"sort": "views", "cursor": "WyJuZXdlc3QiLDEsMiwzXQ"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(query: dict[str, str], functions: Functions) -> None:
    assert anonymous(functions, LISTINGS, query=query).code == "validation_failed"


def test_only_what_is_shown_is_in_the_feed(functions: Functions, seller: Seller, database: Database) -> None:
    shown, sold, hidden, deleted, waiting = (seller.posted(car()) for _ in range(5))
    seller.act(sold, "mark-sold")
    seller.call("DELETE", f"{LISTINGS}/{deleted}")
    with database.connect() as connection:
        connection.execute("update listings set is_hidden = true where id = %s", [hidden])
        connection.execute("update listings set status = 'pending_review' where id = %s", [waiting])
    assert walk(functions, seller=seller.id) == [shown]
    assert walk(functions, seller=seller.id, status="sold") == [sold]
    for listing in (hidden, deleted, waiting):
        assert anonymous(functions, f"{LISTINGS}/{listing}").status == 404
    assert seller.read(waiting).body["status"] == "pending_review"


def test_words_are_found_in_every_form_and_with_typing_errors(functions: Functions, seller: Seller) -> None:
    mark = new_word()
    seller.posted(car(title=f"Продаю красную машину {mark}", description="Пробег небольшой"))
    seller.posted(car(title="Toyota Highlander Hybrid", description=""))
    search = f"{LISTINGS}/search"
    assert titles(functions, search, q=f"красные машины {mark}") == [f"Продаю красную машину {mark}"]
    for typed in ("Toyta Hilander", "тойота хайландер", "highlnder"):
        assert "Toyota Highlander Hybrid" in titles(functions, search, q=typed, seller=seller.id), typed
    assert titles(functions, search, q="верблюд", seller=seller.id) == []
    assert anonymous(functions, search).code == "validation_failed"


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Toyota Camry 2018", "тойота камри"),
        ("Toyota Camry 2018", "тайота камри"),
        ("Toyota Camry 2018", "тойёта камрии"),
        ("Тойота Камри в отличном состоянии", "Toyota Camry"),
        ("Mercedes-Benz Sprinter", "мерседес спринтер"),
        ("Хюндай Соната, срочно", "hyundai sonata"),
    ],
)
def test_makes_and_models_are_found_in_either_script(
    functions: Functions, seller: Seller, title: str, typed: str
) -> None:
    seller.posted(car(title=title))
    assert titles(functions, f"{LISTINGS}/search", q=typed, seller=seller.id) == [title]


def test_what_many_search_for_is_popular(functions: Functions, seller: Seller, database: Database) -> None:
    functions.set(POPULAR_SEARCH_MIN="2", LISTING_BATCH_SECONDS="0")
    word = new_word("редкость")
    seller.posted(car(title=f"Машина {word}"))
    for number in range(3):
        titles(functions, f"{LISTINGS}/search", q=word.upper(), limit=20 + number)
    titles(functions, f"{LISTINGS}/search", q=f"{word} 0700 123 456")
    popular = anonymous(functions, f"{LISTINGS}/popular-searches", query={"limit": "50"}).body["data"]
    assert {"term": word, "searches": 3} in popular
    assert rows(database, "select count(*) from search_terms where term like '%%0700%%'") == [(0,)]


def test_marks_are_laid_over_a_page_that_everybody_shares(functions: Functions, seller: Seller, viewer: Seller) -> None:
    liked, other = seller.posted(car()), seller.posted(car())
    viewer.act(liked, "like")
    viewer.act(other, "save")
    path, query = LISTINGS, {"seller": seller.id}
    for _ in range(2):
        mine = viewer.call("GET", path, query=query).body["data"]["listings"]
        assert {row["id"]: (row["is_liked"], row["is_saved"]) for row in mine} == {
            liked: (True, False),
            other: (False, True),
        }
        theirs = anonymous(functions, path, query=query).body["data"]["listings"]
        assert {(row["is_liked"], row["is_saved"]) for row in theirs} == {(False, False)}


def test_a_page_is_kept_until_something_is_written(functions: Functions, seller: Seller, database: Database) -> None:
    seller.posted(car(title="A"))
    assert titles(functions, seller=seller.id) == ["A"]
    with database.connect() as connection:
        connection.execute("update listings set title = 'B' where seller_user_id = %s", [seller.id])
    assert titles(functions, seller=seller.id) == ["A"]
    seller.posted(car(title="C"))
    assert titles(functions, seller=seller.id) == ["C", "B"]


def test_an_answer_that_has_not_changed_is_not_sent_again(functions: Functions, seller: Seller) -> None:
    listing = seller.posted(car())
    for path in (LISTINGS, f"{LISTINGS}/{listing}"):
        first = anonymous(functions, path, query={"seller": seller.id})
        assert first.headers["Cache-Control"].startswith("public, max-age=")
        again = anonymous(
            functions, path, query={"seller": seller.id}, headers={"If-None-Match": f'"x", {first.headers["ETag"]}'}
        )
        assert (again.status, again.body) == (304, {})
        assert again.headers["ETag"] == first.headers["ETag"]
    seller.call("PUT", f"{LISTINGS}/{listing}", {"price": 7})
    changed = anonymous(functions, path, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status, changed.body["price"]) == (200, 7)
    assert seller.read(listing).headers["Cache-Control"] == "private, no-cache"


def test_a_word_to_leave_out_is_left_out_in_every_spelling(functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="Toyota Camry"))
    seller.posted(car(title="Toyota Prius"))
    assert titles(functions, f"{LISTINGS}/search", q="Toyota -Camry", seller=seller.id) == ["Toyota Prius"]


def test_a_refused_filter_is_named_as_the_caller_wrote_it(functions: Functions) -> None:
    answer = anonymous(functions, LISTINGS, query={"rooms": "many"})
    assert answer.status == 422
    assert [detail["field"] for detail in answer.body["details"]] == ["rooms"]


@pytest.mark.parametrize(
    "typed", ["camry -2018", "Camry –2018", "camry -٢٠١٨", "camrry -2018", "камри -2018", 'camry -"битая машина"']
)
def test_what_is_left_out_stays_out_where_only_similar_titles_are_found(
    typed: str, functions: Functions, seller: Seller
) -> None:
    seller.posted(car(title="Toyota Camry 2018", description="Битая машина"))
    assert titles(functions, f"{LISTINGS}/search", q=typed, seller=seller.id) == []
    other = {"brand": "Toyota", "model": "Camry", "year": 2015}
    seller.posted(car(title="Toyota Camry свежая", details=other))
    assert titles(functions, f"{LISTINGS}/search", q=typed, seller=seller.id) == ["Toyota Camry свежая"]


def test_a_year_is_left_out_where_only_the_details_name_it(functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="Toyota Camry"))
    assert titles(functions, f"{LISTINGS}/search", q="camry -2018", seller=seller.id) == []
    assert titles(functions, f"{LISTINGS}/search", q="camry -2017", seller=seller.id) == ["Toyota Camry"]


def test_a_search_for_the_absence_of_a_word_finds_nothing_similar(functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="Toyota Camry"))
    assert titles(functions, f"{LISTINGS}/search", q="-camry", seller=seller.id) == []


@pytest.mark.parametrize("typed", ["c\u200damry", "ＣＡＭＲＹ", "саmry", "ᴄᴀᴍʀʏ"])
def test_a_search_finds_what_people_see_in_it(typed: str, functions: Functions, seller: Seller) -> None:
    seller.posted(car(title="Toyota Camry"))
    assert titles(functions, f"{LISTINGS}/search", q=typed, seller=seller.id) == ["Toyota Camry"]
