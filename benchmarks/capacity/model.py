"""Model: from people online to instances, connections, CPUs, sizes and money."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.capacity.assumptions import COMPUTE, Assumptions
from benchmarks.capacity.erlang import pool_for, servers_for
from benchmarks.load.sessions import MIXES, step_shares

MEASUREMENTS = Path(__file__).with_name("measurements.json")
FUNCTION_OF = {
    "request code": "request_code", "verify code": "verify_code", "own account": "session",
    "conversations": "chat", "messages": "chat", "send message": "chat", "mark read": "chat",
    "upload session": "video_token",
}  # fmt: skip


@dataclass(frozen=True)
class Measurements:
    """CPU milliseconds by part and endpoint, and bytes for each row, as `make measure-endpoints` keeps them."""

    about: Mapping[str, Any]
    endpoints: Mapping[str, Mapping[str, Any]]
    row_bytes: Mapping[str, int]

    @classmethod
    def load(cls, file: Path = MEASUREMENTS) -> Self:
        """Read the kept file."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def cpu_ms(self, shares: Mapping[str, float], part: str) -> float:
        """Return the mean CPU time of a part for a request of a mix."""
        return sum(share * float(self.endpoints[name]["cpu_ms"].get(part, 0.0)) for name, share in shares.items())


@dataclass(frozen=True)
class Need:
    """Need of one function or of the whole at the peak."""

    rate: float
    erlangs: float
    zone_instances: int
    provisioned: int


@dataclass(frozen=True)
class Capacity:
    """Answer of the model for a number of people online."""

    users: int
    rate: float
    functions: Mapping[str, Need]
    pool: int
    pool_erlangs: float
    database_cpus: float
    compute: str
    compute_dollars: int
    redis_per_second: float
    redis_mb: float
    database_gb: float
    people_of_month: int
    roubles: Mapping[str, float]

    @property
    def zone_instances(self) -> int:
        return sum(need.zone_instances for need in self.functions.values())

    @property
    def erlangs(self) -> float:
        return sum(need.erlangs for need in self.functions.values())


def capacity(users: int, measured: Measurements, assumed: Assumptions, mix: str = "full") -> Capacity:
    """Return what so many people online need."""
    # Each call reaches a function: the CDN keeps nothing of the API (docs/decisions/0147).
    rate = users / assumed.seconds_between_calls
    shares = step_shares(MIXES[mix])
    functions = _functions(rate, shares, measured, assumed)
    database_ms = measured.cpu_ms(shares, "Postgres") + measured.cpu_ms(shares, "PostgREST")
    held_ms = measured.cpu_ms(shares, "Postgres") * assumed.database_ms_factor + assumed.network_ms_each
    pool_erlangs = rate * held_ms / 1000
    pool = pool_for(pool_erlangs, assumed.max_pool_waiting)
    cpus = rate * database_ms / 1000 / assumed.max_database_use
    people = round(users / assumed.peak_share_of_month)
    size = _database_gb(people, rate, measured, assumed)
    name, dollars = _compute(cpus, pool, size)
    return Capacity(
        users, rate, functions, pool, pool_erlangs, cpus, name, dollars,
        redis_per_second=rate * assumed.redis_commands,
        redis_mb=users * assumed.redis_kb_per_person / 1024,
        database_gb=size,
        people_of_month=people,
        roubles=_roubles(people, functions, shares, measured, assumed),
    )  # fmt: skip


def seconds_in_function(step: str, measured: Measurements, assumed: Assumptions) -> float:
    """Return the time of a call on a function of 512 MB: its CPU time at its share of a CPU, and waits."""
    row = measured.endpoints[step]["cpu_ms"]
    database = (row.get("Postgres", 0.0) * assumed.database_ms_factor) + row.get("PostgREST", 0.0)
    waits = assumed.round_trips * assumed.network_ms_each + database + row.get("simulators", 0.0)
    return float(row["functions"] / assumed.cpu_share_of_512_mb + waits) / 1000


def _functions(
    rate: float, shares: Mapping[str, float], measured: Measurements, assumed: Assumptions
) -> dict[str, Need]:
    found: dict[str, tuple[float, float]] = {}
    for step, share in shares.items():
        name = FUNCTION_OF.get(step, "listings")
        calls, erlangs = found.get(name, (0.0, 0.0))
        each = seconds_in_function(step, measured, assumed)
        found[name] = calls + rate * share, erlangs + rate * share * each
    needs = {}
    for name, (calls, erlangs) in sorted(found.items(), key=lambda item: -item[1][1]):
        # One zone may be lost: the others carry all.
        zone = math.ceil(servers_for(erlangs, assumed.max_refused) / (assumed.zones - 1))
        warm = math.ceil(erlangs * assumed.provisioned_share) if erlangs > 1 else 0
        needs[name] = Need(calls, erlangs, zone, warm)
    needs["all others"] = Need(0, 0, 2 * assumed.functions_at_rest, 0)
    return needs


def _compute(cpus: float, pool: int, size_gb: float) -> tuple[str, int]:
    for name, has, memory, dollars, connections in COMPUTE:
        # Half of the rows in memory; connections for the owner, Realtime and backups besides the pool.
        if has >= cpus and memory >= size_gb / 2 and connections >= pool + 40:
            return name, dollars
    name, _, _, dollars, _ = COMPUTE[-1]
    return f"{name} and read replicas", dollars * math.ceil(cpus / COMPUTE[-1][1])


def _database_gb(people: int, rate: float, measured: Measurements, assumed: Assumptions) -> float:
    size = measured.row_bytes
    each = 0.0 + size["accounts"] + size["public_profiles"] + size["auth_sessions"]
    each += assumed.listings_per_person * (size["listings"] + size["listing_counters"] + size["car_details"])
    each += assumed.messages_per_person * (size["chat_messages"] + size["chat_threads"] / 8)
    views = 2 * 86400 * rate / 3 * assumed.views_per_call * size["listing_views"]
    return (people * each + views) / 1e9


def _roubles(
    people: int,
    functions: Mapping[str, Need],
    shares: Mapping[str, float],
    measured: Measurements,
    assumed: Assumptions,
) -> dict[str, float]:
    calls = people * assumed.calls_per_person_month / 1e6
    mean = sum(share * seconds_in_function(step, measured, assumed) for step, share in shares.items())
    return {
        "gateway": calls * assumed.rouble_per_million_gateway,
        "calls": calls * assumed.rouble_per_million_calls,
        "memory": calls * 1e6 * mean * 0.5 / 3600 * assumed.rouble_per_gb_hour,
        "warm": sum(need.provisioned for need in functions.values()) * assumed.rouble_per_warm_month,
    }


def local_breaking_point(cores: float, measured: Measurements, mix: str) -> float:
    """Return requests a second at which so many CPUs of the local machine are used up by all parts together."""
    shares = step_shares(MIXES[mix])
    parts = ("functions", "gateway", "PostgREST", "Postgres", "Redis", "simulators", "generator", "other")
    return cores * 1000 / sum(measured.cpu_ms(shares, part) for part in parts)
