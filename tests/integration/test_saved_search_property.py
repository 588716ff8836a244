"""What a saved search hits is what the feed shows for it: random queries, random listings, both ways compared.

SEARCH_MARKETS sets the number of random markets; `make full-size` takes four.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from auto360.http.schemas.saved_searches import SavedFilters
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.rows import rows
from tests.support.searches import hits, match, offer, save, tell

MARKETS = int(os.environ.get("SEARCH_MARKETS", "1"))
CITIES = ["Бишкек", "Ош", "Каракол", None]
BRANDS = [
    "Toyota",
    "тойота",
    "TOYOTA",
    "Mercedes",
    "Mercedes-Benz",
    "мерседес",
    "BMW",
    "Лада",
    "VW",
    "Haval",
    "HAVAL",
    "I|B*",
    "i|b*",
]
MODELS = ["Camry", "camry", "X5", "Fit", "E|200", "Камри"]
BREEDS = ["Киргизская", "кыргызская", "Орловский рысак", "орловский рысак"]
TITLES = [
    "Тойота Камри", "Toyota Camry", "Камри, срочно продаю", "Мерседес E200 дизель", "Nissan X-Trail 2.5",
    "Икстрейл не бит", "Елка и ёлка", "Ёлки", "Кобыла кыргызская", "Жеребец", "Дом у озера", "Хёндэ Соната",
    "Квартира 3/5, 85.5 м²", "Honda or Toyota", "Продаю <b>камри</b>", "сaмри", "2018 Camry", "Тоёта",
]  # fmt: skip
TEXTS = [
    "тойота", "toyota camry", "камри -срочно", '"срочно продаю"', "елка", "ёлка", "икстрейл", "x-trail", "тоёта",
    "toyota or honda", "мерс дизель", "2.5", "камри 2018", "не бит", "сaмри", "<b>камри", "хендэ соната", "of the",
    "продаю камри", "-камри", "дом озера", "3/5", "сoната",
]  # fmt: skip
PLACES = [(42.87, 74.59), (40.51, 72.80), (42.49, 78.39)]


def listing(rng: random.Random) -> dict[str, Any]:
    """Return the columns of a random listing."""
    category = rng.choice(["car", "car", "horse", "real_estate"])
    possible: dict[str, dict[str, Any]] = {
        "car": {"brand": rng.choice(BRANDS), "model": rng.choice(MODELS), "year": rng.randint(2008, 2022),
                "transmission": rng.choice(["manual", "automatic", "variator"]),
                "fuel_type": rng.choice(["petrol", "gas"])},
        "horse": {"breed": rng.choice(BREEDS), "gender": rng.choice(["mare", "stallion"])},
        "real_estate": {"property_type": rng.choice(["house", "apartment"]), "rooms": rng.randint(1, 4),
                        "area": rng.choice([40, 85.5, 120])},
    }  # fmt: skip
    details = possible[category]
    if category == "car" and rng.random() < 0.2:
        details = {}
    latitude, longitude = rng.choice(PLACES)
    place = {"latitude": latitude + rng.random() / 2, "longitude": longitude + rng.random() / 2}
    return {
        "category": category, "title": rng.choice(TITLES), "description": rng.choice(["", "", rng.choice(TITLES)]),
        "price": rng.choice([500_000, 900_000.5, 1_200_000]), "city": rng.choice(CITIES), "details": details,
        **(place if rng.random() < 0.7 else {}), "is_hidden": rng.random() < 0.05,
    }  # fmt: skip


def filters(rng: random.Random, seller: str) -> dict[str, Any]:
    """Return random filters as an app sends them."""
    latitude, longitude = rng.choice(PLACES)
    possible: list[dict[str, Any]] = [
        {"category": rng.choice(["car", "horse", "real_estate"])}, {"city": rng.choice(["Бишкек", "Ош", "бишкек"])},
        {"brand": rng.choice(BRANDS)}, {"brand": rng.choice(BRANDS), "model": rng.choice(MODELS)}, {"model": "camry"},
        {"breed": rng.choice([*BREEDS, "КИРГИЗСКАЯ"])}, {"property_type": rng.choice(["house", "apartment"])},
        {"property_type": "house", "city": "Ош"},
        {"transmission": rng.choice(["cvt", "variator", "вариатор", "manual"])},
        {"fuel_type": "gas"}, {"gender": "mare"}, {"rooms": rng.randint(1, 4)}, {"price_min": 500_000.01},
        {"price_max": rng.choice([900_000.5, 1_000_000])}, {"year_min": 2012}, {"year_max": 2016}, {"area_min": 85.5},
        {"area_max": 85.5}, {"seller": seller}, {"q": rng.choice(TEXTS)}, {"q": rng.choice(TEXTS)},
        {"latitude": latitude, "longitude": longitude, "radius_km": rng.choice([5, 25, 60.5])},
    ]  # fmt: skip
    chosen: dict[str, Any] = {}
    for part in rng.sample(possible, rng.choice([1, 1, 2, 2, 3])):
        chosen |= part
    return chosen


def shown(database: Database, sent: dict[str, Any]) -> set[str]:
    """Return what the feed shows for these filters, by the domain's own document; near matches are not asked for."""
    query = SavedFilters.model_validate(sent)
    document = query.query(text=query.q).document(None) | {"limit": 5000}
    answer = rows(database, "select listing_feed(%s)", Jsonb(document))[0][0]
    return {row["id"] for row in answer["listings"]} if answer["match"] != "similar" else set()


@pytest.mark.parametrize("seed", range(MARKETS))
def test_hits_are_what_the_feed_shows_but_own_blocked_and_seen(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    sellers = [new_user_id(database) for _ in range(3)]
    blocker, blocked, watcher = (new_user_id(database) for _ in range(3))
    rows(database, "select chat_block(%s, %s)", blocker, sellers[0])
    rows(database, "select chat_block(%s, %s)", sellers[1], blocked)
    owners = [blocker, blocked, watcher, sellers[2], *(new_user_id(database) for _ in range(6))]
    searches: dict[str, tuple[str, dict[str, Any]]] = {}
    for owner in owners:
        for _ in range(18):
            sent = filters(rng, sellers[2])
            searches[save(database, owner, sent, "daily")] = (owner, sent)
    listings = {offer(database, seller, **listing(rng)): seller for seller in sellers for _ in range(30)}
    seen = rng.choice(list(listings))
    rows(
        database,
        "insert into user_behavior (user_id, event_type, listing_id) values (%s, 'view', %s) returning 1",
        watcher,
        seen,
    )
    sold = (
        "update listings set status = 'sold', sold_at = now(), delete_at = now() + '9 days' where id = %s returning 1"
    )
    for gone in rng.sample(list(listings), 4):
        rows(database, sold, gone)
    match(database, 17)
    tell(database, *owners)
    never = {blocker: {sellers[0]}, blocked: {sellers[1]}, sellers[2]: {sellers[2]}}
    found = 0
    for search, (owner, sent) in searches.items():
        expected = {i for i in shown(database, sent) & set(listings) if listings[i] not in never.get(owner, set())}
        expected -= {seen} if owner == watcher else set()
        assert hits(database, search) == expected, sent
        found += len(expected)
    narrow = rows(
        database,
        "select count(*) from saved_searches where id = any (%s::uuid[]) and coalesce(key, anchor) is not null",
        list(searches),
    )
    assert found > 300
    assert len(searches) > narrow[0][0] > len(searches) // 4, "both ways of matching were compared"
