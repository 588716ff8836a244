"""Assumptions of the capacity model: everything that is not measured here, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumptions:
    """Values to replace by measured ones of staging. `reasons` names each."""

    seconds_between_calls: float = 20.0
    peak_share_of_month: float = 0.1
    cpu_share_of_512_mb: float = 0.25
    network_ms_each: float = 2.0
    round_trips: float = 1.5
    max_refused: float = 0.001
    zones: int = 3
    provisioned_share: float = 0.3
    functions_at_rest: int = 37
    max_pool_waiting: float = 0.01
    database_ms_factor: float = 2.0
    max_database_use: float = 0.6
    redis_commands: float = 3.0
    redis_kb_per_person: float = 2.0
    listings_per_person: float = 1.7
    messages_per_person: float = 17.0
    views_per_call: float = 0.15
    calls_per_person_month: float = 600.0
    rouble_per_million_gateway: float = 120.0
    rouble_per_million_calls: float = 12.0
    rouble_per_gb_hour: float = 6.0
    rouble_per_warm_month: float = 1440.0


REASONS: dict[str, str] = {
    "seconds_between_calls": "one page, like or message in 20 s of an open app",
    "peak_share_of_month": "of the people of a month, so many are online in the busiest minute",
    "cpu_share_of_512_mb": "Yandex gives a function a share of a CPU by its memory, a whole one at 2 GB",
    "network_ms_each": "function to database and back, within the region",
    "round_trips": "signed in two at most, a cached page none",
    "max_refused": "calls that find no instance, with one zone lost",
    "zones": "availability zones; one may be lost",
    "provisioned_share": "of the busy instances, kept warm",
    "functions_at_rest": "rarely used functions, with two instances a zone each",
    "max_pool_waiting": "calls that wait for a connection of PostgREST",
    "database_ms_factor": "time in the database, of its CPU time: reads from disk and locks",
    "max_database_use": "CPU of the database in the busiest minute; above it, waits double",
    "redis_commands": "count, read a page, read marks",
    "redis_kb_per_person": "counters of a window, and a share of the cached pages",
    "listings_per_person": "as in the seeded market",
    "messages_per_person": "as in the seeded market",
    "views_per_call": "views of a listing among calls; kept for two days",
    "calls_per_person_month": "of a person who is counted in the month",
    "rouble_per_million_gateway": "list price, to be checked",
    "rouble_per_million_calls": "list price, to be checked",
    "rouble_per_gb_hour": "list price, to be checked",
    "rouble_per_warm_month": "512 MB that wait for a month, to be checked",
}

# Supabase compute sizes: name, CPUs, GB of memory, dollars a month, connections. Prices of the list, to be checked.
# The first two share their CPUs with other projects: one of two is counted.
COMPUTE: tuple[tuple[str, float, int, int, int], ...] = (
    ("Small", 1, 2, 15, 90), ("Medium", 1, 4, 60, 120), ("Large", 2, 8, 110, 160), ("XL", 4, 16, 210, 240),
    ("2XL", 8, 32, 410, 380), ("4XL", 16, 64, 960, 480), ("8XL", 32, 128, 1870, 490), ("12XL", 48, 192, 2800, 500),
    ("16XL", 64, 256, 3730, 500),
)  # fmt: skip
