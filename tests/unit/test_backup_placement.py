"""Place of backups by the size of the database: one that outgrows a function is told to leave it."""

from __future__ import annotations

import pytest

from auto360.domains.backups.placement import Placement, placement_for, sentence
from auto360.providers.postgres_dump import DatabaseSize

MB, GB = 10**6, 10**9


@pytest.mark.parametrize(
    ("tables", "total", "expected"),
    [
        (30 * MB, 80 * MB, Placement("function", 0)),
        (60 * MB, 113 * MB, Placement("function", 1)),
        (5 * GB, 8 * GB, Placement("function", 11)),
        (5 * GB + 1, 8 * GB, Placement("long_function", 11)),
        (20 * GB, 32 * GB, Placement("long_function", 39)),
        (20 * GB + 1, 32 * GB, Placement("machine", 51)),
        (30 * GB, 48 * GB, Placement("machine", 77)),
    ],
)
def test_a_size_has_its_place_and_its_disk(tables: int, total: int, expected: Placement) -> None:
    assert placement_for(DatabaseSize(tables, total)) == expected


def test_a_place_covers_what_needs_no_more() -> None:
    assert Placement("long_function", 40).covers(Placement("function", 40))
    assert not Placement("long_function", 39).covers(Placement("function", 40))
    assert not Placement("function", 100).covers(Placement("long_function", 10))
    assert Placement("machine", 0).covers(Placement("machine", 77))


def test_the_choice_is_told_with_its_size() -> None:
    size = DatabaseSize(6 * GB, 9 * GB)
    told = sentence(size, placement_for(size))
    assert told == "6.00 GB of tables, 9.00 GB with indexes: a function of an hour, and a disk of 12 GB for the drill"
