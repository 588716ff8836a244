"""Pictures from the permission to upload to the public file, and what is refused on the way."""

from __future__ import annotations

import io
from typing import Any

import exifread
import pytest
from PIL import Image

from tests.support import picture_files as files
from tests.support.functions import http_event
from tests.support.pictures import INCOMING, PUBLIC, PictureWorld
from tests.support.sellers import LISTINGS, car

ACCEPTED = {"phone": files.phone_portrait, "polyglot": files.polyglot, "heic": files.heic_portrait}
REFUSED = {
    "bomb": (files.bomb, "too_many_pixels"),
    "animated": (lambda: files.animated("WEBP"), "animated"),
    "gif": (lambda: files.animated("GIF"), "not_a_picture"),
    "truncated": (files.truncated, "damaged"),
    "page": (lambda: b"<html><script>alert(1)</script>", "not_a_picture"),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_an_accepted_picture_becomes_public_without_what_it_said_of_its_owner(
    kind: str, pictures: PictureWorld
) -> None:
    person = pictures.seller()
    state = pictures.ready(person, ACCEPTED[kind]())
    assert (state["state"], state["refusal"]) == ("ready", None)
    assert len(pictures.names("pictures")) == 4
    for name in pictures.names("pictures"):
        content = pictures.content("pictures", name)
        assert files.SECRET not in content
        assert b"<script" not in content
        assert exifread.process_file(io.BytesIO(content)) == {}
        assert name.startswith(f"{person.id}/{state['id']}/")


def test_public_files_may_be_kept_for_a_year_and_say_their_type(pictures: PictureWorld) -> None:
    pictures.ready(pictures.seller(), files.phone_portrait(1200, 1600))
    for name in pictures.names("pictures"):
        stored = pictures.files.get("pictures").objects[name]  # type: ignore[union-attr]
        assert stored.cache_control == "public, max-age=31536000, immutable"
        assert stored.content_type == ("image/jpeg" if name.endswith(".jpg") else "image/webp")
    told = "select distinct metadata ->> 'cacheControl' from storage.objects where bucket_id = 'pictures'"
    assert pictures.rows(told) == [("public, max-age=31536000, immutable",)]


def test_the_owner_sees_placeholder_sizes_and_addresses(pictures: PictureWorld) -> None:
    state = pictures.ready(pictures.seller(), files.phone_portrait(1512, 2016))
    image = state["image"]
    assert (image["width"], image["height"], len(image["blurhash"])) == (1080, 1440, 28)
    assert [source["width"] for source in image["srcset"]] == [240, 540, 1080]
    assert all(source["url"].endswith(".webp") for source in image["srcset"])
    assert state["url"].endswith("-720.jpg")


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_file_is_never_public_and_its_owner_learns_why(kind: str, pictures: PictureWorld) -> None:
    make, reason = REFUSED[kind]
    person = pictures.seller()
    picture_id = pictures.upload(person, make())
    assert pictures.run(pictures.arrived(picture_id)) == {"refused": 1}
    state = pictures.state(person, picture_id, headers={"Accept-Language": "en"})
    assert (state["state"], state["refusal"], state["image"], state["url"]) == ("refused", reason, None, None)
    assert state["message"]
    assert state["message"] != pictures.state(person, picture_id)["message"]
    assert all(pictures.names(bucket) == set() for bucket in PUBLIC)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"bytes": 15 * 1024 * 1024 + 1}, 413, "picture_too_large"),
        ({"bytes": 0}, 422, "validation_failed"),
        ({"content_type": "image/svg+xml"}, 422, "validation_failed"),
        ({"purpose": "passport"}, 422, "validation_failed"),
        ({"listing_id": "00000000-0000-4000-8000-000000000000"}, 404, "not_found"),
    ],
)
def test_a_declaration_is_checked(fields: dict[str, Any], status: int, code: str, pictures: PictureWorld) -> None:
    answer = pictures.open(pictures.seller(), b"x", **fields)
    assert (answer.status, answer.code) == (status, code)


