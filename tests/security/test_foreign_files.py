"""Other people's files: names, moves and buckets with which somebody might write or list them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.support.database import Database
from tests.support.sellers import new_user

BUCKETS = ("avatars", "listings-thumbnails", "listings-videos", "business-logos", "documents", "pictures")
# Into the others nobody writes past the API: what becomes public there was encoded first.
OPEN = ("avatars", "listings-videos", "documents")
_SESSION = "insert into auth_sessions (id, user_id, expires_at) values (%s, %s, now() + interval '1 hour')"


@dataclass(frozen=True)
class Thief:
    """Signed-in attacker, and a victim with a file in each bucket."""

    database: Database
    id: str
    victim: str
    session: str

    def run(self, statement: str, *values: object, role: str = "authenticated") -> list[tuple[Any, ...]]:
        """Return a statement as the storage service sends it: with the role and the claims of the caller's token."""
        claims = (
            {"role": role, "sub": self.id, "session_id": self.session} if role == "authenticated" else {"role": role}
        )
        with self.database.connect() as connection, connection.transaction():
            connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
            # As the service does before it deletes a file's row.
            connection.execute("set local storage.allow_delete_query = 'true'")
            connection.execute(f"set local role {role}")
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def upload(self, bucket: str, name: str, **options: Any) -> None:
        """Upload a file of one's own."""
        self.run(
            "insert into storage.objects (bucket_id, name, owner_id) values (%s, %s, %s)",
            bucket,
            name,
            self.id,
            **options,
        )

    def names(self, **options: Any) -> list[str]:
        """Return the listed names."""
        return [name for (name,) in self.run("select name from storage.objects order by 1", **options)]

    def files_of_the_victim(self) -> list[tuple[Any, ...]]:
        """Bucket, name and owner of each, whatever policies say."""
        with self.database.connect() as connection:
            query = "select bucket_id, name, owner_id from storage.objects where name like %s order by 1, 2"
            return connection.execute(query, [f"{self.victim}/%"]).fetchall()


@pytest.fixture
def thief(database: Database) -> Iterator[Thief]:
    found = Thief(database, new_user(database), new_user(database), str(uuid4()))
    with database.connect() as connection:
        connection.execute(_SESSION, [found.session, found.id])
        for bucket in BUCKETS:
            query = "insert into storage.objects (bucket_id, name, owner_id) values (%s, %s, %s)"
            connection.execute(query, [bucket, f"{found.victim}/one.jpg", found.victim])
    before = found.files_of_the_victim()
    yield found
    assert found.files_of_the_victim() == before, "the victim's files are as they were"
    with database.connect() as connection, connection.transaction():
        connection.execute("set local storage.allow_delete_query = 'true'")
        query = "delete from storage.objects where name like %s or name like %s"
        connection.execute(query, [f"{found.id}/%", f"{found.victim}/%"])


@contextmanager
def refused() -> Iterator[None]:
    """Require a refusal by row security."""
    with pytest.raises(InsufficientPrivilege):
        yield


@pytest.mark.parametrize("bucket", OPEN)
def test_a_file_in_the_own_folder_is_ones_own(thief: Thief, bucket: str) -> None:
    thief.upload(bucket, f"{thief.id}/one.jpg")
    assert thief.names() == [f"{thief.id}/one.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        "{victim}/two.jpg", "{victim}/{me}/two.jpg", "/{me}/two.jpg", "./{me}/two.jpg", "{me}two.jpg", "{me}",
        "two.jpg", "{upper}/two.jpg", " {me}/two.jpg", "{me} /two.jpg", "{me}%2F..%2F{victim}/two.jpg",
    ],
)  # fmt: skip
def test_no_name_writes_into_anothers_folder(thief: Thief, name: str) -> None:
    for bucket in BUCKETS:
        with refused():
            thief.upload(bucket, name.format(me=thief.id, upper=thief.id.upper(), victim=thief.victim))


@pytest.mark.parametrize("bucket", sorted({*BUCKETS} - {*OPEN}))
def test_nobody_writes_or_moves_a_file_into_a_bucket_of_encoded_pictures(thief: Thief, bucket: str) -> None:
    with refused():
        thief.upload(bucket, f"{thief.id}/one.jpg")
    thief.upload("avatars", f"{thief.id}/one.jpg")
    with refused():
        thief.run("update storage.objects set bucket_id = %s where name = %s", bucket, f"{thief.id}/one.jpg")


@pytest.mark.parametrize("bucket", OPEN)
def test_an_own_file_is_not_moved_over_anothers(thief: Thief, bucket: str) -> None:
    thief.upload(bucket, f"{thief.id}/one.jpg")
    with refused():
        thief.run("update storage.objects set name = %s where bucket_id = %s", f"{thief.victim}/two.jpg", bucket)


def test_anothers_files_are_neither_listed_nor_changed_nor_removed(thief: Thief) -> None:
    assert thief.names() == []
    assert thief.run("update storage.objects set owner_id = %s where true returning name", thief.id) == []
    assert thief.run("delete from storage.objects where name like %s returning name", f"{thief.victim}/%") == []


def test_a_deletion_that_looks_at_no_row_removes_ones_own_files_alone(thief: Thief) -> None:
    # Without a condition Postgres applies the policy for deletions alone, not the one for reading.
    for bucket in OPEN:
        thief.upload(bucket, f"{thief.id}/mine.jpg")
    thief.run("delete from storage.objects")
    assert [name for name in thief.names() if name.startswith(thief.id)] == []


def test_who_is_not_signed_in_has_no_files(thief: Thief) -> None:
    assert thief.names(role="anon") == []
    with refused():
        thief.upload("avatars", f"{thief.id}/two.jpg", role="anon")


@pytest.mark.parametrize(
    "ending",
    [
        "revoked_at = now(), revoked_reason = 'logout'",
        "created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'",
    ],
    ids=["ended", "expired"],
)
def test_a_session_that_is_over_writes_no_file(thief: Thief, ending: str) -> None:
    with thief.database.connect() as connection:
        connection.execute(f"update auth_sessions set {ending} where id = %s".encode(), [thief.session])
    with refused():
        thief.upload("documents", f"{thief.id}/one.pdf")


def test_nobody_makes_or_opens_a_bucket(thief: Thief) -> None:
    with refused():
        thief.run("insert into storage.buckets (id, name, public) values ('mine', 'mine', true)")
    assert thief.run("update storage.buckets set public = true where id = 'documents' returning id") == []
    with thief.database.connect() as connection:
        assert connection.execute("select public from storage.buckets where id = 'documents'").fetchone() == (False,)


def test_a_name_is_no_path_that_leads_elsewhere(thief: Thief) -> None:
    for name in (f"{thief.id}/../{thief.victim}/two.jpg", f"{thief.id}/./two.jpg", f"{thief.id}/.."):
        with refused():
            thief.upload("avatars", name)
    thief.upload("avatars", f"{thief.id}/one..two.jpg")
    with refused():
        thief.run("update storage.objects set name = %s", f"{thief.id}/../{thief.victim}/two.jpg")
