"""Functions keep nothing of a call: their objects do not grow with the number of calls."""

from __future__ import annotations

from dataclasses import replace

from tests.support.counted_process import WARM, growth
from tests.support.functions import Functions, http_event
from tests.support.people import REQUEST_CODE, Person, new_address, new_phone

CALLS = 200
# An object for every call would be two hundred; what is cached is bounded, and changes by some.
MAX_GROWTH = CALLS // 4


def test_requests_for_codes_leave_nothing_behind(person: Person) -> None:
    events = [
        http_event("POST", REQUEST_CODE, {"phone": new_phone()}, address=new_address()) for _ in range(WARM + CALLS)
    ]
    statuses, grown = growth("request_code", events)
    assert statuses == [200]
    assert grown < MAX_GROWTH


def test_pages_of_the_feed_leave_nothing_behind(functions: Functions) -> None:
    event = http_event("GET", "/api/listings", query={"limit": "20"})
    statuses, grown = growth("listings", [event] * (WARM + CALLS))
    assert statuses == [200]
    assert grown < MAX_GROWTH


def test_lists_of_conversations_leave_nothing_behind(person: Person) -> None:
    # Three people, since one may ask a hundred times in a quarter of an hour.
    people = [replace(person, phone=new_phone(), address=new_address()) for _ in range(3)]
    tokens = [each.log_in()["token"] for each in people]
    events = [
        http_event("GET", "/api/chat/threads", token=tokens[number % len(tokens)]) for number in range(WARM + CALLS)
    ]
    statuses, grown = growth("chat", events)
    assert statuses == [200]
    assert grown < MAX_GROWTH