def test_nobody_uploads_without_a_session(pictures: PictureWorld) -> None:
    body = {"purpose": "listing", "bytes": 1, "content_type": "image/jpeg"}
    answer = pictures.functions.raw("pictures", http_event("POST", "/api/pictures", body))
    assert (answer.status, answer.code) == (401, "authentication_required")


def test_a_permission_fits_one_size_one_type_and_one_place(pictures: PictureWorld) -> None:
    opened = pictures.open(pictures.seller(), b"x" * 1000).body["data"]
    upload = opened["upload"]
    other = pictures.http.put(
        upload["url"], content=b"x" * 1001, headers={**upload["headers"], "content-length": "1001"}
    )
    typed = pictures.http.put(
        upload["url"], content=b"x" * 1000, headers={**upload["headers"], "content-type": "text/html"}
    )
    moved = pictures.http.put(
        upload["url"].replace(opened["picture_id"], "x"), content=b"x" * 1000, headers=upload["headers"]
    )
    assert {other.status_code, typed.status_code, moved.status_code} == {403}
    assert pictures.http.get(upload["url"]).status_code == 403
    assert pictures.names(INCOMING) == set()
    assert pictures.put(opened, b"x" * 1000).status_code == 200


def test_a_person_has_forty_unfinished_pictures_and_three_hundred_in_a_day(pictures: PictureWorld) -> None:
    person = pictures.seller()
    pictures.functions.set(LIMIT_PICTURE_PER_HOUR="1000")
    assert {pictures.open(person, b"x").status for _ in range(40)} == {200}
    answer = pictures.open(person, b"x")
    assert (answer.status, answer.code) == (429, "picture_limit_reached")
    finished = "update pictures set state = 'expired', next_attempt_at = null where owner_user_id = %s returning 1"
    pictures.rows(finished, person.id)
    more = """insert into pictures (owner_user_id, purpose, bucket_id, name, state, declared_bytes, expires_at)
      select %s, 'listing', 'incoming', 'n' || n, 'expired', 1, now() from generate_series(1, 260) n returning 1"""
    pictures.rows(more, person.id)
    assert pictures.open(person, b"x").code == "picture_limit_reached"


def test_another_person_does_not_see_a_picture(pictures: PictureWorld) -> None:
    picture_id = pictures.upload(pictures.seller(), b"x")
    other = pictures.seller()
    answer = pictures.functions.raw("pictures", http_event("GET", f"/api/pictures/{picture_id}", token=other.token))
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_listing_shows_images_beside_the_addresses_that_the_app_reads(pictures: PictureWorld) -> None:
    person = pictures.seller()
    state = pictures.ready(person, files.phone_portrait(1512, 2016))
    listing = person.posted(car(thumbnail_url=..., additional_images=[state["url"]]))
    shown = person.call("GET", f"{LISTINGS}/{listing}").body["data"]
    assert shown["additional_images"] == [state["url"]]
    assert shown["images"] == [state["image"]]
    [(unused,)] = pictures.rows("select unused_since from pictures where id = %s", state["id"])
    assert unused is None


def test_a_picture_for_a_listing_is_added_when_it_is_ready_and_checked_as_any_change(pictures: PictureWorld) -> None:
    person = pictures.seller()
    listing = person.posted(car())
    approved = """update listings set status = 'active', moderation_status = 'approved' where id = %s returning 1"""
    pictures.rows(approved, listing)
    state = pictures.ready(person, files.phone_portrait(600, 800), listing_id=listing)
    shown = person.call("GET", f"{LISTINGS}/{listing}").body["data"]
    assert (shown["additional_images"], shown["images"]) == ([state["url"]], [state["image"]])
    assert shown["moderation_status"] == "pending"


