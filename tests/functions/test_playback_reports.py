"""POST /api/quality/views: batches are counted once, exactly, and say how fast videos start."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from auto360.http.schemas.quality import read_batch
from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.functions import Answer, Functions
from tests.support.playback import count_reports
from tests.support.rows import rows

PATH = "/api/quality/views"
SAMPLED, OTHERS = "0000000a00000000", "0000000b00000000"
GOOD = {"provider": "yandex", "network": "wifi", "kind": "feed", "start_ms": 800, "play_ms": 9000, "stall_ms": 0}
FAILED = {"provider": "yandex", "network": "wifi", "kind": "feed", "failure": "network", "wait_ms": 3000}


@pytest.fixture(autouse=True)
def empty(database: Database) -> None:
    with database.connect() as connection:
        for table in ("hours", "days", "incoming", "batches", "senders", "salts", "drops"):
            connection.execute(f"delete from quality_{table}".encode())


def batch(*views: object, session: str = SAMPLED, **more: Any) -> dict[str, Any]:
    return {"v": 1, "id": str(uuid4()), "session": session, "rate": 10, "os": "android", "views": list(views), **more}


def counted(database: Database, what: str = "attempts") -> int:
    count_reports(database)
    return int(rows(database, f"select coalesce(sum({what}), 0) from quality_hours")[0][0])


def drops(database: Database) -> dict[str, int]:
    count_reports(database)
    found = rows(database, "select reason, sum(dropped)::int from quality_drops group by reason")
    return {str(reason): int(dropped) for reason, dropped in found}


def send(functions: Functions, body: object, **options: Any) -> Answer:
    answer = functions.post("quality", PATH, body, **options)
    assert (answer.status, answer.body) == (202, {"success": True, "data": {"done": True}})
    return answer


def test_a_view_of_a_sampled_session_counts_ten_times_and_a_failure_once(
    functions: Functions, database: Database
) -> None:
    send(functions, batch(GOOD, FAILED))
    send(functions, batch(FAILED, session=OTHERS))
    count_reports(database)
    found = rows(
        database,
        """select provider, os, network, kind, sum(batches), sum(reports), sum(attempts), sum(starts),
             sum(start_failures), sum(failed_network), sum(bad_views), sum(exits)
           from quality_hours group by 1, 2, 3, 4""",
    )
    assert [tuple(map(str, row)) for row in found] == [
        ("yandex", "android", "wifi", "feed", "1", "3", "12", "10", "2", "2", "2", "0")
    ]
    assert drops(database) == {}


def test_a_success_of_a_session_outside_the_sample_is_dropped_and_counted(
    functions: Functions, database: Database
) -> None:
    send(functions, batch(GOOD, GOOD, FAILED, session=OTHERS))
    assert (counted(database), drops(database)) == (1, {"unsampled": 2})


def test_with_rate_one_each_session_reports_and_nothing_weighs_more(functions: Functions, database: Database) -> None:
    send(functions, batch(GOOD, FAILED, session=OTHERS, rate=1))
    assert counted(database) == 2


def test_a_repeated_batch_counts_once(functions: Functions, database: Database) -> None:
    sent = batch(GOOD)
    for body in (sent, sent, {**sent, "views": [GOOD, GOOD, FAILED]}):
        send(functions, body)
    assert (counted(database), drops(database)) == (10, {"repeated": 2})


def test_a_guest_a_user_and_an_ended_session_are_received_alike(functions: Functions, database: Database) -> None:
    for token in (None, "no-token-at-all"):
        send(functions, batch(GOOD), token=token)
    assert counted(database) == 20


def test_a_swipe_within_a_second_is_no_attempt_and_a_longer_wait_is_an_exit(
    functions: Functions, database: Database
) -> None:
    send(functions, batch({**GOOD, "start_ms": None, "wait_ms": 400}, {**GOOD, "start_ms": None, "wait_ms": 1400}))
    assert (counted(database), counted(database, "exits"), drops(database)) == (10, 10, {"swiped": 1})


def test_a_stalled_or_late_view_is_a_bad_one(functions: Functions, database: Database) -> None:
    late, stalled = {**GOOD, "start_ms": 5001}, {**GOOD, "stall_ms": 200}
    send(functions, batch(GOOD, late, stalled, {**GOOD, "stall_ms": 180}))
    assert counted(database, "bad_views") == 20


def test_numbers_are_clamped_and_words_become_other(functions: Functions, database: Database) -> None:
    odd = {
        "provider": "vimeo'; drop",
        "network": "5g",
        "kind": ["feed"],
        "start_ms": -5,
        "play_ms": 1e300,
        "stalls": 7e9,
    }
    send(functions, batch(odd, os="windows"))
    count_reports(database)
    found = rows(database, "select provider, os, network, kind, play_ms, stalls, start_histogram[1] from quality_hours")
    assert found == [("other", "other", "other", "other", 216_000_000, 10_000, 10)]


def test_the_hour_is_the_servers(functions: Functions, database: Database) -> None:
    send(functions, batch({**GOOD, "t": 1, "at": "2001-01-01"}, t=1, hour="2001-01-01T00:00:00Z"))
    count_reports(database)
    [(hour, now)] = rows(database, "select distinct hour, now() from quality_hours")
    assert timedelta() <= now - hour < timedelta(minutes=61)


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "[]", '"x"', "{", "[" * 8000, '{"v": 1}', "\x00", '{"v":1,"views":[NaN]}',
        json.dumps(batch(GOOD, v=2)), json.dumps(batch(GOOD, rate=1000)), json.dumps(batch(GOOD, session="0" * 17)),
        json.dumps(batch(GOOD, id="me")), json.dumps(batch(*[GOOD] * 21)), json.dumps(batch(GOOD, views={"0": GOOD})),
    ],
    # Each batch has a random id, and names of tests must be the same in every process.
    ids=[
        "nothing", "null", "list", "text", "cut", "deep", "version alone", "zero byte", "no number", "other version",
        "other rate", "long session", "no id", "many views", "views by name",
    ],
)  # fmt: skip
def test_nonsense_is_accepted_dropped_and_counted(functions: Functions, database: Database, body: str) -> None:
    send(functions, body)
    assert (counted(database), drops(database)) == (0, {"unreadable": 1})


@pytest.mark.parametrize(
    "view",
    [
        None, 5, [], {}, {**GOOD, "start_ms": "800"}, {**GOOD, "failure": True}, {**GOOD, "start_ms": True},
        {**GOOD, "start_ms": [800]},
    ],
)  # fmt: skip
def test_a_view_that_is_none_does_not_spoil_its_batch(functions: Functions, database: Database, view: object) -> None:
    send(functions, batch(view, GOOD))
    assert (counted(database), drops(database)) == (10, {"invalid": 1})


def test_a_number_of_four_hundred_digits_is_clamped(functions: Functions, database: Database) -> None:
    send(functions, batch({**GOOD, "play_ms": 10**400}))
    assert counted(database, "play_ms") == 216_000_000


def test_what_waits_is_counted_by_the_timer_once_and_a_repeat_after_that_is_none(
    functions: Functions, database: Database
) -> None:
    sent = batch(GOOD)
    send(functions, sent)
    assert rows(database, "select count(*) from quality_hours") == [(0,)]
    for counted_batches in (1, 0):
        assert functions.handler("quality_counter")({"messages": []}, None) == {"batches": counted_batches}
    send(functions, sent)
    assert (counted(database), drops(database)) == (10, {"repeated": 1})


def test_a_counter_that_is_killed_loses_and_repeats_nothing(functions: Functions, database: Database) -> None:
    for _ in range(5):
        send(functions, batch(GOOD))
    with database.connect() as connection:
        connection.autocommit = False
        connection.execute("select quality_count(3, 10000)")
        connection.rollback()
    assert rows(database, "select count(*) from quality_incoming") == [(5,)]
    assert (counted(database), counted(database, "batches"), drops(database)) == (50, 5, {})


def test_a_queue_that_nobody_works_off_ends_at_its_bound(functions: Functions, database: Database) -> None:
    functions.set(QUALITY_QUEUE_MB="1")
    with database.connect() as connection:
        # Pages are written at the end, so that the bound is met whatever else was stored before.
        connection.execute(
            """insert into quality_incoming (id, sender, os, rate, is_sampled, views)
               select gen_random_uuid(), 1, 'ios', 1, true, jsonb_build_array(repeat(md5(n::text), 50))
               from generate_series(1, 700) as n"""
        )
    send(functions, batch(GOOD))
    assert rows(database, "select count(*) from quality_incoming") == [(700,)]
    assert drops(database)["queue_full"] == 1


@pytest.mark.parametrize("size", [8 * 1024 + 1, 3_000_000])
def test_a_body_above_eight_kilobytes_is_dropped_and_counted(
    functions: Functions, database: Database, size: int
) -> None:
    send(functions, json.dumps(batch(GOOD)).ljust(size))
    assert (counted(database), drops(database)) == (0, {"too_large": 1})


def test_while_the_database_is_away_the_phone_hears_nothing_of_it(functions: Functions) -> None:
    functions.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    send(functions, batch(GOOD))
    send(functions, "{")


def test_sql_itself_clamps_what_the_function_would_let_through(database: Database) -> None:
    views = [
        {**GOOD, "start_ms": "NaN"},
        {**GOOD, "start_ms": 1e130},
        {**GOOD, "provider": None, "kind": {}, "play_ms": "Infinity"},
        *[FAILED] * 30,
    ]
    with database.connect() as connection:
        connection.execute("select quality_record('2001:db8::1', %s::jsonb, 10000, 512)", [json.dumps(batch(*views))])
    assert (counted(database, "reports"), drops(database)) == (19, {"invalid": 1})


@dataclass
class Truth:
    """What the phones saw, and what of it was sent."""

    starts: list[int] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)


def crowd(sessions: int, random: Random) -> Truth:
    """Make sessions of twenty views each: of one in ten all views are sent, of the others the failures."""
    truth = Truth()
    for number in range(sessions):
        session = f"{number:08x}{'0' * 8}"
        sampled, views = number % 10 == 0, []
        for _ in range(20):
            fails = random.random() < 0.02
            start = min(60_000, int(random.lognormvariate(math.log(900), 0.8)))
            view = {**FAILED} if fails else {**GOOD, "start_ms": start}
            truth.starts += [] if fails else [start]
            if fails or sampled:
                views.append(view)
                truth.expected["attempts"] += 1 if fails else 10
                truth.expected["start_failures" if fails else "starts"] += 1 if fails else 10
                truth.expected["reports"] += 1
        if views:
            truth.bodies.append(batch(*views, session=session, id=str(UUID(int=random.getrandbits(128), version=4))))
    return truth


def test_counts_are_exact_under_parallel_repeats_and_the_slowest_starts_are_found(database: Database) -> None:
    random = Random(20)
    truth = crowd(6000, random)
    queue = [(body, f"198.51.{random.randrange(200)}.{random.randrange(200)}") for body in truth.bodies]
    queue += random.sample(queue, len(queue) // 4)
    random.shuffle(queue)

    def call(body: dict[str, Any], address: str) -> Callable[[psycopg.Connection[Any]], object]:
        ready = json.dumps(read_batch(json.dumps(body).encode()))
        query = "select quality_record(%s, %s::jsonb, 10000, 512)"
        return lambda connection: connection.execute(query, [address, ready])

    calls = [call(body, address) for body, address in queue]
    # Counters of several instances meet each other and what arrives.
    calls += [lambda connection: connection.execute("select quality_count(150, 10000)")] * 30
    random.shuffle(calls)
    at_once(database, calls)
    assert {name: counted(database, name) for name in truth.expected} == dict(truth.expected)
    assert drops(database) == {"repeated": len(queue) - len(truth.bodies)}
    [(p50, p95)] = rows(
        database,
        """select private.quality_percentile(s.h, 0.5, 50), private.quality_percentile(s.h, 0.95, 50)
           from (select private.sum_counts(array_agg(start_histogram)) as h from quality_hours) as s""",
    )
    sent = sorted(view["start_ms"] for body in truth.bodies for view in body["views"] if "start_ms" in view)
    assert float(p95) == pytest.approx(sent[math.ceil(0.95 * len(sent)) - 1], rel=0.04)
    everybody = sorted(truth.starts)
    assert float(p95) == pytest.approx(everybody[math.ceil(0.95 * len(everybody)) - 1], rel=0.05)
    assert float(p50) == pytest.approx(everybody[math.ceil(0.5 * len(everybody)) - 1], rel=0.05)
