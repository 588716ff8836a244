"""Behind one address of a carrier: what one caller does wrong or too often stops nobody else."""

from __future__ import annotations

import pytest

from tests.support.callers import Caller
from tests.support.people import new_address
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def test_wrong_refresh_tokens_do_not_keep_a_neighbour_from_refreshing(stack: RunningStack) -> None:
    neighbour = Caller(stack).log_in()
    attacker = Caller(stack, address=neighbour.address)
    statuses = {
        attacker.api("POST", "/api/auth/refresh", {"refreshToken": f"{n:040d}"}).status_code for n in range(110)
    }
    assert statuses == {401}
    assert neighbour.api("POST", "/api/auth/refresh", {"refreshToken": neighbour.refresh_token}).status_code == 200


def test_one_session_is_refreshed_sixty_times_in_a_quarter_of_an_hour_from_wherever(stack: RunningStack) -> None:
    user = Caller(stack).log_in()
    statuses = []
    for _ in range(61):
        user.address = new_address()
        answer = user.api("POST", "/api/auth/refresh", {"refreshToken": user.refresh_token})
        statuses.append(answer.status_code)
        if answer.status_code == 200:
            user.refresh_token = answer.json()["data"]["refreshToken"]
    assert statuses == [200] * 60 + [429]
    assert Caller(stack).log_in().token


def test_a_hundred_pages_of_the_feed_leave_the_feed_to_the_neighbours(stack: RunningStack) -> None:
    address = new_address()
    statuses = {Caller(stack, address=address).api("GET", "/api/listings").status_code for _ in range(110)}
    assert statuses == {200}


def test_a_neighbour_with_an_expired_token_hears_401_after_a_hundred_refusals_of_others(stack: RunningStack) -> None:
    address = new_address()
    statuses = [
        Caller(stack, address=address, token="expired").api("GET", "/api/listings/mine").status_code for _ in range(110)
    ]
    assert set(statuses) == {401}
