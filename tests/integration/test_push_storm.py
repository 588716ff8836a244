"""Thousands of queued pushes, faults of the service and killed senders: every count by its rule.

PUSH_STORM sets the number of pushes; `make push-storm` takes 20,000.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter

from tests.support.functions import Functions
from tests.support.market import new_listing
from tests.support.pushes import PushWorld
from tests.support.rows import rows
from tests.support.storms import bring_due, let_leases_end, start_sender, waiting

PUSHES = int(os.environ.get("PUSH_STORM", "1200"))
KILLS = 10 if PUSHES >= 10_000 else 2
# A run stays for its whole time, also where nothing is left to send.
RUN_SECONDS = 25 if PUSHES >= 10_000 else 3

_PHONES = """
with people as (
  insert into accounts (phone, name) select '+99610' || lpad((%(first)s + n)::text, 7, '0'), 'Айбек'
  from generate_series(1, %(count)s) as n returning id
), calm as (
  insert into notification_settings (user_id, quiet_from, quiet_to) select id, null, null from people
), sessions as (
  insert into auth_sessions (user_id, expires_at) select id, now() + interval '1 day' from people returning id, user_id
)
insert into push_devices (user_id, session_id, token, project)
select s.user_id, s.id, 'ExponentPushToken[storm-' || replace(s.id::text, '-', '') || ']', %(project)s
from sessions s"""
_PAYMENTS = """
select private.enqueue_notifications('payment_completed', jsonb_agg(jsonb_build_object('user_id', d.user_id,
  'about', 'storm', 'values', jsonb_build_object('payment_id', d.id, 'tier', 'basic')))) from push_devices d
where d.project = 'payments'"""
_MESSAGES = """
with threads as (
  insert into chat_threads (listing_id, buyer_id, seller_id)
  select %(listing)s, d.user_id, %(seller)s from push_devices d where d.project = 'chat' and not exists (
    select from chat_threads t where t.buyer_id = d.user_id) limit 500 returning id
)
insert into chat_messages (thread_id, sender_id, body) select t.id, %(seller)s, 'Здравствуйте' from threads t"""


def fill(world: PushWorld) -> None:
    """Queue half of the pushes as chat messages, half as payments, each to a user and a phone of its own."""
    seller = world.user(name="Азамат")
    values = {"listing": new_listing(world.database, seller), "seller": seller}
    with world.database.connect() as connection:
        for project, first in (("chat", 3_000_000), ("payments", 5_000_000)):
            connection.execute(_PHONES, {"first": first, "count": PUSHES // 2, "project": project})
        connection.execute(_PAYMENTS)
        while connection.execute(_MESSAGES, values).rowcount:
            pass


def test_a_storm_of_faults_and_kills_doubles_nothing_that_may_not_be_doubled(
    push_world: PushWorld, functions: Functions
) -> None:
    functions.environ |= {**push_world.environ, "PUSH_RUN_SECONDS": str(RUN_SECONDS), "PUSH_POLL_SECONDS": "0.1"}
    functions.environ |= {"PUSH_PER_SECOND": "600", "EXPO_TIMEOUT_SECONDS": "5"}
    fill(push_world)
    rows(push_world.database, "with t as (update pushes set not_before = now(), priority = 5) select 1")
    push_world.expo.turn({"mode": "trouble", "trouble": 5})
    killed, reports = 0, []
    ends_at = time.monotonic() + 500
    while waiting(push_world) and time.monotonic() < ends_at:
        let_leases_end(push_world)
        bring_due(push_world)
        sender = start_sender(functions)
        if killed < KILLS:
            before = push_world.expo.requests.get("send", 0)
            while push_world.expo.requests.get("send", 0) < before + 1 + killed % 3 and sender.poll() is None:
                time.sleep(0.005)
            if sender.poll() is None:
                sender.send_signal(signal.SIGKILL)
                killed += 1
            sender.wait()
        else:
            output, _ = sender.communicate(timeout=120)
            reports.append(json.loads(output))
    assert (waiting(push_world), killed) == (0, KILLS)
    assert_exact(push_world)
    memory = [report["kilobytes"] for report in reports]
    # However many a run sends: it holds six batches of a hundred at most.
    assert all(kilobytes < 100_000 for kilobytes in memory)
    print(f"{PUSHES} pushes, {killed} kills, sender {max(memory, default=0) // 1024} MB, {counts(push_world)}")


def counts(world: PushWorld) -> dict[str, int]:
    return dict(rows(world.database, "select type || ' ' || state, count(*) from pushes group by 1 order by 1"))


def assert_exact(world: PushWorld) -> None:
    arrived = Counter(message["data"]["n"] for message in world.expo.screens.received)
    pushes = rows(world.database, "select notification_id::text, type, state, uncertain, subject from pushes")
    assert len(pushes) == PUSHES // 2 * 2
    subjects: dict[str, set[str]] = {}
    for message in world.expo.screens.received:
        subjects.setdefault(message["data"]["n"], set()).add(message["collapseId"])
    for notification, code, state, uncertain, subject in pushes:
        times = arrived[notification]
        assert state in ("accepted", "unknown", "dead", "suppressed"), (code, state)
        assert times <= uncertain <= (1 if code == "chat_message" else 2), (code, state, times, uncertain)
        assert subjects.get(notification, {subject}) == {subject}
    late = "select count(*) from pushes where state = 'accepted' and type = 'chat_message' and uncertain <> 1"
    assert rows(world.database, late) == [(0,)]