def test_a_sold_listing_keeps_its_pictures(pictures: PictureWorld) -> None:
    person = pictures.seller()
    listing = person.posted(car())
    picture_id = pictures.upload(person, files.phone_portrait(600, 800), listing_id=listing)
    sold = """update listings set status = 'sold', sold_at = now(), delete_at = now() + interval '1 day' where id = %s
      returning 1"""
    pictures.rows(sold, listing)
    assert pictures.run(pictures.arrived(picture_id)) == {"ready": 1}
    assert pictures.rows("select additional_images, images from listings where id = %s", listing) == [([], [])]


def test_nobody_writes_images_past_the_job(pictures: PictureWorld) -> None:
    listing = pictures.seller().posted(car())
    forged = """update listings set images = '[{"blurhash": "x"}]' where id = %s returning images"""
    assert pictures.rows(forged, listing) == [([],)]


def test_another_persons_picture_cannot_be_named(pictures: PictureWorld) -> None:
    state = pictures.ready(pictures.seller(), files.phone_portrait(600, 800))
    answer = pictures.seller().post(car(additional_images=[state["url"]]))
    assert (answer.status, answer.code) == (422, "validation_failed")


def test_an_event_that_comes_twice_or_late_or_never_changes_nothing(pictures: PictureWorld) -> None:
    person = pictures.seller()
    opened = pictures.open(person, content := files.phone_portrait(600, 800)).body["data"]
    early = pictures.arrived(opened["picture_id"])
    assert pictures.run(early) == {"awaiting": 1}
    pictures.put(opened, content)
    assert pictures.timer("sweep") == {}
    pictures.let_pass(minutes=3)
    assert pictures.timer("sweep") == {"ready": 1}
    before = pictures.names("pictures")
    assert pictures.run(early) == {}
    assert pictures.timer("sweep") == {}
    assert pictures.names("pictures") == before


def test_bytes_that_are_exchanged_after_the_result_change_nothing(pictures: PictureWorld) -> None:
    person = pictures.seller()
    content = files.phone_portrait(600, 800)
    opened = pictures.open(person, content).body["data"]
    pictures.put(opened, content)
    event = pictures.arrived(opened["picture_id"])
    pictures.run(event)
    before = pictures.names("pictures")
    pictures.put(opened, bytes(len(content)))
    pictures.run(event)
    assert pictures.names("pictures") == before
    assert pictures.state(person, opened["picture_id"])["state"] == "ready"


def test_a_permission_that_nobody_uses_expires(pictures: PictureWorld) -> None:
    person = pictures.seller()
    picture_id = pictures.open(person, b"x").body["data"]["picture_id"]
    pictures.let_pass(minutes=20)
    assert pictures.timer("sweep") == {"awaiting": 1}
    pictures.let_pass(minutes=20)
    assert pictures.timer("sweep") == {"expired": 1}
    assert pictures.state(person, picture_id)["state"] == "expired"


def test_a_store_that_fails_postpones_a_picture_and_refuses_none(pictures: PictureWorld) -> None:
    person = pictures.seller()
    picture_id = pictures.upload(person, files.phone_portrait(600, 800))
    pictures.functions.set(SUPABASE_STORAGE_SECRET_KEY="of yesterday")
    for _ in range(8):
        assert pictures.run(pictures.arrived(picture_id)) == {"postponed": 1}
        pictures.let_pass(minutes=3)
    waiting = "select value > 20 from private.work_metrics() where metric = 'picture_waiting'"
    assert pictures.rows(waiting) == [(True,)]
    pictures.functions.set(SUPABASE_STORAGE_SECRET_KEY="secret")
    assert pictures.run(pictures.arrived(picture_id)) == {"ready": 1}


def test_a_picture_that_ends_every_worker_is_refused_after_five(pictures: PictureWorld) -> None:
    person = pictures.seller()
    picture_id = pictures.upload(person, files.phone_portrait(600, 800))
    for _ in range(5):
        claimed = pictures.rows(
            "select jsonb_array_length(picture_claim(array[%s], 10, 300))", f"{person.id}/{picture_id}"
        )
        assert claimed == [(1,)]
        pictures.let_pass(minutes=6)
    assert pictures.timer("sweep") == {"refused": 1}
    assert pictures.state(person, picture_id)["refusal"] == "unprocessable"


