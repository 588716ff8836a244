"""Rules of the picture job's SQL functions: a listing takes a ready picture, and strays are old."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows

URL = "https://cdn.360auto.test/storage/v1/object/public/pictures/a/b/0123456789abcdef-1600.jpg"


def add(database: Database, listing: str, owner: str) -> list[str]:
    """Add a ready picture of a user to a listing; returns the addresses that the listing has then."""
    query = """select private.add_to_listing(jsonb_populate_record(null::public.pictures, jsonb_build_object(
        'id', gen_random_uuid(), 'owner_user_id', %s::text, 'listing_id', %s::text, 'state', 'received',
        'purpose', 'listing',
        'files', jsonb_build_array(jsonb_build_object('url', %s::text, 'type', 'image/jpeg')))))::text"""
    rows(database, query, owner, listing, URL)
    return images(database, listing)


def images(database: Database, listing: str) -> list[str]:
    [(found,)] = rows(database, "select additional_images from listings where id = %s", listing)
    return list(found)


def test_a_listing_takes_a_ready_picture_of_its_seller_once(database: Database) -> None:
    seller = new_user_id(database)
    listing = new_listing(database, seller)
    assert add(database, listing, seller) == [URL]
    assert add(database, listing, seller) == [URL]


@pytest.mark.parametrize("status", ["draft", "pending_review", "active", "rejected"])
def test_a_picture_is_added_before_and_after_the_check(database: Database, status: str) -> None:
    seller = new_user_id(database)
    assert add(database, new_listing(database, seller, status=status), seller) == [URL]


def test_a_stranger_who_was_a_member_adds_nothing(database: Database) -> None:
    listing = new_listing(database, new_user_id(database))
    assert add(database, listing, new_user_id(database)) == []


@pytest.mark.parametrize(
    "change",
    [
        "update listings set deleted_at = now() where id = %s returning 1",
        """update listings set status = 'sold', sold_at = now(), delete_at = now() + interval '1 day'
            where id = %s returning 1""",
        "update listings set status = 'archived' where id = %s returning 1",
    ],
    ids=["deleted", "sold", "archived"],
)
def test_a_listing_that_nobody_edits_any_more_takes_no_picture(database: Database, change: str) -> None:
    seller = new_user_id(database)
    listing = new_listing(database, seller)
    rows(database, change, listing)
    assert add(database, listing, seller) == []


def test_a_listing_has_twenty_pictures_at_most(database: Database) -> None:
    seller = new_user_id(database)
    listing = new_listing(database, seller)
    full = [f"{URL}?{number}" for number in range(20)]
    rows(database, "update listings set additional_images = %s where id = %s returning 1", full, listing)
    assert add(database, listing, seller) == full


def test_a_public_file_without_a_row_is_a_stray_after_a_day(database: Database) -> None:
    folder = str(uuid4())
    ages = {"old": (25, 25), "new": (1, 1), "written again": (25, 1)}
    with database.connect() as connection:
        for name, (created, updated) in ages.items():
            connection.execute(
                """insert into storage.objects (bucket_id, name, created_at, updated_at)
                values ('pictures', %s, now() - make_interval(hours => %s), now() - make_interval(hours => %s))""",
                [f"{folder}/{name}/0123456789abcdef-720.webp", created, updated],
            )
    [(found,)] = rows(database, "select picture_strays(%s, 10000)", f"{folder}/")
    assert [name for name in found if name.startswith(folder)] == [f"{folder}/old/0123456789abcdef-720.webp"]
