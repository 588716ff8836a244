"""Other people's files: names, moves and buckets with which somebody might write or list them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from tests.support.attackers import Target
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

BUCKETS = ("avatars", "listings-thumbnails", "listings-videos", "business-logos", "documents")


@dataclass(frozen=True)
class Thief:
    """Somebody with a token at the table of files, and a victim with a file of each bucket."""

    target: Target
    rest: httpx.Client
    id: str
    victim: str

    def send(self, method: str, query: str = "", body: object = None) -> httpx.Response:
        """A request about files. A storage service asks the same policies."""
        headers: Mapping[str, str] = {
            "Accept-Profile": "storage", "Content-Profile": "storage", "Prefer": "return=representation",
        }  # fmt: skip
        return self.rest.request(method, f"/objects{query}", json=body, headers=headers)

    def files_of_the_victim(self) -> list[tuple[str, str]]:
        """Bucket and name of each."""
        query = "select bucket_id, name from storage.objects where name like %s order by 1, 2"
        return [(bucket, name) for bucket, name in self.target.rows(query, f"{self.victim}/%")]


@pytest.fixture
def thief(stack: RunningStack) -> Iterator[Thief]:
    target = Target(stack)
    me, victim = target.user()[0], target.user()[0]
    for bucket in BUCKETS:
        query = "insert into storage.objects (bucket_id, name, owner_id) values (%s, %s, %s)"
        target.rows(query, bucket, f"{victim}/one.jpg", victim)
    with target.rest(me) as rest:
        yield Thief(target, rest, me, victim)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_file_in_the_own_folder_is_ones_own(thief: Thief, bucket: str) -> None:
    name = f"{thief.id}/one.jpg"
    assert thief.send("POST", "", {"bucket_id": bucket, "name": name, "owner_id": thief.id}).status_code == 201
    assert [row["name"] for row in thief.send("GET", "?select=name").json()] == [name]


@pytest.mark.parametrize(
    "name",
    [
        "{victim}/two.jpg", "{victim}/{me}/two.jpg", "/{me}/two.jpg", "./{me}/two.jpg", "{me}two.jpg", "{me}",
        "two.jpg", "{upper}/two.jpg", " {me}/two.jpg", "{me} /two.jpg", "{me}%2F..%2F{victim}/two.jpg",
    ],
)  # fmt: skip
def test_no_name_writes_into_anothers_folder(thief: Thief, name: str) -> None:
    before = thief.files_of_the_victim()
    chosen = name.format(me=thief.id, upper=thief.id.upper(), victim=thief.victim)
    for bucket in BUCKETS:
        answer = thief.send("POST", "", {"bucket_id": bucket, "name": chosen, "owner_id": thief.id})
        assert answer.status_code == 403, bucket
    assert thief.files_of_the_victim() == before


@pytest.mark.parametrize("bucket", BUCKETS)
def test_an_own_file_is_not_moved_over_anothers(thief: Thief, bucket: str) -> None:
    before = thief.files_of_the_victim()
    thief.send("POST", "", {"bucket_id": bucket, "name": f"{thief.id}/one.jpg", "owner_id": thief.id})
    moved = thief.send("PATCH", f"?bucket_id=eq.{bucket}", {"name": f"{thief.victim}/two.jpg"})
    assert moved.status_code == 403
    assert thief.files_of_the_victim() == before


def test_anothers_files_are_neither_listed_nor_changed_nor_removed(thief: Thief) -> None:
    before = thief.files_of_the_victim()
    assert thief.send("GET", "?select=name").json() == []
    assert thief.send("PATCH", f"?name=like.{thief.victim}*", {"owner_id": thief.id}).json() == []
    removed = thief.send("DELETE", f"?name=like.{thief.victim}*")
    assert removed.status_code == 403 or removed.json() == []
    assert thief.files_of_the_victim() == before


def test_who_is_not_signed_in_has_no_files(thief: Thief) -> None:
    thief.rest.headers.pop("Authorization")
    assert thief.send("GET", "?select=name").json() == []
    body = {"bucket_id": "avatars", "name": f"{thief.victim}/two.jpg", "owner_id": thief.victim}
    assert thief.send("POST", "", body).status_code == 401


def test_nobody_makes_or_opens_a_bucket(thief: Thief) -> None:
    headers = {"Accept-Profile": "storage", "Content-Profile": "storage", "Prefer": "return=representation"}
    made = thief.rest.post("/buckets", json={"id": "mine", "name": "mine", "public": True}, headers=headers)
    opened = thief.rest.patch("/buckets?id=eq.documents", json={"public": True}, headers=headers)
    assert made.status_code == 403
    assert opened.status_code == 403 or opened.json() == []
    assert thief.target.rows("select public from storage.buckets where id = 'documents'") == [(False,)]