@pytest.mark.parametrize("bucket", ["avatars", "listings-thumbnails", "business-logos"])
def test_a_file_stored_past_the_api_is_cleaned_in_place(bucket: str, pictures: PictureWorld) -> None:
    person = pictures.seller()
    original = files.phone_portrait(900, 1200)
    name = pictures.store_directly(person, original, bucket=bucket)
    assert pictures.timer("sweep") == {"ready": 1}
    content = pictures.content(bucket, name)
    assert files.SECRET in original
    assert files.SECRET not in content
    assert set(files.parts(content)) <= {"E0", "DB", "C0", "C2", "C4", "DA"}
    assert Image.open(io.BytesIO(content)).size == (900, 1200)
    assert pictures.timer("sweep") == {}


def test_a_file_stored_past_the_api_that_is_no_picture_is_deleted(pictures: PictureWorld) -> None:
    person = pictures.seller()
    name = pictures.store_directly(person, b"<script>")
    pictures.rows(
        "update accounts set avatar_url = %s where id = %s returning 1", pictures.address("avatars", name), person.id
    )
    assert pictures.timer("sweep") == {"refused": 1}
    assert pictures.names("avatars") == set()
    assert pictures.rows("select avatar_url from accounts where id = %s", person.id) == [(None,)]
    assert pictures.rows("select state from pictures where name = %s", name) == [("refused",)]


def test_nobody_learns_the_address_of_an_avatar_before_it_is_clean(pictures: PictureWorld) -> None:
    person = pictures.seller()
    name = pictures.store_directly(person, files.phone_portrait(300, 400))
    address = pictures.address("avatars", name)
    pictures.rows("update accounts set avatar_url = %s where id = %s returning 1", address, person.id)
    profile = "select avatar_url from public_profiles where id = %s"
    assert pictures.rows(profile, person.id) == [(None,)]
    pictures.timer("sweep")
    assert pictures.rows(profile, person.id) == [(address,)]


def test_a_listing_drops_the_image_of_a_file_that_its_owner_has_deleted(pictures: PictureWorld) -> None:
    person = pictures.seller()
    name = pictures.store_directly(person, files.phone_portrait(300, 400), bucket="listings-thumbnails")
    listing = person.posted(car(additional_images=[f"listings-thumbnails/{name}"]))
    images = "select jsonb_array_length(images) from listings where id = %s"
    assert pictures.rows(images, listing) == [(0,)]
    pictures.timer("sweep")
    assert pictures.rows(images, listing) == [(1,)]
    pictures.store("listings-thumbnails").delete([name])
    assert pictures.rows(images, listing) == [(0,)]


def test_a_file_that_is_stored_again_under_its_name_is_cleaned_again(pictures: PictureWorld) -> None:
    person = pictures.seller()
    pictures.store_directly(person, files.phone_portrait(300, 400), name="avatar_1.jpg")
    pictures.timer("sweep")
    name = pictures.store_directly(person, files.phone_portrait(400, 300), name="avatar_1.jpg")
    assert pictures.timer("sweep") == {"ready": 1}
    assert files.SECRET not in pictures.content("avatars", name)
    assert Image.open(io.BytesIO(pictures.content("avatars", name))).size == (400, 300)


def test_files_that_no_trigger_has_seen_are_found(pictures: PictureWorld) -> None:
    name = pictures.store_directly(pictures.seller(), files.phone_portrait(300, 400))
    pictures.rows("delete from pictures returning 1")
    assert pictures.timer("delete")["missed"] == 1
    assert pictures.timer("sweep") == {"ready": 1}
    assert files.SECRET not in pictures.content("avatars", name)
    assert pictures.timer("delete")["missed"] == 0
