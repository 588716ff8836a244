"""Files through supabase-js as the app sends them: statuses and bodies are those of the hosted Storage."""

from __future__ import annotations

from typing import Any

import pytest

from auto360.providers.object_storage import ObjectMissing
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from local.object_storage import SUPABASE_REGION
from tests.clients.scene import Person, new_person
from tests.support.js_clients import JsClients
from tests.support.plain_http import plain_request
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

PICTURE = {"bytes": 2000, "type": "image/png"}


def files(js: JsClients, bucket: str, *chain: list[Any]) -> Any:
    """Call a bucket's methods by the client `me`."""
    return js.call("me", ["storage"], ["from", bucket], *chain)


def refusal(result: Any) -> tuple[int, str, str]:
    """HTTP status, the status in the body, and the sentence."""
    assert result["data"] is None
    return result["error"]["status"], result["error"]["statusCode"], result["error"]["message"]


@pytest.fixture
def me(stack: RunningStack, js: JsClients) -> Person:
    """Somebody with the client `me`."""
    person = new_person(stack)
    js.open("me", person.token)
    return person


def test_a_picture_is_stored_replaced_and_read_by_its_public_address(
    stack: RunningStack, js: JsClients, me: Person
) -> None:
    bucket = "avatars"
    name = f"{me.id}/picture_1.png"
    stored = files(js, bucket, ["upload", name, PICTURE])
    assert stored["error"] is None
    assert stored["data"]["fullPath"] == f"{bucket}/{name}"
    assert refusal(files(js, bucket, ["upload", name, PICTURE])) == (400, "409", "The resource already exists")
    replaced = files(js, bucket, ["upload", name, {"bytes": 10, "type": "image/png"}, {"upsert": True}])
    assert replaced["data"]["id"] == stored["data"]["id"]
    public = plain_request("GET", f"{stack.supabase_url}/storage/v1/object/public/{bucket}/{name}")
    assert (public.status_code, len(public.content), public.headers["content-type"]) == (200, 10, "image/png")
    assert public.headers["cache-control"] == "max-age=3600"
    listed = files(js, bucket, ["list", me.id])["data"]
    assert [(one["name"], one["metadata"]["size"]) for one in listed] == [("picture_1.png", 10)]


def test_a_picture_of_another_type_or_too_large_is_refused_and_leaves_nothing(js: JsClients, me: Person) -> None:
    limit = 5 * 1024 * 1024
    text = files(js, "avatars", ["upload", f"{me.id}/a.svg", {"bytes": 9, "type": "image/svg+xml"}])
    assert refusal(text) == (400, "415", "mime type image/svg+xml is not supported")
    fits = files(js, "avatars", ["upload", f"{me.id}/fits.png", {"bytes": limit, "type": "image/png"}])
    assert fits["error"] is None
    large = files(js, "avatars", ["upload", f"{me.id}/b.png", {"bytes": limit + 1, "type": "image/png"}])
    assert refusal(large) == (400, "413", "The object exceeded the maximum allowed size")
    assert [one["name"] for one in files(js, "avatars", ["list", me.id])["data"]] == ["fits.png"]


@pytest.mark.parametrize("bucket", ["listings-thumbnails", "business-logos", "pictures"])
def test_pictures_that_become_public_at_once_come_through_the_api(js: JsClients, me: Person, bucket: str) -> None:
    stored = files(js, bucket, ["upload", f"{me.id}/b.jpg", {"bytes": 10, "type": "image/jpeg"}])
    assert refusal(stored) == (400, "403", "new row violates row-level security policy")


@pytest.mark.parametrize("folder", ["11111111-1111-4111-8111-111111111111/", ""])
def test_nobody_writes_outside_the_own_folder(js: JsClients, me: Person, folder: str) -> None:
    stored = files(js, "avatars", ["upload", f"{folder}b.png", PICTURE])
    assert refusal(stored) == (400, "403", "new row violates row-level security policy")


def test_a_name_in_cyrillic_is_refused_as_the_hosted_service_does(js: JsClients, me: Person) -> None:
    name = f"{me.id}/фото.png"
    assert refusal(files(js, "avatars", ["upload", name, PICTURE])) == (400, "400", f"Invalid key: {name}")


