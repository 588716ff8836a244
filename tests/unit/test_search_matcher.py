"""Matcher of saved searches: listings that take too long together are matched one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auto360.domains.listings.queries import ViewerFingerprint
from auto360.domains.listings.search_matching import SearchMatcher
from auto360.providers.database import DatabaseUnavailable


class SlowDatabase:
    """Database in which matching more than `max_together` listings takes longer than a statement may."""

    def __init__(self, *, waiting: int, max_together: int) -> None:
        self.waiting, self.max_together, self.asked = waiting, max_together, list[int]()

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        if name == "take_job_lease":
            return {"holder": arguments["p_holder"], "fence": 1, "cursor": None}
        if name != "search_match_step":
            return True
        limit = int(arguments["p_limit"])
        self.asked.append(limit)
        if min(limit, self.waiting) > self.max_together:
            raise DatabaseUnavailable("500 57014")
        done = min(limit, self.waiting)
        self.waiting -= done
        return {"listings": done, "hits": 0}

    def call_read(self, _name: str, _arguments: Mapping[str, Any]) -> Any:
        return []


def matcher(database: SlowDatabase) -> SearchMatcher:
    ticks = iter(range(1000))
    return SearchMatcher(database, ViewerFingerprint(b"k" * 32), seconds=lambda: float(next(ticks)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("max_together", "asked"), [(100, [20, 20]), (5, [20, 5, 5]), (1, [20, 5, 1, 1])])
def test_listings_that_take_too_long_together_are_matched_in_smaller_steps(max_together: int, asked: list[int]) -> None:
    database = SlowDatabase(waiting=7, max_together=max_together)
    assert matcher(database).run()["listings"] == 7
    assert database.asked[: len(asked)] == asked


def test_one_that_takes_too_long_alone_fails_the_job() -> None:
    with pytest.raises(DatabaseUnavailable):
        matcher(SlowDatabase(waiting=7, max_together=0)).run()
