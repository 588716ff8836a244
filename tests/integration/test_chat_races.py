"""Rules of chat hold when many write at the same moment, over connections of their own."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.support.concurrency import Call, at_once
from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows
from tests.support.sql_calls import calling
from tests.support.threads import new_thread, sending


def reading(reader: str, thread: str) -> Call:
    return calling("chat_mark_read", p_user_id=reader, p_thread_id=thread)


def opening(buyer: str, listing: str) -> Call:
    return calling("chat_open_thread", p_user_id=buyer, p_listing_id=listing)


@pytest.fixture
def talk(database: Database) -> tuple[str, str, str]:
    """Buyer, seller and their conversation."""
    buyer, seller = new_user_id(database), new_user_id(database)
    return buyer, seller, new_thread(database, buyer, seller)


def unread(database: Database, user: str) -> tuple[int, list[int]]:
    page = calling(
        "chat_threads_page",
        p_user_id=user,
        p_before="infinity",
        p_before_id="ffffffff-ffff-ffff-ffff-ffffffffffff",
        p_limit=50,
    )
    with database.connect() as connection:
        answer: dict[str, Any] = page(connection)
    return answer["unread_total"], [thread["unread_count"] for thread in answer["threads"]]


def test_parallel_openings_give_one_conversation(database: Database) -> None:
    buyer, seller = new_user_id(database), new_user_id(database)
    listing = new_listing(database, seller)
    answers = at_once(database, [opening(buyer, listing)] * 30)
    assert len({answer["id"] for answer in answers}) == 1
    assert rows(database, "select count(*) from chat_threads where buyer_id = %s", buyer) == [(1,)]


def test_one_message_id_sent_many_times_is_one_message(database: Database, talk: tuple[str, str, str]) -> None:
    buyer, _, thread = talk
    key = str(uuid4())
    answers = at_once(database, [sending(buyer, thread, "Да", key=key)] * 30)
    assert len({answer["id"] for answer in answers}) == 1
    assert rows(database, "select count(*) from chat_messages where thread_id = %s", thread) == [(1,)]


def test_unread_messages_are_counted_exactly_while_both_sides_write_and_read(
    database: Database, talk: tuple[str, str, str]
) -> None:
    buyer, seller, thread = talk
    calls = [sending(buyer, thread, f"{number}") for number in range(60)]
    calls += [sending(seller, thread, f"{number}") for number in range(40)]
    reads = [reading(seller, thread) for _ in range(10)]
    answers = at_once(database, [call for pair in zip(calls[::10], reads, strict=True) for call in pair] + calls)
    read = sum(answer.get("read", 0) for answer in answers)
    [(left,)] = rows(
        database, "select count(*) from chat_messages where thread_id = %s and sender_id = %s and not is_read",
        thread, buyer,
    )  # fmt: skip
    assert read + left == 66
    assert unread(database, seller) == (left, [left])
    assert unread(database, buyer) == (44, [44])


def test_messages_of_one_conversation_have_one_order_and_the_thread_shows_the_newest(
    database: Database, talk: tuple[str, str, str]
) -> None:
    buyer, seller, thread = talk
    at_once(database, [sending((buyer, seller)[n % 2], thread, f"№ {n}") for n in range(50)])
    order = "select body, created_at from chat_messages where thread_id = %s order by created_at desc, id desc"
    messages = rows(database, order, thread)
    assert len({created_at for _, created_at in messages}) == 50
    assert rows(database, "select last_message, last_message_at from chat_threads where id = %s", thread) == [
        messages[0]
    ]
    told = "select count(*), max(message) from notifications where user_id = %s"
    assert rows(database, told, buyer)[0][0] == 1


def test_a_removal_hides_what_was_before_it_and_nothing_after(database: Database, talk: tuple[str, str, str]) -> None:
    buyer, seller, thread = talk
    removing = calling("chat_remove_thread", p_user_id=seller, p_thread_id=thread)
    at_once(database, [sending(buyer, thread, f"{n}") if n % 5 else removing for n in range(50)])
    [(after,)] = rows(
        database,
        """select count(*) from chat_messages m join chat_threads t on t.id = m.thread_id
           where t.id = %s and m.created_at > t.seller_deleted_at""",
        thread,
    )
    assert unread(database, seller) == (after, [after] if after else [])
    assert unread(database, buyer) == (0, [0])


def test_writers_to_each_other_in_many_conversations_never_wait_in_a_circle(database: Database) -> None:
    one, other = new_user_id(database), new_user_id(database)
    threads = [new_thread(database, one, other), new_thread(database, other, one)]
    calls = [sending((one, other)[n % 2], threads[n // 2 % 2], f"{n}") for n in range(80)]
    calls += [reading((one, other)[n % 2], threads[n // 2 % 2]) for n in range(40)]
    answers = at_once(database, calls)
    assert Counter("reason" in answer for answer in answers) == {False: 120}


def test_blocking_many_times_at_once_is_one_block(database: Database, talk: tuple[str, str, str]) -> None:
    buyer, seller, _ = talk
    at_once(database, [calling("chat_block", p_user_id=seller, p_other_user_id=buyer)] * 20)
    assert rows(database, "select count(*) from chat_blocks where blocker_id = %s", seller) == [(1,)]
