"""Storage holds exactly what rows name, whatever happened before: kills, repetitions, edits, deletions.

PICTURE_ACTS sets the number of acts; `make full-size` takes a thousand.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from auto360.container import pictures as wired
from auto360.core.identity import Principal
from auto360.core.refusals.pictures import PictureLimitReached
from auto360.domains.pictures.uploads import WantedPicture
from tests.support.picture_job import BASE, MortalJob
from tests.support.pictures import INCOMING, PUBLIC, PictureWorld
from tests.support.sellers import Seller

ACTS = int(os.environ.get("PICTURE_ACTS", "300"))
_NEW_LISTING = """
insert into listings (seller_user_id, category, title, price, additional_images, status)
values (%s, 'car', 'Toyota Camry', 1000, %s, 'draft') returning id::text"""
_URLS = """
select coalesce(f ->> 'url', %s || p.bucket_id || '/' || p.name) from pictures p, jsonb_array_elements(p.files) f
where p.owner_user_id = %s and p.state = 'ready' and f ->> 'type' = 'image/jpeg'"""


def person_of(seller: Seller) -> Principal:
    """Return the person as the domain sees a signed-in one."""
    return Principal(user_id=seller.id, session_id="", token="")


def public_files(world: PictureWorld) -> set[tuple[str, str]]:
    """Return every public file as the stores hold it."""
    return {(bucket, name) for bucket in PUBLIC for name in world.names(bucket)}


def named_files(world: PictureWorld) -> set[tuple[str, str]]:
    """Return every public file that a row names."""
    query = """select case p.bucket_id when 'incoming' then 'pictures' else p.bucket_id end, f ->> 'name'
      from pictures p, jsonb_array_elements(p.files) f where p.state = 'ready'"""
    return {(bucket, name) for bucket, name in world.rows(query)}


def withdrawn_files(world: PictureWorld) -> set[str]:
    """Return the private name of every file of a withdrawn picture."""
    query = """select 'withdrawn/' || case p.bucket_id when 'incoming' then 'pictures' else p.bucket_id end || '/'
        || (f ->> 'name')
      from pictures p, jsonb_array_elements(p.files) f where p.state = 'withdrawn'"""
    return {name for (name,) in world.rows(query)}


def require_exact(world: PictureWorld) -> None:
    """Assert that stores, their rows and our rows agree, and that every public byte was encoded."""
    assert public_files(world) == named_files(world)
    rows = world.rows("select bucket_id, name from storage.objects where bucket_id = any(%s)", list(PUBLIC))
    assert set(rows) == public_files(world)
    kept = "select name from pictures where bucket_id = 'incoming' and incoming_deleted_at is null"
    assert world.names(INCOMING) - withdrawn_files(world) <= {name for (name,) in world.rows(kept)}
    assert withdrawn_files(world) <= world.names(INCOMING)
    for bucket, name in public_files(world):
        assert world.content(bucket, name).startswith(b"clean "), (bucket, name)


@dataclass
class Life:
    """Random acts of a few people."""

    world: PictureWorld
    job: MortalJob
    chance: random.Random
    people: list[Seller]
    listings: list[tuple[Seller, str]] = field(default_factory=list)
    kills: int = 0

    def act(self) -> None:
        """Do one thing."""
        acts: list[tuple[int, Callable[[], Any]]] = [
            (30, self.upload), (12, self.store_directly), (8, self.post), (10, self.edit), (5, self.remove),
            (8, self.set_avatar), (12, self.sweep), (5, self.delete), (6, self.wait), (2, self.remove_file),
            (10, self.judge),
        ]  # fmt: skip
        self.chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()

    def upload(self) -> None:
        """Upload through the API; sometimes never, sometimes twice, sometimes no picture."""
        person, content = self.chance.choice(self.people), self._content()
        principal = person_of(person)
        own = [listing for owner, listing in self.listings if owner is person]
        listing = self.chance.choice(own) if own and self.chance.random() < 0.3 else None
        wanted = WantedPicture("listing", len(content), "image/jpeg", listing)
        try:
            opened = wired.uploads().open(principal, wanted)
        except PictureLimitReached:
            return
        for _ in range(self.chance.choice((0, 1, 1, 1, 2))):
            self.world.http.put(
                opened.link.url, content=self.chance.choice((content, content[::-1])), headers=opened.link.headers
            )

    def store_directly(self) -> None:
        """Store a file past the API, sometimes over another one."""
        bucket = self.chance.choice(("avatars", "avatars", "listings-thumbnails", "business-logos"))
        name = f"a{self.chance.randrange(4)}.jpg"
        self.world.store_directly(self.chance.choice(self.people), self._content(), bucket=bucket, name=name)

    def post(self) -> None:
        """Post a listing with some pictures."""
        person = self.chance.choice(self.people)
        [(listing,)] = self.world.rows(_NEW_LISTING, person.id, self._urls(person))
        self.listings.append((person, listing))

    def edit(self) -> None:
        """Exchange the pictures of a listing."""
        if self.listings:
            person, listing = self.chance.choice(self.listings)
            changed = "update listings set additional_images = %s where id = %s returning 1"
            self.world.rows(changed, self._urls(person), listing)

    def remove(self) -> None:
        """Delete a listing, for people or for good."""
        if self.listings:
            _, listing = self.listings.pop(self.chance.randrange(len(self.listings)))
            softly = "update listings set deleted_at = now() where id = %s returning 1"
            self.world.rows(self.chance.choice((softly, "delete from listings where id = %s returning 1")), listing)

    def judge(self) -> None:
        """Reject a listing, or let it be seen again."""
        if self.listings:
            _, listing = self.chance.choice(self.listings)
            status = self.chance.choice(("rejected", "draft", "pending_review"))
            self.world.rows("update listings set status = %s where id = %s returning 1", status, listing)

    def reject_a_picture(self) -> None:
        """Reject a listing with the picture of somebody new: few acts may leave none that is withdrawn."""
        person, content = self.world.seller(), b"raw rejected"
        opened = wired.uploads().open(person_of(person), WantedPicture("listing", len(content), "image/jpeg"))
        self.world.http.put(opened.link.url, content=content, headers=opened.link.headers)
        self.world.let_pass(minutes=2)
        assert not self.job.sweep()
        [(url,), *_] = self.world.rows(_URLS, self._public(), person.id)
        [(listing,)] = self.world.rows(_NEW_LISTING, person.id, [url])
        self.listings.append((person, listing))
        self.world.rows("update listings set status = 'rejected' where id = %s returning 1", listing)

    def set_avatar(self) -> None:
        """Choose an avatar, or none."""
        person = self.chance.choice(self.people)
        urls = [*self._urls(person)[:1], self.world.address("avatars", f"{person.id}/a1.jpg"), None]
        self.world.rows(
            "update accounts set avatar_url = %s where id = %s returning 1", self.chance.choice(urls), person.id
        )

    def remove_file(self) -> None:
        """Delete an own file past the API."""
        person = self.chance.choice(self.people)
        self.world.store("avatars").delete([f"{person.id}/a{self.chance.randrange(4)}.jpg"])

    def sweep(self) -> None:
        self.kills += self.job.sweep(die_at=self.chance.choice((0, self.chance.randrange(1, 60))))

    def delete(self) -> None:
        self.kills += self.job.delete(
            die_at=self.chance.choice((0, self.chance.randrange(1, 30))), limit=self.chance.choice((3, 500))
        )

    def wait(self) -> None:
        self.world.let_pass(minutes=self.chance.choice((2, 10, 60, 1500)))

    def settle(self) -> None:
        """Let the graces end, and the jobs work until nothing is left to do."""
        for _ in range(4):
            self.world.let_pass(hours=25)
            assert not self.job.sweep()
            assert not self.job.delete()

    def _urls(self, person: Seller) -> list[str]:
        found = [url for (url,) in self.world.rows(_URLS, self._public(), person.id)]
        return self.chance.sample(found, min(len(found), self.chance.randrange(4)))

    def _public(self) -> str:
        return self.world.address("", "").rstrip("/") + "/"

    def _content(self) -> bytes:
        kind = self.chance.choice((b"bad", b"raw", b"raw", b"raw", b"raw"))
        return kind + hashlib.sha256(str(self.chance.random()).encode()).digest()


@pytest.mark.parametrize("seed", [1])
def test_after_hundreds_of_acts_and_kills_storage_holds_exactly_what_rows_name(
    seed: int, pictures: PictureWorld
) -> None:
    life = Life(pictures, MortalJob(pictures), random.Random(seed), [pictures.seller() for _ in range(4)])
    for _ in range(ACTS):
        life.act()
    assert life.kills > ACTS // 50
    life.reject_a_picture()
    life.settle()
    require_exact(pictures)
    unused = """select p.bucket_id, p.name from pictures p where p.state = 'ready' and not exists (
      select from private.picture_uses u where u.bucket_id = p.bucket_id and u.name = p.name)"""
    assert pictures.rows(unused) == []
    for state in ("ready", "withdrawn"):
        assert pictures.rows("select count(*) > 0 from pictures where state = %s", state) == [(True,)]
    seen = """select count(*) from pictures p where (p.state = 'withdrawn') is distinct from not exists (
      select from private.picture_uses u where u.bucket_id = p.bucket_id and u.name = p.name and u.is_shown)
      and p.state in ('ready', 'withdrawn')"""
    assert pictures.rows(seen) == [(0,)]
    for _, listing in life.listings:
        shown = """select jsonb_array_length(images), (select count(distinct private.picture_key(u)) from
          unnest(additional_images) u join pictures p on array[p.bucket_id, p.name] = private.picture_key(u)
          and p.state = 'ready') from listings where id = %s"""
        [(images, ready)] = pictures.rows(shown, listing)
        assert images == ready
    pictures.let_pass(days=31)
    assert not life.job.delete()
    assert pictures.names(INCOMING) == withdrawn_files(pictures)
    require_exact(pictures)


@pytest.mark.parametrize("kind", ["ticket", "direct"])
def test_a_job_killed_at_any_step_leads_to_the_same_end(kind: str, pictures: PictureWorld) -> None:
    person, job = pictures.seller(), MortalJob(pictures)
    ends: set[tuple[str, int]] = set()
    for step in range(1, 40):
        content = b"raw" + str(step).encode()
        if kind == "ticket":
            wanted = WantedPicture("listing", len(content), "image/jpeg")
            opened = wired.uploads().open(person_of(person), wanted)
            pictures.http.put(opened.link.url, content=content, headers=opened.link.headers)
            pictures.let_pass(minutes=2)
        else:
            pictures.store_directly(person, content, name=f"{step}.jpg")
        was_killed = job.sweep(die_at=step)
        pictures.let_pass(minutes=6)
        job.sweep()
        newest = "select state, jsonb_array_length(files) from pictures order by created_at desc limit 1"
        ends |= set(pictures.rows(newest))
        require_exact_but_strays(pictures)
        if not was_killed:
            break
    else:
        pytest.fail("it never came to its end")
    assert ends == {("ready", 4 if kind == "ticket" else 1)}


def require_exact_but_strays(world: PictureWorld) -> None:
    """Assert that every named file is there and clean; files of killed runs may lie beside them for a day."""
    assert named_files(world) <= public_files(world)
    for bucket, name in named_files(world):
        assert world.content(bucket, name).startswith(b"clean ")


def test_a_dry_run_deletes_nothing_and_counts(pictures: PictureWorld) -> None:
    person = pictures.seller()
    wanted = WantedPicture("listing", 4, "image/jpeg")
    opened = wired.uploads().open(person_of(person), wanted)
    pictures.http.put(opened.link.url, content=b"raw1", headers=opened.link.headers)
    pictures.let_pass(minutes=2)
    MortalJob(pictures).sweep()
    pictures.let_pass(days=32)
    pictures.functions.set(PICTURE_DELETION="false")
    counted = pictures.timer("delete")
    assert (counted["dry_run"], counted["unused"], counted["originals"]) == (1, 1, 1)
    assert len(pictures.names("pictures")) == 4
    assert len(pictures.names(INCOMING)) == 1


def test_a_run_deletes_no_more_than_its_cap(pictures: PictureWorld) -> None:
    person, job = pictures.seller(), MortalJob(pictures)
    for number in range(5):
        pictures.store_directly(person, b"raw" + str(number).encode())
    job.sweep()
    pictures.let_pass(hours=25)
    job.delete(limit=2)
    assert len(pictures.names("avatars")) == 3
    job.delete(limit=2)
    assert len(pictures.names("avatars")) == 1


def test_a_picture_that_is_named_again_within_a_day_stays(pictures: PictureWorld) -> None:
    person, job = pictures.seller(), MortalJob(pictures)
    name = pictures.store_directly(person, b"raw")
    job.sweep()
    pictures.let_pass(hours=30)
    address = pictures.address("avatars", name)
    pictures.rows("update accounts set avatar_url = %s where id = %s returning 1", address, person.id)
    job.delete()
    assert pictures.names("avatars") == {name}
    pictures.rows("update accounts set avatar_url = null where id = %s returning 1", person.id)
    job.delete()
    assert pictures.names("avatars") == {name}
    pictures.let_pass(hours=25)
    job.delete()
    assert pictures.names("avatars") == set()
    assert BASE.endswith("/pictures/")
