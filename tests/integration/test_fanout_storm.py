"""A price drop and a campaign to thousands, with killed senders: everybody hears once.

FANOUT_STORM sets the number of users; `make fanout-storm` takes 20,000.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from random import Random

from tests.support.functions import Functions
from tests.support.market import new_listing
from tests.support.payers import ask
from tests.support.pushes import PushWorld
from tests.support.rows import rows
from tests.support.storms import bring_due, let_leases_end, start_sender, waiting
from tests.support.two_people import staff_member

USERS = int(os.environ.get("FANOUT_STORM", "2500"))
KILLS = 10 if USERS >= 10_000 else 4
# One user in four has a phone.
_CROWD = """
with people as (
  insert into accounts (phone, name, city) select '+99620' || lpad(n::text, 7, '0'), 'Айбек', 'Фан-аут'
  from generate_series(1, %(count)s) as n returning id, phone
), calm as (
  insert into notification_settings (user_id, quiet_from, quiet_to) select id, null, null from people
), consents as (
  insert into user_consents (user_id, terms_version, privacy_version, processing_version, marketing_accepted,
    notifications_accepted) select id, '1', '1', '1', true, true from people
), saves as (
  insert into listing_saves (user_id, listing_id, price_when_saved) select id, %(listing)s, 1200000 from people
), sessions as (
  insert into auth_sessions (user_id, expires_at) select id, now() + interval '1 day' from people
  where right(phone, 7)::integer %% 4 = 0 returning id, user_id
)
insert into push_devices (user_id, session_id, token, project)
select s.user_id, s.id, 'ExponentPushToken[fan-' || replace(s.id::text, '-', '') || ']', 'fan' from sessions s"""
_TEXTS = {"title": ["Неделя скидок"] * 3, "message": ["Премиум дешевле"] * 3, "action_url": None, "city": "Фан-аут"}
_TOLD = """select type, count(*), count(distinct user_id) from notifications
  where type in ('price_drop', 'campaign') and (data ->> 'listing_id' = %s or data ->> 'campaign_id' = %s)
  group by type"""


def begin(world: PushWorld) -> tuple[str, str]:
    """Lower the price of a listing that everybody has saved, and start a campaign to all of them: both ids."""
    rows(world.database, "with o as (update notification_fanouts set state = 'done' where state = 'open') select 1")
    listing = new_listing(world.database, world.user(name="Азамат"))
    with world.database.connect() as connection:
        connection.execute(_CROWD, {"count": USERS, "listing": listing})
        admin = staff_member(connection, "admin")
        campaign = ask(connection, "campaign_save", operator_id=admin, campaign={**_TEXTS, "max_recipients": USERS})[
            "id"
        ]
        started = ask(
            connection, "campaign_switch", operator_id=admin, campaign_id=campaign, action="start", request_id="r"
        )
        assert started == {"changed": True}
        connection.execute("update listings set price = 1000000 where id = %s", [listing])
    return listing, str(campaign)


def open_fanouts(world: PushWorld) -> int:
    return int(rows(world.database, "select count(*) from notification_fanouts where state = 'open'")[0][0])


def written(world: PushWorld) -> int:
    query = "select count(*) from notifications where type in ('price_drop', 'campaign')"
    return int(rows(world.database, query)[0][0])


def kill_in_the_middle(world: PushWorld, functions: Functions, random: Random) -> bool:
    """Start a sender and kill it some moments after its first chunk; returns False where it ended before."""
    before, sender = written(world), start_sender(functions)
    while sender.poll() is None and open_fanouts(world) and written(world) == before:
        time.sleep(0.002)
    time.sleep(random.random() / 5)
    is_killed = sender.poll() is None
    if is_killed:
        sender.send_signal(signal.SIGKILL)
    sender.wait()
    if sender.stdout:
        sender.stdout.close()
    return is_killed


def test_a_price_drop_and_a_campaign_reach_everybody_once_through_kills(
    push_world: PushWorld, functions: Functions
) -> None:
    functions.environ |= {**push_world.environ, "PUSH_RUN_SECONDS": "25", "PUSH_POLL_SECONDS": "0.1"}
    functions.environ |= {"PUSH_PER_SECOND": "600", "EXPO_TIMEOUT_SECONDS": "5"}
    listing, campaign = begin(push_world)
    random, killed, began = Random(1), 0, time.monotonic()
    while (open_fanouts(push_world) or waiting(push_world)) and time.monotonic() < began + 500:
        let_leases_end(push_world)
        bring_due(push_world)
        if killed < KILLS:
            killed += kill_in_the_middle(push_world, functions, random)
        else:
            start_sender(functions).communicate(timeout=120)
    seconds = time.monotonic() - began
    assert (open_fanouts(push_world), waiting(push_world), killed) == (0, 0, KILLS)
    told = {code: (count, people) for code, count, people in rows(push_world.database, _TOLD, listing, campaign)}
    assert told == {"price_drop": (USERS, USERS), "campaign": (USERS, USERS)}
    assert rows(push_world.database, "select told, state from push_campaigns where id = %s", campaign) == [
        (USERS, "done")
    ]
    assert_each_push_once(push_world)
    states = dict(rows(push_world.database, "select type || ' ' || state, count(*) from pushes group by 1 order by 1"))
    # Other tests reckon with how many people usually come.
    rows(push_world.database, "with gone as (delete from accounts where city = 'Фан-аут') select 1")
    print(f"{USERS} users twice, {killed} kills, {seconds:.0f} s, {states}")


def assert_each_push_once(world: PushWorld) -> None:
    """Compare the outbox with the phones: one push per notification and phone, none lost but as `unknown`."""
    arrived = Counter((message["to"], message["data"]["n"]) for message in world.expo.screens.received)
    pushes = rows(world.database, "select device_id, notification_id::text, state from pushes")
    assert len(pushes) == len({(device, notification) for device, notification, _ in pushes}) == 2 * (USERS // 4)
    by_notification = Counter(notification for (_, notification), times in arrived.items() for _ in range(times))
    for _, notification, state in pushes:
        assert by_notification[notification] in ({"accepted": (1,), "unknown": (0, 1)}[state]), state
