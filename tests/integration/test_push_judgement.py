"""What a push was queued for is judged again when its turn comes, by rules that no other rule makes good for."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.support.concurrency import run_in_parallel
from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.pushes import Handset, PushWorld, say
from tests.support.rows import rows
from tests.support.threads import new_thread


def quietly(world: PushWorld, change: str, *values: object) -> None:
    """Change rows as a transaction does whose triggers have not come to their end."""
    with world.database.connect() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute(change.encode(), values)


def revoke(world: PushWorld, phone: Handset) -> None:
    quietly(
        world, "update auth_sessions set revoked_at = now(), revoked_reason = 'logout' where id = %s", phone.session
    )


def block(world: PushWorld, phone: Handset) -> None:
    quietly(world, "update accounts set is_blocked = true where id = %s", phone.user)


@pytest.mark.parametrize("leave", [revoke, block])
def test_a_claim_asks_for_session_and_block_itself(
    push_world: PushWorld, leave: Callable[[PushWorld, Handset], None]
) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    leave(push_world, phone)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(phone.user)) == ([], [("suppressed", "device_gone")])


def test_of_two_messages_the_older_one_that_comes_back_to_the_queue_is_not_sent(push_world: PushWorld) -> None:
    writer, reader = push_world.user(), push_world.user()
    thread, phone = new_thread(push_world.database, writer, reader), push_world.phone(reader)
    say(push_world, writer, thread, "Первое")
    rows(push_world.database, "update pushes set not_before = now() where state = 'queued' returning id")
    [(claimed,)] = rows(push_world.database, "select pushes_claim(100, 60)")
    say(push_world, writer, thread, "Второе")
    busy = """select pushes_record(%s, jsonb_build_array(jsonb_build_object('id', %s::text, 'outcome', 'later')))"""
    rows(push_world.database, busy, claimed["claim"], claimed["messages"][0]["id"])
    push_world.send()
    assert [message["body"] for message in push_world.received(phone.token)] == ["Второе"]
    assert push_world.states(reader) == [("suppressed", "superseded"), ("accepted", "")]


@pytest.mark.parametrize("change", ["is_hidden = true", "deleted_at = now()", "status = 'sold', sold_at = now()"])
def test_a_price_drop_of_a_listing_that_is_no_longer_shown_is_not_sent(push_world: PushWorld, change: str) -> None:
    phone = push_world.phone()
    listing = new_listing(push_world.database, push_world.user())
    push_world.notify(phone.user, "price_drop", listing_id=listing, percent=10)
    quietly(push_world, f"update listings set {change} where id = %s", listing)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(phone.user)) == ([], [("suppressed", "listing_gone")])


@pytest.mark.parametrize("change", ["is_hidden = true", "is_deleted = true"])
def test_a_comment_that_is_hidden_or_deleted_meanwhile_is_not_sent(push_world: PushWorld, change: str) -> None:
    phone, author = push_world.phone(), push_world.user()
    listing = new_listing(push_world.database, phone.user)
    written = "insert into comments (listing_id, user_id, text) values (%s, %s, 'Ещё продаёте?') returning id::text"
    [(comment,)] = rows(push_world.database, written, listing, author)
    quietly(push_world, f"update comments set {change} where id = %s", comment)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(phone.user)) == ([], [("suppressed", "comment_gone")])


def test_what_was_read_before_it_was_written_or_is_worth_a_line_only_is_not_queued(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user, may_push=False)
    written = """insert into notifications (user_id, type, title, is_read) values (%s, 'video_failed', 'x', true)
      returning 1"""
    rows(push_world.database, written, phone.user)
    assert push_world.states(phone.user) == []
    push_world.notify(phone.user)
    assert push_world.states(phone.user) == [("queued", "")]


def test_no_receipt_is_asked_for_that_the_service_has_forgotten(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.send()
    old = """update pushes set accepted_at = now() - interval '23 hours 1 minute', receipt_at = now()
      where user_id = %s returning receipt_tries"""
    assert rows(push_world.database, old, phone.user) == [(0,)]
    assert rows(push_world.database, "select push_receipts_due(10)") == [([],)]
    assert push_world.states(phone.user) == [("unknown", "no_receipt")]


def test_a_receipt_that_comes_twice_changes_nothing_that_was_decided(push_world: PushWorld) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.send()
    assert push_world.ask_receipts()["forwarded"] == 1
    again = """select push_receipts_record(jsonb_agg(jsonb_build_object('id', id, 'outcome', 'again')))
      from pushes where user_id = %s"""
    assert rows(push_world.database, again, phone.user) == [(0,)]
    assert push_world.states(phone.user) == [("forwarded", "")]


def test_a_campaign_is_not_written_for_a_blocked_user(push_world: PushWorld) -> None:
    users, city = [push_world.user() for _ in range(2)], f"Нарын {uuid4().hex}"
    consented = """insert into user_consents (user_id, terms_version, privacy_version, processing_version,
      marketing_accepted, notifications_accepted) values (%s, '1', '1', '1', true, true) returning 1"""
    for user in users:
        rows(push_world.database, consented, user)
        rows(push_world.database, "update accounts set city = %s where id = %s returning 1", city, user)
    rows(push_world.database, "update accounts set is_blocked = true where id = %s returning 1", users[0])
    audience = """select a.user_id::text from push_campaigns c cross join private.campaign_audience(c,
      '00000000-0000-0000-0000-000000000000', 10) a where c.id = %s"""
    drafted = """insert into push_campaigns (title, message, city, max_recipients)
      values (array['a', 'b', 'c'], array['a', 'b', 'c'], %s, 10) returning id"""
    [(campaign,)] = rows(push_world.database, drafted, city)
    assert rows(push_world.database, audience, campaign) == [(users[1],)]


def test_the_unread_counter_is_exact_after_fifty_parallel_events_and_marks(push_world: PushWorld) -> None:
    user = push_world.user()
    run_in_parallel(50, lambda: push_world.notify(user))
    unread = "select notifications_unread(%s)"
    assert rows(push_world.database, unread, user) == [(50,)]
    some = rows(push_world.database, "select id from notifications where user_id = %s order by id limit 30", user)
    marks = iter([some[start : start + 3] for start in range(0, 30, 3)] * 5)

    def mark() -> None:
        ids = [row[0] for row in next(marks)]
        rows(push_world.database, "select notifications_mark_read(%s, %s)", user, ids)

    assert [error for error in run_in_parallel(50, mark) if isinstance(error, Exception)] == []
    assert rows(push_world.database, unread, user) == [(20,)]


def test_a_drop_that_one_notification_a_day_left_out_is_told_with_the_next_one(database: Database) -> None:
    listing, user = new_listing(database, new_user_id(database)), new_user_id(database)
    rows(database, "select listing_react(%s, %s, 'save', true)", user, listing)

    def lower(value: int) -> list[int]:
        rows(database, "update listings set price = %s where id = %s returning 1", value, listing)
        while rows(database, "select notification_fanout_step(10)") == [(True,)]:
            pass
        told = "select (data ->> 'percent')::integer from notifications where user_id = %s order by created_at"
        return [percent for (percent,) in rows(database, told, user)]

    assert lower(1_100_000) == [8]
    assert lower(900_000) == [8]
    rows(
        database,
        "update notifications set dedupe_key = dedupe_key || ':the day before' where user_id = %s returning 1",
        user,
    )
    assert lower(890_000) == [8, 19]
