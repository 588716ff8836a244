"""Listings of the time before: their videos get an owner as soon as a listing shows them."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.migration import LedgerOf, new_source_id, show
from tests.support.rows import rows

_ADOPTED = """select owner_user_id::text, listing_id::text, ownership, state from videos
  where provider = 'api_video' and provider_video_id = %s"""


@pytest.mark.parametrize("with_id", [True, False], ids=["by its id", "by its address alone"])
def test_an_imported_listing_owns_the_video_that_it_shows(database: Database, *, with_id: bool) -> None:
    seller, source = new_user_id(database), new_source_id()
    listing = new_listing(database, seller)
    show(database, listing, source, with_id=with_id)
    assert rows(database, _ADOPTED, source) == [(seller, listing, "adopted", "ready")]


def test_a_video_of_two_listings_belongs_to_the_first(database: Database) -> None:
    first, second, source = new_user_id(database), new_user_id(database), new_source_id()
    listing = new_listing(database, first)
    show(database, listing, source)
    show(database, new_listing(database, second), source)
    assert rows(database, _ADOPTED, source) == [(first, listing, "adopted", "ready")]


def test_a_deleted_listing_owns_nothing(database: Database) -> None:
    listing, source = new_listing(database, new_user_id(database)), new_source_id()
    rows(database, "update listings set deleted_at = now() where id = %s returning id", listing)
    show(database, listing, source)
    assert rows(database, _ADOPTED, source) == []


def test_a_video_that_was_only_claimed_is_never_released_at_its_source(database: Database, ledger: LedgerOf) -> None:
    listing, source = new_listing(database, new_user_id(database)), new_source_id()
    show(database, listing, source)
    query = "select private.release_obstacle(m) from video_migrations m where source_video_id = %s"
    replica = """update videos set provider = 'yandex', provider_video_id = 'vplv' || provider_video_id,
      replica_key = 'k', replica_sha256 = decode(repeat('00', 32), 'hex'), replicated_at = now(), ownership = %s
      where listing_id = %s returning id"""
    ledger.plan()
    rows(database, "update listings set video_id = null, video_url = null where id = %s returning id", listing)
    rows(database, replica, "claimed", listing)
    target = (
        "update video_migrations set target_video_id = 'vplv' || source_video_id where listing_id = %s returning id"
    )
    rows(database, target, listing)
    assert rows(database, query, source) == [("not_proved_ours",)]
    rows(database, "update videos set ownership = 'adopted' where listing_id = %s returning id", listing)
    assert rows(database, query, source) == [(None,)]