def test_a_guest_stores_and_lists_nothing(stack: RunningStack, js: JsClients) -> None:
    owner = new_person(stack)
    js.open("me")
    stored = files(js, "avatars", ["upload", f"{owner.id}/b.png", PICTURE])
    assert refusal(stored) == (400, "403", "new row violates row-level security policy")
    assert files(js, "avatars", ["list", ""])["data"] == []
    assert files(js, "nowhere", ["upload", "b.png", PICTURE])["error"]["message"] == "Bucket not found"


def test_a_private_file_is_read_by_its_owner_and_by_a_signed_address(
    stack: RunningStack, js: JsClients, me: Person
) -> None:
    name = f"{me.id}/contract.pdf"
    assert files(js, "documents", ["upload", name, {"bytes": 7, "type": "application/pdf"}])["error"] is None
    assert files(js, "documents", ["download", name])["data"] == {"bytes": 7, "type": "application/pdf"}
    public = plain_request("GET", f"{stack.supabase_url}/storage/v1/object/public/documents/{name}")
    assert (public.status_code, public.json()["message"]) == (400, "Bucket not found")
    address = files(js, "documents", ["createSignedUrl", name, 60])["data"]["signedUrl"]
    assert plain_request("GET", address).content == bytes(7)
    assert plain_request("GET", f"{address}x").json()["code"] == "InvalidJWT"
    elsewhere = plain_request("GET", address.replace("contract", "another"))
    assert (elsewhere.status_code, elsewhere.json()["message"]) == (400, "Invalid signature")
    js.open("me", new_person(stack).token)
    hidden = files(js, "documents", ["createSignedUrl", name, 60])
    assert refusal(hidden) == (400, "404", "Object not found")


def test_a_signed_upload_address_takes_one_file_for_its_owner(js: JsClients, me: Person) -> None:
    name = f"{me.id}/later.png"
    signed = files(js, "avatars", ["createSignedUploadUrl", name])["data"]
    js.open("me")
    assert files(js, "avatars", ["uploadToSignedUrl", name, signed["token"], PICTURE])["error"] is None
    again = files(js, "avatars", ["uploadToSignedUrl", f"{me.id}/other.png", signed["token"], PICTURE])
    assert refusal(again) == (400, "400", "Invalid signature")


def test_a_file_is_removed_by_its_owner_only(stack: RunningStack, js: JsClients, me: Person) -> None:
    name = f"{me.id}/old.png"
    files(js, "avatars", ["upload", name, PICTURE])
    js.open("me", new_person(stack).token)
    assert files(js, "avatars", ["remove", [name]])["data"] == []
    js.open("me", me.token)
    assert [one["name"] for one in files(js, "avatars", ["remove", [name]])["data"]] == [name]
    gone = plain_request("GET", f"{stack.supabase_url}/storage/v1/object/public/avatars/{name}")
    assert (gone.status_code, gone.json()["error"]) == (400, "not_found")


def test_a_row_without_its_file_reads_as_missing(stack: RunningStack, js: JsClients, me: Person) -> None:
    name = f"{me.id}/lost.png"
    stack.rows("insert into storage.objects (bucket_id, name, metadata) values ('avatars', %s, '{\"size\": 5}')", name)
    lost = plain_request("GET", f"{stack.supabase_url}/storage/v1/object/public/avatars/{name}")
    assert (lost.status_code, lost.json()["message"]) == (400, "The resource was not found")


def test_a_revoked_session_stores_nothing(stack: RunningStack, js: JsClients, me: Person) -> None:
    stack.rows("update auth_sessions set revoked_at = now(), revoked_reason = 'logout' where user_id = %s", me.id)
    stored = files(js, "avatars", ["upload", f"{me.id}/b.png", PICTURE])
    assert refusal(stored) == (400, "403", "new row violates row-level security policy")


def test_a_file_put_by_s3_and_one_put_by_the_app_are_the_same_store(
    stack: RunningStack, js: JsClients, me: Person
) -> None:
    name = f"{me.id}/seen.png"
    files(js, "avatars", ["upload", name, PICTURE])
    rows = stack.rows("select owner_id, metadata ->> 'size' from storage.objects where name = %s", name)
    assert rows == [(me.id, "2000")]
    keys = stack.keyring
    access = S3Access(
        f"http://127.0.0.1:{stack.ports.s3}", SUPABASE_REGION, keys.supabase_storage_access_key,
        keys.supabase_storage_secret_key,
    )  # fmt: skip
    backup = S3Store(access, "avatars")
    assert b"".join(backup.get(name)) == bytes(2000)
    files(js, "avatars", ["remove", [name]])
    with pytest.raises(ObjectMissing):
        b"".join(backup.get(name))
