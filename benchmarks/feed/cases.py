"""Documented filters and orders of the feed, alone and in common combinations."""

from __future__ import annotations

from typing import Any

Query = dict[str, Any]

BISHKEK: Query = {"latitude": 42.8746, "longitude": 74.5698}
PAGE = 21

_FILTERS: dict[str, Query] = {
    "everything": {},
    "category": {"category": "car"},
    "category, rare": {"category": "horse"},
    "price": {"price_min": 300000, "price_max": 900000},
    "category, price": {"category": "car", "price_min": 300000, "price_max": 900000},
    "category, year": {"category": "car", "year_min": 2015, "year_max": 2020},
    "city": {"city": "Ош"},
    "category, city": {"category": "real_estate", "city": "Бишкек"},
    "brand": {"category": "car", "brand": "Toyota"},
    "brand, rare": {"category": "car", "brand": "Volvo"},
    "brand, model": {"category": "car", "brand": "Toyota", "model": "Camry"},
    "brand, model, city": {"category": "car", "brand": "Honda", "model": "Fit", "city": "Нарын"},
    "brand, model, year, price": {"brand": "Honda", "model": "Fit", "year_min": 2010, "price_max": 700000},
    "breed": {"category": "horse", "breed": "Новокиргизская"},
    "breed, gender": {"category": "horse", "breed": "Орловская", "gender": "mare"},
    "transmission, fuel": {"category": "car", "transmission": "manual", "fuel_type": "gas"},
    "property": {"category": "real_estate", "property_type": "apartment"},
    "property, rooms": {"category": "real_estate", "property_type": "apartment", "rooms": 2},
    "property, rooms, city, price": {
        "category": "real_estate",
        "property_type": "house",
        "rooms": 5,
        "city": "Каракол",
        "price_max": 9000000,
    },
    "property, area": {"property_type": "house", "area_min": 100, "area_max": 140},
    "area": {"area_min": 50, "area_max": 60},
}
_ORDERS: dict[str, Query] = {
    "newest": {},
    "price_asc": {"sort": "price_asc"},
    "price_desc": {"sort": "price_desc"},
    "views": {"sort": "views"},
    "nearest": {"sort": "nearest", "radius_km": 50, **BISHKEK},
}
_WORDS = {
    "words, common": "Toyota",
    "words": "красная тойота надёжная",
    "words, never together": "красная торг",
    "words, rare": "4711",
    "words, two": "Honda Fit",
}


def cases(seller: str, business: str) -> dict[str, Query]:
    """Queries by name, in the form for SQL, for the first page each."""
    found: dict[str, Query] = {
        f"{name} / {order}": {**filters, **ordered}
        for name, filters in _FILTERS.items()
        for order, ordered in _ORDERS.items()
    }
    for order, ordered in _ORDERS.items():
        found[f"seller / {order}"] = {"seller": seller, **ordered}
        found[f"business / {order}"] = {"business": business, **ordered}
    found["sold / newest"] = {"status": "sold"}
    found["sold, category / price_asc"] = {"status": "sold", "category": "car", "sort": "price_asc"}
    for name, text in _WORDS.items():
        found[f"{name} / newest"] = {"text": text, "match": "words"}
        found[f"{name}, car / price_asc"] = {"text": text, "match": "words", "category": "car", "sort": "price_asc"}
    found["words, none in this category / newest"] = {"text": "Toyota", "match": "words", "category": "horse"}
    found["typing error / newest"] = {"text": "Toyta Hilander", "latin": "toyta hilander", "match": "similar"}
    return {name: {"sort": "newest", "limit": PAGE, **query} for name, query in found.items()}
