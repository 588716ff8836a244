"""People, listings and saved searches of the measurement, the same ones each time."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

CITIES = ["Бишкек", "Ош", "Каракол", "Токмок", "Нарын", "Джалал-Абад", "Талас", "Баткен"]
_KNOWN = (
    *(
        "Toyota",
        "Honda",
        "Mercedes-Benz",
        "BMW",
        "Lexus",
        "Hyundai",
        "Kia",
        "Nissan",
        "Subaru",
        "Mazda",
        "Audi",
        "Opel",
    ),
    *(
        "Volkswagen",
        "Mitsubishi",
        "Chevrolet",
        "Daewoo",
        "Ford",
        "Lada",
        "Geely",
        "Haval",
        "Zeekr",
        "BYD",
        "Volvo",
        "Jeep",
    ),
)
MODELS = {brand: [f"{brand} {letter}{number}" for letter in "ABCD" for number in range(1, 7)] for brand in _KNOWN}
BREEDS = ["Киргизская", "Новокиргизская", "Орловский рысак", "Донская", "Ахалтекинская"]
WORDS = [f"слово{number}" for number in range(20_000)]
PEOPLE = 10_000


def listing(rng: Random) -> dict[str, Any]:
    """Return a random listing."""
    kind, city = rng.choices(["car", "horse", "real_estate"], [80, 5, 15])[0], rng.choice(CITIES)
    words = " ".join(rng.sample(WORDS, 12))
    row: dict[str, Any] = {"category": kind, "city": city, "price": rng.randint(100, 4000) * 1000, "description": words}
    if kind == "car":
        brand = rng.choices(list(MODELS), range(len(MODELS), 0, -1))[0]
        model = rng.choice(MODELS[brand])
        details = {"brand": brand, "model": model, "year": rng.randint(1998, 2024), "transmission": "automatic"}
        return row | {"title": f"{brand} {model}", "details": details}
    if kind == "horse":
        return row | {"title": "Лошадь", "details": {"breed": rng.choice(BREEDS), "gender": "mare"}}
    return row | {
        "title": "Жильё",
        "details": {"property_type": rng.choice(["house", "apartment"]), "rooms": rng.randint(1, 5)},
    }


def query(rng: Random) -> dict[str, Any]:
    """Return a random query in the stored form: three quarters by make, breed or property, the rest words or broad."""
    city = {"city": rng.choice(CITIES)} if rng.random() < 0.6 else {}
    lowest = rng.randint(100, 3000)
    price = (
        {"price_min": lowest * 1000, "price_max": (lowest + rng.randint(100, 1000)) * 1000}
        if rng.random() < 0.8
        else {}
    )
    kind = rng.random()
    if kind < 0.65:
        brand = rng.choices(list(MODELS), range(len(MODELS), 0, -1))[0]
        model = {"model": rng.choice(MODELS[brand])} if rng.random() < 0.7 else {}
        return {"category": "car", "brand": brand, "year_min": rng.randint(1998, 2020), **model, **city, **price}
    if kind < 0.75:
        estate = {"property_type": rng.choice(["house", "apartment"]), "rooms": rng.randint(1, 5)}
        return rng.choice([{"breed": rng.choice(BREEDS), **price}, {**estate, "city": rng.choice(CITIES), **price}])
    if kind < 0.9:
        return {"text": " ".join(rng.sample(WORDS, rng.choice([1, 1, 2]))), **price}
    return {"category": rng.choice(["car", "real_estate"]), "price_max": rng.randint(200, 900) * 1000, **city}


def add_people(connection: Connection) -> list[str]:
    """Insert users; returns their ids."""
    people = """insert into accounts (phone, name)
        select '+99670' || lpad(n::text, 7, '0'), 'Айбек' from generate_series(1, %s) as n returning id::text"""
    return [row[0] for row in connection.execute(people, [PEOPLE])]


def add_listings(connection: Connection, rng: Random, people: list[str], count: int) -> list[str]:
    """Insert active listings, approved now; returns their ids."""
    rows = [{**listing(rng), "seller_user_id": rng.choice(people)} for _ in range(count)]
    insert = """insert into listings (seller_user_id, category, city, price, title, description, details, status)
        select r.seller_user_id, r.category, r.city, r.price, r.title, r.description, r.details, 'active'
        from jsonb_to_recordset(%s) as r (seller_user_id uuid, category text, city text, price numeric, title text,
          description text, details jsonb) returning id::text"""
    return [row[0] for row in connection.execute(insert, [json.dumps(rows)])]


def add_searches(connection: Connection, rng: Random, people: list[str], count: int) -> None:
    """Save searches like saved_search_create, in bulk: single calls would take most of the time."""
    insert = """insert into saved_searches (user_id, name, query, filter_hash, frequency, key, anchor)
        select r.user_id, 'Поиск', c.query, private.search_hash(c.query), 'daily',
          case when a.anchor is null then private.search_key(c.query) end, a.anchor
        from jsonb_to_recordset(%s) as r (user_id uuid, query jsonb)
        cross join lateral (select private.canonical_search(r.query) as query) as c
        cross join lateral (select private.search_anchor(c.query ->> 'text') as anchor) as a
        on conflict do nothing"""
    saved = 0
    while saved < count:
        share = min(5000, count - saved)
        rows = [{"user_id": rng.choice(people), "query": query(rng)} for _ in range(share)]
        saved += connection.execute(insert, [json.dumps(rows)]).rowcount
        connection.commit()
