"""Pictures that nobody may see any more leave the public bucket and the CDN, and come back with what names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import picture_files as files
from tests.support.functions import http_event
from tests.support.pictures import INCOMING, PictureWorld
from tests.support.sellers import LISTINGS, Seller, car

_DECISION = """
select moderation_act(p_moderator_id => %s, p_listing_id => q.listing_id, p_version => q.version, p_action => %s,
  p_reason => %s) from moderation_queue q where q.listing_id = %s"""


@pytest.fixture(autouse=True)
def empty_queue(pictures: PictureWorld) -> None:
    """Forget purges of other tests."""
    pictures.rows("delete from cdn_purges returning 1")


def photo() -> bytes:
    return files.phone_portrait(1200, 1600)


def posted(world: PictureWorld, person: Seller, url: str, **changes: Any) -> str:
    """Post a listing with a picture; returns its id."""
    event = http_event("POST", LISTINGS, car(video_url=None, thumbnail_url=url, **changes), token=person.token)
    answer = world.functions.raw("listings", event)
    assert answer.status == 201, answer.body
    return str(answer.body["data"]["id"])


def decide(world: PictureWorld, listing: str, action: str, reason: str | None = None) -> None:
    """Decide about a listing as a moderator, in one transaction."""
    moderator = world.seller()
    world.rows("update accounts set role = 'moderator' where id = %s returning 1", moderator.id)
    [(done,)] = world.rows(_DECISION, moderator.id, action, reason, listing)
    assert "reason" not in done or done.get("listing"), done


def purges(world: PictureWorld) -> list[str]:
    """Return the paths that wait, and empty the queue."""
    found = [path for (path,) in world.rows("select path from cdn_purges order by path")]
    world.rows("delete from cdn_purges returning 1")
    return found


def folder(state: dict[str, Any]) -> str:
    """Return the path whose purge reaches every size of a picture."""
    return str("/" + state["url"].split("/", 3)[3].rpartition("/")[0] + "/*")


def state_of(world: PictureWorld, picture: str) -> str:
    return str(world.rows("select state from pictures where id = %s", picture)[0][0])


def test_the_decision_that_rejects_a_listing_queues_the_purge_and_the_withdrawal(pictures: PictureWorld) -> None:
    person = pictures.seller()
    shown = pictures.ready(person, photo())
    listing = posted(pictures, person, shown["url"])
    assert purges(pictures) == []
    decide(pictures, listing, "reject", "Чужие фотографии")
    assert purges(pictures) == [folder(shown)]
    assert state_of(pictures, shown["id"]) == "withdrawing"
    assert pictures.state(person, shown["id"])["state"] == "withdrawn"
    assert pictures.rows("select images from listings where id = %s", listing) == [([],)]
    assert pictures.timer("sweep") == {"withdrawn": 1}
    assert pictures.names("pictures") == set()
    assert len([name for name in pictures.names(INCOMING) if name.startswith("withdrawn/pictures/")]) == 4
    # An edge could fetch it until now.
    assert purges(pictures) == [folder(shown)]
    assert pictures.timer("sweep") == {}


def test_a_listing_that_is_sent_in_again_has_its_pictures_under_the_same_addresses(pictures: PictureWorld) -> None:
    person = pictures.seller()
    shown = pictures.ready(person, photo())
    before = {name: pictures.content("pictures", name) for name in pictures.names("pictures")}
    listing = posted(pictures, person, shown["url"])
    decide(pictures, listing, "reject", "Нет цены")
    pictures.timer("sweep")
    event = http_event("PUT", f"{LISTINGS}/{listing}", {"description": "Один хозяин"}, token=person.token)
    assert pictures.functions.raw("listings", event).status == 200
    assert state_of(pictures, shown["id"]) == "restoring"
    assert pictures.timer("sweep") == {"ready": 1}
    assert {name: pictures.content("pictures", name) for name in pictures.names("pictures")} == before
    assert not [name for name in pictures.names(INCOMING) if name.startswith("withdrawn/")]
    stored = pictures.files.get("pictures").objects  # type: ignore[union-attr]
    assert {one.cache_control for one in stored.values()} == {"public, max-age=31536000, immutable"}
    [(images,)] = pictures.rows("select images from listings where id = %s", listing)
    assert images == [shown["image"]]


def delete_listing(world: PictureWorld, person: Seller, url: str) -> None:
    listing = posted(world, person, url)
    event = http_event("DELETE", f"{LISTINGS}/{listing}", token=person.token)
    assert world.functions.raw("listings", event).status == 200


def exchange_avatar(world: PictureWorld, person: Seller, url: str) -> None:
    world.rows("update accounts set avatar_url = %s where id = %s returning 1", url, person.id)
    world.rows("update accounts set avatar_url = null where id = %s returning 1", person.id)


def delete_account(world: PictureWorld, person: Seller, url: str) -> None:
    world.rows("update accounts set avatar_url = %s where id = %s returning 1", url, person.id)
    world.rows("delete from auth_sessions where user_id = %s returning 1", person.id)
    world.rows("delete from accounts where id = %s returning 1", person.id)


@pytest.mark.parametrize("goes", [delete_listing, exchange_avatar, delete_account])
def test_what_is_deleted_is_withdrawn_at_once_and_deleted_after_a_day(
    goes: Callable[[PictureWorld, Seller, str], None], pictures: PictureWorld
) -> None:
    person = pictures.seller()
    shown = pictures.ready(person, photo(), purpose="listing" if goes is delete_listing else "avatar")
    goes(pictures, person, shown["url"])
    assert purges(pictures) == [folder(shown)]
    pictures.timer("sweep")
    assert (pictures.names("pictures"), purges(pictures)) == (set(), [folder(shown)])
    pictures.let_pass(hours=25)
    pictures.timer("delete")
    assert state_of(pictures, shown["id"]) == "deleted"
    assert not [name for name in pictures.names(INCOMING) if name.startswith("withdrawn/")]


def test_a_picture_that_another_listing_shows_stays(pictures: PictureWorld) -> None:
    person = pictures.seller()
    shown = pictures.ready(person, photo())
    first, second = posted(pictures, person, shown["url"]), posted(pictures, person, shown["url"], price=9000)
    decide(pictures, first, "reject", "Повтор")
    assert (state_of(pictures, shown["id"]), purges(pictures)) == ("ready", [])
    decide(pictures, second, "reject", "Повтор")
    assert (state_of(pictures, shown["id"]), purges(pictures)) == ("withdrawing", [folder(shown)])


def test_a_picture_of_a_rejected_listing_that_becomes_ready_later_is_withdrawn(pictures: PictureWorld) -> None:
    person = pictures.seller()
    name = pictures.store_directly(person, photo(), bucket="listings-thumbnails", name="a.jpg")
    listing = posted(pictures, person, pictures.address("listings-thumbnails", name))
    decide(pictures, listing, "reject", "Обман")
    assert pictures.timer("sweep") == {"ready": 1, "withdrawn": 1}
    assert pictures.names("listings-thumbnails") == set()
    assert purges(pictures) == []
